import "./notifications.css";
import { Bell } from "lucide";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";

export interface AskProps {
  onYes: () => void;
  onNo: () => void;
}

/** Once, above the list: the browser's own question comes only after a yes here. */
export function Ask({ onYes, onNo }: AskProps) {
  return (
    <section class="notify-ask" aria-labelledby="notify-ask">
      <h2 id="notify-ask">
        <Icon of={Bell} /> {t("notifications.askTitle")}
      </h2>
      <p>{t("notifications.ask")}</p>
      <div class="notify-buttons">
        <Button kind="primary" onClick={onYes}>
          {t("notifications.askYes")}
        </Button>
        <Button kind="quiet" onClick={onNo}>
          {t("notifications.askNo")}
        </Button>
      </div>
    </section>
  );
}
