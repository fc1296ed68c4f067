import "./selecting.css";
import { Bookmark, Copy, Forward, Trash2, X } from "lucide";
import { useEffect } from "preact/hooks";
import type { MessageRow } from "../../app/model.ts";
import { formatMoment } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";

/** What to do with the messages that are chosen, in the place of the field one writes in. */
export function SelectionBar({
  messages,
  onForward,
  onBookmark,
  onDelete,
  onClear,
}: {
  /** Those that are chosen, in their order. */
  messages: readonly MessageRow[];
  onForward: (messages: readonly MessageRow[]) => void;
  onBookmark: (messages: readonly MessageRow[]) => void;
  /** Absent where one may not write any more. */
  onDelete?: (messages: readonly MessageRow[]) => void;
  onClear: () => void;
}) {
  useEffect(() => {
    // What opened the menu has given its place to a box to tick.
    document.querySelector<HTMLElement>('[data-chosen="true"] .message-check')?.focus();
  }, []);
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") === null) onClear();
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [onClear]);
  const words = messages.filter(({ text, deleted }) => text !== "" && !deleted);
  const forwards = words.filter(({ poll }) => poll === null);
  const own = messages.filter(({ mine, deleted }) => mine && !deleted);
  const none = messages.length === 0;
  return (
    <div class="selection-bar" role="toolbar" aria-label={t("frame.selection")}>
      <IconButton icon={X} label={t("frame.unselect")} tip="above" onClick={onClear} />
      <span role="status">{t("frame.selected", { count: messages.length })}</span>
      <IconButton
        icon={Copy}
        label={t("chat.copy")}
        tip="above"
        disabled={words.length === 0}
        onClick={() => {
          void navigator.clipboard.writeText(asText(words)).then(
            () => toast({ text: t("frame.copied", { count: words.length }) }),
            () => undefined,
          );
          onClear();
        }}
      />
      <IconButton
        icon={Forward}
        mirror
        label={t("talk.forward")}
        tip="above"
        disabled={forwards.length === 0}
        onClick={() => onForward(forwards)}
      />
      <IconButton
        icon={Bookmark}
        label={t("chat.bookmark")}
        tip="above"
        disabled={none}
        onClick={() => onBookmark(messages)}
      />
      {onDelete && (
        <IconButton
          icon={Trash2}
          label={t("frame.deleteOwn", { count: own.length })}
          tip="above"
          disabled={own.length === 0}
          onClick={() => onDelete(own)}
        />
      )}
    </div>
  );
}

/** One message as it is written; of several, who wrote which and when. */
function asText(messages: readonly MessageRow[]): string {
  const [only] = messages;
  if (messages.length === 1 && only) return only.text;
  return messages
    .map(({ authorName, at, text }) => `[${formatMoment(at)}] ${authorName}: ${text}`)
    .join("\n");
}
