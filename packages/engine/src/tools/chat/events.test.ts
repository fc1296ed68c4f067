import { check, decodeCbor, encodeCbor } from "@baraza/protocol";
import { expect, test } from "vitest";
import { idBytes, testId } from "../harness.ts";
import { chatEvents, isEmoji, readChatEvent } from "./events.ts";

const target = testId(16, 7);

/** A payload's way through the core: checked and encoded by who writes it, decoded and checked by who reads it. */
function travel(type: keyof typeof chatEvents, payload: unknown): unknown {
  const { schema } = chatEvents[type];
  return check(schema, decodeCbor(encodeCbor(check(schema, payload))));
}

test("a message is read with its ids in hexadecimal, each mention once", () => {
  const friend = idBytes(testId(32, 9));
  const payload = travel("chat.message", {
    text: "Habari",
    replyTo: idBytes(target),
    mentions: [friend, friend],
  });
  expect(readChatEvent("chat.message", payload)).toEqual({
    kind: "message",
    text: "Habari",
    replyTo: target,
    mentions: [testId(32, 9)],
    thread: null,
    also: false,
    forwarded: null,
    everyone: false,
    media: null,
  });
});

test("text in another normal form, too long, or with half a character is refused", () => {
  for (const text of ["e\u0301", "x".repeat(8001), "\ud83d"])
    expect(() => travel("chat.message", { text })).toThrow("malformed");
  expect(() => travel("chat.message", { text: "x".repeat(8000) })).not.toThrow();
});

test("fields of a later version are kept, and ignored when one can do without them", () => {
  const payload = travel("chat.message", { text: "Habari", colour: "green" });
  expect(payload).toEqual({ text: "Habari", colour: "green" });
  expect(readChatEvent("chat.message", payload)).toMatchObject({ kind: "message", text: "Habari" });
});

test("a message with a field that one cannot do without is a line that needs a newer app", () => {
  const payload = travel("chat.message", { text: "", poll: ["a", "b"], must: ["poll"] });
  expect(readChatEvent("chat.message", payload)).toEqual({ kind: "newer", target: null });
});

test("a change with such a field needs a newer app for its message", () => {
  const payload = travel("chat.edit", { target: idBytes(target), patch: "x", must: ["patch"] });
  expect(readChatEvent("chat.edit", payload)).toEqual({ kind: "newer", target });
  expect(readChatEvent("chat.delete", { must: ["why"] })).toBeNull();
});

test("a must that this version fulfils is no reason to wait for a newer app", () => {
  const payload = travel("chat.message", { text: "Habari", must: ["text"] });
  expect(readChatEvent("chat.message", payload)).toMatchObject({ kind: "message" });
});

test("an unknown type shows only when it asks to be understood", () => {
  expect(readChatEvent("chat.poll", { must: ["question"] })).toEqual({
    kind: "newer",
    target: null,
  });
  expect(readChatEvent("chat.typing", {})).toBeNull();
});

test("what does not fit is nothing, and throws nothing", () => {
  for (const payload of [null, 1, [], {}, { text: 1 }, { target: "x", emoji: "👍", on: true }])
    for (const type of Object.keys(chatEvents)) expect(readChatEvent(type, payload)).toBeNull();
});

test.each(["👍", "👍🏽", "🇰🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏽‍❤️‍💋‍👨🏾", "❤️"])("%s is one emoji", (emoji) => {
  expect(isEmoji(emoji)).toBe(true);
});

test.each(["", " ", "👍👍", "no", "\u0301", "\u200b", `e${"\u0301".repeat(30)}`])(
  "%j is no emoji",
  (emoji) => {
    expect(isEmoji(emoji)).toBe(false);
  },
);
