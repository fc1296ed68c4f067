import "./history.css";
import { formatMoment } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { Formatted } from "./formatted.tsx";

/** What a message said before: the newest first. `texts` is absent while they are read, empty when the message is gone. */
export function History({
  texts,
  names,
  onClose,
}: {
  texts: readonly { text: string; at: number }[] | undefined;
  names: readonly string[];
  onClose: () => void;
}) {
  return (
    <Dialog title={t("talk.history")} onClose={onClose}>
      <p class="field-hint">{t(texts?.length === 0 ? "deep.historyGone" : "deep.historyHint")}</p>
      {texts === undefined ? (
        <Skeleton label={t("ui.moment")} rows={2} />
      ) : (
        <ol class="history">
          {texts.toReversed().map(({ text, at }, index) => (
            <li key={texts.length - index}>
              <p class="history-when">
                {index === 0
                  ? `${t("deep.historyNow")} · `
                  : index === texts.length - 1
                    ? `${t("deep.historyFirst")} · `
                    : ""}
                <time dateTime={new Date(at).toISOString()}>{formatMoment(at)}</time>
              </p>
              <div class="history-text bubble-text">
                <Formatted text={text} names={names} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
