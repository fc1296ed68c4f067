import "./reactors.css";
import type { MessageRow } from "../../app/model.ts";
import { formatList, formatNumber, t } from "../../i18n/index.ts";
import { Sign } from "../../ui/own-sign.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Who reacted with what, to a message with however many. */
export function Reactors({
  reactions,
  canWrite,
  onReact,
  onClose,
}: {
  reactions: MessageRow["reactions"];
  canWrite: boolean;
  onReact: (emoji: string) => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={t("chat.reactions")} onClose={onClose}>
      <ul class="reactors">
        {reactions.map(({ emoji, count, mine, names }) => (
          <li key={emoji}>
            <button
              type="button"
              class="reaction"
              aria-pressed={mine}
              aria-label={`${emoji.replace(/^:(.+):$/, "$1")} ${formatNumber(count)}`}
              disabled={!canWrite}
              onClick={() => onReact(emoji)}
            >
              <span class="reaction-face">
                <span>
                  <Sign of={emoji} />
                </span>
                <span class="reaction-count">{formatNumber(count)}</span>
              </span>
            </button>
            <p dir="auto">{formatList(names)}</p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
