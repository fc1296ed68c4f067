/**
 * Events of what was brought -> rows.
 *
 * [Note: Brought twice] A brought conversation belongs to one member: its id holds theirs, so nobody adds to another's. A message's id
 * follows from what it is in the other service (see put.ts); of the same brought twice the one with the lower position stays. A
 * deletion that is confirmed takes the rows away, and what comes later under those ids is not let in.
 */
import { toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import { byStewards } from "../rulings.ts";
import type { AppliedEvent } from "../tool.ts";
import type { BroughtItem, BroughtPayloads } from "./events.ts";
import { BROUGHT_LIMITS, readBrought } from "./events.ts";

/** What a message has beside its words, as a row keeps it. */
export type BroughtMore = {
  files: { fileId: string; name: string; type: string }[];
  lacks: string[];
  reactions: { emoji: string; names: string[] }[];
};

/** The kind of the line that stands in the conversation for what was brought; its title is the id of it, a space, and the title. */
export const BROUGHT_NOTICE = "brought";

/** The id of a brought conversation: half of its owner's identity, and what they called it. 48 hexadecimal digits. */
export const chatOf = (author: string, chat: Bytes): string => author.slice(0, 32) + toHex(chat);

/** Applies one event. Idempotent by event id; a confirmed event replaces itself pending. */
export function reduceBrought(tx: SqlTx, event: AppliedEvent): void {
  const read = readBrought(event.type, event.payload);
  if (read === null) return;
  if (read.type === "brought.begin") putBegin(tx, event, read.value);
  else if (read.type === "brought.part") putPart(tx, event, read.value);
  else putDeletion(tx, event, read.value);
}

function isSettled(
  tx: SqlTx,
  table: "brought_begins" | "brought_parts" | "brought_deletes",
  { logId, eventId }: AppliedEvent,
): boolean {
  const known = tx.get<{ pending: number }>(
    `SELECT pending FROM ${table} WHERE log_id = ? AND event_id = ? LIMIT 1`,
    [logId, eventId],
  );
  return known?.pending === 0;
}

const GONE =
  "SELECT msg FROM brought_deletes WHERE log_id = ? AND chat = ? AND msg = '' AND pending = 0 LIMIT 1";

function putBegin(tx: SqlTx, event: AppliedEvent, said: BroughtPayloads["brought.begin"]): void {
  if (isSettled(tx, "brought_begins", event)) return;
  const { logId, eventId, position } = event;
  const chat = chatOf(event.author, said.chat);
  if (tx.get(GONE, [logId, chat]) !== undefined) {
    forgetBegins(tx, logId, chat);
    return;
  }
  tx.run(
    `INSERT INTO brought_begins (log_id, event_id, chat, position, pending, author, at, service, title, hints)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET position = excluded.position, pending = excluded.pending,
       author = excluded.author, chat = excluded.chat, at = excluded.at, service = excluded.service,
       title = excluded.title, hints = excluded.hints`,
    [
      logId,
      eventId,
      chat,
      position,
      Number(event.pending),
      event.author,
      event.at,
      said.service,
      said.title,
      JSON.stringify((said.hints ?? []).map(({ name, identity }) => [name, toHex(identity)])),
    ],
  );
  showNotice(tx, logId, chat);
}

/** One line for each brought conversation, where it was begun first. */
function showNotice(tx: SqlTx, logId: string, chat: string): void {
  tx.run(
    `DELETE FROM notices WHERE log_id = ?1 AND kind = '${BROUGHT_NOTICE}' AND event_id IN (
       SELECT event_id FROM brought_begins WHERE log_id = ?1 AND chat = ?2)`,
    [logId, chat],
  );
  tx.run(
    `INSERT OR REPLACE INTO notices (log_id, event_id, position, at, kind, subject, by_identity, title)
     SELECT log_id, event_id, position, at, '${BROUGHT_NOTICE}', author, author, chat || ' ' || title
     FROM brought_begins WHERE log_id = ? AND chat = ? ORDER BY position LIMIT 1`,
    [logId, chat],
  );
}

function forgetBegins(tx: SqlTx, logId: string, chat: string): void {
  tx.run(
    `DELETE FROM notices WHERE log_id = ?1 AND kind = '${BROUGHT_NOTICE}' AND event_id IN (
       SELECT event_id FROM brought_begins WHERE log_id = ?1 AND chat = ?2)`,
    [logId, chat],
  );
  tx.run("DELETE FROM brought_begins WHERE log_id = ? AND chat = ?", [logId, chat]);
}

function putPart(tx: SqlTx, event: AppliedEvent, part: BroughtPayloads["brought.part"]): void {
  if (isSettled(tx, "brought_parts", event)) return;
  const { logId, eventId, position } = event;
  const chat = chatOf(event.author, part.chat);
  tx.run(
    `INSERT INTO brought_parts (log_id, event_id, pending) VALUES (?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET pending = excluded.pending`,
    [logId, eventId, Number(event.pending)],
  );
  if (tx.get(GONE, [logId, chat]) !== undefined) return;
  // What waited here as this very event only gets its place: its words, which the search watches, stay as they are.
  tx.run(
    "UPDATE brought_messages SET position = ?1 WHERE log_id = ?2 AND event_id = ?3 AND position > ?1",
    [position, logId, eventId],
  );
  const deleted = new Set(
    tx
      .all<{ msg: string }>(
        "SELECT msg FROM brought_deletes WHERE log_id = ? AND chat = ? AND pending = 0",
        [logId, chat],
      )
      .map(({ msg }) => msg),
  );
  for (const message of part.messages) {
    const msg = toHex(message.id);
    if (!deleted.has(msg)) putMessage(tx, { logId, eventId, position, chat, msg }, message, part);
  }
}

function putMessage(
  tx: SqlTx,
  at: { logId: string; eventId: string; position: number; chat: string; msg: string },
  message: BroughtItem,
  { names }: BroughtPayloads["brought.part"],
): void {
  tx.run(
    `INSERT INTO brought_messages (log_id, chat, msg, event_id, position, at, n, name, text, reply, thread, edited, more)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, chat, msg) DO UPDATE SET event_id = excluded.event_id, position = excluded.position,
       at = excluded.at, n = excluded.n, name = excluded.name, text = excluded.text, reply = excluded.reply,
       thread = excluded.thread, edited = excluded.edited, more = excluded.more
     WHERE excluded.position < brought_messages.position`,
    [
      at.logId,
      at.chat,
      at.msg,
      at.eventId,
      at.position,
      message.at,
      message.n,
      message.by === undefined ? null : (names[message.by] ?? ""),
      message.text,
      message.reply === undefined ? null : toHex(message.reply),
      message.thread === undefined ? null : toHex(message.thread),
      message.edited ?? null,
      moreOf(message, names),
    ],
  );
}

function moreOf(
  { files = [], lacks = [], reactions = [] }: BroughtItem,
  names: readonly string[],
): string | null {
  if (files.length + lacks.length + reactions.length === 0) return null;
  const more: BroughtMore = {
    files: files.map(({ id, name, type }) => ({ fileId: toHex(id), name, type })),
    lacks,
    reactions: reactions.map(({ emoji, by }) => ({
      emoji,
      names: by.map((one) => names[one] ?? ""),
    })),
  };
  return JSON.stringify(more);
}

function putDeletion(
  tx: SqlTx,
  event: AppliedEvent,
  { chat: target, messages }: BroughtPayloads["brought.delete"],
): void {
  if (isSettled(tx, "brought_deletes", event)) return;
  const { logId, eventId } = event;
  const chat = toHex(target);
  tx.run("DELETE FROM brought_deletes WHERE log_id = ? AND event_id = ?", [logId, eventId]);
  if (!chat.startsWith(event.author.slice(0, 32)) && !byStewards(tx, "brought_rulings", event))
    return;
  const which = messages?.slice(0, BROUGHT_LIMITS.deletes).map((id) => toHex(id)) ?? [""];
  for (const msg of new Set(which))
    tx.run(
      "INSERT OR IGNORE INTO brought_deletes (log_id, event_id, chat, msg, pending) VALUES (?, ?, ?, ?, ?)",
      [logId, eventId, chat, msg, Number(event.pending)],
    );
  if (event.pending) return;
  if (messages === undefined) {
    forgetBegins(tx, logId, chat);
    tx.run("DELETE FROM brought_messages WHERE log_id = ? AND chat = ?", [logId, chat]);
  } else
    tx.run(
      "DELETE FROM brought_messages WHERE log_id = ? AND chat = ? AND msg IN (SELECT value FROM json_each(?))",
      [logId, chat, JSON.stringify(which)],
    );
}

/** What was brought disappears where everything that is said does, counted from when it was brought. */
export const broughtVanishes = (): { with: null } => ({ with: null });

/** Deletes what these events brought. */
export function vanishBrought(tx: SqlTx, logId: string, eventIds: readonly string[]): string[] {
  const ids = JSON.stringify(eventIds);
  const which = "log_id = ? AND event_id IN (SELECT value FROM json_each(?))";
  tx.run(`DELETE FROM notices WHERE kind = '${BROUGHT_NOTICE}' AND ${which}`, [logId, ids]);
  for (const table of ["brought_begins", "brought_parts", "brought_messages", "brought_deletes"])
    tx.run(`DELETE FROM ${table} WHERE ${which}`, [logId, ids]);
  return [];
}
