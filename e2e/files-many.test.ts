/**
 * A folder with very many files on the real screen: somebody at another node fills it, she looks at it, walks through it by keys, orders
 * it, finds one by name, and sees what is added meanwhile. 2,000 files here, 100,000 by `npm run soak`.
 */
import { scale } from "@baraza/testkit/scale";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { act, openFiles, row } from "./lib/files.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const COUNT = scale(2000, 100_000);
/** How many are handed over at a time, as a screen does that takes a folder. */
const LANES = 16;
const TITLE = "Archive of the ledgers";
const FOLDER = "All receipts";

let site: Site;
let her: Visitor;
let him: Companion;
let spaceId: string;
let folderId: string;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await him?.close();
  await site.close();
});

const nameOf = (number: number): string => `receipt ${String(number).padStart(6, "0")}.txt`;

async function put(name: string, text: string): Promise<void> {
  await him.commands["files.add"]({
    spaceId,
    parentId: folderId,
    name,
    content: new Blob([text]),
    prepared: { type: "text/plain" },
  });
}

/** Where the focus is: the entry's number. */
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(
    () => document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"],
  );

test(
  "somebody at another node fills a folder",
  async () => {
    her = await site.visitor(site.nodes.a);
    await steps.signUp(her, {
      shownName: "Amina Otieno",
      name: "amina",
      passphrase: "seven quiet canoes under the mango tree",
    });
    await steps.newGroup(her, TITLE);
    const link = await steps.invite(her);
    him = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Delgado" });
    spaceId = await him.join(link);
    ({ fileId: folderId } = await him.commands["files.newFolder"]({
      spaceId,
      parentId: null,
      name: FOLDER,
    }));
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let number = next++; number < COUNT; number = next++)
        await put(nameOf(number), `Receipt ${number}`);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await him.until("files.uploads", {}, (list) => list.every(({ done, total }) => done === total));
    await him.until("status", {}, ({ waiting }) => waiting === 0);
  },
  scale(120_000, 3_600_000),
);

test(
  "she sees how many there are, and of them only those near the screen are in the page",
  async () => {
    const { page, t } = her;
    await page.goBack();
    await steps.openConversation(her, TITLE);
    await openFiles(her, TITLE);
    await row(page, FOLDER).locator(".file-open").click();
    await page
      .getByText(t("files.count", { count: COUNT }))
      .waitFor({ timeout: scale(90_000, 3_600_000) });
    await row(page, nameOf(0)).waitFor();
    expect(await page.locator(".file-cell").count()).toBeLessThan(80);
  },
  scale(120_000, 3_600_000),
);

test("the keys reach the last one and come back, and what is chosen stays chosen on the way", async () => {
  const { page, t } = her;
  await row(page, nameOf(0)).locator(".file-open").focus();
  await page.keyboard.press(" ");
  await page.keyboard.press("End");
  await expect.poll(() => focused(page)).toBe(String(COUNT - 1));
  await row(page, nameOf(COUNT - 1)).waitFor();
  expect(await page.locator(".file-cell").count()).toBeLessThan(80);
  await page.keyboard.press(" ");
  await page
    .getByRole("toolbar")
    .getByText(t("files.selected", { count: 2 }))
    .waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await expect.poll(() => focused(page)).toBe("0");
});

test("another order turns the whole folder round, and what comes meanwhile falls into its place", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("files.sort"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("files.sort.nameDown"), exact: true }).click();
  await row(page, nameOf(COUNT - 1)).waitFor();
  await put("the last of all.txt", "This is the newest");
  await row(page, "the last of all.txt").waitFor();
  await page.getByText(t("files.count", { count: COUNT + 1 })).waitFor();
  await act(her, "the last of all.txt", t("files.toBin"));
  await row(page, "the last of all.txt").waitFor({ state: "detached" });
  await page.getByText(t("files.count", { count: COUNT })).waitFor();
});

test("no browser complained", () => expect(site.complaints()).toEqual([]));
