/** The list of conversations in a real browser: five hundred of them, by keyboard and by finger. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery;
let page: Page;

beforeAll(async () => {
  gallery = await openGallery(390, 740);
  ({ page } = gallery);
});
afterAll(() => gallery?.close());

const open = (language?: string): Promise<void> =>
  gallery.open("order-many", ".conversation-row", language);

/** Where the focus is: the row's number. */
const focused = (): Promise<string | undefined> =>
  page.evaluate(
    () => document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"],
  );
const said = (): Promise<string> => page.locator("output").innerText();

/** Moves a finger from a row along the line. */
async function swipe(title: string, by: { x: number; y?: number }): Promise<void> {
  const box = await page.locator(".conversation-row", { hasText: title }).first().boundingBox();
  if (box === null) throw new Error("the row is not on the screen");
  const cdp = await page.context().newCDPSession(page);
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
  await touch("touchStart", from);
  for (let step = 1; step <= 8; step++)
    await touch("touchMove", {
      x: from.x + (by.x * step) / 8,
      y: from.y + ((by.y ?? 0) * step) / 8,
    });
  await touch("touchEnd");
  await cdp.detach();
}

test("of five hundred conversations only those near the screen are in the page, and the keys reach all", async () => {
  await open();
  expect(await page.locator(".conversation-row").count()).toBeLessThan(60);
  expect(await page.getByRole("listitem").first().getAttribute("aria-setsize")).toBe("500");
  await page.locator(".row-main").first().focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(focused).toBe("1");
  await page.keyboard.press("End");
  await expect.poll(focused).toBe("499");
  expect(await page.locator(".conversation-row").count()).toBeLessThan(60);
  await page.keyboard.press("Home");
  await expect.poll(focused).toBe("0");
});

test("conversations are chosen by keys, one by one, in a row and all, and Escape lets go", async () => {
  await open();
  await page.locator(".row-main").first().focus();
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect.poll(said).toMatch(/^3\b/);
  await page.keyboard.press("Control+a");
  await expect.poll(said).toMatch(/^500\b/);
  await page.keyboard.press("Escape");
  await expect.poll(said).toMatch(/^0\b/);
  await page.keyboard.press("m");
  await expect.poll(said).toBe("0 mute c2");
});

test("a finger archives towards the start and marks as read towards the end; a short way or down does nothing", async () => {
  await open();
  await swipe("Conversation 1", { x: 40 });
  await swipe("Conversation 1", { x: 20, y: 60 });
  expect((await said()).trim()).toBe("0");
  await swipe("Conversation 1", { x: -140 });
  await expect.poll(said).toBe("0 archive c1");
  await swipe("Conversation 2", { x: 140 });
  await expect.poll(said).toBe("0 read c2");
  expect(new URL(page.url()).hash).toBe("");
});

test("from right to left it is the other way round", async () => {
  await open("ar");
  await swipe("Conversation 1", { x: 140 });
  await expect.poll(said).toBe("0 archive c1");
});

test("of a thousand people a hundred are in the page, and each is found by name or address", async () => {
  await gallery.open("people-many", ".people-body .row");
  const rows = page.locator(".people-body .row-main");
  expect(await rows.count()).toBe(100);
  const field = page.getByRole("textbox", { name: "Find by name or address" });
  await field.fill("MEMBER-987@");
  await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining("Dana 987")]);
  await field.fill("فاطمة");
  await expect.poll(() => rows.count()).toBe(100);
  await page.getByRole("button", { name: "Show 66 more people" }).click();
  expect(await rows.count()).toBe(166);
  await field.fill("nobody of that name");
  await page.getByText("Nobody is called that.").waitFor();
  expect(await rows.count()).toBe(0);
});
