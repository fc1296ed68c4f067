import { expect, test } from "vitest";
import { findEmoji, parseEmoji, withTone } from "./emoji.ts";
import { mostUsed, used } from "./taste.ts";

const groups = parseEmoji(
  [
    ["😂|face with tears of joy|crying|laugh|lol", "❤️|red heart|love"],
    ["👍+|thumbs up|+1|good|yes", "🧑‍🤝‍🧑+|people holding hands|friends"],
    ["🇰🇪"],
  ],
  "en",
);
const all = groups.flat();
const find = (typed: string): string[] => findEmoji(all, typed, 9).map(({ emoji }) => emoji);

test("what is called so is found: by name, by words for it, as a shortcode, by country", () => {
  expect(find("thumbs")).toEqual(["👍"]);
  expect(find("+1")).toEqual(["👍"]);
  expect(find("lol")).toEqual(["😂"]);
  expect(find("red_heart:")).toEqual(["❤️"]);
  expect(find("tears face")).toEqual(["😂"]);
  expect(find("kenya")).toEqual(["🇰🇪"]);
  expect(find("")).toEqual([]);
  expect(find("zzz")).toEqual([]);
});

test("accents and case do not count", () => {
  const french = parseEmoji([["🎉|cotillons|fête"]], "fr").flat();
  expect(findEmoji(french, "FETE", 9).length).toBe(1);
});

test("a skin tone takes the place of the sign for colour, and is that of all people in it", () => {
  expect(withTone("☝️", "🏽")).toBe("☝🏽");
  expect(withTone("🧑‍🤝‍🧑", "🏿")).toBe("🧑🏿‍🤝‍🧑🏿");
  expect(withTone("👍", "")).toBe("👍");
});

test("what was used last and most comes first, and not more than fit are remembered", () => {
  let taste = "";
  for (const emoji of ["👍", "😂", "👍", "❤️"]) taste = used(taste, emoji);
  expect(mostUsed(taste)[0]).toBe("👍");
  expect(mostUsed(taste).toSorted()).toEqual(["👍", "😂", "❤️"].toSorted());
  for (let n = 0; n < 100; n++) taste = used(taste, String.fromCodePoint(0x1f600 + n));
  expect(mostUsed(taste).length).toBe(32);
  // The last one is there, however often others were used.
  expect(mostUsed(taste)).toContain(String.fromCodePoint(0x1f600 + 99));
  expect(mostUsed("nonsense")).toEqual([]);
  expect(mostUsed('[["x",{}],3,["👍",1]]')).toEqual(["👍"]);
});
