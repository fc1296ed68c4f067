/** Exports of Telegram Desktop as JSON: `result.json` of one conversation or of all, with folders of media beside it. */
import type { Item } from "../items.ts";
import { ChatsError, fieldsOf, Gathered, jsonOf, LIMITS, listOf, timeOf, wordOf } from "./model.ts";
import type { Fields, LeftOut, ReadChat } from "./model.ts";

/** Reads what one `result.json` has. @throws ChatsError `unknown`: it is of something else; `tooLarge`, `damaged` */
export async function readTelegram(
  file: Item,
  items: readonly Item[],
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat[]> {
  const path = file.path.join("/");
  const all = fieldsOf(await jsonOf(file));
  const root = file.path.slice(0, -1);
  const media = new Map(
    items
      .filter(({ path: at }) => root.every((part, index) => at[index] === part))
      .map((item) => [item.path.slice(root.length).join("/"), item]),
  );
  const lists = [fieldsOf(all["chats"])["list"], fieldsOf(all["left_chats"])["list"]];
  const chats = Array.isArray(all["messages"]) ? [all] : lists.flatMap(listOf).map(fieldsOf);
  if (chats.length === 0) throw new ChatsError("unknown", path);
  return chats.slice(0, LIMITS.chats).flatMap((chat) => {
    const gathered = new Gathered(left, room);
    const id = wordOf(chat["id"]);
    for (const message of listOf(chat["messages"]))
      addMessage(gathered, id, fieldsOf(message), media, path);
    const title =
      wordOf(chat["name"]) || (chat["type"] === "saved_messages" ? "Telegram ★" : `Telegram ${id}`);
    return gathered.messages.length === 0 ? [] : [gathered.chat("telegram", title)];
  });
}

function addMessage(
  gathered: Gathered,
  chat: string,
  message: Fields,
  media: ReadonlyMap<string, Item>,
  path: string,
): void {
  const at = timeOf(message["date_unixtime"], 1000) ?? timeOf(Date.parse(wordOf(message["date"])));
  if (at === null) return;
  const key = (id: unknown): string => `${chat} ${wordOf(id)}`;
  if (message["type"] === "service") {
    const actor = wordOf(message["actor"]);
    const what = wordOf(message["action"]).replaceAll("_", " ");
    const whom = listOf(message["members"]).map(wordOf).filter(Boolean).join(", ");
    const more = [actor, what, whom || wordOf(message["title"]) || wordOf(message["text"])];
    const text = more.filter((part) => part !== "").join(" · ");
    gathered.add({ key: key(message["id"]), at, name: null, text }, [], path);
    return;
  }
  const files: Item[] = [];
  const lacks: string[] = [];
  for (const field of ["photo", "file"]) {
    const named = wordOf(message[field]);
    if (named === "") continue;
    const item = media.get(named);
    if (item !== undefined) files.push(item);
    // "(File not included. Change data exporting settings to download.)"
    else
      lacks.push(
        wordOf(message["file_name"]) ||
          (named.startsWith("(") ? kindOf(message) : (named.split("/").at(-1) ?? named)),
      );
  }
  const reply = message["reply_to_message_id"];
  gathered.add(
    {
      key: key(message["id"]),
      at,
      name: wordOf(message["from"]) || wordOf(message["from_id"]) || "?",
      text: saidIn(message),
      reply: reply === undefined ? null : key(reply),
      edited:
        timeOf(message["edited_unixtime"], 1000) ?? timeOf(Date.parse(wordOf(message["edited"]))),
      lacks,
      reactions: listOf(message["reactions"])
        .map(fieldsOf)
        .map((one) => ({
          emoji: wordOf(one["emoji"]) || "⭐",
          names: listOf(one["recent"]).map((by) => wordOf(fieldsOf(by)["from"]) || "?"),
        })),
    },
    files,
    path,
  );
}

const kindOf = (message: Fields): string =>
  wordOf(message["media_type"]).replaceAll("_", " ") || wordOf(message["mime_type"]) || "file";

/** The words of a message with what has no words: a sticker, a place, a contact, a poll. */
function saidIn(message: Fields): string {
  const lines = [wordsOf(message["text"])];
  const from = wordOf(message["forwarded_from"]);
  if (from !== "") lines.unshift(`↪ ${from}`);
  const place = fieldsOf(message["location_information"]);
  if (place["latitude"] !== undefined)
    lines.push(
      `📍 ${wordOf(message["place_name"])} ${wordOf(place["latitude"])}, ${wordOf(place["longitude"])}`,
    );
  const contact = fieldsOf(message["contact_information"]);
  const person = [contact["first_name"], contact["last_name"], contact["phone_number"]];
  if (person.some((part) => wordOf(part) !== ""))
    lines.push(`👤 ${person.map(wordOf).filter(Boolean).join(" ")}`);
  const poll = fieldsOf(message["poll"]);
  if (wordOf(poll["question"]) !== "") {
    lines.push(`📊 ${wordsOf(poll["question"])}`);
    for (const answer of listOf(poll["answers"]).slice(0, 20).map(fieldsOf))
      lines.push(`• ${wordsOf(answer["text"])} (${wordOf(answer["voters"]) || "0"})`);
  }
  if (message["media_type"] === "sticker") lines.push(wordOf(message["sticker_emoji"]));
  return lines.filter((line) => line.trim() !== "").join("\n");
}

/** A text, or its pieces: words, links with a target of their own, everything else as it reads. */
function wordsOf(text: unknown): string {
  if (!Array.isArray(text)) return wordOf(text).slice(0, LIMITS.longest);
  return text
    .slice(0, 5000)
    .map((piece) => {
      if (typeof piece === "string") return piece;
      const { type, text: words, href } = fieldsOf(piece);
      return type === "text_link" && wordOf(href) !== "" && wordOf(href) !== wordOf(words)
        ? `${wordOf(words)} (${wordOf(href)})`
        : wordOf(words);
    })
    .join("");
}
