import { expect, test } from "vitest";
import {
  completionAt,
  insertCompletion,
  namesStillIn,
  insertSign,
  shortcodeAt,
} from "./completion.ts";

test("a mention begins with an @ at the start or after space", () => {
  expect(completionAt("@am", 3)).toEqual({ start: 0, end: 3, query: "am" });
  expect(completionAt("Ask @", 5)).toEqual({ start: 4, end: 5, query: "" });
  expect(completionAt("اسأل @أم", 8)).toEqual({ start: 5, end: 8, query: "أم" });
});

test("addresses and finished mentions are not completed", () => {
  expect(completionAt("a@b", 3)).toBeUndefined();
  expect(completionAt("@am x y z", 9)).toBeUndefined();
  expect(completionAt("@am", 0)).toBeUndefined();
});

test("the picked name replaces what was typed and keeps what follows", () => {
  const text = "Ask @am about it";
  const at = completionAt(text, 7)!;
  expect(insertCompletion(text, at, "Amina Otieno")).toEqual({
    text: "Ask @Amina Otieno about it",
    caret: 18,
  });
});

test("a name that was deleted again is not mentioned", () => {
  const picked = [
    { id: "1", name: "Amina" },
    { id: "2", name: "Bruno" },
    { id: "1", name: "Amina" },
  ];
  expect(namesStillIn("hello @Amina", picked)).toEqual(["1"]);
});

test("two letters after a colon that begins a word ask for an emoji", () => {
  expect(shortcodeAt("hello :ta", 9)).toEqual({ start: 6, end: 9, query: "ta" });
  expect(shortcodeAt(":tada:", 6)?.query).toBe("tada:");
  expect(shortcodeAt(":سع", 3)?.query).toBe("سع");
  for (const text of ["at 10:30", ":a", "https://x", "a: b", ":-)", ":)"])
    expect(shortcodeAt(text, text.length), text).toBeUndefined();
  expect(insertSign("so :ta here", { start: 3, end: 6 }, "🎉")).toEqual({
    text: "so 🎉 here",
    caret: 6,
  });
});
