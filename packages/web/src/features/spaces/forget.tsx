import { lazy } from "../../app/lazy.tsx";
import { loadWords } from "../../i18n/index.ts";

/** A button that takes a conversation that is over off this device. Fetched where one is. */
export const Forget = lazy(
  () =>
    Promise.all([import("./forget-space.tsx"), loadWords("access")]).then(
      ([screens]) => screens.ForgetSpace,
    ),
  { aside: true },
);
