/** Getting about without a mouse. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE } from "./visitor.ts";

/** More stops than any screen has. */
const STOPS = 60;

/** Presses Tab until something has the focus, and sees that the focus shows. @throws Error when Tab does not lead there */
export async function tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const page = target.page();
  await target.waitFor();
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press(key);
    const state = await target.evaluate((element) => ({
      focused: element === document.activeElement,
      shown: element.matches(":focus-visible"),
    }));
    if (state.focused && !state.shown) throw new Error("the focus cannot be seen");
    if (state.focused) return;
  }
  throw new Error(`Tab does not lead to ${String(target)}`);
}

/** Waits until something that can be seen has the focus, and until one sees that it does. */
export async function focusIsSeen(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(whatIsWrong), { timeout: PATIENCE }).toBe("");
}

/** Waits until this has the focus, and until one sees that it does. */
export async function hasFocus(target: Locator): Promise<void> {
  const isFocused = (): Promise<boolean> =>
    target.evaluate((element) => element === document.activeElement);
  await expect.poll(isFocused, { timeout: PATIENCE, message: String(target) }).toBe(true);
  await focusIsSeen(target.page());
}

/** Goes down an open menu to one of its items, and takes it. */
export async function choose(page: Page, name: string): Promise<void> {
  const item = page.getByRole("menuitem", { name, exact: true });
  await item.waitFor();
  for (let stop = 0; stop < STOPS; stop++) {
    if (await item.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("ArrowDown");
    await focusIsSeen(page);
  }
  await page.keyboard.press("Enter");
}

/** Runs in the page: why one cannot see where the focus is; empty when one can. */
function whatIsWrong(): string {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return "nothing has the focus";
  const name = `${focused.localName}.${focused.className} "${focused.textContent.slice(0, 40)}"`;
  // A field that is drawn by its label: what shows the focus stands beside it.
  const seen = focused.closest("label") ?? focused;
  const box = seen.getBoundingClientRect();
  const outside =
    box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth;
  if (outside || !seen.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    return `what has the focus is not on the screen: ${name}`;
  for (const pseudo of [null, "::after"]) {
    const { outlineStyle, outlineWidth, outlineColor, content } = getComputedStyle(focused, pseudo);
    const isThere = pseudo === null || content !== "none";
    const drawn = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
    if (isThere && drawn && outlineColor !== "rgba(0, 0, 0, 0)") return "";
  }
  // What is around or beside it shows it: by a rule that holds only then.
  const rulesOf = (list: CSSRuleList): CSSRule[] =>
    [...list].flatMap((rule) => [
      ...("cssRules" in rule ? rulesOf(rule.cssRules as CSSRuleList) : []),
      rule,
    ]);
  const beside = [focused.nextElementSibling, focused.previousElementSibling];
  for (const rule of [...document.styleSheets].flatMap(({ cssRules }) => rulesOf(cssRules))) {
    if (!(rule instanceof CSSStyleRule) || !rule.selectorText.includes(":focus-")) continue;
    const { boxShadow, outlineWidth, outlineStyle } = rule.style;
    const draws = boxShadow !== "" || (outlineWidth !== "" && outlineStyle !== "none");
    const holds =
      focused.parentElement?.closest(rule.selectorText) != null ||
      beside.some((one) => one?.matches(rule.selectorText) === true);
    if (draws && holds) return "";
  }
  return `one cannot see that it has the focus: ${name}`;
}
