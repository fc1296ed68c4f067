/**
 * Moving from node A to node B in a real browser, as the app of one origin and then of another: once while A is cut off
 * half-way, and once with A dead from the start. Bruno at B keeps company and follows. And what else one can do with all of
 * one's own: taking it along, reading it elsewhere, closing the account.
 */
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receiptSubject, verifyReceipt } from "@baraza/crypto/moving";
import type { ClosingReceipt } from "@baraza/engine";
import { fromHex } from "@baraza/protocol";
import { until } from "@baraza/testkit";
import { strFromU8, unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { onlyWhenAsked } from "../packages/web/build/rest.ts";
import { languages } from "../packages/web/src/i18n/languages.ts";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import type { Site, SiteNode } from "./lib/site.ts";
import { APP, keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const TITLE = "Seedkeepers of Likoni";
let site: Site;
let bruno: Companion;
let spaceId: string;
let downloads: string;

beforeAll(async () => {
  site = await openSite();
  downloads = await mkdtemp(join(tmpdir(), "baraza-downloads-"));
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno" });
  ({ spaceId } = await bruno.commands["space.create"]({ title: TITLE }));
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno.close();
  await site.close();
  await rm(downloads, { recursive: true, force: true });
});

/** Somebody signs up at A and comes into Bruno's conversation. */
async function member(account: steps.NewAccount, says: string): Promise<Visitor> {
  const visitor = await site.visitor(site.nodes.a);
  await steps.signUp(visitor, account);
  const { link } = await bruno.commands["space.invite"]({ spaceId, days: 3 });
  const { page, t } = visitor;
  await page.goto(`${site.nodes.a.url}/join${link.slice(link.indexOf("#"))}`);
  await page.getByRole("button", { name: t("join.accept") }).click();
  await steps.atConversation(page, TITLE);
  await steps.say(visitor, says);
  await heard(says);
  return visitor;
}

const heard = (text: string) =>
  bruno.until("chat.messages", { spaceId, limit: 100 }, ({ messages }) =>
    messages.some((one) => one.text === text),
  );

const follows = (shownName: string, address: string) =>
  bruno.until("people", { spaceId }, (people) =>
    people.some((one) => one.name === shownName && one.address === address),
  );

/** At the new node: chooses a passphrase, moves in, and goes on with the conversation. */
async function moveIn(visitor: Visitor, page: Page, passphrase: string, says: string) {
  const { t } = visitor;
  await page.getByLabel(t("signUp.passphrase"), { exact: true }).fill(passphrase);
  await page.getByRole("button", { name: t("moving.arrive"), exact: true }).click();
  await steps.openConversation(visitor, TITLE, page);
  await page.getByRole("textbox", { name: t("chat.write") }).waitFor();
  await steps.say(visitor, says, page);
  await heard(says);
}

test("the old node is cut off half-way: the link opens the account at the new one, and everybody follows", async () => {
  const account = {
    shownName: "Amina Otieno",
    name: "amina",
    passphrase: "seven quiet canoes under the mango tree",
  };
  const her = await member(account, "Written at the old node");
  const { page, t } = her;
  const { a, b } = site.nodes;
  await page.goto(`${a.url}/data`);
  await page.getByLabel(t("moving.where"), { exact: true }).fill(b.url);
  await page.getByRole("button", { name: t("moving.prepare"), exact: true }).click();
  const link = await page.getByLabel(t("moving.link"), { exact: true }).inputValue();
  expect(link.startsWith(`${b.url}/move#`)).toBe(true);

  a.line.cut();
  her.node = b;
  const there = await her.tab(link.slice(b.url.length));
  await there.getByText(account.shownName).waitFor();
  expect(there.url()).toBe(`${b.url}/move`);
  await moveIn(her, there, account.passphrase, "Written at the new node");
  await steps.message(her, "Written at the old node", there).waitFor();
  await follows(account.shownName, `amina@${b.name}`);

  // The device that stayed behind learns of it when its node is back, and says so.
  a.line.mend();
  await page.getByText(t("moving.more")).waitFor();
  await there.goto(`${b.url}/data`);
  await there.getByText(t("moving.told"), { exact: true }).waitFor();
}, 300_000);

test("a node is dead before all of its app is on the device: what is there can be used, the rest comes by itself", async () => {
  const account = {
    shownName: "Elif Yıldız",
    name: "elif",
    passphrase: "four slow lanterns over the harbour",
  };
  const her = await member(account, "Said while it was there");
  const { page, t } = her;
  const { a } = site.nodes;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await until(async () => (await page.evaluate(keptFiles)).some(isEnglish), "her language is kept");
  await a.kill();
  await page.goto(`${a.url}/data`);
  await page.getByText(t("error.awayTitle")).waitFor();
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.openConversation(her, TITLE);
  await steps.message(her, "Said while it was there").waitFor();
  await steps.say(her, "Said without it");
  await page.goto(`${a.url}/data`);
  await page.getByText(t("error.awayTitle")).waitFor();
  await a.restart();
  await page.getByLabel(t("moving.sealedPassphrase"), { exact: true }).waitFor();
  await heard("Said without it");
}, 200_000);

test("everything is taken along, sealed and open; somebody else reads it; the account is closed, with a receipt", async () => {
  const account = {
    shownName: "Farid Rahmani",
    name: "farid",
    passphrase: "two brass compasses in a drawer",
  };
  const sealing = "thirteen paper boats on the canal";
  const his = await member(account, "To be taken along");
  const { page, t } = his;
  const { a, b } = site.nodes;
  const press = (tab: Page, key: string) =>
    tab.getByRole("button", { name: t(key), exact: true }).click();
  await page.goto(`${a.url}/data`);
  const field = page.getByLabel(t("moving.sealedPassphrase"), { exact: true });
  await field.fill("too short");
  await press(page, "moving.sealedMake");
  await page.getByText(t("moving.sealedShort")).waitFor();
  await field.fill(sealing);
  await press(page, "moving.sealedMake");
  const file = await saved(page, () => press(page, "moving.save"));
  expect((await readFile(file)).includes("To be taken along")).toBe(false);
  await press(page, "moving.drop");
  await press(page, "moving.openMake");
  const open = unzipSync(await readFile(await saved(page, () => press(page, "moving.save"))));
  const pages = Object.entries(open).filter(([name]) => name.endsWith(".html"));
  expect(pages.some(([, bytes]) => strFromU8(bytes).includes("To be taken along"))).toBe(true);
  await press(page, "moving.drop");

  // Somebody else, at another node, may read it if they have both; and it stays his.
  const hers = await site.visitor(b);
  await steps.signUp(hers, { shownName: "Gina", name: "gina", passphrase: "a quiet lane of elms" });
  await hers.page.goto(`${b.url}/data`);
  await hers.page.getByLabel(t("moving.choose"), { exact: true }).setInputFiles(file);
  await hers.page.getByLabel(t("moving.filePassphrase"), { exact: true }).fill(sealing);
  await press(hers.page, "moving.openFile");
  await hers.page.getByText(t("moving.notYours")).waitFor();
  await press(hers.page, "moving.bringIn");
  await hers.page.getByText(t("moving.brought", { count: 1 })).waitFor();
  await hers.page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.openConversation(hers, TITLE);
  await steps.message(hers, "To be taken along").waitFor();

  const { identityId } = await accountAt(a, account.name);
  await press(page, "moving.close");
  await page.getByText(t("moving.leaves", { names: `\u2068${TITLE}\u2069` })).waitFor();
  const address = page.getByLabel(
    t("moving.typeAddress", { address: `${account.name}@${a.name}` }),
    { exact: true },
  );
  await address.fill("somebody@else.example");
  await press(page, "moving.closeNow");
  await page.getByText(t("moving.typeAddressWrong")).waitFor();
  await address.fill(`${account.name}@${a.name}`);
  await press(page, "moving.closeNow");
  const paper = await saved(page, () => press(page, "moving.saveReceipt"));
  const { proof } = JSON.parse(await readFile(paper, "utf8")) as ClosingReceipt;
  const subject = receiptSubject(identityId, fromHex(proof.nonce));
  const receipt = await verifyReceipt(fromHex(proof.receipt), fromHex(proof.nodeKey), subject);
  expect(receipt.node).toBe(a.name);
  expect(await a.running().store.accounts.find({ name: account.name })).toBeNull();
  await bruno.until("people", { spaceId }, (people) =>
    people.every((one) => one.name !== account.shownName),
  );
  await press(page, "moving.forget");
  await page.getByRole("heading", { name: t("signIn.title") }).waitFor();
}, 200_000);

test("the old node is dead from the start: a sealed file brings everything", async () => {
  const account = {
    shownName: "Dalia Haddad",
    name: "dalia",
    passphrase: "nine patient llamas crossing the salt flat",
  };
  const sealing = "eleven copper kettles on a windy roof";
  const her = await member(account, "Before the lights went out");
  const { page, t } = her;
  const { a, b } = site.nodes;
  // The app has to be there without its node, as on any later day.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await until(async () => kept(await page.evaluate(keptFiles)), "all of the app is kept", 90_000);
  await a.kill();
  await page.goto(`${a.url}/data`);
  await page.getByLabel(t("moving.sealedPassphrase"), { exact: true }).fill(sealing);
  await page.getByRole("button", { name: t("moving.sealedMake"), exact: true }).click();
  const file = await saved(page, () =>
    page.getByRole("button", { name: t("moving.save"), exact: true }).click(),
  );

  her.node = b;
  const there = await her.tab("/move");
  await there.getByLabel(t("moving.choose"), { exact: true }).setInputFiles(file);
  const field = there.getByLabel(t("moving.filePassphrase"), { exact: true });
  const open = there.getByRole("button", { name: t("moving.openFile"), exact: true });
  await field.fill("not the passphrase at all");
  await open.click();
  await there.getByText(t("moving.wrong.locked")).waitFor();
  await field.fill(sealing);
  await open.click();
  await there.getByText(account.shownName).waitFor();
  await moveIn(her, there, account.passphrase, "And there was light");
  await steps.message(her, "Before the lights went out", there).waitFor();
  await follows(account.shownName, `dalia@${b.name}`);
}, 300_000);

async function accountAt(node: SiteNode, name: string) {
  const found = await node.running().store.accounts.find({ name });
  if (found === null) throw new Error("no such account");
  return found;
}

const isEnglish = (file: string) => file.startsWith("/assets/en-");

const others = languages.map(({ code }) => code).filter((code) => code !== "en");
const ofOthers = new RegExp(`^(?:${others.join("|")})-`);

/** Whether all of the app has been kept, but for languages that nobody reads here. */
function kept(files: readonly string[]): boolean {
  const had = new Set(files);
  return readdirSync(join(APP, "assets"))
    .filter((name) => !ofOthers.test(name) && !onlyWhenAsked(`/assets/${name}`))
    .every((name) => had.has(`/assets/${name}`));
}

/** Paths of the app's files that this browser keeps. Runs in the page. */
async function keptFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) files.push(new URL(url).pathname);
  return files;
}

/** What a browser without a file picker saves when a button is pressed. @returns the file's path */
async function saved(page: Page, press: () => Promise<void>): Promise<string> {
  const downloadPath = await mkdtemp(join(downloads, "one-"));
  await page.evaluate(() => {
    Object.assign(globalThis, { showSaveFilePicker: undefined });
  });
  const session = await page.context().newCDPSession(page);
  const behavior = "allow";
  await session.send("Browser.setDownloadBehavior", {
    behavior,
    downloadPath,
    eventsEnabled: true,
  });
  const done = new Promise<void>((resolve) => {
    session.on("Browser.downloadProgress", ({ state }: { state: string }) => {
      if (state === "completed") resolve();
    });
  });
  await press();
  await done;
  await session.detach();
  const [name = ""] = readdirSync(downloadPath);
  return join(downloadPath, name);
}
