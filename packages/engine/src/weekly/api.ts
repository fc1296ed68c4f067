/** What a screen can ask of the weekly letter: what was new in chosen conversations, put together on one's own device. */
import type { Poll } from "../tools/chat/api.ts";

export type WeeklySettings = {
  /** A letter is made: it is not turned off, and there is something to make it of. */
  on: boolean;
  /** 0: Sunday; and the hour, by this device's clock. */
  day: number;
  hour: number;
  /** When the next one is due, ms since 1970; null: none is. */
  next: number | null;
  /** Conversations that it can be made of; `suggested`: those in which few write to many. */
  spaces: {
    spaceId: string;
    title: string;
    kind: "pair" | "group";
    on: boolean;
    suggested: boolean;
  }[];
};

export type WeekSummary = {
  /** Its day: `2026-11-23`. */
  letterId: string;
  /** What was new between these, ms since 1970. */
  from: number;
  to: number;
  unread: boolean;
  /** Conversations that it tells of. */
  spaces: number;
};

export type WeekMessage = {
  eventId: string;
  authorName: string;
  mine: boolean;
  text: string;
  at: number;
  /** Emoji that people put under it, those of most first, and how many people did; for messages with most reactions. */
  emoji: string[];
  reacted: number;
  /** As it stands now; null: it is no poll. */
  poll: Pick<Poll, "closesAt" | "ended" | "voters"> | null;
};

/** One conversation in a letter. What was deleted since, or is not on this device, is left out. */
export type WeekSpace = {
  spaceId: string;
  /** Empty where the conversation is not on this device (any more). */
  title: string;
  kind: "pair" | "group";
  here: boolean;
  /** Messages of others, by how many people; and the names of those who wrote most. */
  count: number;
  people: number;
  who: string[];
  mentions: WeekMessage[];
  pins: WeekMessage[];
  polls: WeekMessage[];
  top: WeekMessage[];
  files: { fileId: string; name: string; authorName: string }[];
  fileCount: number;
};

export type WeekLetter = {
  letterId: string;
  from: number;
  to: number;
  spaces: WeekSpace[];
  /** Conversations with something new that found no room in it. */
  more: number;
};

export type WeeklyCommands = {
  /** Whether the letter is made of these conversations. @throws EngineError `invalid`: too many */
  "weekly.set": (args: { spaceIds: string[]; on: boolean }) => Promise<void>;
  /** On which day, at which hour; `on` false: no letters, and what was chosen is kept. */
  "weekly.setWhen": (args: {
    day?: number | undefined;
    hour?: number | undefined;
    on?: boolean | undefined;
  }) => Promise<void>;
  /** It was read, on all of one's devices. */
  "weekly.read": (args: { letterId: string }) => Promise<void>;
};

export type WeeklyLive = {
  "weekly.settings": { args: Record<string, never>; value: WeeklySettings };
  /** Whether the letter is made of a conversation. */
  "weekly.of": {
    args: { spaceId: string };
    value: { on: boolean; off: boolean; day: number; hour: number };
  };
  /** The newest first; twelve are kept. */
  "weekly.letters": { args: Record<string, never>; value: WeekSummary[] };
  /** Null: it is not there (any more). `letterId` null: the newest. */
  "weekly.letter": { args: { letterId: string | null }; value: WeekLetter | null };
  /** The newest, where it was not read; null: it was, or there is none. */
  "weekly.unread": { args: Record<string, never>; value: string | null };
};
