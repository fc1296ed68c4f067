import { expect, test } from "vitest";
import { completionAt, insertCompletion, namesStillIn } from "./completion.ts";

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
