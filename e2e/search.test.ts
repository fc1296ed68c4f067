/** One search box over everything, in a real browser: by key and by touch, with errors and filters, to the place, without a line, from right to left. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { docx, pdf, xlsx } from "../packages/web/src/decode/samples.testing.ts";
import * as files from "./lib/files.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { PATIENCE } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const TITLE = "Water committee";
const NEEDLE = "The repaired pump stands behind the granary";
/** More than a page of the conversation, so that the place is far above what is shown at first. */
const LATER = 260;

let site: Site;
let her: Visitor;
let bruno: Companion;
let spaceId: string;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

const field = ({ page, t }: Visitor): Locator =>
  page.getByRole("textbox", { name: t("search.field") });
const results = ({ page, t }: Visitor): Locator =>
  page.getByRole("list", { name: t("search.results") });

test("a long conversation comes, and a slash opens the search", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Díaz" });
  spaceId = await bruno.join(link);
  await bruno.say(spaceId, NEEDLE);
  for (let n = 0; n < LATER; n++) await bruno.say(spaceId, `Line ${n} about seeds and rain`);
  await bruno.say(spaceId, "The last line of all");
  await her.page.getByRole("link", { name: her.t("shell.conversations"), exact: true }).click();
  const list = her.page.getByRole("list", { name: her.t("list.title") });
  await list.getByText("The last line of all").waitFor();
  await steps.openConversation(her, TITLE);
  await steps.message(her, "about seeds").first().waitFor();
  await her.page.getByRole("heading", { name: TITLE, level: 1 }).click();
  await her.page.keyboard.press("/");
  await field(her).waitFor();
  await her.page.getByText(her.t("search.emptyTitle")).waitFor();
});

test("what is typed finds the message, and Enter goes there, in its surroundings", async () => {
  await her.page.keyboard.type("PUMP grana");
  const hit = results(her).getByRole("link", { name: /granary/ });
  await hit.waitFor();
  expect(await hit.locator("mark").allInnerTexts()).toEqual(["pump", "granary"]);
  await her.page.keyboard.press("Enter");
  await steps.atConversation(her.page, TITLE);
  const found = steps.message(her, NEEDLE);
  await found.waitFor();
  await expect.poll(() => found.isVisible()).toBe(true);
  await steps.message(her, "Line 0 about seeds and rain").waitFor();
  expect(await steps.messages(her).getByText("The last line of all").count()).toBe(0);
  await her.page.getByRole("button", { name: her.t("chat.toNewest") }).click();
  await steps.message(her, "The last line of all").waitFor();
});

test("back at the search everything stands as it was; arrows and Escape move in it", async () => {
  const { page } = her;
  await page.keyboard.press("/");
  await field(her).waitFor();
  expect(await field(her).inputValue()).toBe("PUMP grana");
  await results(her)
    .getByRole("link", { name: /granary/ })
    .waitFor();
  await page.keyboard.press("ArrowDown");
  expect(await page.evaluate(() => document.activeElement?.className)).toBe("row-main");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => field(her).evaluate((one) => one === document.activeElement)).toBe(true);
  await page.keyboard.press("Escape");
  expect(await field(her).inputValue()).toBe("");
});

test("without a line: a name with an error, filters by words and by buttons, all pages of many", async () => {
  const { page, t } = her;
  await her.offline();
  await page.reload();
  await field(her).waitFor();
  await field(her).fill("brnuo");
  await results(her)
    .getByRole("link", { name: /Bruno Díaz/ })
    .waitFor();
  await field(her).fill("wattr comitee");
  await results(her)
    .getByRole("link", { name: new RegExp(TITLE) })
    .waitFor();
  await field(her).fill("from:bruno granary");
  await results(her)
    .getByRole("link", { name: /granary/ })
    .waitFor();
  await field(her).fill("from:nobodyatall granary");
  await page.getByText(t("search.unknown", { name: "nobodyatall" })).waitFor();
  await field(her).fill("seeds");
  const rows = results(her).locator(".row-main");
  await expect.poll(() => rows.count()).toBe(30);
  await page.getByRole("button", { name: t("search.more") }).click();
  await expect.poll(() => rows.count()).toBe(60);
  await page.getByRole("button", { name: t("search.kind.person"), exact: true }).click();
  await page.getByRole("button", { name: t("search.withoutFilters") }).click();
  await expect.poll(() => rows.count()).toBe(30);
  await field(her).fill("zzqqxx");
  await page.getByText(t("search.none", { text: "zzqqxx" })).waitFor();
  await her.online();
});

test("a file is found by its name and by what stands in it, and opens", async () => {
  const { page, t } = her;
  await bruno.commands["files.add"]({
    spaceId,
    parentId: null,
    name: "Rainfall-ledger.txt",
    content: new Blob(["The nightjar station was flooded in May."]),
    prepared: { type: "text/plain", text: "The nightjar station was flooded in May." },
  });
  await field(her).fill("rainfal leger");
  const hit = results(her).getByRole("link", { name: /Rainfall-ledger/ });
  // Each key looks again, until it has come.
  await expect
    .poll(
      async () => {
        const count = await hit.count();
        if (count === 0) await field(her).pressSequentially(" ");
        return count;
      },
      { timeout: PATIENCE, interval: 500 },
    )
    .toBe(1);
  await expect
    .poll(
      async () => {
        const marks = await hit.locator("mark").allInnerTexts();
        if (marks.join() === "nightjar,station") return marks;
        await field(her).fill("");
        await field(her).fill("nightjar station");
        return marks;
      },
      { timeout: PATIENCE, interval: 500 },
    )
    .toEqual(["nightjar", "station"]);
  await hit.click();
  await page.getByText("The nightjar station was flooded in May.").first().waitFor();
  expect(page.url()).toContain("/file/");
  await page.goBack();
  await results(her).waitFor();
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
});

/** Types it again until it is found: each key looks once. */
async function finds(query: string, what: RegExp): Promise<void> {
  const hit = results(her).getByRole("link", { name: what }).first();
  await expect
    .poll(
      async () => {
        await field(her).fill("");
        await field(her).fill(query);
        return hit.waitFor({ timeout: 1000 }).then(
          () => true,
          () => false,
        );
      },
      { timeout: PATIENCE, interval: 200 },
    )
    .toBe(true);
}

test("words are found in every script: without spaces, without marks, by parts of a long one", async () => {
  for (const said of [
    "การประชุมสหภาพแรงงานวันศุกร์",
    "水利委员会明天上午开会",
    "Der Wasserversorgungsausschuss tagt",
    "اِجتِماعُ اللَّجنةِ غدًا",
    "La réunion du comité est à Genève",
  ])
    await bruno.say(spaceId, said);
  await her.page.getByRole("link", { name: her.t("shell.search"), exact: true }).click();
  await finds("สหภาพ", /สหภาพแรงงาน/);
  await finds("委员会", /水利委员会/);
  await finds("ausschuss", /Wasserversorgungsausschuss/);
  await finds("اجتماع", /اِجتِماعُ/);
  await finds("reunion geneve", /réunion/);
});

test("what she puts in herself is found by what stands in it: a PDF, a document, a table", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.openConversation(her, TITLE);
  await files.openFiles(her, TITLE);
  await files.choose(her, [
    { name: "a.pdf", bytes: pdf(["Budget", "The heronry accounts"]) },
    { name: "b.docx", bytes: docx },
    { name: "c.xlsx", bytes: xlsx },
  ]);
  await files.allSent(her);
  await page.getByRole("link", { name: t("shell.search"), exact: true }).click();
  await finds("heronry", /a\.pdf/);
  await finds("who decides", /b\.docx/);
  await finds("millet", /c\.xlsx/);
});

test("quotes, minus and dates narrow what is found", async () => {
  await finds('"repaired pump" granary', /granary/);
  for (const query of [
    '"pump repaired"',
    "granary -pump",
    "granary before:2020-01-01",
    "has:picture granary",
  ]) {
    await field(her).fill(query);
    await her.page.getByText(her.t("search.none", { text: query })).waitFor();
    expect(await results(her).count()).toBe(0);
  }
  await finds("granary after:2020-01-01 -marigold", /granary/);
  await her.page.getByRole("link", { name: her.t("shell.conversations"), exact: true }).click();
});

test("what is edited and deleted is found as it is now", async () => {
  const { page } = her;
  await page.getByRole("link", { name: her.t("shell.conversations"), exact: true }).click();
  await steps.openConversation(her, TITLE);
  await steps.say(her, "Meet at the marigold gate");
  await steps.edit(her, "Meet at the marigold gate", "Meet at the hibiscus gate");
  await steps.say(her, "Forget about the oleander");
  await steps.unsay(her, "Forget about the oleander");
  await steps.message(her, her.t("chat.deleted")).waitFor();
  await page.getByRole("link", { name: her.t("shell.search"), exact: true }).click();
  await field(her).fill("gate");
  const hit = results(her).getByRole("link", { name: /hibiscus/ });
  await hit.waitFor();
  expect(await results(her).getByText("marigold").count()).toBe(0);
  await field(her).fill("oleander");
  await page.getByText(her.t("search.none", { text: "oleander" })).waitFor();
});

test("nobody's browser complained", () => {
  expect(her.complaints()).toEqual([]);
});
