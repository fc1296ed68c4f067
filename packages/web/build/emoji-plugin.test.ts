import { expect, test } from "vitest";
import { parseEmoji, withTone, TONES } from "../src/features/emoji/emoji.ts";
import { languages } from "../src/i18n/languages.ts";
import { emojiIn } from "./emoji-plugin.ts";

test.each(languages)("$name has all groups of emoji with names and words", ({ code }) => {
  const groups = parseEmoji(emojiIn(code), code);
  expect(groups.length).toBe(9);
  const all = groups.flat();
  expect(all.length).toBeGreaterThan(1700);
  expect(all.filter(({ name }) => name.trim() === "")).toEqual([]);
  expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
  expect(all.filter(({ words }) => words.length > 1).length).toBeGreaterThan(1000);
});

test("every emoji is one, and in every skin tone that it has", () => {
  const one = /^\p{RGI_Emoji}$/v;
  const all = parseEmoji(emojiIn("en"), "en").flat();
  expect(all.filter(({ emoji }) => !one.test(emoji))).toEqual([]);
  const toned = all.filter(({ tones }) => tones);
  expect(toned.length).toBeGreaterThan(250);
  for (const { emoji } of toned)
    for (const tone of TONES) expect(withTone(emoji, tone), emoji).toMatch(one);
  expect(withTone("👍", "")).toBe("👍");
});
