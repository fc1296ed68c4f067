import { expect, test } from "vitest";
import { stretchesOf } from "./text.ts";

const shape = (text: string, names: string[] = []): string[] =>
  stretchesOf(text, names).map((one) => `${one.kind}:${one.text}`);

test("links lose the punctuation of the sentence around them", () => {
  expect(shape("See https://a.example/x, then (https://b.example).")).toEqual([
    "text:See ",
    "link:https://a.example/x",
    "text:, then (",
    "link:https://b.example",
    "text:).",
  ]);
  expect(shape("https://a.example/(x)")).toEqual(["link:https://a.example/(x)"]);
  expect(shape("انظر https://a.example/x؟")).toEqual([
    "text:انظر ",
    "link:https://a.example/x",
    "text:؟",
  ]);
});

test("nothing but http and https becomes a link", () => {
  expect(shape("javascript:alert(1) data:text/html,x file:///etc")).toEqual([
    "text:javascript:alert(1) data:text/html,x file:///etc",
  ]);
});

test("the longest name that fits is the one mentioned", () => {
  expect(shape("Ask @Amina Otieno or @Amina.", ["Amina", "Amina Otieno"])).toEqual([
    "text:Ask ",
    "mention:@Amina Otieno",
    "text: or ",
    "mention:@Amina",
    "text:.",
  ]);
});

test("an @ without a person stays text", () => {
  expect(shape("mail a@b.example", ["Bruno"])).toEqual(["text:mail a@b.example"]);
});
