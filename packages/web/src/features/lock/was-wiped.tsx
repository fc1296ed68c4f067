import { ShieldAlert } from "lucide";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";

/** Why nobody is signed in here any more, and that nothing else was touched. */
export function WasWiped() {
  return (
    <Banner tone="notice" icon={ShieldAlert}>
      <strong>{t("lock.wipedTitle")}.</strong> {t("lock.wiped")}
    </Banner>
  );
}
