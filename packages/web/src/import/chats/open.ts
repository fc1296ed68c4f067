/** What somebody chose -> conversations: finds out whose export it is, and reads all of it. Runs in chats-worker.ts. */
import { DecodeError } from "../../decode/api.ts";
import { planOf, type Item } from "../items.ts";
import { ChatsError, leave, LIMITS, textOf } from "./model.ts";
import type { LeftOut, ReadChat, ReadExport, WhyLeft } from "./model.ts";
import { readSigexportJson, readSigexportMarkdown, readSignal } from "./signal.ts";
import { readSlack, slackRoot } from "./slack.ts";
import { readTelegram } from "./telegram.ts";
import { isWhatsApp, readWhatsApp, titleOf } from "./whatsapp.ts";

/** A file that was chosen, with its path where a whole folder was. */
export interface ChosenFile {
  file: File;
  path: string;
}

/** Reads what was chosen. What cannot be read stands in `left`, with its reason. */
export async function readExport(files: readonly ChosenFile[]): Promise<ReadExport> {
  const left: LeftOut[] = [];
  const chats: ReadChat[] = [];
  const room = { messages: LIMITS.messages };
  for (const group of await groupsOf(files, left)) {
    try {
      const { found, used } = await readGroup(group, left, room);
      if (found.length === 0 && used.size === 0)
        leave(left, { path: group.name, why: isSealed(group) ? "sealed" : "unknown" });
      else {
        for (const { media } of found) for (const { item } of media) used.add(item);
        for (const item of group.items)
          if (!used.has(item)) leave(left, { path: item.path.join("/"), why: "unused" });
      }
      chats.push(...found.slice(0, LIMITS.chats - chats.length));
    } catch (error) {
      leave(left, {
        path: error instanceof ChatsError ? error.path : group.name,
        why: whyOf(error),
      });
    }
  }
  return { chats, left };
}

export function whyOf(error: unknown): WhyLeft {
  if (error instanceof ChatsError) return error.why;
  if (!(error instanceof DecodeError)) return "failed";
  const { trouble } = error;
  return trouble === "protected" ||
    trouble === "damaged" ||
    trouble === "unsupported" ||
    trouble === "tooLarge"
    ? trouble
    : "failed";
}

/** What belongs together: the files of one zip, or all that were chosen beside zips. */
interface Group {
  name: string;
  items: Item[];
}

async function groupsOf(files: readonly ChosenFile[], left: LeftOut[]): Promise<Group[]> {
  const groups: Group[] = [];
  const loose: Item[] = [];
  for (const { file, path } of files) {
    if (!/\.zip$/i.test(file.name)) {
      loose.push({
        path: path.split("/").filter((part) => part !== ""),
        size: file.size,
        at: file.lastModified,
        open: async () => file,
      });
      continue;
    }
    const plan = await planOf([file], { unzip: true });
    left.push(...plan.left.slice(0, LIMITS.left));
    if (plan.items.length > 0) groups.push({ name: file.name, items: plan.items });
  }
  if (loose.length > 0) groups.push({ name: loose[0]?.path[0] ?? "", items: loose });
  return groups;
}

/** Signal's own backups: a file, or a folder of files without endings. */
const isSealed = ({ items }: Group): boolean =>
  items.some(({ path }) => {
    const name = path.at(-1) ?? "";
    return (
      /^signal-.*\.backup$/i.test(name) ||
      (name === "main" && path.at(-2)?.startsWith("signal-backup"))
    );
  });

const nameOf = ({ path }: Item): string => path.at(-1) ?? "";
const folderOf = ({ path }: Item): string => path.slice(0, -1).join("/");

async function readGroup(
  { name, items }: Group,
  left: LeftOut[],
  room: { messages: number },
): Promise<{ found: ReadChat[]; used: Set<Item> }> {
  const slack = slackRoot(items);
  if (slack !== null) {
    // What else is in it are lists of integrations and canvases: nothing that somebody wrote in a conversation.
    const used = new Set(items.filter((item) => /\.json$/i.test(nameOf(item))));
    return { found: await readSlack(items, slack, left, room), used };
  }
  const found: ReadChat[] = [];
  const used = new Set<Item>();
  const byPath = new Map(items.map((item) => [item.path.join("/"), item]));
  for (const item of items) {
    const file = nameOf(item);
    const one = async (): Promise<ReadChat[]> => {
      if (file === "result.json") return readTelegram(item, items, left, room);
      if (file === "main.jsonl") return readSignal(item, items, left, room);
      if (file === "data.json") return single(readSigexportJson(item, byPath, left, room));
      if (/^(?:chat|index)\.md$/.test(file) && !byPath.has(`${folderOf(item)}/data.json`))
        return single(readSigexportMarkdown(item, byPath, left, room));
      if (/\.txt$/i.test(file) && (await looksRight(item))) {
        const beside = items.filter(
          (other) => other !== item && folderOf(other) === folderOf(item),
        );
        const title = titleOf(/^_?chat\.txt$/i.test(file) ? (item.path.at(-2) ?? name) : file);
        return single(readWhatsApp(item, title, beside, left, room));
      }
      return [];
    };
    try {
      const some = await one();
      if (some.length > 0) used.add(item);
      found.push(...some);
    } catch (error) {
      used.add(item);
      leave(left, {
        path: error instanceof ChatsError ? error.path : item.path.join("/"),
        why: whyOf(error),
      });
    }
  }
  return { found, used };
}

async function single(reading: Promise<ReadChat | null>): Promise<ReadChat[]> {
  const one = await reading;
  return one === null ? [] : [one];
}

/** Whether the beginning of a text is one of WhatsApp's. */
async function looksRight(item: Item): Promise<boolean> {
  if (item.size > LIMITS.textBytes) throw new ChatsError("tooLarge", item.path.join("/"));
  return isWhatsApp(await textOf(item, LIMITS.textBytes));
}
