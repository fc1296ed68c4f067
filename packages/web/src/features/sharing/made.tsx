import { Share2 } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

/** A link to copy, to send, to scan. */
export function LinkDialog({
  title,
  link,
  shareText,
  children,
  onClose,
}: {
  title: string;
  link: string;
  /** What goes with the link into another app. */
  shareText: string;
  children?: ComponentChildren;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        typeof navigator.share === "function" ? (
          <>
            <Button onClick={onClose}>{t("ui.close")}</Button>
            <Button
              kind="primary"
              icon={Share2}
              onClick={() => {
                // Rejects when the person changes their mind, which needs no answer.
                navigator.share({ text: shareText, url: link }).catch(() => undefined);
              }}
            >
              {t("links.send")}
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={onClose}>
            {t("links.done")}
          </Button>
        )
      }
    >
      <div class="made">
        {children}
        <CopyField label={t("links.link")} value={link} />
        <QrCode value={link} label={t("links.code")} />
      </div>
    </Dialog>
  );
}
