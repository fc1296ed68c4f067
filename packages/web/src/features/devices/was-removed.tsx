import { ShieldAlert } from "lucide";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";

/** Why nobody is signed in here any more. */
export function WasRemoved() {
  return (
    <Banner tone="danger" icon={ShieldAlert}>
      <strong>{t("devices.wasRemovedTitle")}.</strong> {t("devices.wasRemoved")}
    </Banner>
  );
}
