/**
 * Messages that wait on this device until their time has come.
 *
 * [Note: Sent once] A message that waits is a row. One transaction deletes the row and writes the event to the outbox, which sees to the
 * rest: so a crash, a second tab or a person who presses "now" at that moment send it once. It waits on this device alone: no
 * node knows of it, and nothing else could send it, as nothing else may sign for this device.
 */
import { randomBytes } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { mayWriteNow, prepare, writeOutbox } from "../spaces/post.ts";
import { checkArguments, hexId, invalid } from "../tools/checks.ts";
import { CHAT_LIMITS } from "../tools/chat/events.ts";
import type { LaterCommands } from "./api.ts";

/** The most that waits at once. */
const MOST = 500;
const LONGEST_MS = 366 * 24 * 60 * 60_000;
/** A timer of the platform counts no further than some weeks, and a device that slept counts none of it. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** From so much on it went late, ms. */
const LATE_MS = 2 * 60_000;

const text = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed(), "text"),
  v.transform((value) => value.normalize("NFC").trim()),
  v.minLength(1),
  v.maxLength(CHAT_LIMITS.text),
);
const at = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const addArguments = v.object({
  spaceId: hexId(32),
  channel: v.optional(hexId(16)),
  at,
  text,
  replyTo: v.optional(hexId(16)),
  mentions: v.optional(v.pipe(v.array(hexId(32)), v.maxLength(CHAT_LIMITS.mentions))),
});
const changeArguments = v.object({ id: hexId(16), text: v.optional(text), at: v.optional(at) });
const oneArguments = v.object({ id: hexId(16) });

type Arguments<K extends keyof LaterCommands> = Parameters<LaterCommands[K]>[0];

function checkTime(core: Core, when: number): void {
  const now = core.platform.clock.now();
  if (when <= now || when > now + LONGEST_MS) throw invalid("at");
}

/** @throws EngineError `no_space`, `not_member`, `invalid` */
export async function addLater(core: Core, args: Arguments<"later.add">): Promise<{ id: string }> {
  const given = checkArguments(addArguments, args);
  checkTime(core, given.at);
  const space = await core.store.get<{ state: string }>(
    "SELECT state FROM spaces WHERE log_id = ?",
    [given.spaceId],
  );
  if (space === undefined) throw new EngineError("no_space");
  if (space.state !== "active") throw new EngineError("not_member");
  const waiting = await core.store.get<{ n: number }>("SELECT count(*) AS n FROM later");
  if ((waiting?.n ?? 0) >= MOST) throw invalid("many");
  const id = toHex(randomBytes(16));
  await core.store.run("INSERT INTO later VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)", [
    id,
    given.spaceId,
    given.at,
    core.platform.clock.now(),
    given.text,
    given.replyTo ?? null,
    JSON.stringify([...new Set(given.mentions)]),
    given.channel ?? "",
  ]);
  core.kick({ later: true });
  return { id };
}

/** @throws EngineError `invalid` */
export async function changeLater(core: Core, args: Arguments<"later.change">): Promise<void> {
  const given = checkArguments(changeArguments, args);
  if (given.at !== undefined) checkTime(core, given.at);
  const { changes } = await core.store.run(
    "UPDATE later SET text = coalesce(?, text), at = coalesce(?, at), failed = NULL WHERE id = ?",
    [given.text ?? null, given.at ?? null, given.id],
  );
  if (changes === 0) throw invalid("id");
  core.kick({ later: true });
}

export async function removeLater(core: Core, args: Arguments<"later.remove">): Promise<void> {
  const { id } = checkArguments(oneArguments, args);
  await core.store.run("DELETE FROM later WHERE id = ?", [id]);
}

/** @throws EngineError `not_member` */
export async function sendNow(core: Core, args: Arguments<"later.sendNow">): Promise<void> {
  const { id } = checkArguments(oneArguments, args);
  const row = await core.store.get<Row>(`${ROW} WHERE l.id = ?`, [id]);
  if (row === undefined) return;
  if (!(await sendOne(core, row, null))) throw new EngineError("not_member");
}

type Row = {
  id: string;
  log_id: string;
  at: number;
  text: string;
  reply_to: string | null;
  mentions: string;
  channel: string;
  state: string | null;
};
const ROW = `SELECT l.id, l.log_id, l.at, l.text, l.reply_to, l.mentions, l.channel, s.state
  FROM later l LEFT JOIN spaces s ON s.log_id = l.log_id`;

/** Sends what is due. @returns when to look again; null: nothing waits */
export async function tendLater(core: Core): Promise<number | null> {
  for (;;) {
    const now = core.platform.clock.now();
    const row = await core.store.get<Row>(
      `${ROW} WHERE l.failed IS NULL AND l.at <= ? ORDER BY l.at, l.made LIMIT 1`,
      [now],
    );
    if (row === undefined) break;
    if (!(await sendOne(core, row, now)))
      await core.store.run("UPDATE later SET failed = 'not_member' WHERE id = ?", [row.id]);
  }
  const next = await core.store.get<{ at: number | null }>(
    "SELECT min(at) AS at FROM later WHERE failed IS NULL",
  );
  if (next === undefined || next.at === null) return null;
  return Math.min(next.at, core.platform.clock.now() + LONGEST_WAIT_MS);
}

/** @param due when it was seen to be due; null: a person says so. @returns false when one cannot write in the conversation */
async function sendOne(core: Core, row: Row, due: number | null): Promise<boolean> {
  if (row.state !== "active") return false;
  // One may have been silenced since: what would count for nothing is kept here.
  const allowed = await mayWriteNow(core, row.log_id, [
    { type: "chat.message", payload: null },
  ]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof EngineError && error.code === "may_not_write") return false;
      throw error;
    },
  );
  if (!allowed) return false;
  // In a channel that was put away nobody writes any more.
  const open =
    row.channel === "" ||
    (await core.store.get(
      "SELECT 1 AS one FROM chat_channels WHERE log_id = ? AND channel = ? AND archived = 0",
      [row.log_id, row.channel],
    )) !== undefined;
  if (!open) return false;
  // What it answers may be gone by now.
  const answered =
    row.reply_to === null
      ? undefined
      : await core.store.get(
          "SELECT 1 AS one FROM chat_messages WHERE log_id = ? AND event_id = ? AND deleted = 0",
          [row.log_id, row.reply_to],
        );
  const mentions = (JSON.parse(row.mentions) as string[]).map(fromHex);
  const event = prepare(core, {
    type: "chat.message",
    payload: {
      text: row.text,
      ...(answered === undefined || row.reply_to === null
        ? {}
        : { replyTo: fromHex(row.reply_to) }),
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(row.channel === "" ? {} : { channel: fromHex(row.channel) }),
    },
  });
  await core.store.transaction((tx) => {
    const { changes } = tx.run("DELETE FROM later WHERE id = ? AND at = ? AND text = ?", [
      row.id,
      row.at,
      row.text,
    ]);
    if (changes === 0) return;
    const eventId = writeOutbox(tx, core, row.log_id, event);
    if (due !== null && due - row.at >= LATE_MS)
      tx.run("INSERT INTO later_late VALUES (?, ?, ?)", [eventId, row.log_id, row.at]);
    tx.afterCommit(() => core.kick({ space: row.log_id }));
  });
  return true;
}
