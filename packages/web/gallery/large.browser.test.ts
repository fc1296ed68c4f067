/**
 * Every screen of the gallery with text twice as large, on a phone (WCAG 2.2, 1.4.4): nothing has to be scrolled sideways to be read.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGallery(360, 740);
});
afterAll(() => gallery?.close());

/** A sheet of paper; rows that are made to be scrolled; and what is still too wide. */
const NOT_YET = new Set([
  "sheet",
  "order-selected",
  "admin-account",
  "admin-links",
  "admin-rules",
  "conversation-voice",
  "groups",
  "timing-waiting",
]);

/** Runs in the page: what has to be scrolled sideways. Rows of things to choose from are made to be. */
function sideways(): string[] {
  return [
    ...document.querySelectorAll("html, body, .pane, .pane-body, .dialog-sheet, .dialog-body"),
  ]
    .filter((one) => one.checkVisibility())
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
    .map(({ localName, className }) => `${localName} ${className}`);
}

for (const language of ["en", "ar"])
  test(`text of twice its size needs no scrolling sideways (${language})`, async () => {
    const { page } = gallery;
    const names = await gallery.dress(language, "light");
    expect(names.length).toBeGreaterThan(100);
    // As the settings do it.
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
      document.documentElement.toggleAttribute("data-large", true);
    });
    const found: Record<string, string[]> = {};
    for (const name of names) {
      await gallery.show(name);
      const faults = await page.evaluate(sideways);
      if (faults.length > 0 && !NOT_YET.has(name)) found[name] = faults;
    }
    expect(found).toEqual({});
  }, 300_000);
