/**
 * Pictures of every gallery screen: `node gallery/shots.ts DIR [screen ...]`. Phone and desktop, light and dark, English and Arabic.
 * What axe and longer words have to say about the screens is in the tests beside this.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openGallery } from "./in-browser.ts";

const [directory = "/tmp/baraza-gallery", ...only] = process.argv.slice(2);
const looks = [
  { name: "phone-light-en", width: 360, height: 740, theme: "light", language: "en" },
  { name: "phone-dark-ar", width: 360, height: 740, theme: "dark", language: "ar" },
  { name: "desktop-dark-en", width: 1280, height: 800, theme: "dark", language: "en" },
  { name: "desktop-light-ar", width: 1280, height: 800, theme: "light", language: "ar" },
  // A small screen at 200 %, or a laptop at 400 %: WCAG 2.2, 1.4.10.
  { name: "zoomed-light-en", width: 320, height: 480, theme: "light", language: "en" },
] as const;

mkdirSync(directory, { recursive: true });
for (const { name, width, height, theme, language } of looks) {
  const gallery = await openGallery(width, height);
  const all = await gallery.dress(language, theme);
  for (const screen of only.length > 0 ? only : all) {
    await gallery.show(screen);
    await gallery.page.screenshot({ path: join(directory, `${screen}-${name}.png`) });
  }
  await gallery.close();
}
process.exit(0);
