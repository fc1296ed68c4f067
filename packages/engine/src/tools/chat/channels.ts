/**
 * Channels: several flows of messages in one space, in its one log. The first is always there and has no id; a message that names
 * none stands in it. The events, their tables and their reducer; what one asks and does is in channel-queries.ts and channel-acts.ts.
 *
 * [Note: Channels are what was said of them] Every word on a channel is kept with its place in the log, and channels are worked out
 * from all of them: of each field the last word counts. Two who make a channel of one name at once make two; the later one is shown
 * with a number. Who keeps order makes and changes them (people/rules.ts lets nobody else's words into the log's history).
 *
 * [Note: A channel that is not known] A message that names a channel of which this device knows nothing stands in the first one, until
 * it learns of the channel: nothing is lost, and nobody makes channels by naming them. In a channel that was archived meanwhile it stays.
 */
import { bytes16, text, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { payload, readPayload } from "../checks.ts";
import { nameKey } from "../files/names.ts";
import type { AppliedEvent } from "../tool.ts";
import { isSettled } from "./settled.ts";

/** UTF-16 units, and ids in one word on the order. */
const LIMITS = { name: 60, purpose: 300, ordered: 400 } as const;

const change = payload({
  /** Which one; none: the first. */
  channel: v.optional(bytes16),
  name: v.optional(v.pipe(text(LIMITS.name), v.minLength(1))),
  purpose: v.optional(text(LIMITS.purpose)),
  archived: v.optional(v.boolean()),
});
/** The first stands before all; those that are not named come last, as they were made. */
const order = payload({
  channels: v.pipe(v.array(bytes16), v.maxLength(LIMITS.ordered)),
});

export const channelEvents = {
  "chat.channel": { version: 1, schema: change.schema },
  "chat.channelOrder": { version: 1, schema: order.schema },
} as const;
export type ChannelPayloads = {
  "chat.channel": {
    channel?: Bytes | undefined;
    name?: string | undefined;
    purpose?: string | undefined;
    archived?: boolean | undefined;
  };
  "chat.channelOrder": { channels: Bytes[] };
};

export const CHANNEL_TABLES = `
CREATE TABLE IF NOT EXISTS chat_channel_acts (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- Empty: the first.
  channel TEXT NOT NULL,
  name TEXT,
  purpose TEXT,
  archived INTEGER,
  -- Of a word on their order: ids, a JSON array.
  sequence TEXT,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;

-- What has come of them. Of a space with one channel there is nothing here, or the first alone.
CREATE TABLE IF NOT EXISTS chat_channels (
  log_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  -- As it is shown; empty for a first one that nobody has named.
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  archived INTEGER NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (log_id, channel)
) STRICT, WITHOUT ROWID;
`;

/** One word on channels, as it is kept. `sequence` is a word on the order of all of them. */
export type ChannelAct = {
  channel: string;
  name: string | null;
  purpose: string | null;
  archived: number | null;
  sequence: string | null;
};
export type ChannelRow = {
  channel: string;
  name: string;
  purpose: string;
  archived: number;
};

/** The channels that these words make, the first before all; `acts` in their order in the log. */
export function channelsOf(acts: readonly ChannelAct[]): ChannelRow[] {
  const made = new Map<string, ChannelRow>();
  let sequence: string[] = [];
  for (const act of acts) {
    if (act.sequence !== null) {
      sequence = JSON.parse(act.sequence) as string[];
      continue;
    }
    const row = made.get(act.channel) ?? {
      channel: act.channel,
      name: "",
      purpose: "",
      archived: 0,
    };
    made.set(act.channel, {
      ...row,
      name: act.name ?? row.name,
      purpose: act.purpose ?? row.purpose,
      // The first is always there.
      archived: act.channel === "" ? 0 : (act.archived ?? row.archived),
    });
  }
  const rows = [...made.values()].filter(({ channel, name }) => channel === "" || name !== "");
  const taken = new Set<string>();
  const apart = rows.map((row) => {
    // What was put away leaves its name to others.
    if (row.name === "" || row.archived === 1) return row;
    let name = row.name;
    for (let number = 2; taken.has(nameKey(name)); number++) name = `${row.name} ${number}`;
    taken.add(nameKey(name));
    return { ...row, name };
  });
  const places = new Map(sequence.map((channel, place) => [channel, place]));
  const placeOf = ({ channel }: ChannelRow): number =>
    channel === "" ? -1 : (places.get(channel) ?? sequence.length);
  return apart.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Applies an event of this file. @returns whether it was one */
export function reduceChannels(tx: SqlTx, event: AppliedEvent): boolean {
  if (!Object.hasOwn(channelEvents, event.type)) return false;
  const act = readAct(event);
  if (act === null || isSettled(tx, "chat_channel_acts", event)) return true;
  tx.run(
    `INSERT INTO chat_channel_acts (log_id, event_id, position, pending, author, at, channel, name, purpose, archived, sequence)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET position = excluded.position, pending = excluded.pending, author = excluded.author,
       at = excluded.at, channel = excluded.channel, name = excluded.name, purpose = excluded.purpose,
       archived = excluded.archived, sequence = excluded.sequence`,
    [
      event.logId,
      event.eventId,
      event.position,
      Number(event.pending),
      event.author,
      event.at,
      act.channel,
      act.name,
      act.purpose,
      act.archived,
      act.sequence,
    ],
  );
  settle(tx, event.logId);
  return true;
}

function readAct(event: AppliedEvent): ChannelAct | null {
  if (event.type === "chat.channelOrder") {
    const read = readPayload(order.known, event.payload);
    if (read.state !== "ok") return null;
    const sequence = JSON.stringify([...new Set(read.value.channels.map((id) => toHex(id)))]);
    return { channel: "", name: null, purpose: null, archived: null, sequence };
  }
  const read = readPayload(change.known, event.payload);
  if (read.state !== "ok") return null;
  const { channel, name = null, purpose = null, archived } = read.value;
  return {
    channel: channel === undefined ? "" : toHex(channel),
    name,
    purpose,
    archived: archived === undefined ? null : Number(archived),
    sequence: null,
  };
}

type KeptAct = ChannelAct & {
  event_id: string;
  position: number;
  pending: number;
  author: string;
  at: number;
};

/** Works all channels of a space out anew; there are few words on them. */
function settle(tx: SqlTx, logId: string): void {
  const acts = tx.all<KeptAct>(
    `SELECT event_id, position, pending, author, at, channel, name, purpose, archived, sequence FROM chat_channel_acts
     WHERE log_id = ? ORDER BY position`,
    [logId],
  );
  const there = tx
    .all<{ channel: string }>("SELECT channel FROM chat_channels WHERE log_id = ?", [logId])
    .map(({ channel }) => channel);
  const rows = channelsOf(acts);
  tx.run("DELETE FROM chat_channels WHERE log_id = ?", [logId]);
  for (const [place, row] of rows.entries())
    tx.run(
      "INSERT INTO chat_channels (log_id, channel, name, purpose, archived, place) VALUES (?, ?, ?, ?, ?, ?)",
      [logId, row.channel, row.name, row.purpose, row.archived, place],
    );
  const now = rows.map(({ channel }) => channel);
  for (const channel of now) if (!there.includes(channel)) moveInto(tx, logId, channel, channel);
  for (const channel of there) if (!now.includes(channel)) moveInto(tx, logId, channel, "");
  tellOf(tx, logId, acts);
}

/** See [Note: A channel that is not known]. */
function moveInto(tx: SqlTx, logId: string, named: string, channel: string): void {
  if (named === "") return;
  tx.run("UPDATE chat_messages SET channel = ? WHERE log_id = ? AND named_channel = ?", [
    channel,
    logId,
    named,
  ]);
  tx.run(
    `UPDATE activity SET channel = ?1 WHERE log_id = ?2 AND event_id IN (
       SELECT event_id FROM chat_messages WHERE log_id = ?2 AND named_channel = ?3)`,
    [channel, logId, named],
  );
}

/** Lines in the first channel: who made one, gave it another name, put it away or took it back. */
function tellOf(tx: SqlTx, logId: string, acts: readonly KeptAct[]): void {
  tx.run("DELETE FROM notices WHERE log_id = ? AND kind LIKE 'channel%'", [logId]);
  const names = new Map<string, string>();
  for (const { channel, name, archived, ...act } of acts) {
    const before = names.get(channel);
    const after = name ?? before;
    if (after !== undefined) names.set(channel, after);
    const kind =
      archived !== null && before !== undefined
        ? archived === 1
          ? "channelArchived"
          : "channelBack"
        : name !== null && name !== before
          ? before === undefined && channel !== ""
            ? "channelMade"
            : "channelNamed"
          : null;
    if (kind === null || act.pending === 1) continue;
    tx.run(
      `INSERT OR REPLACE INTO notices (log_id, event_id, position, at, kind, subject, by_identity, title)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [logId, act.event_id, act.position, act.at, kind, act.author, act.author, after ?? ""],
    );
  }
}

const named = v.looseObject({ channel: bytes16 });

/** Which channel a message names, and in which one it stands. */
export function channelIn(
  tx: SqlTx,
  event: AppliedEvent,
): { named: string | null; channel: string } {
  if (!v.is(named, event.payload)) return { named: null, channel: "" };
  const id = toHex(event.payload.channel);
  const known = tx.get("SELECT 1 AS one FROM chat_channels WHERE log_id = ? AND channel = ?", [
    event.logId,
    id,
  ]);
  return { named: id, channel: known === undefined ? "" : id };
}
