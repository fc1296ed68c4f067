/**
 * Every screen of the gallery with words longer by two fifths, on a small phone, from left to right and from right to left: nothing is
 * cut off, and nothing runs out of the screen or out of its button. Other languages are about that much longer than English.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { longerWords } from "../build/longer-words-plugin.ts";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGallery(360, 740, [longerWords()]);
});
afterAll(() => gallery?.close());

/** Runs in the page: what of the text on the screen cannot be read. */
function cutOff(): string[] {
  const faults = new Set<string>();
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.add("the page scrolls sideways");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const element = text.parentElement;
    if (element === null || text.data.trim() === "" || !element.checkVisibility()) continue;
    if (element.closest("script, style, option, .visually-hidden, [aria-hidden=true]")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter(({ width }) => width > 1);
    if (boxes.length === 0) continue;
    const left = Math.min(...boxes.map((box) => box.left));
    const right = Math.max(...boxes.map((box) => box.right));
    const top = Math.min(...boxes.map((box) => box.top));
    const bottom = Math.max(...boxes.map((box) => box.bottom));
    const say = (what: string) => faults.add(`${what}: "${text.data.trim().slice(0, 60)}"`);
    // What scrolls can be read by scrolling.
    let along = true;
    let down = true;
    for (let box: Element | null = element; box !== null; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") break;
      if (style.clipPath !== "none") break;
      const edge = box.getBoundingClientRect();
      // A space at the end of a line may hang over.
      const beside = left < edge.left - 5 || right > edge.right + 5;
      const beyond = top < edge.top - 2 || bottom > edge.bottom + 2;
      along &&= !/auto|scroll/.test(style.overflowX);
      down &&= !/auto|scroll/.test(style.overflowY);
      const isBlock = style.display !== "inline";
      if (along && beside && isBlock && style.overflowX !== "visible") say("cut off at the side");
      if (down && beyond && isBlock && style.overflowY !== "visible") say("cut off above or below");
      if (along && beside && box.matches("button, .button, summary")) say("runs out of its button");
      if (along && box === root && (left < -1 || right > innerWidth + 1))
        say("runs out of the screen");
    }
  }
  return [...faults];
}

for (const language of ["en", "ar"])
  test(`words that are longer by two fifths can be read everywhere (${language})`, async () => {
    const { page } = gallery;
    const names = await gallery.dress(language, "light");
    expect(names.length).toBeGreaterThan(100);
    const found: Record<string, string[]> = {};
    for (const name of names) {
      await gallery.show(name);
      const faults = await page.evaluate(cutOff);
      if (faults.length > 0) found[name] = faults;
    }
    expect(found).toEqual({});
  }, 300_000);
