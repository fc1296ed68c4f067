/**
 * Working groups: spaces that a larger one lists, so that its members find them and ask to join. The events, what they come to, and
 * their reducer; what one does with them is in groups-work.ts.
 *
 * [Note: Whose listing it is] Who lists a group first is whose listing it is, until it is taken off: what others say of the same group
 * meanwhile does not count. They take it off themselves; who keeps order in the larger space takes off any. All of it is
 * worked out from the words on each group in the order of the log, so it is the same on every device.
 */
import { bytes32, object, text, toHex, uint } from "@baraza/protocol";
import type { InferOutput } from "valibot";
import * as v from "valibot";
import type { SqlTx } from "../ports.ts";
import type { AppliedEvent } from "../tools/tool.ts";

/** UTF-16 units. */
const LIMITS = { title: 200, about: 1000, tag: 60, link: 2000 } as const;

const card = object({
  title: text(LIMITS.title, 1),
  about: text(LIMITS.about),
  sector: text(LIMITS.tag),
  theme: text(LIMITS.tag),
  region: text(LIMITS.tag),
  /** Whoever asks comes in; else somebody looks at it first. */
  open: v.boolean(),
  /** How many are in it, as a device of the group says. */
  members: uint(1_000_000),
  /** The fragment of a link into it, which answers members of the larger space alone. */
  link: text(LIMITS.link, 1),
});
export type GroupCard = InferOutput<typeof card>;

export const GROUP_EVENTS = {
  /** A listing, as it is from now on; null: it is taken off by whose it is. */
  "space.group": { version: 1, schema: object({ group: bytes32, card: v.nullable(card) }) },
  /** Counts from those who keep order. */
  "space.groupOff": { version: 1, schema: object({ group: bytes32 }) },
} as const;

export const GROUP_TABLES = `
CREATE TABLE group_acts (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  group_id TEXT NOT NULL,
  is_off INTEGER NOT NULL,
  -- JSON; null: none.
  card TEXT,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_acts_by_group ON group_acts (log_id, group_id, position);
-- What is listed now.
CREATE TABLE groups_listed (
  log_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  card TEXT NOT NULL,
  PRIMARY KEY (log_id, group_id)
) STRICT, WITHOUT ROWID;
-- Links into groups that this device has made for a larger space (log_id), and what it said of each last.
CREATE TABLE group_links (
  log_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  card_id TEXT NOT NULL,
  expires INTEGER NOT NULL,
  told INTEGER NOT NULL,
  PRIMARY KEY (log_id, group_id)
) STRICT, WITHOUT ROWID;
-- Set: the link answers only those who are in that space.
ALTER TABLE links ADD COLUMN within TEXT;
`;

/** One word on a group, as it is kept. */
export type GroupAct = { author: string; at: number; is_off: number; card: string | null };
export type Listed = { author: string; at: number; card: string };

/** What the words on one group come to, in the order of the log; null: it is not listed. */
export function listingOf(acts: readonly GroupAct[]): Listed | null {
  let now: Listed | null = null;
  for (const { author, at, is_off, card: said } of acts) {
    if (is_off === 1) now = null;
    else if (now !== null && now.author !== author) continue;
    else now = said === null ? null : { author, at, card: said };
  }
  return now;
}

/** One event of this file. @returns whether it was one */
export function reduceGroups(tx: SqlTx, event: AppliedEvent): boolean {
  const isOff = event.type === "space.groupOff";
  if (!isOff && event.type !== "space.group") return false;
  const payload = event.payload as { group: Uint8Array; card?: GroupCard | null };
  const group = toHex(payload.group);
  tx.run(
    `INSERT INTO group_acts (log_id, event_id, position, author, at, group_id, is_off, card) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET position = min(position, excluded.position)`,
    [
      event.logId,
      event.eventId,
      event.position,
      event.author,
      event.at,
      group,
      Number(isOff),
      payload.card ? JSON.stringify(payload.card) : null,
    ],
  );
  const acts = tx.all<GroupAct>(
    "SELECT author, at, is_off, card FROM group_acts WHERE log_id = ? AND group_id = ? ORDER BY position",
    [event.logId, group],
  );
  const listed = listingOf(acts);
  if (listed === null)
    tx.run("DELETE FROM groups_listed WHERE log_id = ? AND group_id = ?", [event.logId, group]);
  else
    tx.run("INSERT OR REPLACE INTO groups_listed VALUES (?, ?, ?, ?, ?)", [
      event.logId,
      group,
      listed.author,
      listed.at,
      listed.card,
    ]);
  return true;
}
