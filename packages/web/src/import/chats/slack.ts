/**
 * Exports of Slack: `users.json`, lists of conversations, and for each a folder with a file for each day. Files are not in it, only
 * links that open for those who are signed in there.
 */
import type { Item } from "../items.ts";
import { fieldsOf, Gathered, jsonOf, leave, LIMITS, listOf, timeOf, wordOf } from "./model.ts";
import type { Fields, LeftOut, ReadChat } from "./model.ts";
import { emojiOf } from "./shortcodes.ts";

/** The folder that has `users.json` and a list of channels; null: this is no export of Slack. */
export function slackRoot(items: readonly Item[]): string[] | null {
  const users = items.find(
    ({ path }) => path.at(-1) === "users.json" && path.length <= 2 && hasList(items, path),
  );
  return users === undefined ? null : users.path.slice(0, -1);
}

const LISTS = ["channels.json", "groups.json", "dms.json", "mpims.json"];
const hasList = (items: readonly Item[], users: readonly string[]): boolean =>
  items.some(
    ({ path }) =>
      path.length === users.length &&
      LISTS.includes(path.at(-1) ?? "") &&
      path.slice(0, -1).join("/") === users.slice(0, -1).join("/"),
  );

/** Reads all conversations. @throws ChatsError */
export async function readSlack(
  items: readonly Item[],
  root: readonly string[],
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat[]> {
  const at = (path: readonly string[]): string => path.slice(root.length).join("/");
  const byPath = new Map(items.map((item) => [at(item.path), item]));
  const read = async (name: string): Promise<readonly Fields[]> => {
    const item = byPath.get(name);
    return item === undefined ? [] : listOf(await jsonOf(item)).map(fieldsOf);
  };
  const names = new Map<string, string>();
  for (const user of await read("users.json")) names.set(wordOf(user["id"]), userName(user));
  const days = new Map<string, Item[]>();
  for (const item of items) {
    const [folder, file, ...rest] = item.path.slice(root.length);
    if (folder === undefined || file === undefined || rest.length > 0) continue;
    if (!/^\d{4}-\d\d-\d\d\.json$/.test(file)) continue;
    days.set(folder, [...(days.get(folder) ?? []), item]);
  }
  const channels = new Map<string, string>();
  const chats: ReadChat[] = [];
  const listed: { id: string; folder: string; title: string }[] = [];
  for (const list of LISTS)
    for (const one of await read(list)) {
      const id = wordOf(one["id"]);
      const name = wordOf(one["name"]);
      const members = listOf(one["members"]).map((member) => names.get(wordOf(member)) ?? "?");
      const title =
        list.startsWith("dms") || list.startsWith("mpims") ? members.join(", ") : `#${name}`;
      if (name !== "") channels.set(id, name);
      listed.push({ id, folder: days.has(name) ? name : id, title });
    }
  const known = new Set(listed.map(({ folder }) => folder));
  for (const folder of days.keys())
    if (!known.has(folder)) listed.push({ id: folder, folder, title: `#${folder}` });
  for (const { id, folder, title } of listed.slice(0, LIMITS.chats)) {
    const files = (days.get(folder) ?? []).toSorted((a, b) => compare(at(a.path), at(b.path)));
    if (files.length === 0) continue;
    const gathered = new Gathered(left, room);
    for (const file of files) {
      const path = file.path.join("/");
      const messages = await jsonOf(file).catch((error: unknown) => {
        leave(left, { path, why: whyOf(error) });
        return [];
      });
      for (const message of listOf(messages))
        addMessage(gathered, fieldsOf(message), { id, title, names, channels, left, path });
    }
    if (gathered.messages.length > 0) chats.push(gathered.chat("slack", title));
  }
  return chats;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function whyOf(error: unknown): "tooLarge" | "damaged" {
  return error instanceof Error && "why" in error && error.why === "tooLarge"
    ? "tooLarge"
    : "damaged";
}

function userName(user: Fields): string {
  const profile = fieldsOf(user["profile"]);
  for (const name of [
    profile["display_name"],
    profile["real_name"],
    user["real_name"],
    user["name"],
  ])
    if (wordOf(name).trim() !== "") return wordOf(name).trim();
  return wordOf(user["id"]);
}

interface Around {
  id: string;
  title: string;
  names: ReadonlyMap<string, string>;
  channels: ReadonlyMap<string, string>;
  left: LeftOut[];
  path: string;
}

/** What Slack says itself. */
const OWN =
  /^(?:channel|group|im|mpim)_|^(?:bot_add|bot_remove|pinned_item|reminder_add|sh_room_created|tombstone)$/;

function addMessage(gathered: Gathered, message: Fields, around: Around): void {
  const { id, names, title, left, path } = around;
  const ts = wordOf(message["ts"]);
  const at = timeOf(ts, 1000);
  if (message["type"] !== "message" || at === null) return;
  const subtype = wordOf(message["subtype"]);
  const profile = fieldsOf(message["user_profile"]);
  const user = wordOf(message["user"]);
  const name =
    names.get(user) ??
    [message["username"], profile["real_name"], profile["name"], user, message["bot_id"]]
      .map(wordOf)
      .find((one) => one !== "") ??
    "?";
  const own = OWN.test(subtype);
  const said = [plain(wordOf(message["text"]), around)];
  for (const one of listOf(message["attachments"]).slice(0, 20).map(fieldsOf)) {
    const link = wordOf(one["title_link"] ?? one["from_url"]);
    const more = [one["title"], one["text"]].map(wordOf).filter((part) => part !== "");
    const text = more.length === 0 ? wordOf(one["fallback"]) : more.join("\n");
    const shown = plain(text, around);
    if (shown !== "" && !said.some((part) => part.includes(shown)))
      said.push(
        link === "" || said.some((part) => part.includes(link)) ? shown : `${shown}\n${link}`,
      );
  }
  const files = listOf(message["files"]).slice(0, 20).map(fieldsOf);
  for (const file of files) leave(left, { path: `${title}/${fileName(file)}`, why: "link" });
  const thread = wordOf(message["thread_ts"]);
  gathered.addQuiet(
    {
      key: `${id} ${ts}`,
      at,
      name: own ? null : name,
      text: said.filter((part) => part !== "").join("\n"),
      thread: thread === "" || thread === ts ? null : `${id} ${thread}`,
      edited: timeOf(fieldsOf(message["edited"])["ts"], 1000),
      lacks: files.map(fileName),
      reactions: listOf(message["reactions"])
        .map(fieldsOf)
        .map((one) => ({
          emoji: emojiOf(wordOf(one["name"])),
          names: listOf(one["users"]).map((by) => names.get(wordOf(by)) ?? "?"),
        })),
    },
    path,
  );
}

const fileName = (file: Fields): string =>
  wordOf(file["name"]) || wordOf(file["title"]) || wordOf(file["id"]) || "?";

/** Slack's marks as plain words: people and channels by their names, links as they are, emoji as signs. */
function plain(text: string, { names, channels }: Around): string {
  return text
    .slice(0, LIMITS.longest)
    .replace(/<([^<>\n]{1,4000})>/g, (whole, inside: string) => {
      const [target = "", label] = inside.split("|", 2);
      if (target.startsWith("@"))
        return `@${names.get(target.slice(1)) ?? label ?? target.slice(1)}`;
      if (target.startsWith("#"))
        return `#${label || (channels.get(target.slice(1)) ?? target.slice(1))}`;
      if (target.startsWith("!")) return label ?? `@${target.slice(1).split("^")[0] ?? ""}`;
      if (!/^(?:https?|mailto|tel):/.test(target)) return whole;
      const bare = target.replace(/^(?:mailto|tel):/, "");
      return label === undefined || label === bare ? bare : `${label} (${bare})`;
    })
    .replace(/:([a-z0-9_+'-]{1,50}):/g, (whole, code: string) => {
      const sign = emojiOf(code);
      return sign.startsWith(":") ? whole : sign;
    })
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
