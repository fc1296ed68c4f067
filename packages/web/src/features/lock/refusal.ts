import { t } from "../../i18n/index.ts";
import type { Refusal } from "./unlock.tsx";

/** What came of a try, and what another one would do. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.why) {
    case "wrong":
      return `${t("lock.wrong")} ${t("lock.left", { count: refusal.left })}`;
    case "wait":
      return t("lock.tooSoon");
    case "wiped":
      return t("lock.wiping");
    case "passkey":
      return t("lock.passkeyCancelled");
    case "unexpected":
      return t("lock.failed");
  }
}
