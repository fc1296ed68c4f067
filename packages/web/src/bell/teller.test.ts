import type { ConversationNews, News } from "@baraza/engine";
import { expect, test } from "vitest";
import { createTeller } from "./teller.ts";

const one = (spaceId: string, position: number): ConversationNews => ({
  spaceId,
  channelId: "",
  title: spaceId,
  kind: "group",
  count: 1,
  newest: {
    eventId: `${spaceId}${position}`,
    position,
    author: "Amina",
    text: "Habari?",
    at: position,
  },
});
const news = (...conversations: ConversationNews[]): News => ({
  count: conversations.length,
  conversations,
});
const nobody: ReadonlySet<string> = new Set();
const told = (step: { tell: readonly unknown[] }) =>
  step.tell.map((telling) => {
    const { news: about, count } = telling as { news?: ConversationNews; count?: number };
    return about?.newest.eventId ?? count;
  });

test("what was unread at the start is not told, what comes after it is, once", () => {
  const teller = createTeller(news(one("a", 1)));
  expect(told(teller.next(news(one("a", 1)), nobody))).toEqual([]);
  expect(told(teller.next(news(one("a", 2)), nobody))).toEqual(["a2"]);
  expect(told(teller.next(news(one("a", 2)), nobody))).toEqual([]);
  expect(told(teller.next(news(one("b", 5), one("a", 3)), nobody))).toEqual(["a3", "b5"]);
});

test("of a conversation that somebody looks at nothing is told, also later", () => {
  const teller = createTeller(news());
  expect(told(teller.next(news(one("a", 1), one("b", 1)), new Set(["a"])))).toEqual(["b1"]);
  expect(told(teller.next(news(one("a", 1), one("b", 1)), nobody))).toEqual([]);
});

test("when the newest is deleted, the one before it is not told again", () => {
  const teller = createTeller(news());
  teller.next(news(one("a", 2)), nobody);
  expect(told(teller.next(news(one("a", 1)), nobody))).toEqual([]);
});

test("what was read elsewhere takes its notification away", () => {
  const teller = createTeller(news(one("a", 1), one("b", 1)));
  expect(teller.next(news(one("b", 1)), nobody).clear).toEqual(["a"]);
  expect(teller.next(news(), nobody).clear).toEqual(["b"]);
  expect(teller.next(news(), nobody).clear).toEqual([]);
});

test("many conversations at once are one notification", () => {
  const teller = createTeller(news());
  const many = ["a", "b", "c", "d"].map((spaceId) => one(spaceId, 1));
  expect(told(teller.next(news(...many), nobody))).toEqual([4]);
  expect(told(teller.next(news(...many), nobody))).toEqual([]);
});
