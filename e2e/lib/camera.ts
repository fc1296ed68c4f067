/** Films for a browser's camera, made from what another screen shows. */
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** Frames of a film: Chromium shows it again and again. */
const FRAMES = 10;

/** Films a screen: from now on whoever opens the camera whose film this is sees what `page` shows now (Motion JPEG). */
export async function film(path: string, page: Page): Promise<void> {
  const frame = await page.screenshot({ type: "jpeg", quality: 90 });
  writeFileSync(path, Buffer.concat(Array.from({ length: FRAMES }, () => frame)));
}
