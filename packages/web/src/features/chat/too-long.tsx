import { FileText, MessagesSquare } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

export interface TooLongProps {
  /** UTF-16 units of what was pasted, and of one message. */
  length: number;
  most: number;
  /** How many messages it makes; 0 when that would be a flood. */
  parts: number;
  onSplit: () => void;
  onFile: () => void;
  onClose: () => void;
}

/** What to do with a text that one message cannot hold. */
export function TooLong({ length, most, parts, onSplit, onFile, onClose }: TooLongProps) {
  return (
    <Dialog
      title={t("deep.tooLongTitle")}
      onClose={onClose}
      actions={
        <>
          {parts > 0 && (
            <Button icon={MessagesSquare} onClick={onSplit}>
              {t("deep.tooLongSplit", { count: parts })}
            </Button>
          )}
          <Button kind="primary" icon={FileText} onClick={onFile}>
            {t("deep.tooLongFile")}
          </Button>
        </>
      }
    >
      <p>{t("deep.tooLong", { count: formatNumber(length), most: formatNumber(most) })}</p>
    </Dialog>
  );
}
