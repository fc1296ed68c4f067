/**
 * Brings conversations in, one after the other: first all of their messages, then their files. What is there already is not brought
 * again, so whoever stopped, or was cut off, chooses the same export once more and goes on.
 */
import type { ToBring } from "@baraza/engine";
import type { ChatSummary } from "./messages.ts";
import type { LeftOut } from "./model.ts";
import { whyOf } from "./open.ts";
import type { Reader } from "./reader.ts";

/** Where one conversation of the export goes. */
export interface Wish {
  /** Its place in the export. */
  index: number;
  summary: ChatSummary;
  /** null: into a conversation of its own, which is made. */
  spaceId: string | null;
  /** Where it was brought before; null: nowhere. */
  chat: string | null;
  /** Who of the space a name is said to be. */
  hints: { name: string; identityId: string }[];
}

/** What is done with them. Each throws where it is refused. */
export interface Place {
  newSpace: (title: string) => Promise<string>;
  put: (
    wish: Wish,
    to: { spaceId: string; chat: string | null },
    messages: ToBring[],
  ) => Promise<{ chat: string; added: number; there: number }>;
  /** The folder that files of a conversation go to. */
  folder: (spaceId: string, title: string) => Promise<string | null>;
  missing: (
    at: { spaceId: string; chat: string },
    files: { key: string; index: number }[],
  ) => Promise<number[]>;
  addFile: (
    at: { spaceId: string; chat: string; parentId: string | null },
    file: { key: string; index: number; name: string; content: Blob; changedAt: number },
  ) => Promise<void>;
}

export interface BroughtProgress {
  messages: number;
  files: number;
}

export interface BroughtReport {
  /** Of messages and of files: new, and there before. */
  added: number;
  there: number;
  files: number;
  filesThere: number;
  left: LeftOut[];
  /** It was stopped, or what it was put into refused more; the same export goes on from here. */
  stopped: "no" | "asked" | "failed";
  /** Where the first of them is now. */
  at: { spaceId: string; chat: string } | null;
}

const AT_ONCE = 1000;

/** @param stopsWith whether a failure ends it all (no room, no right to write), instead of being one line of the report */
export async function bringChats(
  reader: Reader,
  wishes: readonly Wish[],
  place: Place,
  options: {
    left: readonly LeftOut[];
    onProgress: (progress: BroughtProgress) => void;
    signal: AbortSignal;
    stopsWith: (error: unknown) => boolean;
  },
): Promise<BroughtReport> {
  const report: BroughtReport = {
    added: 0,
    there: 0,
    files: 0,
    filesThere: 0,
    left: [...options.left],
    stopped: "no",
    at: null,
  };
  const tell = (): void =>
    options.onProgress({
      messages: report.added + report.there,
      files: report.files + report.filesThere,
    });
  const run = { reader, place, report, tell, ...options };
  for (const wish of wishes) {
    if (options.signal.aborted) return { ...report, stopped: "asked" };
    try {
      await bringOne(wish, run);
    } catch (error) {
      if (options.signal.aborted) return { ...report, stopped: "asked" };
      if (options.stopsWith(error)) return { ...report, stopped: "failed" };
      report.left.push({ path: wish.summary.title, why: whyOf(error) });
    }
  }
  return report;
}

interface Run {
  reader: Reader;
  place: Place;
  report: BroughtReport;
  tell: () => void;
  signal: AbortSignal;
  stopsWith: (error: unknown) => boolean;
}

async function bringOne(wish: Wish, run: Run): Promise<void> {
  const { reader, place, report, tell, signal } = run;
  const spaceId = wish.spaceId ?? (await place.newSpace(wish.summary.title));
  let chat = wish.chat;
  for (let from = 0; from < wish.summary.messages; from += AT_ONCE) {
    signal.throwIfAborted();
    const job = { do: "messages", chat: wish.index, from, count: AT_ONCE } as const;
    const done = await place.put(wish, { spaceId, chat }, await reader.run(job));
    chat = done.chat;
    report.added += done.added;
    report.there += done.there;
    report.at ??= { spaceId, chat };
    tell();
  }
  if (chat !== null && wish.summary.files > 0) await bringFiles(wish, { spaceId, chat }, run);
}

async function bringFiles(
  { index: chatIndex, summary }: Wish,
  at: { spaceId: string; chat: string },
  { reader, place, report, tell, signal, stopsWith }: Run,
): Promise<void> {
  const all = await reader.run({ do: "files", chat: chatIndex });
  const lacking = await place.missing(
    at,
    all.map(({ key, index }) => ({ key, index })),
  );
  report.filesThere += all.length - lacking.length;
  tell();
  if (lacking.length === 0) return;
  const parentId = await place.folder(at.spaceId, summary.title);
  for (const which of lacking) {
    signal.throwIfAborted();
    const file = all[which];
    if (file === undefined) continue;
    const { key, index, name } = file;
    try {
      const { content, at: changedAt } = await reader.run({
        do: "file",
        chat: chatIndex,
        at: which,
      });
      await place.addFile({ ...at, parentId }, { key, index, name, content, changedAt });
      report.files += 1;
    } catch (error) {
      if (signal.aborted || stopsWith(error)) throw error;
      report.left.push({ path: name, why: whyOf(error) });
    }
    tell();
  }
}
