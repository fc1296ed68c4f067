/**
 * Bringing messages in: what was read from another service's file -> events.
 *
 * [Note: Brought exactly once] A message's id is a hash of its key, which every export of the same conversation gives it again, and a
 * file's id one of its message's and its place there. So whoever chooses the same file once more, or a later export that begins with the
 * same messages, adds what is missing and nothing else; it does not matter where it was cut off.
 */
import { randomBytes, sha256 } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, fromHex, LABELS, toHex, utf8 } from "@baraza/protocol";
import * as v from "valibot";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { addFrom } from "../files/file-contents.ts";
import type { NewEvent, ToolContext } from "../tool.ts";
import type { BroughtCommands, ToBring } from "./api.ts";
import type { BroughtItem, BroughtPayloads, Service } from "./events.ts";
import { BROUGHT_LIMITS as MOST, SERVICES } from "./events.ts";
import { chatOf } from "./reducer.ts";

type Args<K extends keyof BroughtCommands> = Parameters<BroughtCommands[K]>[0];
type Answer<K extends keyof BroughtCommands> = ReturnType<BroughtCommands[K]>;

/** Messages in one call, and bytes of them in one event: with what is around it an entry may have 64 KiB. */
const AT_ONCE = 2000;
const PART_BYTES = 40 * 1024;
const KEY = 20_000;

const spaceId = hexId(32);
const chat = hexId(24);
const service = v.picklist(SERVICES);
const key = v.pipe(v.string(), v.minLength(1), v.maxLength(KEY));
/** As it is stored: well formed, in normal form C, cut to what fits. */
const words = (most: number) =>
  v.pipe(
    v.string(),
    v.transform((value) => cut(value.toWellFormed().normalize("NFC"), most)),
  );
const list = <const S extends v.GenericSchema>(one: S, most: number) =>
  v.pipe(
    v.array(one),
    v.transform((all) => all.slice(0, most)),
  );
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const message = v.object({
  key,
  at: time,
  n: time,
  name: v.nullable(words(MOST.name)),
  text: words(MOST.text),
  reply: v.nullable(key),
  thread: v.nullable(key),
  edited: v.nullable(time),
  files: list(v.object({ name: words(MOST.fileName), type: words(MOST.type) }), MOST.files),
  lacks: list(words(MOST.fileName), MOST.lacks),
  reactions: list(
    v.object({ emoji: words(MOST.emoji), names: list(words(MOST.name), MOST.reactors) }),
    MOST.reactions,
  ),
});
const putArguments = v.object({
  spaceId,
  chat: v.nullable(chat),
  service,
  title: words(MOST.title),
  hints: v.pipe(
    v.array(v.object({ name: words(MOST.name), identityId: hexId(32) })),
    v.maxLength(MOST.hints),
  ),
  messages: v.pipe(v.array(message), v.maxLength(AT_ONCE)),
});

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // Never between the two halves of one sign.
  return text
    .slice(0, most)
    .toWellFormed()
    .replace(/\ufffd$/, "");
}

const messageId = (of: Service, value: string): Bytes =>
  sha256(utf8(`${LABELS.broughtMessage} ${of} ${value}`)).slice(0, 8);

/** The id of a message's file in the space's files. */
const fileIdOf = (chatId: string, msg: string, index: number): Bytes =>
  sha256(utf8(`${LABELS.broughtFile} ${chatId} ${msg} ${index}`)).slice(0, 16);

export async function known(
  context: ToolContext,
  args: Args<"brought.known">,
): Answer<"brought.known"> {
  const given = checkArguments(
    v.object({ service, keys: v.pipe(v.array(key), v.maxLength(AT_ONCE)) }),
    args,
  );
  const ids = JSON.stringify(given.keys.map((one) => toHex(messageId(given.service, one))));
  const mine = await context.all<{ log_id: string; chat: string; title: string; space: string }>(
    `SELECT b.log_id, b.chat, b.title, s.title AS space FROM brought_begins b
     JOIN spaces s ON s.log_id = b.log_id AND s.state = 'active'
     WHERE b.author = ? AND b.service = ? AND NOT EXISTS (
       SELECT 1 FROM brought_deletes d WHERE d.log_id = b.log_id AND d.chat = b.chat AND d.msg = '')
     ORDER BY b.position`,
    [context.me(), given.service],
  );
  const chats = new Map(mine.map((one) => [`${one.log_id} ${one.chat}`, one]));
  const found: Awaited<Answer<"brought.known">> = [];
  for (const { log_id, chat: id, title, space } of chats.values()) {
    const row = await context.get<{ count: number }>(
      `SELECT count(*) AS count FROM json_each(?3) j CROSS JOIN brought_messages m
       ON m.log_id = ?1 AND m.chat = ?2 AND m.msg = j.value`,
      [log_id, id, ids],
    );
    if ((row?.count ?? 0) > 0)
      found.push({ spaceId: log_id, chat: id, title, spaceTitle: space, known: row?.count ?? 0 });
  }
  return found.toSorted((a, b) => b.known - a.known);
}

export async function put(context: ToolContext, args: Args<"brought.put">): Answer<"brought.put"> {
  const given = checkArguments(putArguments, args);
  // Two at once would bring the same twice: harmless, and yet twice the room.
  return context.once(`brought ${given.spaceId}`, () => putNow(context, given));
}

type Put = v.InferOutput<typeof putArguments>;

async function putNow(context: ToolContext, given: Put): Answer<"brought.put"> {
  const own = given.chat === null ? randomBytes(8) : fromHex(given.chat.slice(32));
  const id = chatOf(context.me(), own);
  if (given.chat !== null && given.chat !== id) throw invalid("chat");
  const fresh = given.messages.map((one) => ({
    one,
    msg: toHex(messageId(given.service, one.key)),
  }));
  const rows = await context.all<{ msg: string }>(
    `SELECT m.msg FROM json_each(?3) j CROSS JOIN brought_messages m ON m.log_id = ?1 AND m.chat = ?2 AND m.msg = j.value
     UNION SELECT d.msg FROM brought_deletes d WHERE d.log_id = ?1 AND d.chat = ?2`,
    [given.spaceId, id, JSON.stringify(fresh.map(({ msg }) => msg))],
  );
  const there = new Set(rows.map(({ msg }) => msg));
  const wanted = fresh.filter(({ msg }) => {
    if (there.has(msg)) return false;
    there.add(msg);
    return true;
  });
  const events: NewEvent[] = [];
  if (await opensOrChanges(context, given, id))
    events.push({
      type: "brought.begin",
      payload: {
        chat: own,
        service: given.service,
        title: given.title,
        ...(given.hints.length === 0
          ? {}
          : {
              hints: given.hints.map(({ name, identityId }) => ({
                name,
                identity: fromHex(identityId),
              })),
            }),
      } satisfies BroughtPayloads["brought.begin"],
    });
  if (wanted.length > 0 || given.chat !== null)
    events.push(
      ...partsOf(
        own,
        wanted.map(({ one, msg }) => itemOf(given.service, id, one, msg)),
      ),
    );
  if (events.length > 0 && (wanted.length > 0 || given.chat !== null))
    await context.post(given.spaceId, events);
  return { chat: id, added: wanted.length, there: fresh.length - wanted.length };
}

/** Whether there is something to say of it: it is new, or its title or what names are said to be has changed. */
async function opensOrChanges(context: ToolContext, given: Put, id: string): Promise<boolean> {
  const last = await context.get<{ title: string; hints: string }>(
    "SELECT title, hints FROM brought_begins WHERE log_id = ? AND chat = ? ORDER BY position DESC LIMIT 1",
    [given.spaceId, id],
  );
  const hints = JSON.stringify(given.hints.map(({ name, identityId }) => [name, identityId]));
  return last === undefined || last.title !== given.title || last.hints !== hints;
}

type Item = Omit<BroughtItem, "by" | "reactions"> & {
  name: string | null;
  reactions: ToBring["reactions"];
};

function itemOf(of: Service, chatId: string, one: Put["messages"][number], msg: string): Item {
  return {
    id: fromHex(msg),
    at: one.at,
    n: one.n,
    name: one.name,
    text: one.text,
    ...(one.reply === null ? {} : { reply: messageId(of, one.reply) }),
    ...(one.thread === null ? {} : { thread: messageId(of, one.thread) }),
    ...(one.edited === null ? {} : { edited: one.edited }),
    ...(one.files.length === 0
      ? {}
      : {
          files: one.files.map(({ name, type }, index) => ({
            id: fileIdOf(chatId, msg, index),
            name,
            type,
          })),
        }),
    ...(one.lacks.length === 0 ? {} : { lacks: one.lacks }),
    reactions: bounded(one.reactions),
  };
}

/** Messages in events of at most so many bytes; names stand once in each. */
function partsOf(own: Bytes, items: readonly Item[]): NewEvent[] {
  const parts: BroughtPayloads["brought.part"][] = [];
  let names = new Map<string, number>();
  let messages: BroughtItem[] = [];
  let bytes = 0;
  const close = (): void => {
    if (messages.length > 0) parts.push({ chat: own, names: [...names.keys()], messages });
    names = new Map();
    messages = [];
    bytes = 0;
  };
  for (const item of items) {
    const { name, reactions, ...rest } = item;
    const all = [
      ...new Set([...(name === null ? [] : [name]), ...reactions.flatMap(({ names: by }) => by)]),
    ];
    const cost =
      encodeCbor(rest).length +
      10 * reactions.length +
      all.reduce((sum, one) => sum + 3 * one.length, 0);
    const more = all.filter((one) => !names.has(one)).length;
    if (
      bytes + cost > PART_BYTES ||
      messages.length === MOST.messages ||
      names.size + more > MOST.names
    )
      close();
    const indexOf = (name: string): number => {
      const known = names.get(name) ?? names.size;
      names.set(name, known);
      return known;
    };
    messages.push({
      ...rest,
      ...(name === null ? {} : { by: indexOf(name) }),
      ...(reactions.length === 0
        ? {}
        : {
            reactions: reactions.map(({ emoji, names: by }) => ({ emoji, by: by.map(indexOf) })),
          }),
    });
    bytes += cost;
  }
  close();
  return parts.map((payload) => ({ type: "brought.part", payload }));
}

/** Bytes that names under one message may take, 28 for each at least: a flood of reactions is cut there. */
const REACTION_BYTES = 8 * 1024;

function bounded(reactions: ToBring["reactions"]): ToBring["reactions"] {
  let left = REACTION_BYTES;
  return reactions.flatMap(({ emoji, names }) => {
    const kept = names.filter((name) => (left -= Math.max(28, 3 * name.length + 4)) > 0);
    return emoji === "" || kept.length === 0 ? [] : [{ emoji, names: kept }];
  });
}

/** The service that a brought conversation is of. @throws EngineError `invalid` for one that is not here */
async function serviceOf(context: ToolContext, logId: string, id: string): Promise<Service> {
  const row = await context.get<{ service: Service }>(
    "SELECT service FROM brought_begins WHERE log_id = ? AND chat = ? LIMIT 1",
    [logId, id],
  );
  if (row === undefined) throw invalid("chat");
  return row.service;
}

const place = { key, index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)) };

export async function addFile(
  context: ToolContext,
  args: Args<"brought.addFile">,
): Answer<"brought.addFile"> {
  const given = checkArguments(v.object({ spaceId, chat, ...place }), args);
  const of = await serviceOf(context, given.spaceId, given.chat);
  const msg = toHex(messageId(of, given.key));
  const fileId = toHex(fileIdOf(given.chat, msg, given.index));
  return context.once(`brought file ${fileId}`, async () => {
    if ((await missingOf(context, given.spaceId, [fileId])).size === 0) return { state: "there" };
    const { parentId, name, content, prepared, changedAt } = args;
    await addFrom(
      context,
      { spaceId: given.spaceId, parentId, name, content, prepared, changedAt },
      undefined,
      fileId,
    );
    (await context.files()).core.kick({ files: true });
    return { state: "added" };
  });
}

export async function missing(
  context: ToolContext,
  args: Args<"brought.missing">,
): Answer<"brought.missing"> {
  const given = checkArguments(
    v.object({
      spaceId,
      chat,
      files: v.pipe(v.array(v.object(place)), v.maxLength(100_000)),
    }),
    args,
  );
  const of = await serviceOf(context, given.spaceId, given.chat);
  const ids = given.files.map(({ key: value, index }) =>
    toHex(fileIdOf(given.chat, toHex(messageId(of, value)), index)),
  );
  const lacking = await missingOf(context, given.spaceId, ids);
  return ids.flatMap((id, index) => (lacking.has(id) ? [index] : []));
}

async function missingOf(
  context: ToolContext,
  logId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await context.all<{ id: string }>(
    `SELECT n.file_id AS id FROM json_each(?2) j CROSS JOIN files_nodes n ON n.log_id = ?1 AND n.file_id = j.value
     UNION SELECT u.file_id FROM files_uploads u WHERE u.log_id = ?1 AND u.state <> 'content'
       AND u.file_id IN (SELECT value FROM json_each(?2))`,
    [logId, JSON.stringify(ids)],
  );
  const here = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !here.has(id)));
}
