import { Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Takes a conversation that is over off this device; it cannot be fetched again, so it asks first. */
export function ForgetSpace({
  kind,
  onForget,
}: {
  kind: "secondary" | "quiet";
  onForget: () => void;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button kind={kind} icon={Trash2} onClick={() => setAsking(true)}>
        {t("people.forget")}
      </Button>
      {asking && (
        <Dialog
          title={t("people.forgetTitle")}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(false);
                  onForget();
                }}
              >
                {t("people.forget")}
              </Button>
            </>
          }
        >
          <p>{t("people.forgetWhat")}</p>
        </Dialog>
      )}
    </>
  );
}
