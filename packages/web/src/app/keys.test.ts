import { expect, test } from "vitest";
import { commandOf, isOneKey, nameOf, type Pressed } from "./keys.ts";

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});
const does = (pressed: Pressed, begun = ""): string | undefined =>
  commandOf(nameOf(pressed, begun));

test("Ctrl and Command with K open the palette, on every layout", () => {
  expect(does(press("k", { ctrlKey: true }))).toBe("palette");
  expect(does(press("K", { metaKey: true }))).toBe("palette");
  expect(does(press("ن", { code: "KeyK", ctrlKey: true }))).toBe("palette");
  expect(does(press("k", { ctrlKey: true, shiftKey: true }))).toBeUndefined();
});

test("a letter alone is a command, with Shift it is none", () => {
  expect(does(press("e"))).toBe("archive");
  expect(does(press("ث", { code: "KeyE" }))).toBe("archive");
  expect(does(press("E", { shiftKey: true }))).toBeUndefined();
  expect(does(press("e", { ctrlKey: true }))).toBeUndefined();
});

test("signs count as they are written", () => {
  expect(does(press("?", { shiftKey: true, code: "Slash" }))).toBe("shortcuts");
  // On a German keyboard the slash is Shift and 7.
  expect(does(press("/", { shiftKey: true, code: "Digit7" }))).toBe("search");
});

test("arrows with Alt, and with Shift too", () => {
  expect(does(press("ArrowDown", { altKey: true }))).toBe("next");
  expect(does(press("ArrowUp", { altKey: true, shiftKey: true }))).toBe("previousUnread");
  expect(does(press("ArrowDown"))).toBeUndefined();
  expect(does(press("Escape", { shiftKey: true }))).toBe("readAll");
});

test("g begins, and what follows leads somewhere", () => {
  expect(does(press("g"))).toBe("begins");
  expect(does(press("i"), "g")).toBe("home");
  expect(does(press("e"), "g")).toBeUndefined();
});

test("what is a letter or a sign alone can be told from the rest", () => {
  expect(["e", "?", "/", "g i"].every(isOneKey)).toBe(true);
  expect(["mod+k", "alt+arrowdown", "shift+escape"].some(isOneKey)).toBe(false);
});

test("names of what every object has are no commands", () => {
  expect(commandOf("constructor")).toBeUndefined();
});
