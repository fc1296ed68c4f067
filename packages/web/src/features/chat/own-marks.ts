/** What a person marks about messages for themselves, handed to every message of a conversation. */
import { Bookmark, BookmarkX, CircleDot } from "lucide";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { MessageRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import type { MenuItem } from "../../ui/menu.tsx";

export interface OwnMarksOf {
  bookmarked: ReadonlySet<string>;
  onBookmark: (eventId: string, on: boolean) => void;
  /** Unread again from this message on. */
  onUnread: (eventId: string) => void;
  /** Its address, and hearing it. */
  onCopyLink: (eventId: string) => void;
  onReadAloud: (message: MessageRow) => void;
}

export const OwnMarks = createContext<OwnMarksOf | undefined>(undefined);

/** Whether it is bookmarked, and what its menu offers for that. */
export function useOwnMarks(message: MessageRow): { bookmarked: boolean; items: MenuItem[] } {
  const marks = useContext(OwnMarks);
  if (!marks || message.state === "waiting") return { bookmarked: false, items: [] };
  const { eventId } = message;
  const bookmarked = marks.bookmarked.has(eventId);
  const items: MenuItem[] = [
    {
      label: bookmarked ? t("chat.unbookmark") : t("chat.bookmark"),
      icon: bookmarked ? BookmarkX : Bookmark,
      onSelect: () => marks.onBookmark(eventId, !bookmarked),
    },
  ];
  if (!message.mine)
    items.push({
      label: t("chat.unreadFrom"),
      icon: CircleDot,
      onSelect: () => marks.onUnread(eventId),
    });
  return { bookmarked, items };
}
