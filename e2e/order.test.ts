/** Order in the list of conversations, in a real browser: by key, by menu, by finger and for several at once, each with a way back. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
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
const TITLES = ["Seeds", "Water", "Health", "Market", "School", "Roads"] as const;

let site: Site;
let her: Visitor;
let bruno: Companion;
const ids = new Map<string, string>();

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

const list = ({ page, t }: Visitor): Locator =>
  page.getByRole("list", { name: t("list.title"), exact: true });
const row = (visitor: Visitor, title: string): Locator =>
  list(visitor).getByRole("listitem").filter({ hasText: title });
const toast = ({ page }: Visitor, text: string): Locator =>
  page.getByRole("status").filter({ hasText: text });

async function fromMenu(visitor: Visitor, title: string, action: string): Promise<void> {
  await row(visitor, title).hover();
  await row(visitor, title)
    .getByRole("button", { name: visitor.t("list.more", { name: title }) })
    .click();
  await visitor.page.getByRole("menuitem", { name: action, exact: true }).click();
}

async function undo(visitor: Visitor, text: string): Promise<void> {
  await toast(visitor, text)
    .getByRole("button", { name: visitor.t("ui.undo") })
    .click();
}

test("conversations come, and a bar of filters with them", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  bruno = await companion(site.nodes.a, { name: "bruno", shownName: "Bruno Díaz" });
  const { page, t } = her;
  for (const title of TITLES) {
    await steps.newGroup(her, title);
    ids.set(title, await bruno.join(await steps.invite(her)));
    await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  }
  for (const title of TITLES) await bruno.say(ids.get(title) ?? "", `News of ${title}`);
  await row(her, "Roads").getByText("News of Roads").waitFor();
  await page.getByRole("button", { name: t("order.all"), exact: true }).waitFor();
});

test("a key archives and a press takes it back; the archive stands apart", async () => {
  const { page, t } = her;
  await row(her, "Seeds").getByRole("link").focus();
  await page.keyboard.press("e");
  await row(her, "Seeds").waitFor({ state: "detached" });
  await undo(her, t("order.didArchive", { count: 1 }));
  await row(her, "Seeds").waitFor();
  await fromMenu(her, "Seeds", t("order.archive"));
  await page.getByRole("button", { name: new RegExp(`^${t("order.archived")}`) }).click();
  await row(her, "Seeds").waitFor();
  expect(await list(her).getByRole("listitem").count()).toBe(1);
  await page.getByRole("button", { name: t("order.all"), exact: true }).click();
});

test("pinned stands on top, muted says so, and how long is asked", async () => {
  const { page, t } = her;
  await fromMenu(her, "Water", t("order.pin"));
  await row(her, "Water").getByText(t("list.pinned")).waitFor({ state: "attached" });
  expect(await list(her).getByRole("listitem").first().innerText()).toContain("Water");
  await fromMenu(her, "Health", t("order.mute"));
  await page.getByRole("menuitem", { name: t("order.muteAlways"), exact: true }).click();
  await row(her, "Health").getByText(t("list.muted")).waitFor({ state: "attached" });
  await undo(her, t("order.didMute", { count: 1 }));
  await row(her, "Health").getByText(t("list.muted")).waitFor({ state: "detached" });
});

test("several are chosen and read together, and unread again", async () => {
  const { page, t } = her;
  await row(her, "Market").getByRole("link").focus();
  await page.keyboard.press("x");
  await row(her, "School").getByRole("link").click();
  const bar = page.getByRole("toolbar", { name: t("order.selection") });
  await bar.getByText(t("order.selected", { count: 2 })).waitFor();
  await bar.getByRole("button", { name: t("order.read"), exact: true }).click();
  await row(her, "Market").locator(".badge").waitFor({ state: "detached" });
  await row(her, "School").locator(".badge").waitFor({ state: "detached" });
  await undo(her, t("order.didRead", { count: 2 }));
  await row(her, "Market").locator(".badge").waitFor();
});

test("a folder holds what one puts into it, and shows it alone", async () => {
  const { page, t } = her;
  await fromMenu(her, "Roads", t("order.folder"));
  const dialog = page.getByRole("dialog", { name: t("order.folder") });
  await dialog.getByLabel(t("order.newFolder"), { exact: true }).fill("Work");
  await dialog.getByRole("button", { name: t("order.make"), exact: true }).click();
  await dialog.getByRole("switch", { name: "Work", checked: true }).waitFor();
  await dialog.getByRole("button", { name: t("order.done"), exact: true }).click();
  await page.getByRole("button", { name: /^Work/ }).click();
  await row(her, "Market").waitFor({ state: "detached" });
  expect(await list(her).getByRole("listitem").count()).toBe(1);
  await page.getByRole("button", { name: t("order.editFolder") }).click();
  await page
    .getByRole("dialog", { name: t("order.editFolder") })
    .getByRole("button", { name: t("order.removeFolder") })
    .click();
  await row(her, "Market").waitFor();
});

test("what one has begun to write stands in the list, and where one left it", async () => {
  const { page, t } = her;
  await steps.openConversation(her, "School");
  await page.getByRole("textbox", { name: t("chat.write") }).fill("The roof will be");
  await steps.openConversation(her, "Market");
  await row(her, "School").getByText("The roof will be").waitFor();
  await steps.openConversation(her, "School");
  await expect
    .poll(() => page.getByRole("textbox", { name: t("chat.write") }).inputValue())
    .toBe("The roof will be");
});

test("on another browser of hers all stands as she has put it, and a draft goes on there", async () => {
  const { page, t } = her;
  await fromMenu(her, "Market", t("order.mute"));
  await page.getByRole("menuitem", { name: t("order.muteAlways"), exact: true }).click();
  await fromMenu(her, "Roads", t("order.folder"));
  const dialog = page.getByRole("dialog", { name: t("order.folder") });
  await dialog.getByLabel(t("order.newFolder"), { exact: true }).fill("Union");
  await dialog.getByRole("button", { name: t("order.make"), exact: true }).click();
  await dialog.getByRole("button", { name: t("order.done"), exact: true }).click();
  const other = await site.visitor(site.nodes.a);
  await steps.signIn(other, amina);
  await row(other, "Market").getByText(t("list.muted")).waitFor({ state: "attached" });
  await row(other, "Water").getByText(t("list.pinned")).waitFor({ state: "attached" });
  await row(other, "School").getByText("The roof will be").waitFor();
  expect(await row(other, "Seeds").count()).toBe(0);
  await other.page.getByRole("button", { name: /^Union/ }).click();
  await row(other, "Market").waitFor({ state: "detached" });
  await row(other, "Roads").waitFor();
  await other.page.getByRole("button", { name: t("order.all"), exact: true }).click();
  await steps.openConversation(other, "School");
  const field = other.page.getByRole("textbox", { name: t("chat.write") });
  await expect.poll(() => field.inputValue()).toBe("The roof will be");
  await field.fill("The roof will be done on Friday");
  // She has it open here: what she goes on with there stands here, too.
  const here = page.getByRole("textbox", { name: t("chat.write") });
  await expect
    .poll(() => here.inputValue(), { timeout: PATIENCE })
    .toBe("The roof will be done on Friday");
  await other.page.getByRole("button", { name: t("ui.send"), exact: true }).click();
  await steps.message(her, "The roof will be done on Friday").waitFor();
  await other.leave();
  await fromMenu(her, "Market", t("order.unmute"));
});

test("a message is bookmarked, found in the list of bookmarks, and opened from there", async () => {
  const { page, t } = her;
  await steps.act(her, "News of School", t("chat.bookmark"));
  await steps
    .message(her, "News of School")
    .getByText(t("chat.bookmarked"))
    .waitFor({ state: "attached" });
  await page.getByRole("link", { name: t("list.bookmarks") }).click();
  await page.getByRole("heading", { name: t("order.bookmarks"), level: 1 }).waitFor();
  await page.getByRole("link", { name: /News of School/ }).click();
  await steps.atConversation(page, "School");
  await steps.message(her, "News of School").waitFor();
});

test("what is new stands in one list, is gone through by keys, and comes back when marked by mistake", async () => {
  const { page, t } = her;
  const account = await her.page.evaluate(() => location.pathname);
  expect(account).toContain("/s/");
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  const me = await bruno.until(
    "people",
    { spaceId: ids.get("Water") ?? "" },
    (all) => all.length === 2,
  );
  const hers = me.find(({ name }) => name === amina.shownName)?.identityId ?? "";
  await bruno.say(ids.get("Water") ?? "", "Amina, is the pump there?", { mentions: [hers] });
  await bruno.say(ids.get("Roads") ?? "", "The bridge is open");
  await page.getByRole("link", { name: t("list.news") }).click();
  await page.getByRole("heading", { name: t("order.news"), level: 1 }).waitFor();
  await page.getByRole("link", { name: t("order.item.mention", { name: "Bruno Díaz" }) }).waitFor();
  // What is for her stands first.
  const first = page.getByRole("heading", { level: 2 }).first();
  await expect.poll(() => first.innerText()).toBe("Water");
  await page.getByRole("heading", { name: t("order.news"), level: 1 }).click();
  await page.getByRole("link", { name: "Water", exact: true }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await page.getByRole("link", { name: "Water", exact: true }).waitFor({ state: "detached" });
  await undo(her, t("order.didRead", { count: 1 }));
  await page.getByRole("link", { name: "Water", exact: true }).waitFor();
});

test("from one unread conversation to the next, by button and by key, until all is read", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("order.catchUp"), exact: true }).click();
  await steps.atConversation(page, "Water");
  const bar = page.getByRole("complementary", { name: t("order.catchUp") });
  await bar.getByRole("button").first().click();
  await page.getByRole("heading", { name: "Water", level: 1 }).waitFor({ state: "detached" });
  for (let n = 0; n < TITLES.length && !(await bar.getByText(t("order.upToDate")).isVisible()); n++)
    await page.keyboard.press("Alt+Shift+ArrowDown");
  await bar.getByText(t("order.upToDate")).waitFor();
  await bar.getByRole("button", { name: t("order.endCatchUp") }).click();
  await bar.waitFor({ state: "detached" });
});

test("a conversation at a glance: who, what lies in it, and how one has it in the list", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("chat.about") }).click();
  await page.getByText(t("order.aboutYoursHint")).waitFor();
  await page
    .getByRole("list", { name: t("people.title") })
    .getByText("Bruno Díaz")
    .waitFor();
  await page.getByText(t("order.noFiles")).waitFor();
  const muted = page.getByRole("switch", { name: new RegExp(`^${t("list.muted")}`) });
  await muted.click();
  await page.getByRole("menuitem", { name: t("order.muteWeek"), exact: true }).click();
  await expect.poll(() => muted.isChecked()).toBe(true);
  await page.getByRole("switch", { name: new RegExp(`^${t("order.isArchived")}`) }).click();
  await undo(her, t("order.didArchive", { count: 1 }));
  await page.getByRole("link", { name: t("order.allPeople", { count: 2 }) }).click();
  await page.getByRole("heading", { name: t("people.title"), exact: true }).waitFor();
});
