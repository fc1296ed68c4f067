/**
 * Messages that are pinned above a conversation. Who leads it pins (in a conversation of two: both); per message the last word
 * counts. The event, its tables and its reducer.
 */
import { bytes16, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { payload, readPayload } from "../checks.ts";
import { byStewards } from "../rulings.ts";
import type { AppliedEvent } from "../tool.ts";
import { isSettled } from "./settled.ts";

const pin = payload({ target: bytes16, on: v.boolean() });

export const pinEvents = { "chat.pin": { version: 1, schema: pin.schema } } as const;
export type PinPayloads = { "chat.pin": { target: Bytes; on: boolean } };

export const PIN_TABLES = `
CREATE TABLE IF NOT EXISTS chat_pins (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  is_on INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_pins_by_target ON chat_pins (log_id, target, position);

-- What is pinned now: the last word on each message, where that was to pin it.
CREATE TABLE IF NOT EXISTS chat_pinned (
  log_id TEXT NOT NULL,
  target TEXT NOT NULL,
  position INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (log_id, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_pinned_by_position ON chat_pinned (log_id, position);
`;

/** Applies an event of this file. @returns whether it was one */
export function reducePins(tx: SqlTx, event: AppliedEvent): boolean {
  if (event.type !== "chat.pin") return false;
  const read = readPayload(pin.known, event.payload);
  if (read.state !== "ok" || isSettled(tx, "chat_pins", event)) return true;
  const target = toHex(read.value.target);
  if (!byStewards(tx, "chat_rulings", event)) {
    // It was let in while it waited, and is not where it came to stand.
    tx.run("DELETE FROM chat_pins WHERE log_id = ? AND event_id = ?", [event.logId, event.eventId]);
    return (settle(tx, event.logId, target), true);
  }
  tx.run(
    `INSERT INTO chat_pins (log_id, event_id, target, position, pending, author, at, is_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       target = excluded.target, position = excluded.position, pending = excluded.pending, author = excluded.author,
       at = excluded.at, is_on = excluded.is_on`,
    [
      event.logId,
      event.eventId,
      target,
      event.position,
      Number(event.pending),
      event.author,
      event.at,
      Number(read.value.on),
    ],
  );
  return (settle(tx, event.logId, target), true);
}

function settle(tx: SqlTx, logId: string, target: string): void {
  const last = tx.get<{ position: number; author: string; at: number; is_on: number }>(
    `SELECT position, author, at, is_on FROM chat_pins WHERE log_id = ? AND target = ? ORDER BY position DESC LIMIT 1`,
    [logId, target],
  );
  if (last?.is_on === 1)
    tx.run(
      `INSERT INTO chat_pinned (log_id, target, position, author, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (log_id, target) DO UPDATE SET position = excluded.position, author = excluded.author, at = excluded.at`,
      [logId, target, last.position, last.author, last.at],
    );
  else tx.run("DELETE FROM chat_pinned WHERE log_id = ? AND target = ?", [logId, target]);
}

export const PINS_TABLES = ["chat_pinned", "chat_messages", "members", "people"] as const;
