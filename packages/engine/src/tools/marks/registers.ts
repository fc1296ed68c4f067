/**
 * Marks as registers: one value for each kind and key.
 *
 * [Note: Registers] Every mark carries a stamp: when it was set by the clock of its device, or one more than the stamp that it
 * replaces where that is later. The larger stamp wins, of two equal ones that of the larger device. So what one does after
 * having seen the other counts, whatever the clocks say, and clocks only settle what two devices did without knowing of each
 * other. Of read positions the farthest wins. Either way the result depends on the set of marks alone, not on the order in
 * which they came: so the tables need no rebuild, and what waits to be sent stands in them like anything else.
 *
 * [Note: What is left of old marks] An event's payload is emptied on the device as soon as nothing of what it brought counts: old
 * drafts are not kept. In the log its sealed entry stays; marks-flow.ts bounds how many there are.
 */
import { decodeCbor, encodeCbor } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import { forgetOnce } from "../chat/once.ts";
import type { AppliedEvent } from "../tool.ts";
import { FOREVER } from "./api.ts";
import type { MarkItem, MarkKind, MarkValue } from "./events.ts";
import { asJson, readMarks } from "./events.ts";

type Row = {
  value: string | null;
  stamp: number;
  device: string;
  log_id: string | null;
  event_id: string | null;
  due: number | null;
};

/** How long a mark waits for more of its kind, and at most, in ms: what follows one's typing and reading waits longest. */
const WAIT: Partial<Record<MarkKind, { quiet: number; most: number }>> = {
  draft: { quiet: 8000, most: 60_000 },
  read: { quiet: 10_000, most: 60_000 },
};
const SOON = { quiet: 1500, most: 10_000 };

const tableOf = (kind: string) => (kind === "draft" ? "marks_drafts" : "marks");

/**
 * Sets a mark on this device; it is sent to one's others a little later.
 * @param value null takes it back
 * @returns false when it says what stands there already
 */
export function putMark<K extends MarkKind>(
  tx: SqlTx,
  kind: K,
  key: string,
  value: MarkValue<K> | null,
  now: number,
): boolean {
  const table = tableOf(kind);
  const before = rowOf(tx, kind, key);
  const text = value === null ? null : asJson(value);
  if ((before?.value ?? null) === text) return false;
  if (kind === "read" && farthest(before?.value ?? null, text) !== text) return false;
  const { quiet, most } = WAIT[kind] ?? SOON;
  tx.run(
    `INSERT INTO ${table} (kind, key, value, stamp, device, due, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6 + ?7, ?6)
     ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, stamp = excluded.stamp, device = excluded.device,
       log_id = NULL, event_id = NULL, due = min(excluded.due, coalesce(since, excluded.since) + ?8),
       since = coalesce(since, excluded.since)`,
    [kind, key, text, stampAfter(before, now), thisDevice(tx), now, quiet, most],
  );
  forgetEvent(tx, before);
  if (kind === "read" || kind === "unread") settleRead(tx, key);
  return true;
}

/** Applies what a device of one's own has sent. */
export function reduceMarks(tx: SqlTx, event: AppliedEvent): void {
  // Nobody else has something to mark for this person, in whatever space it stands.
  if (!event.mine || event.type !== "marks.set") return;
  for (const item of readMarks(event.payload)) takeItem(tx, event, item);
  if (!event.pending) forgetEvent(tx, { log_id: event.logId, event_id: event.eventId });
}

function takeItem(tx: SqlTx, event: AppliedEvent, item: MarkItem): void {
  const { kind, key, value, stamp } = item;
  const before = rowOf(tx, kind, key);
  if (before !== undefined) {
    const same = before.value === value && before.stamp === stamp;
    if (!same && !wins(kind, item, event.device, before)) return;
  }
  tx.run(
    `INSERT INTO ${tableOf(kind)} (kind, key, value, stamp, device, log_id, event_id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, stamp = excluded.stamp, device = excluded.device,
       log_id = excluded.log_id, event_id = excluded.event_id, due = NULL, since = NULL`,
    [kind, key, value, stamp, event.device, event.logId, event.eventId],
  );
  if (before?.event_id !== event.eventId) forgetEvent(tx, before);
  if (kind === "once" && value !== null) forgetOnce(tx, ...apart(key), decodeCbor);
  if (kind === "read" || kind === "unread") settleRead(tx, key);
}

/** What one has begun to write in a conversation. */
export function draftOf(tx: SqlTx, placeId: string): MarkValue<"draft"> | null {
  const text = rowOf(tx, "draft", placeId)?.value ?? null;
  return text === null ? null : (JSON.parse(text) as MarkValue<"draft">);
}

function wins(kind: string, item: MarkItem, device: string, before: Row): boolean {
  if (kind === "read") {
    const [mine, theirs] = [positionOf(before.value), positionOf(item.value)];
    if (mine !== theirs) return theirs > mine;
  }
  if (item.stamp !== before.stamp) return item.stamp > before.stamp;
  if (device !== before.device) return device > before.device;
  return (item.value ?? "") > (before.value ?? "");
}

function rowOf(tx: SqlTx, kind: string, key: string): Row | undefined {
  return tx.get<Row>(
    `SELECT value, stamp, device, log_id, event_id, due FROM ${tableOf(kind)} WHERE kind = ? AND key = ?`,
    [kind, key],
  );
}

function stampAfter(before: Row | undefined, now: number): number {
  return Math.min(FOREVER, Math.max(now, (before?.stamp ?? 0) + 1));
}

function thisDevice(tx: SqlTx): string {
  return tx.get<{ device_hash: string }>("SELECT device_hash FROM account")?.device_hash ?? "";
}

function farthest(a: string | null, b: string | null): string | null {
  return positionOf(b) > positionOf(a) ? b : a;
}

function positionOf(value: string | null): number {
  return value === null ? -1 : ((JSON.parse(value) as { position?: number }).position ?? -1);
}

/** See [Note: What is left of old marks]. */
function forgetEvent(tx: SqlTx, row: Pick<Row, "log_id" | "event_id"> | undefined): void {
  if (row === undefined || row.event_id === null || row.log_id === null) return;
  const used = tx.get(
    "SELECT 1 AS one FROM marks WHERE event_id = ?1 UNION ALL SELECT 1 FROM marks_drafts WHERE event_id = ?1 LIMIT 1",
    [row.event_id],
  );
  if (used === undefined)
    tx.run("UPDATE events SET payload = ? WHERE log_id = ? AND event_id = ?", [
      EMPTY,
      row.log_id,
      row.event_id,
    ]);
}
const EMPTY = encodeCbor({ items: [] });

/** The space and the channel of a place, see `place` in events.ts. */
export function apart(placeId: string): [space: string, channel: string] {
  return [placeId.slice(0, 64), placeId.slice(65)];
}

/** The other way. */
export function placeIn(spaceId: string, channel: string): string {
  return channel === "" ? spaceId : `${spaceId}:${channel}`;
}

/** The read position that counts is how far one has read, or where one has marked it unread again. */
function settleRead(tx: SqlTx, placeId: string): void {
  const at = apart(placeId);
  const read = tx.get<{ position: number | null }>(
    "SELECT value ->> 'position' AS position FROM marks WHERE kind = 'read' AND key = ?",
    [placeId],
  )?.position;
  const from = tx.get<{ position: number | null }>(
    "SELECT value ->> 'from' AS position FROM marks WHERE kind = 'unread' AND key = ?",
    [placeId],
  )?.position;
  const known = tx.get<{ position: number }>(
    "SELECT position FROM read_positions WHERE log_id = ? AND channel = ?",
    at,
  )?.position;
  const far = Math.max(read ?? -1, known ?? -1);
  const now = from === null || from === undefined ? far : Math.min(from, far);
  if (now >= 0 && now !== known)
    tx.run("INSERT OR REPLACE INTO read_positions (log_id, channel, position) VALUES (?, ?, ?)", [
      ...at,
      now,
    ]);
}
