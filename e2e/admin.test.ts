/** Whoever looks after a node, in real browsers: people invited from a table, one of them comes, is paused, and comes back. */
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { reads } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const zoe = { shownName: "Zoé Diop", name: "zoe", passphrase: "douze baobabs sous la pluie" };

const TABLE = [
  "name,address,language,note",
  "Zoé Diop,zoe@example.org,fr,Récolte",
  "ليلى حداد,,ar,",
  "=HYPERLINK(1),,,",
  ",nobody@example.org,,",
  "Zoé Diop,zoe@example.org,,",
].join("\n");

let site: Site;
let her: Visitor;
let guest: Visitor;
let links: string[];

beforeAll(async () => {
  site = await openSite();
  const link = await site.nodes.a.running().setupLink();
  her = await site.visitor(site.nodes.a, (link ?? "").slice(site.nodes.a.url.length));
  await her.page.getByRole("heading", { name: her.t("setup.title") }).waitFor();
  await steps.fillSignUp(her, amina);
  await her.page.getByRole("heading", { name: her.t("list.emptyTitle") }).waitFor();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

test("a table shows what would happen, line by line, before anybody is invited", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("link", { name: t("node.open") }).click();
  await page.getByLabel(t("admin.memberInvitations")).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole("link", { name: t("admin.invitations"), exact: true }).click();
  await page.getByRole("heading", { name: t("admin.noInvitations") }).waitFor();
  await page.getByRole("link", { name: t("admin.inviteList") }).click();
  const file = page.locator('input[type="file"]');
  await file.setInputFiles({
    name: "bad.csv",
    mimeType: "text/csv",
    buffer: Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x0a, 0xe9, 0x0a]),
  });
  await page.getByText(t("admin.problem.encoding")).waitFor();
  await file.setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(TABLE),
  });
  await page.getByText(t("admin.problem.name", { line: 5 })).waitFor();
  await page.getByText(t("admin.problem.twice", { line: 6, first: 2 })).waitFor();
  await page.getByRole("heading", { name: t("admin.listPreview", { count: 3 }) }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
});

test("each person gets a link and a code; the table that is saved holds no formula", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("admin.listInvite", { count: 3 }) }).click();
  await page.getByRole("heading", { name: t("admin.listDone", { count: 3 }) }).waitFor();
  const sheet = page.getByRole("list", { name: t("admin.listSheet") });
  await sheet
    .getByRole("img", { name: t("invite.qr") })
    .nth(2)
    .waitFor();
  expect(await axeFaults(page)).toEqual([]);
  links = await sheet.locator(".admin-sheet-link").allInnerTexts();
  expect(links[0]).toMatch(/\/signup#[\w-]{22}&lang=fr$/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: t("admin.listSave") }).click(),
  ]);
  const table = await readFile(await download.path(), "utf8");
  expect(table).toContain(`"'=HYPERLINK(1)"`);
  for (const link of links) expect(table).toContain(`"${link}"`);
});

test("the link opens an account, in the language that its owner reads", async () => {
  guest = await site.visitor(site.nodes.a, (links[0] ?? "").slice(site.nodes.a.url.length));
  reads(guest, "fr");
  await guest.page.getByRole("heading", { name: guest.t("signUp.title") }).waitFor();
  expect(await guest.page.locator("html").getAttribute("lang")).toBe("fr");
  await steps.fillSignUp(guest, zoe);
  await guest.page.getByRole("heading", { name: guest.t("list.emptyTitle") }).waitFor();
  const { page, t } = her;
  await page.getByRole("link", { name: t("admin.invitations"), exact: true }).click();
  await page.getByText(t("admin.state.used", { names: zoe.name })).waitFor();
  expect(await axeFaults(page)).toEqual([]);
});

test("who is paused is told on the spot what it means, and comes back when it is over", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("admin.accounts"), exact: true }).click();
  await page.getByLabel(t("admin.search"), { exact: true }).fill("zo");
  await page.getByText(t("admin.found", { count: 1 })).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole("link", { name: zoe.name }).click();
  await page.getByRole("heading", { name: zoe.name, level: 1 }).waitFor();
  await page.getByRole("button", { name: t("admin.suspend"), exact: true }).click();
  const dialog = page.getByRole("dialog", { name: t("admin.suspendTitle", { name: zoe.name }) });
  await dialog.getByRole("button", { name: t("admin.suspend"), exact: true }).click();
  await page.getByRole("button", { name: t("admin.lift"), exact: true }).waitFor();
  expect(await axeFaults(page)).toEqual([]);

  const paused = guest.page.getByRole("status").getByText(guest.t("failure.suspended"));
  await paused.waitFor();
  await guest.page.getByRole("button", { name: guest.t("session.again") }).click();
  const again = guest.page.getByRole("dialog", { name: guest.t("session.again") });
  const passphrase = again.getByLabel(guest.t("signUp.passphrase"), { exact: true });
  const signIn = again.getByRole("button", { name: guest.t("signIn.action"), exact: true });
  await passphrase.fill(zoe.passphrase);
  await signIn.click();
  await again.getByRole("alert").getByText(guest.t("failure.suspended")).waitFor();

  await page.getByRole("button", { name: t("admin.lift"), exact: true }).click();
  await page.getByRole("button", { name: t("admin.suspend"), exact: true }).waitFor();
  await signIn.click();
  await again.waitFor({ state: "detached" });
  await paused.waitFor({ state: "detached" });
});

test("the one who was paused reads who did it", async () => {
  const { page, t } = guest;
  await page.goto(`${guest.node.url}/node/acts`);
  await page.getByText(t("admin.act.suspend", { by: amina.name, subject: zoe.name })).waitFor();
  await page.getByText(t("admin.act.lift", { by: amina.name, subject: zoe.name })).waitFor();
  await page.getByText(t("admin.act.invite", { by: amina.name, count: 3 })).waitFor();
  expect(await axeFaults(page)).toEqual([]);
});

test("the last administrator cannot step down, and is told why", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/node/accounts/${amina.name}`);
  await page.getByRole("button", { name: t("admin.makeMember"), exact: true }).click();
  await page.getByText(t("failure.lastAdministrator")).waitFor();
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});
