/** What a screen can ask of messages that were brought from other services. Ids are lower-case hexadecimal, times in ms since 1970. */
import type { Content, Prepared } from "../files/api.ts";
import type { Service } from "./events.ts";

export type { Service } from "./events.ts";

/** A message as it was read out of another service's file. */
export type ToBring = {
  /** What tells it from all others of the service, and stays the same in every export: ids, or time, name, text and how often before. */
  key: string;
  at: number;
  /** Orders messages of one time. */
  n: number;
  /** null: the other service's own line. */
  name: string | null;
  text: string;
  /** Keys of the message that it answers and of the one whose thread it is in. */
  reply: string | null;
  thread: string | null;
  edited: number | null;
  /** Files that are there: they come by `brought.addFile`, by their place in this list. */
  files: { name: string; type: string }[];
  /** Names of files that are not there. */
  lacks: string[];
  reactions: { emoji: string; names: string[] }[];
};

/** A brought conversation in a space. */
export type Brought = {
  chat: string;
  service: Service;
  title: string;
  author: string;
  authorName: string;
  mine: boolean;
  /** One may delete it for all. */
  mayDelete: boolean;
  broughtAt: number;
  messages: number;
  people: number;
  from: number;
  to: number;
};

export type BroughtMessage = {
  id: string;
  at: number;
  name: string | null;
  /** Who in the space that name is said to be, by whoever brought it. */
  hint: string | null;
  text: string;
  /** What it answers, or the beginning of its thread; `text` empty where that is not there. */
  answers: { id: string; name: string; text: string } | null;
  edited: number | null;
  files: { fileId: string; name: string; type: string }[];
  lacks: string[];
  reactions: { emoji: string; names: string[] }[];
};

type SpaceId = { spaceId: string };
type Chat = SpaceId & { chat: string };

export type BroughtCommands = {
  /**
   * Where one has brought some of these messages before, by their keys, the most of them first: whoever goes on there brings nothing twice.
   */
  "brought.known": (args: {
    service: Service;
    keys: string[];
  }) => Promise<(Chat & { title: string; spaceTitle: string; known: number })[]>;
  /**
   * Brings messages, many in an event; durable when it resolves. Those that are there, or were deleted there, are not brought again.
   * `chat` null: a new one, which is named in the answer. At most 2,000 messages at a time.
   */
  "brought.put": (
    args: SpaceId & {
      chat: string | null;
      service: Service;
      title: string;
      /** Names in the export, and who of the space each is said to be. */
      hints: { name: string; identityId: string }[];
      messages: ToBring[];
    },
  ) => Promise<{ chat: string; added: number; there: number }>;
  /** Adds a file of a message to the space's files; it is noted when this resolves. What is there, or is on its way, is not added again. */
  "brought.addFile": (
    args: Chat & {
      key: string;
      index: number;
      parentId: string | null;
      name: string;
      content: Content;
      prepared: Prepared;
      changedAt?: number | undefined;
    },
  ) => Promise<{ state: "added" | "there" }>;
  /** Of files of messages, by key and place in the message's list: which of them are not there and not on their way. */
  "brought.missing": (
    args: Chat & { files: { key: string; index: number }[] },
  ) => Promise<number[]>;
  /** Deletes for all: single messages, or everything with its files. For whoever brought it, and those who keep order. */
  "brought.delete": (args: Chat & { messages?: string[] | undefined }) => Promise<void>;
  /** How many messages stand before this one, or before this time. */
  "brought.place": (
    args: Chat & ({ message: string } | { at: number }),
  ) => Promise<{ offset: number | null }>;
};

export type BroughtLive = {
  /** What was brought into a space, the newest last message first. */
  "brought.list": { args: SpaceId; value: Brought[] };
  "brought.one": { args: Chat; value: Brought | null };
  /** Messages in their order, oldest first, from the one with so many before it. At most 500. */
  "brought.messages": {
    args: Chat & { offset: number; limit: number };
    value: { total: number; messages: BroughtMessage[] };
  };
};
