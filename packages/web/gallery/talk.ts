/** Messages with all that text can have, for the gallery. */
import type { MessageRow } from "../src/app/model.ts";
import type { Deeper } from "../src/features/chat/deeper.ts";
import { messages, now } from "./samples.ts";

const nothing = (): void => undefined;
export const deeper: Deeper = {
  leads: true,
  threadHref: (root) => `#t-${root}`,
  onThread: nothing,
  broughtHref: (chat) => `#b-${chat}`,
  onForward: nothing,
  onHistory: nothing,
  onPin: nothing,
  onVote: nothing,
  onAddChoice: nothing,
  onEndPoll: nothing,
  addsIn: () => [],
  media: () => null,
};

const minute = 60_000;
const like = (id: string, text: string, more: Partial<MessageRow> = {}): MessageRow => {
  const base = messages.find(({ authorId, notice }) => authorId === id && notice === null)!;
  return {
    ...base,
    eventId: `t-${text.slice(0, 12)}`,
    text,
    at: now - minute,
    replyTo: null,
    editedAt: null,
    deleted: false,
    reactions: [],
    ...more,
  };
};

/** Strokes, lists, quotes, code, links that deceive, and text made to trouble the screen. */
export const formatted: MessageRow[] = [
  like(
    "id-layla",
    "**خطة الأسبوع**\n1. ترجمة _المسودة_ إلى العربية\n2. مراجعة ~~الفقرة الأولى~~ الفقرة الثانية\n3. الرد على @Amina Wanjikũ",
  ),
  like(
    "id-bruno",
    "Our **three points**, *in short*:\n- seeds are shared, ~~not sold~~\n- the count is in `report.csv`\n  - see [the table](https://mombasa.example/seeds/table)\n- answers by Thursday",
  ),
  like(
    "id-chen",
    "> Who keeps the seeds keeps the village.\n> — a saying\n\nThis is how I count them:\n```\nfor (const bag of bags) {\n  total += bag.seeds; // all of them, also those that were given away\n}\n```",
  ),
  like(
    "id-claire",
    "Careful with this one: https://pаypal.com/confirm and [https://bank.example](https://evil.example/login)",
    { authorName: "Clаire Dubois-Ndiaye" },
  ),
  like(
    "id-amina",
    `Z${"\u0317\u0301\u0489".repeat(40)}algo, \u202eturned around\u202c and${"\u200b".repeat(90)} back.`,
    { mine: true },
  ),
];
