/**
 * Writing to everybody on a broadcast list.
 *
 * [Note: Each once] A sending is written down with one row for each person, in one transaction with the mark that one's other devices see.
 * Then each row is carried out by itself: one transaction takes it from `waiting` to `given` and writes the message to the outbox of that
 * conversation, under an id that follows from the sending and the person. So a crash, a second tab or a command that is repeated sends it
 * once. Who has left meanwhile, or is blocked, is noted by name. When everything is in the logs the mark says so, and the rows go.
 */
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { mayWriteNow, prepare, writeOutbox } from "../spaces/post.ts";
import { checkArguments, hexId, invalid } from "../tools/checks.ts";
import { typedText } from "../tools/chat/commands.ts";
import { CHAT_LIMITS } from "../tools/chat/events.ts";
import { mediaShown } from "../tools/chat/media.ts";
import type { MessageMedia } from "../tools/chat/media-api.ts";
import { messagePayload } from "../tools/chat/outgoing.ts";
import type { Body } from "../tools/chat/outgoing.ts";
import { tameName } from "../tools/chat/safe-text.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import { MARKS_LIMITS } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import { timerOf } from "../vanish/note.ts";
import type { ListMiss, ListsCommands } from "./api.ts";
import { listedOf } from "./lists-work.ts";
import { isArriving, placeFor, postId } from "./recipients.ts";

type Arguments<K extends keyof ListsCommands> = Parameters<ListsCommands[K]>[0];

const ids = { listId: hexId(16), sendingId: hexId(16) };
const sendArguments = v.object({ ...ids, text: typedText });
const forwardArguments = v.object({
  ...ids,
  spaceId: hexId(32),
  eventId: hexId(16),
  named: v.boolean(),
  folderName: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
});

const NOTHING: MessageMedia = { files: [], voice: null, place: null, contact: null };
const plain = (text: string): Body => ({
  text,
  replyTo: null,
  mentions: [],
  thread: null,
  also: false,
  forwarded: null,
  media: NOTHING,
});

/** @throws EngineError `invalid`, `busy` */
export async function sendToList(core: Core, args: Arguments<"lists.send">): Promise<void> {
  const { text, ...to } = checkArguments(sendArguments, args);
  await begin(core, to, plain(text), { spaceId: "", eventId: "", folderName: "" });
}

/** @throws EngineError `invalid`, `busy` */
export async function forwardToList(core: Core, args: Arguments<"lists.forward">): Promise<void> {
  const { spaceId, eventId, named, folderName, ...to } = checkArguments(forwardArguments, args);
  const row = await core.store.get<{
    text: string;
    media: string | null;
    name: string | null;
    forwarded: string | null;
  }>(
    `SELECT c.text, c.media, c.forwarded, COALESCE(
       (SELECT name FROM members m WHERE m.log_id = c.log_id AND m.identity_id = c.author),
       (SELECT name FROM people p WHERE p.identity_id = c.author), '') AS name
     FROM chat_messages c WHERE c.log_id = ? AND c.event_id = ? AND c.deleted = 0 AND c.poll = 0`,
    [spaceId, eventId],
  );
  const media = mediaShown(row?.media ?? null, row?.text ?? "");
  if (row === undefined || (row.text === "" && media === null)) throw invalid("eventId");
  if (media?.once !== undefined) throw invalid("eventId");
  // As chat.forward does it.
  const name = named ? tameName(row.forwarded ?? row.name ?? "").slice(0, CHAT_LIMITS.name) : "";
  const forwarded = name.isWellFormed() ? name : "";
  const body = { ...plain(row.text), forwarded, media: media ?? NOTHING };
  await begin(core, to, body, { spaceId, eventId, folderName });
}

/**
 * Writes a sending down, once.
 * @throws EngineError `invalid`: no such list, or nobody on it who would get it; `busy`: this device is not in all conversations yet
 */
async function begin(
  core: Core,
  { listId, sendingId }: { listId: string; sendingId: string },
  body: Body,
  source: { spaceId: string; eventId: string; folderName: string },
): Promise<void> {
  const now = core.platform.clock.now();
  const key = `${listId}:${sendingId}`;
  await core.store.transaction((tx) => {
    const before = tx.get("SELECT 1 AS one FROM marks WHERE kind = 'listSent' AND key = ?", [key]);
    if (before !== undefined) return;
    const people = listedOf(tx, listId).map((one) => one.slice(33));
    const posts = people.map((identityId) => ({ identityId, ...placeFor(tx, identityId) }));
    // Nobody is passed over because this device was added a moment ago.
    if (posts.some(({ miss }) => miss === "gone") && isArriving(tx)) throw new EngineError("busy");
    const goes = posts.flatMap(({ spaceId }) => spaceId ?? []);
    if (goes.length === 0) throw invalid("listId");
    const from = source.spaceId === "" ? [] : [source.spaceId];
    const passes =
      [...goes, ...from].some((id) => timerOf(tx, id) > 0) ||
      tx.get("SELECT 1 AS one FROM vanishing WHERE event_id = ?", [source.eventId]) !== undefined;
    tx.run("INSERT INTO list_sendings VALUES (?, ?, ?, ?, ?, ?)", [
      sendingId,
      listId,
      now,
      JSON.stringify(body),
      source.spaceId,
      source.folderName,
    ]);
    for (const { identityId, spaceId, miss } of posts)
      tx.run("INSERT INTO list_posts VALUES (?, ?, ?, ?, ?)", [
        sendingId,
        identityId,
        spaceId ?? "",
        postId(sendingId, identityId),
        miss ?? "waiting",
      ]);
    const missed = (why: ListMiss) =>
      posts.filter(({ miss }) => miss === why).map(({ identityId }) => identityId);
    putMark(
      tx,
      "listSent",
      key,
      {
        at: now,
        text: passes ? "" : beginning(body.text),
        ...(passes ? { passes } : {}),
        files: body.media.files.length,
        total: people.length,
        done: false,
        gone: missed("gone"),
        blocked: missed("blocked"),
        refused: [],
      },
      now,
    );
    forgetOldest(tx, listId, now);
  });
  core.kick({ lists: true });
}

/** A text as far as a list keeps it, cut between characters. */
function beginning(text: string): string {
  if (text.length <= MARKS_LIMITS.listText) return text;
  const cut = text.slice(0, MARKS_LIMITS.listText - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** A list keeps what was sent last. */
function forgetOldest(tx: SqlTx, listId: string, now: number): void {
  const rows = tx.all<{ key: string }>(
    `SELECT key FROM marks WHERE kind = 'listSent' AND value IS NOT NULL AND key >= ?1 || ':' AND key < ?1 || ';'
     ORDER BY value ->> 'at' DESC, key LIMIT -1 OFFSET ?2`,
    [listId, MARKS_LIMITS.listSent],
  );
  for (const { key } of rows) putMark(tx, "listSent", key, null, now);
}

type Post = {
  sending: string;
  identity_id: string;
  log_id: string;
  event_id: string;
  body: string;
  source: string;
  folder: string;
};

/** Carries out what waits, one person after the other, and says of what is through that it is. */
export async function tendLists(core: Core): Promise<null> {
  for (;;) {
    const row = await core.store.get<Post>(
      `SELECT p.sending, p.identity_id, p.log_id, p.event_id, s.body, s.source, s.folder
       FROM list_posts p JOIN list_sendings s ON s.id = p.sending WHERE p.state = 'waiting'
       ORDER BY s.at, p.sending, p.identity_id LIMIT 1`,
    );
    if (row === undefined) break;
    const state = await carryOut(core, row);
    if (state !== "given") await settle(core, row, state);
  }
  await finish(core);
  return null;
}

/** @returns `given`: it is in the outbox, or on the way into it; else why not */
async function carryOut(core: Core, row: Post): Promise<"given" | ListMiss> {
  const place = await core.store.transaction((tx) => placeFor(tx, row.identity_id));
  if (place.spaceId === null) return place.miss;
  const to = place.spaceId;
  const body = JSON.parse(row.body) as Body;
  try {
    await mayWriteNow(core, to, [{ type: "chat.message", payload: null }]);
    if (body.media.files.length > 0) {
      const { forwardMedia } = await import("../tools/chat/attach.ts");
      await forwardMedia(core.context(), row.source, to, body, row.folder, {
        id: row.event_id,
        with: (tx) => give(tx, row, to),
      });
      return "given";
    }
    const event = prepare(core, {
      type: "chat.message",
      payload: messagePayload(body),
      eventId: row.event_id,
    });
    await core.store.transaction((tx) => {
      if (!give(tx, row, to)) return;
      writeOutbox(tx, core, to, event);
      tx.afterCommit(() => core.kick({ space: to }));
    });
    return "given";
  } catch (error) {
    // Its files are gone, or one may not write there.
    if (error instanceof EngineError) return "refused";
    throw error;
  }
}

/** Takes a person's row from `waiting` on. @returns false when that was done before */
function give(tx: SqlTx, row: Post, to: string): boolean {
  return (
    tx.run(
      "UPDATE list_posts SET state = 'given', log_id = ? WHERE sending = ? AND identity_id = ? AND state = 'waiting'",
      [to, row.sending, row.identity_id],
    ).changes > 0
  );
}

async function settle(core: Core, row: Post, state: ListMiss): Promise<void> {
  await core.store.run(
    "UPDATE list_posts SET state = ? WHERE sending = ? AND identity_id = ? AND state = 'waiting'",
    [state, row.sending, row.identity_id],
  );
}

/** Not in the log yet, or not even on the way into it. */
export const ON_ITS_WAY = `(p.state = 'waiting' OR (p.state = 'given' AND (
  EXISTS (SELECT 1 FROM outbox o WHERE o.event_id = p.event_id) OR EXISTS (SELECT 1 FROM chat_outgoing g WHERE g.id = p.event_id))))`;

/** Of what was given to the outbox and was taken back from there, or went with its conversation, nobody has anything. */
const OUTCOME = `CASE WHEN p.state <> 'given' THEN p.state
  WHEN EXISTS (SELECT 1 FROM chat_messages c WHERE c.log_id = p.log_id AND c.event_id = p.event_id) THEN 'given'
  WHEN EXISTS (SELECT 1 FROM vanish_timers t WHERE t.log_id = p.log_id) THEN 'given'
  WHEN EXISTS (SELECT 1 FROM spaces s WHERE s.log_id = p.log_id) THEN 'refused' ELSE 'gone' END`;

/** Sendings that are through: the mark says who has them, and nothing else is kept. */
async function finish(core: Core): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const through = tx.all<{ id: string; list_id: string }>(
      `SELECT s.id, s.list_id FROM list_sendings s
       WHERE NOT EXISTS (SELECT 1 FROM list_posts p WHERE p.sending = s.id AND ${ON_ITS_WAY})`,
    );
    for (const { id, list_id } of through) {
      const key = `${list_id}:${id}`;
      const mark = tx.get<{ value: string | null }>(
        "SELECT value FROM marks WHERE kind = 'listSent' AND key = ?",
        [key],
      )?.value;
      if (mark != null) {
        const posts = tx.all<{ identity_id: string; outcome: string }>(
          `SELECT p.identity_id, ${OUTCOME} AS outcome FROM list_posts p WHERE p.sending = ? ORDER BY p.identity_id`,
          [id],
        );
        const missed = (why: ListMiss) =>
          posts.filter(({ outcome }) => outcome === why).map(({ identity_id }) => identity_id);
        const before = JSON.parse(mark) as MarkValue<"listSent">;
        const after = {
          ...before,
          done: true,
          gone: missed("gone"),
          blocked: missed("blocked"),
          refused: missed("refused"),
        };
        putMark(tx, "listSent", key, after, now);
      }
      tx.run("DELETE FROM list_posts WHERE sending = ?", [id]);
      tx.run("DELETE FROM list_sendings WHERE id = ?", [id]);
    }
  });
}
