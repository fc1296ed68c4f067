import { beforeAll, expect, test } from "vitest";
import type { MessageRow } from "../../app/model.ts";
import { loadWords, switchCatalogue, t } from "../../i18n/index.ts";
import { arrived, authorOf, gistOf, readOut } from "./said.ts";

beforeAll(async () => {
  await switchCatalogue("en", ["en-GB"]);
  await loadWords("talk");
});

const message = (eventId: string, more: Partial<MessageRow> = {}): MessageRow => ({
  eventId,
  position: 1,
  authorId: "b",
  authorName: "Bruno",
  mine: false,
  text: `Text ${eventId}`,
  at: Date.UTC(2026, 0, 5, 9, 30),
  editedAt: null,
  deleted: false,
  deletedBy: null,
  replyTo: null,
  forwarded: null,
  inThread: null,
  thread: null,
  poll: null,
  media: null,
  pinned: false,
  reactions: [],
  state: "sent",
  mentionsMe: false,
  everyone: false,
  needsNewerApp: false,
  notice: null,
  ...more,
});
const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => message(id)) as [
  MessageRow,
  MessageRow,
  MessageRow,
  MessageRow,
];
const known = (...messages: MessageRow[]): Set<string> =>
  new Set(messages.map(({ eventId }) => eventId));
const said = { name: "Bruno", text: "Text a" };
const file = (type: string) => ({
  files: [{ fileId: "f", type, width: 0, height: 0 }],
  voice: null,
  place: null,
  contact: null,
});

test("what comes behind the last one that is known is new, and nothing else", () => {
  expect(arrived(undefined, [a, b])).toEqual([]);
  expect(arrived(known(a, b), [a, b, c, d])).toEqual([c, d]);
  // An older page, the newest one gone, another conversation.
  expect(arrived(known(c), [a, b, c])).toEqual([]);
  expect(arrived(known(a, b, c), [a, b])).toEqual([]);
  expect(arrived(known(a), [b, c])).toEqual([]);
  // The first words of all.
  expect(arrived(known(), [a])).toEqual([a]);
});

test("one's own, what happened and what is deleted already are no news", () => {
  const mine = message("m", { mine: true });
  const notice = message("n", {
    notice: { kind: "joined", name: "Juma", by: null, title: null },
  });
  const gone = message("g", { deleted: true, text: "" });
  expect(arrived(known(a), [a, mine, notice, gone, b])).toEqual([b]);
});

test("few are read one by one, and many are counted", () => {
  // Sentences are put together by what the build makes of the catalogues: here they stand as they were written.
  expect(readOut([a, b])).toBe(`${t("chat.said", said)} ${t("chat.said", said)}`);
  expect(readOut([a, b, c, d])).toBe(t("list.unread", { count: 4 }));
});

test("what has no words is named by what it is", () => {
  expect(authorOf(message("m", { mine: true }))).toBe("You");
  expect(authorOf(a)).toBe("Bruno");
  expect(gistOf(message("p", { text: "", media: file("image/jpeg") }))).toBe("Picture");
  expect(gistOf(message("p", { text: "", media: file("") }))).toBe("File");
  expect(gistOf(message("p", { text: "A boat", media: file("image/jpeg") }))).toBe("A boat");
  expect(gistOf(message("e", { text: "" }))).toMatch(/\d:\d\d/);
  // No sign is cut in two.
  expect(gistOf(message("x", { text: "💧".repeat(80) }))).toBe(`${"💧".repeat(60)}…`);
});
