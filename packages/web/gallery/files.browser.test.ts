/** The files' screens in a real browser: a hundred thousand entries, and everything by keyboard. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery;
let page: Page;

beforeAll(async () => {
  gallery = await openGallery(900, 740);
  ({ page } = gallery);
});
afterAll(() => gallery?.close());

const open = (screen: string, language?: string): Promise<void> =>
  gallery.open(screen, ".file-open", language);

/** Where the focus is: the entry's number. */
const focused = (): Promise<string | undefined> =>
  page.evaluate(
    () => document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"],
  );

test("of a hundred thousand entries only those near the screen are in the page, and the keys reach all", async () => {
  await open("files-many");
  expect(await page.locator(".file-cell").count()).toBeLessThan(60);
  await page.locator(".file-open").first().focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(focused).toBe("1");
  await page.keyboard.press("PageDown");
  await expect.poll(focused).toBe("11");
  await page.keyboard.press("End");
  await expect.poll(focused).toBe("99999");
  expect(await page.locator(".file-cell").count()).toBeLessThan(60);
  await page.keyboard.press("Home");
  await expect.poll(focused).toBe("0");
});

test("entries are selected by keyboard, one by one and in a row, and Escape lets go", async () => {
  await open("files-many");
  const bar = page.getByRole("toolbar");
  await page.locator(".file-open").first().focus();
  await page.keyboard.press(" ");
  await bar.getByText("1 selected").waitFor();
  await page.keyboard.press("Shift+ArrowDown");
  await expect.poll(focused).toBe("1");
  await page.keyboard.press("Shift+ArrowDown");
  await bar.getByText("3 selected").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => bar.count()).toBe(0);
});

test("tiles follow the arrow keys along the line, in the direction of writing", async () => {
  await open("files-grid", "ar");
  await page.locator(".file-open").first().focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(focused).toBe("1");
  await page.keyboard.press("ArrowRight");
  await expect.poll(focused).toBe("0");
});

test("a name that turns the order of its characters around is not taken for a picture", async () => {
  await open("files");
  const name = page.locator(".file-name", { hasText: "gpj.exe" });
  expect(await name.innerText()).toBe("photo\uFFFDgpj.exe");
});

test("every icon has its word, and a menu opens from a row", async () => {
  await open("files");
  await page.getByRole("button", { name: /^More about IMG_2041/ }).press("Enter");
  await page.getByRole("menuitem", { name: /^Download \(3\.2 MB\)$/ }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("menu").count()).toBe(0);
});
