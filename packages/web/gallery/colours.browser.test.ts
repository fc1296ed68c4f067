/** The colours to choose from, as a real browser mixes them: what is written can be read in each of them, light and dark (WCAG 2.2, 1.4.3). */
import { afterEach, expect, test } from "vitest";
import { COLOURS } from "../src/app/settings.ts";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery | undefined;
afterEach(() => gallery?.close());

/** Ink and the ground that it stands on. */
const pairs = [
  ["brand-ink", "brand"],
  ["brand-ink", "brand-hover"],
  ["brand-text", "canvas"],
  ["brand-text", "surface"],
  ["brand-text", "surface-raised"],
  ["brand-text", "surface-sunken"],
  ["brand-text", "brand-soft"],
  ["brand-text", "bubble-mine"],
  ["ink", "brand-soft"],
  ["ink", "bubble-mine"],
  ["ink-soft", "bubble-mine"],
  ["accent-text", "bubble-mine"],
] as const;

test("in every colour, light and dark, words stand out by 4.5 to 1, and the colours differ", async () => {
  gallery = await openGallery(400, 400);
  const { page } = gallery;
  const faint: Record<string, number> = {};
  const brands = new Set<string>();
  for (const theme of ["light", "dark"] as const) {
    await gallery.dress("en", theme);
    for (const colour of COLOURS) {
      await page.evaluate((one) => {
        document.documentElement.dataset["colour"] = one;
      }, colour);
      for (const [ink, ground] of pairs) {
        const [over, under] = [await pixel(`--${ink}`), await pixel(`--${ground}`)];
        const ratio = contrast(over, under);
        if (!(ratio >= 4.5)) faint[`${theme} ${colour}: ${ink} on ${ground}`] = ratio;
      }
      brands.add((await pixel("--brand")).join());
    }
  }
  expect(faint).toEqual({});
  expect(brands.size).toBe(2 * COLOURS.length);

  /** Red, green and blue (0 to 255) of what a token comes to. */
  function pixel(token: string): Promise<number[]> {
    return page.evaluate((name) => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = `var(${name})`;
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      if (context === null) throw new Error("no canvas");
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      probe.remove();
      return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
    }, token);
  }
}, 120_000);

/** The contrast of two opaque colours (WCAG 2.2, "contrast ratio"). */
function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
