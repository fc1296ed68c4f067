/**
 * What stands between and around messages: day separators, the line where what is new begins, and
 * which messages of one author hang together. Pure, so that the long list only renders rows.
 */
import type { MessageRow } from "../../app/model.ts";
import { dayNumber } from "../../i18n/dates.ts";

export type TimelineItem =
  | { kind: "cut"; key: string }
  | { kind: "day"; key: string; at: number }
  | { kind: "new"; key: string }
  | { kind: "notice"; key: string; message: MessageRow }
  | { kind: "message"; key: string; message: MessageRow; first: boolean; last: boolean };

/** Messages of one author further apart than this (ms) start a new group. */
const TOGETHER = 5 * 60_000;

/**
 * The rows for `messages` (oldest first, in the log's order). Keys are stable while older messages are
 * added before. `cut`: a first row says that there are more above which cannot be shown.
 */
export function timelineOf(
  messages: readonly MessageRow[],
  firstUnreadId: string | null = null,
  cut = false,
): TimelineItem[] {
  const items: TimelineItem[] = cut ? [{ kind: "cut", key: "cut" }] : [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    if (!before || dayNumber(before.at) !== dayNumber(message.at)) {
      items.push({ kind: "day", key: `day-${message.eventId}`, at: message.at });
    }
    if (message.eventId === firstUnreadId) items.push({ kind: "new", key: "new" });
    if (message.notice) {
      items.push({ kind: "notice", key: message.eventId, message });
      return;
    }
    items.push({
      kind: "message",
      key: message.eventId,
      message,
      first: !before || message.eventId === firstUnreadId || !together(before, message),
      last: !after || after.eventId === firstUnreadId || !together(message, after),
    });
  });
  return items;
}

function together(a: MessageRow, b: MessageRow): boolean {
  return (
    !a.notice &&
    !b.notice &&
    a.authorId === b.authorId &&
    Math.abs(b.at - a.at) < TOGETHER &&
    dayNumber(a.at) === dayNumber(b.at)
  );
}

/** How many rows were put before the ones that were there: the list keeps its place by it. */
export function countPrepended(
  before: readonly TimelineItem[],
  after: readonly TimelineItem[],
): number {
  const anchor = before.find((item) => item.kind === "message");
  if (!anchor) return 0;
  const was = before.indexOf(anchor);
  const now = after.findIndex((item) => item.key === anchor.key);
  return now < 0 ? 0 : Math.max(0, now - was);
}
