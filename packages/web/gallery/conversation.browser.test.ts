/** The long conversation in a real browser: what is in the page, and where one is while it grows at both ends. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

let gallery: Gallery;
let page: Page;

beforeAll(async () => {
  gallery = await openGallery(360, 740);
  ({ page } = gallery);
});
afterAll(() => gallery?.close());

const open = (screen: string): Promise<void> => gallery.open(screen, ".bubble");

const distanceToEnd = (): Promise<number> =>
  page
    .locator(".messages-scroll")
    .evaluate((area) => area.scrollHeight - area.clientHeight - area.scrollTop);

/** Waits until the list has stood still for a dozen frames: measuring rows moves it a little. */
const settled = (): Promise<void> =>
  page.locator(".messages-scroll").evaluate(
    (area) =>
      new Promise<void>((resolve) => {
        let last = "";
        let still = 0;
        const look = (): void => {
          const now = `${area.scrollTop} ${area.scrollHeight}`;
          still = now === last ? still + 1 : 0;
          last = now;
          if (still >= 12) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

test("it opens at the end, with only the messages near the screen in the page", async () => {
  await open("conversation-long");
  await page.getByText(/^1999: /).waitFor();
  await expect.poll(distanceToEnd).toBeLessThan(2);
  expect(await page.locator(".bubble").count()).toBeLessThan(40);
});

test("older messages come while one scrolls up, and what one reads stays in its place", async () => {
  await open("conversation-long");
  const area = page.locator(".messages-scroll");
  await settled();
  await area.evaluate((one) => (one.scrollTop = 900));
  await settled();
  const before = await area.evaluate((one) => {
    const { top } = one.getBoundingClientRect();
    const rows = [...one.querySelectorAll(".bubble-row")];
    const row = rows.find((each) => each.getBoundingClientRect().top >= top)!;
    const y = row.getBoundingClientRect().top;
    const moved = one.scrollTop - 500;
    // Near enough to the top for older ones to be asked for.
    one.scrollTop = 500;
    return { id: row.id, y: y + moved, height: one.scrollHeight };
  });
  await expect
    .poll(() => area.evaluate((one) => one.scrollHeight))
    .toBeGreaterThan(before.height + 1000);
  await settled();
  const y = await page.locator(`#${before.id}`).evaluate((row) => row.getBoundingClientRect().top);
  expect(Math.abs(y - before.y)).toBeLessThan(3);
});

test("a quoted message that is not there yet is fetched and shown", async () => {
  await open("conversation-long");
  await page.getByText(/^1998: /).waitFor();
  await page.getByRole("button", { name: /Quote of 1300$/ }).click();
  await page.getByText(/^1300: /).waitFor();
  await expect.poll(() => page.getByText(/^1300: /).isVisible()).toBe(true);
  await page
    .locator(".bubble-row[data-lit]")
    .getByText(/^1300: /)
    .waitFor();
});

test("a quoted message beyond what can be shown is said to be, and the first row says where it ends", async () => {
  await open("conversation-long");
  await page.getByRole("button", { name: /Quote of 100$/ }).click();
  await page.getByText("That message is too far back").waitFor();
  const area = page.locator(".messages-scroll");
  const end = page.getByText("The newest 1,000 messages are shown here.");
  await expect
    .poll(async () => {
      await area.evaluate((one) => (one.scrollTop = 0));
      return end.isVisible();
    })
    .toBe(true);
});

test("one's own message is followed to the end, and the button leads back there", async () => {
  await open("conversation");
  const field = page.getByRole("textbox", { name: "Write a message" });
  await field.fill("A new line");
  await field.press("Enter");
  await page.getByText("A new line", { exact: true }).waitFor();
  await expect.poll(distanceToEnd).toBeLessThan(2);
  await settled();
  await page.locator(".messages-scroll").evaluate((one) => (one.scrollTop = 0));
  await page.getByRole("button", { name: "Newest" }).click();
  await expect.poll(distanceToEnd).toBeLessThan(2);
});

test("keys and buttons put the signs of formatting around what is selected, and the browser's undo takes them back", async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open("conversation");
  const field = page.getByRole("textbox", { name: "Write a message" });
  await field.fill("seeds are shared");
  await field.press("Control+A");
  await field.press("Control+B");
  expect(await field.inputValue()).toBe("**seeds are shared**");
  await field.press("Control+Z");
  expect(await field.inputValue()).toBe("seeds are shared");
  await field.press("Control+A");
  await page.getByRole("button", { name: "Formatting" }).click();
  await page.getByRole("toolbar").getByRole("button", { name: "Quotation" }).click();
  expect(await field.inputValue()).toBe("> seeds are shared");
  await field.press("Enter");
  await page.locator(".bubble blockquote").getByText("seeds are shared").waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
});

test("text that lies is shown for what it is, and runs over nothing", async () => {
  await open("conversation-formatted");
  const link = page.getByRole("link", { name: /xn--pypal-4ve\.com/ });
  await link.getByText("made to look like another one").waitFor({ state: "attached" });
  await page.getByRole("link", { name: /bank\.example.*\(evil\.example\)/ }).waitFor();
  await page.getByText("Zalgo".slice(1)).waitFor();
  expect(await page.locator(".bubble").last().textContent()).not.toMatch(/[\u202e]|\u200b{3}/u);
  // Nothing of the text was taken for a page.
  expect(
    await page.locator(".bubble-text script, .bubble-text img, .bubble-text iframe").count(),
  ).toBe(0);
});

test("a mention is chosen with the keyboard and Escape closes the choice", async () => {
  await open("conversation");
  const field = page.getByRole("textbox", { name: "Write a message" });
  await field.pressSequentially("Ask @cla");
  await page.getByRole("option", { name: /Claire Dubois-Ndiaye/ }).waitFor();
  await field.press("Enter");
  expect(await field.inputValue()).toBe("Ask @Claire Dubois-Ndiaye ");
  await field.pressSequentially("and @br");
  await page.getByRole("option", { name: /Bruno/ }).waitFor();
  await field.press("Escape");
  await expect.poll(() => page.getByRole("option").count()).toBe(0);
});

test("a message's menu works by keyboard: open, arrows, Escape, focus back", async () => {
  await open("conversation");
  const more = page.getByRole("button", { name: "React and more" }).last();
  await more.focus();
  await more.press("Enter");
  const items = page.getByRole("menuitem");
  await expect
    .poll(() => items.first().evaluate((item) => item === document.activeElement))
    .toBe(true);
  await page.keyboard.press("End");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
    "Delete for everyone",
  );
  await page.keyboard.press("Escape");
  await expect.poll(() => items.count()).toBe(0);
  expect(await more.evaluate((button) => button === document.activeElement)).toBe(true);
});

test("a deleted message goes at once and comes back with undo", async () => {
  await open("conversation");
  const text = page.getByText("It is clear to me. Let us send it.");
  await page.getByRole("button", { name: "React and more" }).last().press("Enter");
  await page.getByRole("menuitem", { name: "Delete for everyone" }).click();
  await expect.poll(() => text.count()).toBe(0);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await text.waitFor();
});
