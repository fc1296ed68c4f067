/**
 * Amina brings a second browser into her account by its code, typed into her first one; it has the whole conversation. Then she cuts the first one off, which learns so by itself.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const TITLE = "Seedkeepers";
const TEXTS = ["The first thing said", "The second", "The newest of all"];

let site: Site;
let old: Visitor;
let fresh: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

test("a second device comes in by its code and reads the whole history", async () => {
  old = await site.visitor(site.nodes.a);
  await steps.signUp(old, amina);
  await steps.newGroup(old, TITLE);
  await old.page.goBack();
  await steps.openConversation(old, TITLE);
  for (const text of TEXTS) await steps.say(old, text);
  await steps.atRest(old);

  fresh = await site.visitor(site.nodes.a, "/signin");
  await fresh.page.getByRole("link", { name: fresh.t("signIn.otherDevice"), exact: true }).click();
  await fresh.page.getByRole("img", { name: fresh.t("devices.qr") }).waitFor();
  const code = await fresh.page.getByLabel(fresh.t("devices.code"), { exact: true }).innerText();
  expect(code.replace(/\s/g, "")).toHaveLength(8);

  const { page, t } = old;
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("link", { name: t("settings.devices") }).click();
  await page.getByText(t("devices.here"), { exact: true }).waitFor();
  await page.getByRole("link", { name: t("devices.add"), exact: true }).click();
  await page.getByLabel(t("devices.typeCode"), { exact: true }).fill(code);
  await page.getByRole("button", { name: t("devices.goOn"), exact: true }).click();

  const number = page.getByLabel(t("devices.number"), { exact: true });
  const other = fresh.page.getByLabel(t("devices.number"), { exact: true });
  await Promise.all([number.waitFor(), other.waitFor()]);
  expect(await number.innerText()).toMatch(/^\d{3} \d{3}$/);
  expect(await other.innerText()).toBe(await number.innerText());
  await page.getByRole("button", { name: t("devices.same"), exact: true }).click();
  await fresh.page.getByRole("button", { name: t("devices.same"), exact: true }).click();
  await page.getByRole("heading", { name: t("devices.doneOldTitle") }).waitFor();

  await steps.openConversation(fresh, TITLE);
  for (const text of TEXTS) await steps.message(fresh, text).waitFor();
  await steps.say(fresh, "From the second device");
  expect(site.complaints()).toEqual([]);
});

test("a code that is none, and one that nobody shows, are told apart", async () => {
  const { page, t } = old;
  await page.getByRole("button", { name: t("devices.finish"), exact: true }).click();
  await page.getByRole("link", { name: t("devices.add"), exact: true }).click();
  const field = page.getByLabel(t("devices.typeCode"), { exact: true });
  await field.fill("ABCDEFGH");
  await page.getByRole("button", { name: t("devices.goOn"), exact: true }).click();
  await page.getByText(t("failure.codeWrong")).waitFor();
  await page.goBack();
});

test("the new device removes the first, which says why and holds nothing any more", async () => {
  const { page, t } = fresh;
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("link", { name: t("settings.devices") }).click();
  const list = page.getByRole("list", { name: t("devices.list") });
  await list.getByRole("button", { name: new RegExp(`^${t("devices.remove")}`) }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: t("devices.remove"), exact: true })
    .click();
  await old.page.getByText(old.t("devices.wasRemoved")).waitFor();
  await old.page.getByRole("heading", { name: old.t("signIn.title") }).waitFor();
  await list.getByRole("listitem").nth(1).waitFor({ state: "detached" });
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.openConversation(fresh, TITLE);
  await steps.say(fresh, "Now only here");
  await steps.sent(fresh, "Now only here");
});
