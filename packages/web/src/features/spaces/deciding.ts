/** The dialogs of leading-dialogs.tsx, which most visits never see. */
import { lazy } from "../../app/lazy.tsx";
import { loadWords } from "../../i18n/index.ts";

const dialogs = () =>
  Promise.all([import("./leading-dialogs.tsx"), loadWords("deciding")]).then(([all]) => all);

export const AskDecision = lazy(() => dialogs().then((all) => all.AskDecision), { aside: true });
export const AddCopy = lazy(() => dialogs().then((all) => all.AddCopy), { aside: true });
export const RemoveCopy = lazy(() => dialogs().then((all) => all.RemoveCopy), { aside: true });
