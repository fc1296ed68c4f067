/**
 * Renders the manifest's PNG icons from the SVGs: `node scripts/render-icons.ts`. Run it after changing one; the pictures are
 * committed, with 64 colours each (`convert X.png -strip -colors 64 PNG8:X.png`), which weighs a third.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const publicDir = join(import.meta.dirname, "../public");
const pictures = [
  { from: join(publicDir, "icon.svg"), to: "icon-192.png", size: 192 },
  { from: join(publicDir, "icon.svg"), to: "icon-512.png", size: 512 },
  { from: join(import.meta.dirname, "icon-maskable.svg"), to: "icon-maskable-512.png", size: 512 },
];
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
try {
  for (const { from, to, size } of pictures) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const svg = Buffer.from(readFileSync(from)).toString("base64");
    await page.setContent(
      `<style>*{margin:0}img{display:block}</style><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${svg}">`,
    );
    await page.waitForFunction(() => document.images[0]?.complete);
    await page.screenshot({ path: join(publicDir, to), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
