/** What the tab and the worker that reads exports say to each other. */
import type { ChosenFile } from "./open.ts";
import type { LeftOut, Service, ToBring, WhyLeft } from "./model.ts";

/** A conversation of an export, before it is brought in. */
export interface ChatSummary {
  service: Service;
  title: string;
  messages: number;
  /** Who wrote, and how much; those who wrote most first, 200 at most. */
  people: { name: string; messages: number }[];
  peopleCount: number;
  /** ms since 1970. */
  from: number;
  to: number;
  files: number;
  /** Of the files, as the export says. */
  bytes: number;
  /** Keys of some of the messages, from all of it. */
  sample: string[];
}

export interface ExportSummary {
  chats: ChatSummary[];
  left: LeftOut[];
}

export type Job =
  | { do: "read"; files: ChosenFile[] }
  | { do: "messages"; chat: number; from: number; count: number }
  | { do: "files"; chat: number }
  | { do: "file"; chat: number; at: number };

export interface Answers {
  read: ExportSummary;
  messages: ToBring[];
  /** The files of a conversation, by message and place there. */
  files: { key: string; index: number; name: string; size: number }[];
  file: { content: Blob; at: number };
}

export type ToWorker = { baraza: "chats"; id: number; job: Job };
export type FromWorker =
  | { baraza: "chats"; id: number; answer: Answers[keyof Answers] }
  | { baraza: "chats"; id: number; why: WhyLeft };
