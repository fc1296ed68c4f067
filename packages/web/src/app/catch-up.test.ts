import { expect, test } from "vitest";
import { nextUnread, nextUnreadPlace, unreadRows } from "./catch-up.ts";
import type { ConversationRow } from "./model.ts";

const row = (spaceId: string, more: Partial<ConversationRow> = {}): ConversationRow => ({
  spaceId,
  title: spaceId,
  kind: "group",
  lastText: "",
  lastAuthor: "",
  lastAt: 0,
  unread: 0,
  mentioned: false,
  trouble: null,
  mutedUntil: 0,
  archived: false,
  pinned: false,
  marked: false,
  draft: "",
  channels: [],
  pictureId: null,
  ...more,
});

test("from one unread conversation to the next, round at the end, pinned ones first, and back", () => {
  const rows = [
    row("a", { unread: 2 }),
    row("b"),
    row("c", { marked: true }),
    row("d", { unread: 1, pinned: true }),
  ];
  const next = (id?: string, step?: 1 | -1) => nextUnread(rows, id, 10, step)?.spaceId;
  expect(next()).toBe("d");
  expect(next("d")).toBe("a");
  expect(next("a")).toBe("c");
  expect(next("c")).toBe("d");
  expect(next("b", -1)).toBe("a");
  expect(next("d", -1)).toBe("c");
  expect(next(undefined, -1)).toBe("c");
});

test("what is muted or archived is passed over, unless one is named there; alone there is no next", () => {
  const rows = [
    row("a", { unread: 2, mutedUntil: 20 }),
    row("b", { unread: 1, archived: true }),
    row("c", { unread: 1, mutedUntil: 20, mentioned: true }),
    row("d", { unread: 1, mutedUntil: 5 }),
  ];
  expect(unreadRows(rows, 10).map(({ spaceId }) => spaceId)).toEqual(["c", "d"]);
  expect(nextUnread([row("a", { unread: 1 })], "a", 10)).toBeUndefined();
  expect(nextUnread([], undefined, 10)).toBeUndefined();
});

test("within a conversation one goes from unread channel to unread channel before the next conversation", () => {
  const channel = (channelId: string, more: object = {}) => ({
    channelId,
    name: channelId,
    unread: 0,
    mentioned: false,
    mutedUntil: 0,
    marked: false,
    ...more,
  });
  const many = row("a", {
    unread: 3,
    channels: [
      channel("", { unread: 1 }),
      channel("x", { unread: 1 }),
      channel("y", { unread: 5, mutedUntil: 99 }),
      channel("z", { unread: 1, mutedUntil: 99, mentioned: true }),
    ],
  });
  const rows = [many, row("b", { unread: 1 })];
  const next = (channel: string) => nextUnreadPlace(rows, { spaceId: "a", channel }, 10);
  expect(next("")).toEqual({ at: "space", spaceId: "a", channel: "x" });
  expect(next("x")).toEqual({ at: "space", spaceId: "a" });
  const read = [
    { ...many, channels: [channel(""), channel("x"), channel("y", { unread: 5, mutedUntil: 99 })] },
    row("b", { unread: 1 }),
  ];
  expect(nextUnreadPlace(read, { spaceId: "a", channel: "x" }, 10)).toEqual({
    at: "space",
    spaceId: "b",
  });
  expect(nextUnreadPlace(rows, { spaceId: "b", channel: "" }, 10)).toEqual({
    at: "space",
    spaceId: "a",
  });
});
