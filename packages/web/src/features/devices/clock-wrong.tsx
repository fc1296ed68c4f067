import { ClockAlert } from "lucide";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";

/** The device's clock is off by days. */
export function ClockWrong({ days }: { days: number }) {
  return (
    <Banner tone="notice" icon={ClockAlert}>
      {t("devices.clockWrong", { days })}
    </Banner>
  );
}
