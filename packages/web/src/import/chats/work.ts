/** What the worker does with an export: keeps what was read, and gives it piece by piece. */
import type { Answers, ChatSummary, Job } from "./messages.ts";
import { ChatsError } from "./model.ts";
import type { ReadChat, ReadExport } from "./model.ts";
import { readExport } from "./open.ts";

const SAMPLE = 200;
const PEOPLE = 200;

export type Reading = { read: ReadExport | null };

/** @throws ChatsError, DecodeError */
export async function carryOut(reading: Reading, job: Job): Promise<Answers[keyof Answers]> {
  if (job.do === "read") {
    reading.read = await readExport(job.files);
    const { chats, left } = reading.read;
    return { chats: chats.map(summaryOf), left };
  }
  const chat = reading.read?.chats[job.chat];
  if (chat === undefined) throw new ChatsError("failed", "");
  switch (job.do) {
    case "messages":
      return chat.messages.slice(job.from, job.from + job.count);
    case "files":
      return chat.media.map(({ key, index, item }) => ({
        key,
        index,
        name: item.path.at(-1) ?? "",
        size: item.size,
      }));
    case "file": {
      const media = chat.media[job.at];
      if (media === undefined) throw new ChatsError("failed", "");
      return { content: await media.item.open(), at: media.item.at };
    }
  }
}

function summaryOf({ service, title, messages, media }: ReadChat): ChatSummary {
  const by = new Map<string, number>();
  let from = Infinity;
  let to = 0;
  for (const { name, at } of messages) {
    if (name !== null) by.set(name, (by.get(name) ?? 0) + 1);
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  const step = Math.max(1, messages.length / SAMPLE);
  const sample = Array.from(
    { length: Math.min(SAMPLE, messages.length) },
    (_, index) => messages[Math.floor(index * step)]?.key ?? "",
  );
  return {
    service,
    title,
    messages: messages.length,
    people: [...by]
      .map(([name, count]) => ({ name, messages: count }))
      .toSorted((a, b) => b.messages - a.messages)
      .slice(0, PEOPLE),
    peopleCount: by.size,
    from: Number.isFinite(from) ? from : 0,
    to,
    files: media.length,
    bytes: media.reduce((sum, { item }) => sum + item.size, 0),
    sample: sample.filter((key) => key !== ""),
  };
}
