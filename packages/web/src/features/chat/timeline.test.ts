import { expect, test } from "vitest";
import type { MessageRow } from "../../app/model.ts";
import { countPrepended, timelineOf } from "./timeline.ts";

const noon = new Date(2025, 2, 3, 12).getTime();
const minute = 60_000;

function message(eventId: string, authorId: string, at: number): MessageRow {
  return {
    eventId,
    authorId,
    authorName: authorId,
    mine: false,
    text: eventId,
    at,
    position: at,
    editedAt: null,
    deleted: false,
    deletedBy: null,
    forwarded: null,
    inThread: null,
    thread: null,
    poll: null,
    media: null,
    pinned: false,
    replyTo: null,
    needsNewerApp: false,
    notice: null,
    reactions: [],
    state: "delivered",
    mentionsMe: false,
    everyone: false,
  };
}

const kinds = (messages: MessageRow[], unread?: string): string[] =>
  timelineOf(messages, unread).map((item) => (item.kind === "message" ? item.key : item.kind));

test("each day begins with its separator", () => {
  const rows = kinds([
    message("a", "x", noon),
    message("b", "x", noon + minute),
    message("c", "x", noon + 24 * 60 * minute),
  ]);
  expect(rows).toEqual(["day", "a", "b", "day", "c"]);
});

test("the line for what is new stands before the first unread message and splits its group", () => {
  const messages = [message("a", "x", noon), message("b", "x", noon + minute)];
  expect(kinds(messages, "b")).toEqual(["day", "a", "new", "b"]);
  const items = timelineOf(messages, "b");
  expect(items[1]).toMatchObject({ first: true, last: true });
  expect(items[3]).toMatchObject({ first: true, last: true });
});

test("messages of one author hang together until someone else writes or time passes", () => {
  const items = timelineOf([
    message("a", "x", noon),
    message("b", "x", noon + minute),
    message("c", "y", noon + 2 * minute),
    message("d", "y", noon + 9 * minute),
  ]).filter((item) => item.kind === "message");
  expect(items.map(({ first, last }) => [first, last])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test("a notice stands alone and ends the group around it", () => {
  const joined: MessageRow = {
    ...message("n", "x", noon + 1),
    notice: { kind: "joined", name: "y", by: null, title: null },
  };
  const items = timelineOf([message("a", "x", noon), joined, message("b", "x", noon + minute)]);
  expect(items.map(({ kind }) => kind)).toEqual(["day", "message", "notice", "message"]);
  expect(items[1]).toMatchObject({ last: true });
  expect(items[3]).toMatchObject({ first: true });
});

test("where older messages cannot be shown, the first row says so", () => {
  const messages = [message("a", "x", noon)];
  expect(timelineOf(messages, null, true).map(({ kind }) => kind)).toEqual([
    "cut",
    "day",
    "message",
  ]);
  expect(timelineOf(messages).map(({ kind }) => kind)).toEqual(["day", "message"]);
});

test("older messages put before are counted, newer ones after are not", () => {
  const late = [message("c", "x", noon), message("d", "x", noon + minute)];
  const before = timelineOf(late);
  const older = [
    message("a", "y", noon - 24 * 60 * minute),
    message("b", "y", noon - minute),
    ...late,
  ];
  expect(countPrepended(before, timelineOf(older))).toBe(3);
  expect(countPrepended(before, timelineOf([...late, message("e", "x", noon + 2 * minute)]))).toBe(
    0,
  );
  expect(countPrepended([], before)).toBe(0);
});
