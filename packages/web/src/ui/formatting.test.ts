import { expect, test } from "vitest";
import { type Format, formatChange, formatOfKey } from "./formatting.ts";

/** `[` and `]` are the ends of the selection. */
function press(marked: string, format: Format): string {
  const start = marked.indexOf("⟦");
  const end = marked.indexOf("⟧") - 1;
  const value = marked.replace(/[⟦⟧]/g, "");
  const change = formatChange(value, start, end, format);
  const after = value.slice(0, change.start) + change.insert + value.slice(change.end);
  return `${after.slice(0, change.from)}⟦${after.slice(change.from, change.to)}⟧${after.slice(change.to)}`;
}

test("a stroke goes around what is selected, without the space at its rim, and comes off again", () => {
  expect(press("say ⟦it ⟧loud", "strong")).toBe("say **⟦it⟧** loud");
  expect(press("say **⟦it⟧** loud", "strong")).toBe("say ⟦it⟧ loud");
  expect(press("say ⟦**it**⟧ loud", "strong")).toBe("say ⟦it⟧ loud");
  expect(press("⟦⟧", "em")).toBe("_⟦⟧_");
  expect(press("run ⟦npm⟧", "code")).toBe("run `⟦npm⟧`");
});

test("lists and quotes are of whole lines, and one takes the place of the other", () => {
  expect(press("a\nb⟦b\nc⟧c\nd", "list")).toBe("a\n- bb\n- cc⟦⟧\nd");
  expect(press("⟦- bb\n- cc⟧", "list")).toBe("bb\ncc⟦⟧");
  expect(press("⟦- bb\n- cc⟧", "numbers")).toBe("1. bb\n2. cc⟦⟧");
  expect(press("⟦⟧hello", "quote")).toBe("> hello⟦⟧");
});

test("code of several lines gets lines of its own", () => {
  expect(press("see ⟦a\nb⟧", "block")).toBe("see \n```\n⟦a\nb⟧\n```");
});

test("a link asks for what is missing", () => {
  expect(press("⟦the book⟧", "link")).toBe("[the book](⟦https://⟧)");
  expect(press("⟦https://a.example⟧", "link")).toBe("[⟦⟧](https://a.example)");
});

test("keys are those of other programs", () => {
  const key = (init: Partial<KeyboardEvent>) =>
    formatOfKey({
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      key: "",
      code: "",
      ...init,
    } as KeyboardEvent);
  expect(key({ ctrlKey: true, key: "b" })).toBe("strong");
  expect(key({ metaKey: true, key: "I" })).toBe("em");
  expect(key({ ctrlKey: true, key: "e" })).toBe("code");
  expect(key({ ctrlKey: true, shiftKey: true, key: "(", code: "Digit9" })).toBe("quote");
  expect(key({ key: "b" })).toBeUndefined();
  expect(key({ ctrlKey: true, altKey: true, key: "e" })).toBeUndefined();
});
