/**
 * Every screen of the gallery as axe sees it: light and dark, on a phone and on a desktop, from left to right and from right to left.
 * The smallest one is a phone at 200 %, or a laptop at 400 % (WCAG 2.2, 1.4.10).
 */
import { afterEach, expect, test } from "vitest";
import { axeFaults } from "./axe.ts";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery | undefined;
afterEach(() => gallery?.close());

const looks = [
  { language: "en", theme: "light", width: 320, height: 480 },
  { language: "ar", theme: "dark", width: 1280, height: 800 },
] as const;

for (const { language, theme, width, height } of looks)
  test(`axe finds nothing (${language}, ${theme}, ${width} wide), and no screen scrolls sideways`, async () => {
    gallery = await openGallery(width, height);
    const { page } = gallery;
    const names = await gallery.dress(language, theme);
    expect(names.length).toBeGreaterThan(100);
    const found: Record<string, string[]> = {};
    for (const name of names) {
      await gallery.show(name);
      const faults = await axeFaults(page);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        faults.push("scrolls sideways");
      if (faults.length > 0) found[name] = faults;
    }
    expect(found).toEqual({});
  }, 300_000);
