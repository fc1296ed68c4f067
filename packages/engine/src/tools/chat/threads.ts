/**
 * Threads: messages that belong to one message and stand beside the conversation. A message of a thread is an ordinary one with its
 * `thread`; with `also` it stands in the conversation as well.
 *
 * [Note: Whom a thread concerns] Of what is said in a thread one is told when one follows it. One follows what one has begun, where
 * one has written, and where one is named, unless one has said otherwise; that word is kept in the space of one's own devices
 * (`chat.follow`), so that all of them know it. The list of what is new takes up a message when it comes; a word said later does not
 * change what was told before.
 */
import { bytes16, bytes32, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { PENDING_POSITION } from "../../schema.ts";
import { payload, readPayload } from "../checks.ts";
import type { AppliedEvent } from "../tool.ts";
import { isSettled } from "./settled.ts";

/** Counts when oneself wrote it, for the space that it names. */
const follow = payload({ space: bytes32, root: bytes16, on: v.boolean() });

export const threadEvents = { "chat.follow": { version: 1, schema: follow.schema } } as const;
export type ThreadPayloads = { "chat.follow": { space: Bytes; root: Bytes; on: boolean } };

export const THREAD_TABLES = `
CREATE TABLE IF NOT EXISTS chat_follows (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  space TEXT NOT NULL,
  root TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  is_on INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_follows_by_root ON chat_follows (space, root, position);

-- How far one has read in a thread, on this device.
CREATE TABLE IF NOT EXISTS chat_thread_reads (
  log_id TEXT NOT NULL,
  root TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (log_id, root)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS chat_thread_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM chat_thread_reads WHERE log_id = old.log_id;
END;
`;

/** Applies an event of this file. @returns whether it was one */
export function reduceFollows(tx: SqlTx, event: AppliedEvent): boolean {
  if (event.type !== "chat.follow") return false;
  const read = readPayload(follow.known, event.payload);
  if (read.state !== "ok" || !event.mine || isSettled(tx, "chat_follows", event)) return true;
  tx.run(
    `INSERT INTO chat_follows (log_id, event_id, space, root, position, pending, is_on) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       space = excluded.space, root = excluded.root, position = excluded.position, pending = excluded.pending,
       is_on = excluded.is_on`,
    [
      event.logId,
      event.eventId,
      toHex(read.value.space),
      toHex(read.value.root),
      event.position,
      Number(event.pending),
      Number(read.value.on),
    ],
  );
  return true;
}

const SAID =
  "SELECT is_on FROM chat_follows WHERE space = ? AND root = ? ORDER BY position DESC LIMIT 1";

/** Whether one is told of a message that stands in a thread alone. See [Note: Whom a thread concerns]. */
export function concerns(
  tx: SqlTx,
  logId: string,
  message: { thread: string; position: number; mine: number; mentions_me: number },
): boolean {
  if (message.mine === 1 || message.mentions_me === 1) return true;
  const said = tx.get<{ is_on: number }>(SAID, [logId, message.thread]);
  if (said !== undefined) return said.is_on === 1;
  return (
    tx.get("SELECT 1 AS one FROM chat_messages WHERE log_id = ? AND event_id = ? AND mine = 1", [
      logId,
      message.thread,
    ]) !== undefined ||
    tx.get(
      `SELECT 1 AS one FROM chat_messages WHERE log_id = ? AND thread = ? AND position < ? AND (mine = 1 OR mentions_me = 1)
       LIMIT 1`,
      [logId, message.thread, message.position],
    ) !== undefined
  );
}

/**
 * The last position that is read with a position: messages that stand in threads alone are passed over on the way to the
 * conversation's next one, as the conversation shows under their root that they are there.
 */
export function withThreads(tx: SqlTx, spaceId: string, channel: string, position: number): number {
  const next = tx.get<{ position: number }>(
    "SELECT position FROM chat_messages WHERE log_id = ? AND channel = ? AND aside = 0 AND position > ? ORDER BY position LIMIT 1",
    [spaceId, channel, position],
  );
  const last = tx.get<{ position: number }>(
    `SELECT max(
       coalesce((SELECT max(position) FROM chat_messages WHERE log_id = ?1 AND channel = ?2 AND aside = 0 AND position < ?3), 0),
       coalesce((SELECT max(position) FROM chat_messages WHERE log_id = ?1 AND channel = ?2 AND aside = 1 AND position < ?3), 0)) AS position`,
    [spaceId, channel, Math.min(next?.position ?? PENDING_POSITION, PENDING_POSITION)],
  );
  return Math.max(position, last?.position ?? 0);
}

export const THREADS_TABLES = ["chat_follows", "chat_thread_reads"] as const;
