/**
 * Polls: a message that asks, and what people answer. The events, their tables and their reducer; how votes are counted is in poll-tally.ts.
 *
 * [Note: Counting] Every vote, added choice and end is kept as a row with its place in the log; `tallyOf` goes through them in
 * that order. Of each person the last vote counts. What comes after the end does not; nor does what its author's own clock dates after
 * the closing time. A clock can be set back, so who needs more than that ends the poll: then the log's order decides.
 */
import { bytes16, text, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { payload, readPayload } from "../checks.ts";
import { byStewards } from "../rulings.ts";
import type { AppliedEvent } from "../tool.ts";
import { isSettled } from "./settled.ts";

export const POLL_LIMITS = {
  /** UTF-16 units. */
  question: 1000,
  choice: 200,
  /** Choices that a poll begins with, and with those that were added. */
  choices: 20,
  added: 40,
} as const;

const choiceText = v.pipe(text(POLL_LIMITS.choice), v.minLength(1));
const poll = payload({
  question: v.pipe(text(POLL_LIMITS.question), v.minLength(1)),
  choices: v.pipe(v.array(choiceText), v.minLength(1), v.maxLength(POLL_LIMITS.choices)),
  /** One may choose several. */
  several: v.optional(v.boolean()),
  /** Screens do not show who chose what. */
  hidden: v.optional(v.boolean()),
  /** Anybody may add choices. */
  open: v.optional(v.boolean()),
  /** ms since 1970. */
  closesAt: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** As in a message. */
  channel: v.optional(bytes16),
});
/** A choice: its place among those that the poll began with, or the event that added it. */
const choice = v.union([
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(POLL_LIMITS.choices - 1)),
  bytes16,
]);
/** Empty: one's vote is taken back. */
const vote = payload({
  target: bytes16,
  choices: v.pipe(v.array(choice), v.maxLength(POLL_LIMITS.added)),
});
/** Counts when the poll is open to it, or its author adds it. */
const option = payload({ target: bytes16, text: choiceText });
/** Counts when the author of the poll or a steward wrote it. */
const end = payload({ target: bytes16 });

export const pollEvents = {
  "chat.poll": { version: 1, schema: poll.schema },
  "chat.vote": { version: 1, schema: vote.schema },
  "chat.pollOption": { version: 1, schema: option.schema },
  "chat.pollEnd": { version: 1, schema: end.schema },
} as const;

export type PollPayloads = {
  "chat.poll": {
    question: string;
    choices: string[];
    several?: boolean | undefined;
    hidden?: boolean | undefined;
    open?: boolean | undefined;
    closesAt?: number | undefined;
    channel?: Bytes | undefined;
  };
  "chat.vote": { target: Bytes; choices: (number | Bytes)[] };
  "chat.pollOption": { target: Bytes; text: string };
  "chat.pollEnd": { target: Bytes };
};

export const POLL_TABLES = `
CREATE TABLE IF NOT EXISTS chat_polls (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  -- Texts, a JSON array; empty once the poll was deleted.
  choices TEXT NOT NULL,
  several INTEGER NOT NULL,
  hidden INTEGER NOT NULL,
  open INTEGER NOT NULL,
  closes_at INTEGER,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;

-- Votes (body: the choices, a JSON array), choices that were added (body: the text), and ends.
CREATE TABLE IF NOT EXISTS chat_poll_acts (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  steward INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_poll_acts_by_target ON chat_poll_acts (log_id, target, position);
`;

type PollRead = v.InferOutput<typeof poll.known>;

/** @returns null for what is no poll; "newer" for one that only a newer app understands */
export function readPoll(value: unknown): PollRead | "newer" | null {
  const read = readPayload(poll.known, value);
  return read.state === "ok" ? read.value : read.state === "newer" ? "newer" : null;
}

/** Keeps what a poll asks; its question is the text of the message that it is. */
export function putPoll(tx: SqlTx, event: AppliedEvent, read: PollRead | "newer"): void {
  if (read === "newer" || isSettled(tx, "chat_polls", event)) return;
  tx.run(
    `INSERT INTO chat_polls (log_id, event_id, pending, author, choices, several, hidden, open, closes_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       pending = excluded.pending, author = excluded.author, choices = excluded.choices, several = excluded.several,
       hidden = excluded.hidden, open = excluded.open, closes_at = excluded.closes_at`,
    [
      event.logId,
      event.eventId,
      Number(event.pending),
      event.author,
      JSON.stringify(read.choices),
      Number(read.several === true),
      Number(read.hidden === true),
      Number(read.open === true),
      read.closesAt ?? null,
    ],
  );
}

/** Applies a vote, an added choice or an end. @returns whether it was one */
export function reducePollActs(tx: SqlTx, event: AppliedEvent): boolean {
  const act = readAct(event.type, event.payload);
  if (act === undefined) return false;
  if (act === null || isSettled(tx, "chat_poll_acts", event)) return true;
  // What a poll that was deleted asked is not kept under its choices either.
  const gone = tx.get<{ choices: string }>(
    "SELECT choices FROM chat_polls WHERE log_id = ? AND event_id = ? AND choices = '[]'",
    [event.logId, act.target],
  );
  tx.run(
    `INSERT INTO chat_poll_acts (log_id, event_id, target, kind, position, pending, author, steward, at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       target = excluded.target, kind = excluded.kind, position = excluded.position, pending = excluded.pending,
       author = excluded.author, steward = excluded.steward, at = excluded.at, body = excluded.body`,
    [
      event.logId,
      event.eventId,
      act.target,
      act.kind,
      event.position,
      Number(event.pending),
      event.author,
      Number(act.kind === "end" && byStewards(tx, "chat_rulings", event)),
      event.at,
      gone === undefined ? act.body : "",
    ],
  );
  return true;
}

/** A deleted poll's words go, as a deleted message's do. */
export function forgetPoll(tx: SqlTx, logId: string, eventId: string): void {
  tx.run("UPDATE chat_polls SET choices = '[]' WHERE log_id = ? AND event_id = ?", [
    logId,
    eventId,
  ]);
  tx.run(
    "UPDATE chat_poll_acts INDEXED BY chat_poll_acts_by_target SET body = '' WHERE log_id = ? AND target = ? AND body <> ''",
    [logId, eventId],
  );
}

type Act = { kind: "vote" | "option" | "end"; target: string; body: string };

/** @returns undefined for another type, null for what shows nowhere */
function readAct(type: string, value: unknown): Act | null | undefined {
  switch (type) {
    case "chat.vote": {
      const read = readPayload(vote.known, value);
      if (read.state !== "ok") return null;
      const chosen = read.value.choices.map((one) =>
        typeof one === "number" ? String(one) : toHex(one),
      );
      return {
        kind: "vote",
        target: toHex(read.value.target),
        body: JSON.stringify([...new Set(chosen)]),
      };
    }
    case "chat.pollOption": {
      const read = readPayload(option.known, value);
      if (read.state !== "ok") return null;
      return { kind: "option", target: toHex(read.value.target), body: read.value.text };
    }
    case "chat.pollEnd": {
      const read = readPayload(end.known, value);
      return read.state === "ok"
        ? { kind: "end", target: toHex(read.value.target), body: "" }
        : null;
    }
    default:
      return undefined;
  }
}

export const POLLS_TABLES = ["chat_polls", "chat_poll_acts"] as const;
