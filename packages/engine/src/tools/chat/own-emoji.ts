/**
 * Own emoji of a space: small pictures with a name, which those who keep order make, name and take away (people/rules.ts lets nobody
 * else's words on them count). The event, its tables and its reducer; what one asks and does is in own-emoji-acts.ts.
 *
 * [Note: Own emoji in text] A message and a reaction name one as `:name:` and nothing else: where it was taken away, is not known, or the app is
 * older, the name is read. A name that one had before still finds it, as long as no other has that name.
 */
import { bytes, bytes16, text, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { payload, readPayload } from "../checks.ts";
import type { AppliedEvent } from "../tool.ts";
import { isSignName } from "./own-sign.ts";
import { isSettled } from "./settled.ts";

export const OWN_EMOJI_LIMITS = {
  bytes: 16 * 1024,
  /** Pixels of a side. */
  edge: 128,
  /** In one space; what others make beyond that is not shown. */
  many: 100,
} as const;

const change = payload({
  /** Which one; its first event makes it. */
  emoji: bytes16,
  name: v.optional(v.pipe(text(64), v.check(isSignName, "name"))),
  picture: v.optional(bytes(OWN_EMOJI_LIMITS.bytes)),
  gone: v.optional(v.boolean()),
});

export const ownEmojiEvents = {
  "chat.ownEmoji": { version: 1, schema: change.schema },
} as const;
export type OwnEmojiPayloads = {
  "chat.ownEmoji": {
    emoji: Bytes;
    name?: string | undefined;
    picture?: Bytes | undefined;
    gone?: boolean | undefined;
  };
};

export const OWN_EMOJI_TABLES = `
CREATE TABLE IF NOT EXISTS chat_emoji_acts (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  name TEXT,
  picture BLOB,
  gone INTEGER,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;

-- What has come of them.
CREATE TABLE IF NOT EXISTS chat_emojis (
  log_id TEXT NOT NULL,
  emoji TEXT NOT NULL,
  -- As it is shown, and former ones, a JSON array.
  name TEXT NOT NULL,
  former TEXT NOT NULL,
  -- The event that has its picture.
  picture_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (log_id, emoji)
) STRICT, WITHOUT ROWID;
`;

/** One word on an own emoji; `picture_id` where it brings a picture. */
export type EmojiAct = {
  emoji: string;
  name: string | null;
  picture_id: string | null;
  gone: number | null;
};
export type OwnEmojiRow = { emoji: string; name: string; former: string[]; picture_id: string };

/** The emoji that these words make; `acts` in their order in the log. Of two with one name the later one gets a number. */
export function ownEmojiOf(acts: readonly EmojiAct[]): OwnEmojiRow[] {
  const made = new Map<string, { names: string[]; picture_id: string | null; gone: boolean }>();
  for (const { emoji, name, picture_id, gone } of acts) {
    const row = made.get(emoji) ?? { names: [], picture_id: null, gone: false };
    made.set(emoji, {
      names: name === null ? row.names : [...row.names.filter((one) => one !== name), name],
      picture_id: picture_id ?? row.picture_id,
      gone: gone === null ? row.gone : gone === 1,
    });
  }
  const taken = new Set<string>();
  const rows: OwnEmojiRow[] = [];
  for (const [emoji, { names, picture_id, gone }] of made) {
    const wanted = names.at(-1);
    if (gone || wanted === undefined || picture_id === null) continue;
    if (rows.length === OWN_EMOJI_LIMITS.many) break;
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
    taken.add(name);
    rows.push({ emoji, name, former: names.slice(0, -1).slice(-20), picture_id });
  }
  return rows;
}

/** Applies an event of this file. @returns whether it was one */
export function reduceOwnEmoji(tx: SqlTx, event: AppliedEvent): boolean {
  if (event.type !== "chat.ownEmoji") return false;
  const read = readPayload(change.known, event.payload);
  if (read.state !== "ok" || isSettled(tx, "chat_emoji_acts", event)) return true;
  const { emoji, name, picture, gone } = read.value;
  tx.run(
    `INSERT OR REPLACE INTO chat_emoji_acts (log_id, event_id, position, pending, emoji, name, picture, gone)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      event.logId,
      event.eventId,
      event.position,
      Number(event.pending),
      toHex(emoji),
      name ?? null,
      picture ?? null,
      gone === undefined ? null : Number(gone),
    ],
  );
  settle(tx, event.logId);
  return true;
}

/** Works all of a space out anew; there are few words on them. */
function settle(tx: SqlTx, logId: string): void {
  const acts = tx.all<EmojiAct>(
    `SELECT emoji, name, gone, CASE WHEN picture IS NULL THEN NULL ELSE event_id END AS picture_id FROM chat_emoji_acts
     WHERE log_id = ? ORDER BY position`,
    [logId],
  );
  tx.run("DELETE FROM chat_emojis WHERE log_id = ?", [logId]);
  for (const [place, row] of ownEmojiOf(acts).entries())
    tx.run(
      "INSERT INTO chat_emojis (log_id, emoji, name, former, picture_id, place) VALUES (?, ?, ?, ?, ?, ?)",
      [logId, row.emoji, row.name, JSON.stringify(row.former), row.picture_id, place],
    );
}
