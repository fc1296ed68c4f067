/**
 * Exports of Signal. Its own one ("Export chat history") is a folder with `main.jsonl`, a line of JSON for each thing, in the words of
 * Signal's Backup.proto; files lie beside it. Signal Desktop is also exported by signal-export (sigexport), a folder for each
 * conversation with `data.json` (a line for each message) or `chat.md`. Backups are sealed: only Signal opens them.
 */
import type { Item } from "../items.ts";
import {
  counted,
  fieldsOf,
  Gathered,
  leave,
  LIMITS,
  listOf,
  textOf,
  timeOf,
  wall,
  wordOf,
} from "./model.ts";
import type { Draft, Fields, LeftOut, ReadChat } from "./model.ts";

/** Each line of a file as JSON; those that are none are left out. */
function* linesOf(text: string): Generator<Fields> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    if (!line.startsWith("{")) continue;
    try {
      yield fieldsOf(JSON.parse(line));
    } catch {
      // Cut off, or not of this format: the other lines stand for themselves.
    }
  }
}

const first = (...some: unknown[]): string =>
  some.map(wordOf).find((one) => one.trim() !== "") ?? "";

function recipientName(recipient: Fields): string {
  const contact = fieldsOf(recipient["contact"]);
  const nickname = fieldsOf(contact["nickname"]);
  const both = (given: unknown, family: unknown): string =>
    [wordOf(given), wordOf(family)].filter(Boolean).join(" ");
  const title = fieldsOf(fieldsOf(fieldsOf(recipient["group"])["snapshot"])["title"])["title"];
  return first(
    title,
    both(nickname["given"], nickname["family"]),
    both(contact["systemGivenName"], contact["systemFamilyName"]),
    both(contact["profileGivenName"], contact["profileFamilyName"]),
    contact["username"],
    contact["e164"],
    recipient["self"] === undefined ? "" : "Me",
    recipient["releaseNotes"] === undefined ? "" : "Signal",
  );
}

/** Reads Signal's own export. @throws ChatsError */
export async function readSignal(
  file: Item,
  items: readonly Item[],
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat[]> {
  const path = file.path.join("/");
  const text = await textOf(file, LIMITS.jsonBytes);
  const files = new Map(
    items.map((item) => [(item.path.at(-1) ?? "").split(".")[0]?.toLowerCase() ?? "", item]),
  );
  const names = new Map<string, string>();
  const titles = new Map<string, string>();
  const chats = new Map<string, Gathered>();
  let me = "";
  for (const line of linesOf(text)) {
    const account = fieldsOf(line["account"]);
    if (line["account"] !== undefined)
      me = [account["givenName"], account["familyName"]].map(wordOf).filter(Boolean).join(" ");
    const recipient = fieldsOf(line["recipient"]);
    if (line["recipient"] !== undefined) {
      const own = recipient["self"] !== undefined && me !== "";
      names.set(wordOf(recipient["id"]), own ? me : recipientName(recipient) || "?");
    }
    const chat = fieldsOf(line["chat"]);
    if (line["chat"] !== undefined)
      titles.set(wordOf(chat["id"]), names.get(wordOf(chat["recipientId"])) ?? "Signal");
    const item = fieldsOf(line["chatItem"]);
    if (line["chatItem"] === undefined) continue;
    const id = wordOf(item["chatId"]);
    const gathered = chats.get(id) ?? new Gathered(left, room);
    chats.set(id, gathered);
    addItem(gathered, item, names, files, path);
  }
  return [...chats].flatMap(([id, gathered]) =>
    gathered.messages.length === 0 ? [] : [gathered.chat("signal", titles.get(id) ?? "Signal")],
  );
}

function addItem(
  gathered: Gathered,
  item: Fields,
  names: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Item>,
  path: string,
): void {
  const at = timeOf(item["dateSent"]);
  const author = wordOf(item["authorId"]);
  const name = names.get(author) ?? "?";
  if (at === null) return;
  const key = (time: unknown, by: unknown): string =>
    `${wordOf(time)} ${names.get(wordOf(by)) ?? "?"}`;
  const standard = fieldsOf(item["standardMessage"]);
  const sticker = fieldsOf(fieldsOf(item["stickerMessage"])["sticker"]);
  const words = first(
    fieldsOf(standard["text"])["body"],
    fieldsOf(fieldsOf(fieldsOf(item["directStoryReplyMessage"])["textReply"])["text"])["body"],
    sticker["emoji"],
    fieldsOf(item["poll"])["question"],
  );
  const found: Item[] = [];
  const lacks: string[] = [];
  for (const one of listOf(standard["attachments"]).map(fieldsOf)) {
    const pointer = fieldsOf(one["pointer"]);
    const hash = hexOf(wordOf(fieldsOf(pointer["locatorInfo"])["plaintextHash"]));
    const named = wordOf(pointer["fileName"]);
    const there = files.get(hash) ?? files.get(named.split(".")[0]?.toLowerCase() ?? "?");
    if (there !== undefined) found.push(there);
    else lacks.push(first(named, pointer["contentType"], "file"));
  }
  const quote = fieldsOf(standard["quote"]);
  const update = item["updateMessage"] !== undefined;
  if (update || (words === "" && found.length + lacks.length === 0)) return;
  const reactions = [
    ...listOf(standard["reactions"]),
    ...listOf(fieldsOf(item["stickerMessage"])["reactions"]),
  ];
  gathered.add(
    {
      key: key(item["dateSent"], author),
      at,
      name,
      text: words,
      reply:
        quote["targetSentTimestamp"] === undefined
          ? null
          : key(quote["targetSentTimestamp"], quote["authorId"]),
      edited: listOf(item["revisions"]).length > 0 ? at : null,
      lacks,
      reactions: grouped(
        reactions.map(fieldsOf).map((one) => ({
          emoji: wordOf(one["emoji"]),
          name: names.get(wordOf(one["authorId"])) ?? "?",
        })),
      ),
    },
    found,
    path,
  );
}

function grouped(
  all: readonly { emoji: string; name: string }[],
): { emoji: string; names: string[] }[] {
  const by = Map.groupBy(all, ({ emoji }) => emoji);
  return [...by].map(([emoji, some]) => ({ emoji, names: some.map(({ name }) => name) }));
}

/** Base64 as hexadecimal; empty where it is none. */
function hexOf(base64: string): string {
  try {
    return Array.from(atob(base64), (sign) =>
      sign.charCodeAt(0).toString(16).padStart(2, "0"),
    ).join("");
  } catch {
    return "";
  }
}

/** Reads one conversation of signal-export; `items` by their paths: `data.json`, a line for each message. @throws ChatsError */
export async function readSigexportJson(
  file: Item,
  items: ReadonlyMap<string, Item>,
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat | null> {
  const gathered = new Gathered(left, room);
  const keyOf = counted();
  for (const line of linesOf(await textOf(file, LIMITS.jsonBytes))) {
    const date = wordOf(line["date"]);
    const at = timeOf(Date.parse(date));
    if (at === null) continue;
    const body = wordOf(line["body"]).trim();
    const sender = first(line["sender"], "?");
    const draft: Draft = {
      key: keyOf([date.slice(0, 19), sender, body]),
      at,
      name: sender,
      text: [wordOf(line["quote"]).trim(), body].filter(Boolean).join("\n"),
      reactions: grouped(
        listOf(line["reactions"])
          .map(listOf)
          .map(([name, emoji]) => ({ name: wordOf(name), emoji: wordOf(emoji) })),
      ),
    };
    const named = listOf(line["attachments"]).map((one) => wordOf(fieldsOf(one)["path"]));
    addWith(gathered, draft, named, file, items);
  }
  return gathered.messages.length === 0
    ? null
    : gathered.chat("signal", file.path.at(-2) ?? "Signal");
}

const MD_HEAD = /^\[(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?\] ([^:\n]{1,200}): ?(.*)$/;
const MD_FILE = /!?\[[^\]\n]{0,300}\]\(\.?\/?([^()\n]{1,500})\) {0,2}/g;
const MD_REACTIONS = /\n?\(- ([^\n]{1,2000}) -\)/;

/** Reads one conversation of signal-export; `items` by their paths: `chat.md`. @throws ChatsError */
export async function readSigexportMarkdown(
  file: Item,
  items: ReadonlyMap<string, Item>,
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat | null> {
  const heads: { head: RegExpExecArray; lines: string[] }[] = [];
  for (const line of (await textOf(file, LIMITS.textBytes)).split(/\r?\n/)) {
    const head = MD_HEAD.exec(line);
    if (head !== null) heads.push({ head, lines: [head[8] ?? ""] });
    else heads.at(-1)?.lines.push(line);
  }
  if (heads.length === 0) {
    leave(left, { path: file.path.join("/"), why: "unknown" });
    return null;
  }
  const gathered = new Gathered(left, room);
  const keyOf = counted();
  for (const { head, lines } of heads) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = head
      .slice(1, 7)
      .map((part) => Number(part ?? 0));
    const at = timeOf(new Date(year, month - 1, day, hour, minute, second).getTime());
    if (at === null) continue;
    const whole = lines.join("\n").slice(0, LIMITS.longest);
    const named = [...whole.matchAll(MD_FILE)].map((found) => found[1] ?? "");
    const reactions = MD_REACTIONS.exec(whole)?.[1]?.split(", ") ?? [];
    const body = whole.replace(MD_REACTIONS, "").replace(MD_FILE, "").trim();
    const sender = head[7] ?? "?";
    addWith(
      gathered,
      {
        key: keyOf([wall([year, month, day, hour, minute, second]), sender, body]),
        at,
        name: sender,
        text: body,
        reactions: grouped(
          reactions.flatMap((one) => {
            const end = one.lastIndexOf(":");
            return end <= 0 ? [] : [{ name: one.slice(0, end), emoji: one.slice(end + 1).trim() }];
          }),
        ),
      },
      named,
      file,
      items,
    );
  }
  return gathered.messages.length === 0
    ? null
    : gathered.chat("signal", file.path.at(-2) ?? "Signal");
}

function addWith(
  gathered: Gathered,
  draft: Draft,
  named: readonly string[],
  file: Item,
  items: ReadonlyMap<string, Item>,
): void {
  const root = file.path.slice(0, -1);
  const found: Item[] = [];
  const lacks: string[] = [];
  for (const name of named) {
    const path = [
      ...root,
      ...unescaped(name)
        .split("/")
        .filter((part) => part !== "." && part !== ""),
    ].join("/");
    const item = items.get(path);
    if (item === undefined) lacks.push(name.split("/").at(-1) ?? name);
    else found.push(item);
  }
  gathered.add({ ...draft, lacks }, found, file.path.join("/"));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
