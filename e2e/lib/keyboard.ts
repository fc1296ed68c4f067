/** Getting about without a mouse. */
import type { Locator } from "playwright-core";

/** More stops than any screen has. */
const STOPS = 60;

/** Presses Tab until something has the focus, and sees that the focus shows. @throws Error when Tab does not lead there */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press("Tab");
    const state = await target.evaluate((element) => ({
      focused: element === document.activeElement,
      shown: element.matches(":focus-visible"),
    }));
    if (state.focused && !state.shown) throw new Error("the focus cannot be seen");
    if (state.focused) return;
  }
  throw new Error(`Tab does not lead to ${String(target)}`);
}
