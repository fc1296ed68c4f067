/**
 * Pictures, films and voice notes that can be opened once. What is opened, and how it is forgotten, is in once-acts.ts.
 *
 * [Note: Opened once] Such a message is a `chat.message` whose `once` has to be understood: an older app shows that a newer one is needed, and
 * nothing of it. It always disappears (see vanish/), after the time that the space sets and two weeks at most, so what the hub keeps of it is sealed under the
 * hour's key, too; one that came otherwise is not opened. Its content is a blob of its own, named by this entry alone: it is no file of the space. On
 * the author's devices the key goes as soon as the message is in the log; on a reader's when it was opened, on all of their
 * devices. What stays in `events` is the message without its key, so that a rebuild brings nothing back.
 *
 * [Note: Its content at the hub] The hub lets go of it when the message ends, for an entry of the author's device, or a day later of a steward's
 * (`chat_once_drops`). What a version of a file refers to is never dropped so: an author may name any blob.
 */
import { bytes, bytes16, bytes32, encodeCbor, text, toHex, uint } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import type { AppliedEvent } from "../tool.ts";
import type { MessageMedia, Once } from "./media-api.ts";

const DAY_MS = 24 * 60 * 60_000;
export const ONCE_LIMITS = {
  /** It is held in memory as a whole while it is looked at. */
  bytes: 64 * 1024 * 1024,
  /** What nobody opens ends after so long, ms. */
  ms: 14 * DAY_MS,
  caption: 8000,
  pixels: 100_000,
  bars: 64,
} as const;

const KINDS = ["picture", "film", "voice"] as const;

/** The optional field of `chat.message`. Without `key` there is nothing (any more) that could be opened. */
export const onceField = v.optional(
  v.looseObject({
    kind: v.picklist(KINDS),
    /** What its author's device called it while it was on its way. */
    file: bytes16,
    blobId: bytes16,
    key: v.optional(bytes32),
    hash: v.optional(bytes32),
    size: uint(ONCE_LIMITS.bytes),
    type: text(127),
    width: v.optional(uint(0xffff_ffff)),
    height: v.optional(uint(0xffff_ffff)),
    durationMs: v.optional(uint(24 * 60 * 60_000)),
    bars: v.optional(bytes(ONCE_LIMITS.bars)),
    /** What is said with it: it is shown with it, and goes with it. */
    caption: v.optional(text(ONCE_LIMITS.caption)),
    /** What a device has noted of it. Whoever sends it says that there is nothing to open. */
    spent: v.optional(v.picklist(["opened", "over", "sent"])),
  }),
);
export type OncePayload = {
  kind: Once["kind"];
  file: Bytes;
  blobId: Bytes;
  key?: Bytes | undefined;
  hash?: Bytes | undefined;
  size: number;
  type: string;
  width?: number | undefined;
  height?: number | undefined;
  durationMs?: number | undefined;
  bars?: Bytes | undefined;
  caption?: string | undefined;
  spent?: "opened" | "over" | "sent" | undefined;
};

/**
 * `chat_onces` is derived: what this device could open, with its key; later only which blob it was. `chat_once_drops` are blobs that the hub is to
 * let go of.
 */
export const ONCE_TABLES = `
CREATE TABLE IF NOT EXISTS chat_onces (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  -- Null: it cannot be opened here (any more).
  key BLOB,
  hash BLOB,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  -- What is shown beside it, JSON; empty once it cannot be opened.
  meta TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS chat_once_drops (
  log_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  -- ms since 1970.
  due INTEGER NOT NULL,
  PRIMARY KEY (log_id, blob_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS chat_once_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM chat_once_drops WHERE log_id = old.log_id;
END;
`;

/** What is shown beside what can be opened once. */
export type OnceMeta = {
  width: number;
  height: number;
  durationMs: number;
  bars: number[];
  caption: string;
};

/** The mark of one's own that a message was opened: see marks/events.ts. */
export const onceMark = (logId: string, eventId: string): string => `${logId}:${eventId}`;

const none = { files: [], voice: null, place: null, contact: null } as const;

/** What a message shows of it before this device has looked at the rest. */
export function readOnce(once: OncePayload): MessageMedia {
  return { ...none, files: [], once: shown(once, "over") };
}

function shown(once: OncePayload, state: Once["state"]): Once {
  return { kind: once.kind, state, durationMs: once.kind === "voice" ? (once.durationMs ?? 0) : 0 };
}

/** Notes what can be opened, or that nothing can. @returns what the message shows */
export function putOnce(tx: SqlTx, event: AppliedEvent): MessageMedia | null {
  const payload = event.payload as Record<string, unknown> & { once?: OncePayload };
  const { once } = payload;
  if (once === undefined) return null;
  const { logId, eventId } = event;
  const state = stateOf(tx, event, once);
  const closed = state === "closed" ? once : null;
  const meta: OnceMeta = {
    width: Math.min(once.width ?? 0, ONCE_LIMITS.pixels),
    height: Math.min(once.height ?? 0, ONCE_LIMITS.pixels),
    durationMs: once.durationMs ?? 0,
    bars: [...(once.bars ?? [])],
    caption: once.caption ?? "",
  };
  tx.run("INSERT OR REPLACE INTO chat_onces VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
    logId,
    eventId,
    toHex(once.blobId),
    closed?.key ?? null,
    closed?.hash ?? null,
    once.size,
    once.type,
    closed === null ? "" : JSON.stringify(meta),
  ]);
  if (state !== "closed" && !event.pending) strip(tx, logId, eventId, payload, state);
  return { ...none, files: [], once: shown(once, state) };
}

function stateOf(tx: SqlTx, event: AppliedEvent, once: OncePayload): Once["state"] {
  if (event.mine) return "sent";
  if (once.spent === "opened") return "opened";
  if (once.key === undefined || once.hash === undefined) return "over";
  const opened = tx.get(
    "SELECT 1 AS one FROM marks WHERE kind = 'once' AND key = ? AND value IS NOT NULL",
    [onceMark(event.logId, event.eventId)],
  );
  if (opened !== undefined) return "opened";
  // What did not come as something that disappears would lie open in the log for ever.
  const ends = tx.get("SELECT 1 AS one FROM vanishing WHERE event_id = ?", [event.eventId]);
  return ends === undefined ? "over" : "closed";
}

/** Leaves nothing in the stored event that opens anything. */
function strip(
  tx: SqlTx,
  logId: string,
  eventId: string,
  payload: Record<string, unknown> & { once?: OncePayload },
  state: Exclude<Once["state"], "closed">,
): void {
  if (payload.once === undefined) return;
  const { kind, file, blobId, size, type, durationMs } = payload.once;
  const left = {
    ...payload,
    once: {
      kind,
      file,
      blobId,
      size,
      type,
      ...(durationMs === undefined ? {} : { durationMs }),
      spent: state,
    },
  };
  tx.run("UPDATE events SET payload = ? WHERE log_id = ? AND event_id = ?", [
    encodeCbor(left),
    logId,
    eventId,
  ]);
}

/**
 * It was opened, here or on another device of one's own: nothing is left that opens it.
 * @returns the blob whose chunks are to be forgotten; null: there was nothing to open
 */
export function forgetOnce(
  tx: SqlTx,
  logId: string,
  eventId: string,
  read: (payload: Bytes) => unknown,
): string | null {
  const row = tx.get<{ blob_id: string; media: string }>(
    `SELECT o.blob_id, m.media FROM chat_onces o JOIN chat_messages m USING (log_id, event_id)
     WHERE o.log_id = ? AND o.event_id = ? AND o.key IS NOT NULL AND m.media IS NOT NULL`,
    [logId, eventId],
  );
  if (row === undefined) return null;
  tx.run(
    "UPDATE chat_onces SET key = NULL, hash = NULL, meta = '' WHERE log_id = ? AND event_id = ?",
    [logId, eventId],
  );
  const media = JSON.parse(row.media) as MessageMedia;
  if (media.once !== undefined)
    tx.run("UPDATE chat_messages SET media = ? WHERE log_id = ? AND event_id = ?", [
      JSON.stringify({ ...media, once: { ...media.once, state: "opened" } }),
      logId,
      eventId,
    ]);
  const event = tx.get<{ payload: Bytes }>(
    "SELECT payload FROM events WHERE log_id = ? AND event_id = ?",
    [logId, eventId],
  );
  if (event !== undefined)
    strip(tx, logId, eventId, read(event.payload) as Record<string, unknown>, "opened");
  return row.blob_id;
}

/** How long a steward's device leaves it to the author's to have the hub let go of what ended, ms. */
const OTHERS_WAIT_MS = DAY_MS;

/**
 * Messages that can be opened once have ended, or were `deleted` before: what they held goes, here now, and at the hub when the author's device (or, later,
 * a steward's) has told it.
 */
export function endOnces(
  tx: SqlTx,
  logId: string,
  eventIds: readonly string[],
  deleted = false,
): void {
  const list = JSON.stringify(eventIds);
  const rows = tx.all<{ event_id: string; blob_id: string; mine: number; ends: number | null }>(
    `SELECT o.event_id, o.blob_id, m.mine, (SELECT ends_local FROM vanishing v WHERE v.event_id = o.event_id) AS ends
     FROM chat_onces o JOIN chat_messages m USING (log_id, event_id)
     WHERE o.log_id = ? AND o.event_id IN (SELECT value FROM json_each(?))`,
    [logId, list],
  );
  if (rows.length === 0) return;
  const leads =
    tx.get(
      `SELECT 1 AS one FROM members m JOIN account a ON a.identity_id = m.identity_id
       WHERE m.log_id = ? AND m.role = 'steward'`,
      [logId],
    ) !== undefined;
  for (const { event_id, blob_id, mine, ends } of rows) {
    tx.run("DELETE FROM chat_onces WHERE log_id = ? AND event_id = ?", [logId, event_id]);
    if (mine === 1 || leads)
      tx.run("INSERT OR IGNORE INTO chat_once_drops VALUES (?, ?, ?)", [
        logId,
        blob_id,
        mine === 0 ? (ends ?? 0) + OTHERS_WAIT_MS : deleted ? 0 : (ends ?? 0),
      ]);
  }
}

/** What the hub has let go of need not be dropped again. Whether it was right is for the files to judge. */
export function noteOnceDropped(
  tx: SqlTx,
  { logId, blobIds }: { logId: string; blobIds: string[] },
): boolean {
  for (const blobId of blobIds)
    tx.run("DELETE FROM chat_once_drops WHERE log_id = ? AND blob_id = ?", [logId, blobId]);
  return false;
}

/** The fields that say it, and that whoever does not understand it must not show the rest. */
export function oncePayload(once: OncePayload): { must: string[]; once: OncePayload } {
  return { must: ["once"], once };
}

/** The blob that an event of the chat keeps at the hub. */
export function onceBlobs(type: string, payload: unknown): { names: Bytes[]; drops: Bytes[] } {
  if (type !== "chat.message" || !v.is(named, payload)) return { names: [], drops: [] };
  return { names: [payload.once.blobId], drops: [] };
}
const named = v.looseObject({ once: v.looseObject({ blobId: bytes16 }) });

/** Whether a payload is of something that can be opened once. */
export const isOnce = (payload: unknown): boolean => v.is(named, payload);
