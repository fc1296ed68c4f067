/** The first minutes: setting a node up, coming back on a new device, another language, the keyboard alone, and what goes wrong. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "@baraza/testkit";
import { whatCanWait } from "@baraza/web/rest";
import type { Page } from "playwright-core";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { tabTo } from "./lib/keyboard.ts";
import type { Site } from "./lib/site.ts";
import { APP, keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { reads } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const TITLE = "Water committee";

let site: Site;
let her: Visitor;
let bruno: Companion;
let spaceId: string;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno.close();
  await site.close();
});

test("the link from the console makes the first person an administrator", async () => {
  const node = site.nodes.a.running();
  const link = await node.setupLink();
  if (link === null) throw new Error("the console shows no link");
  her = await site.visitor(site.nodes.a, link.slice(site.nodes.a.url.length));
  await her.page.getByRole("heading", { name: her.t("setup.title") }).waitFor();
  await steps.fillSignUp(her, amina);
  await her.page.getByRole("heading", { name: her.t("list.emptyTitle") }).waitFor();
  // Where there is an administrator, the console shows no link any more.
  expect(await node.setupLink()).toBeNull();
});

test("after signing out, a new device comes back into the conversation, with its history", async () => {
  const { page, t } = her;
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Delgado" });
  spaceId = await bruno.join(link);
  await bruno.say(spaceId, "The pump is running again");
  await steps.openConversation(her, TITLE);
  await steps.message(her, "The pump is running again").waitFor();
  await steps.say(her, "Wonderful news");
  await steps.sent(her, "Wonderful news");
  await seenBeforeTheEngine(her);
  await steps.signOut(her);
  expect(await page.getByText(TITLE).count()).toBe(0);
  expect(await keptLooks(page)).toBe(0);
  await steps.signIn(her, amina);
  await steps.openConversation(her, TITLE);
  for (const text of ["The pump is running again", "Wonderful news"])
    await steps.message(her, text).waitFor();
  await steps.say(her, "I am back on a new phone");
  await bruno.until("chat.messages", { spaceId, limit: 20 }, ({ messages }) =>
    messages.some(({ text }) => text === "I am back on a new phone"),
  );
  await page.getByText(t("trouble.stuck")).waitFor({ state: "detached" });
});

/** Opens the app where the engine never starts: the list is there as it was last seen, and nothing of it in clear. */
async function seenBeforeTheEngine({ page, node }: Visitor): Promise<void> {
  await page.goto(node.url);
  await page.getByText(TITLE).waitFor();
  await expect.poll(() => keptLooks(page)).toBe(1);
  const other = await page.context().newPage();
  await other.addInitScript(() => {
    Object.assign(globalThis, {
      Worker: class {
        postMessage(): void {}
        terminate(): void {}
      },
    });
  });
  // The first window leads; without it, this one would start the engine itself.
  await page.goto("about:blank");
  await other.goto(node.url);
  await other.getByText(TITLE).waitFor();
  const clear = await other.evaluate(() => JSON.stringify(localStorage));
  expect(clear).not.toContain(TITLE);
  await other.close();
  await page.goto(node.url);
  await page.getByText(TITLE).waitFor();
}

/** How many pictures of the list this browser keeps. */
function keptLooks(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("baraza-secrets");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error("no database"));
    });
    return new Promise<number>((resolve, reject) => {
      const request = db.transaction("secrets").objectStore("secrets").count("s/first-look");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error("not counted"));
    }).finally(() => db.close());
  });
}

test("Arabic turns the page around, and stays after a reload", async () => {
  const { page } = her;
  const root = page.locator("html");
  await page.goto(`${her.node.url}/settings`);
  await page.getByLabel(her.t("settings.language"), { exact: true }).selectOption("ar");
  reads(her, "ar");
  await page.getByRole("heading", { name: her.t("settings.title"), exact: true }).waitFor();
  expect(await root.getAttribute("dir")).toBe("rtl");
  expect(await root.getAttribute("lang")).toBe("ar");
  await page.reload();
  await page.getByRole("heading", { name: her.t("settings.title"), exact: true }).waitFor();
  expect(await root.getAttribute("dir")).toBe("rtl");
  await page.getByLabel(her.t("settings.language"), { exact: true }).selectOption("en");
  reads(her, "en");
  await page.getByRole("heading", { name: her.t("settings.title"), exact: true }).waitFor();
  expect(await root.getAttribute("dir")).toBe("ltr");
});

test("whoever cannot read the language that a page came in finds their own by its name, before they have an account", async () => {
  const guest = await site.visitor(site.nodes.a);
  const { page } = guest;
  const heading = page.getByRole("heading", { level: 1 });
  await page.getByRole("link", { name: guest.t("signUp.create") }).click();
  await heading.filter({ hasText: guest.t("signUp.title") }).waitFor();
  const name = page.getByLabel(guest.t("signUp.name"), { exact: true });
  await name.fill("Zuhura");
  await page.getByRole("combobox", { name: "Language", exact: true }).selectOption("Français");
  reads(guest, "fr");
  await heading.filter({ hasText: guest.t("signUp.title") }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("fr");
  // What was filled in stays.
  expect(await page.getByLabel(guest.t("signUp.name"), { exact: true }).inputValue()).toBe(
    "Zuhura",
  );
  await page.reload();
  await page.getByRole("combobox", { name: "Langue (Language)", exact: true }).waitFor();
  // What is offered to people outside has it, too.
  await page.goto(`${site.nodes.a.url}/share`);
  const pick = page.getByRole("combobox", { name: "Langue (Language)", exact: true });
  await pick.selectOption("العربية");
  await page.locator("html[dir=rtl]").waitFor();
  expect(guest.complaints()).toEqual([]);
  await guest.leave();
});

test("with the keyboard alone one signs up, makes a group and writes", async () => {
  const chen = await site.visitor(site.nodes.a);
  const { page, t } = chen;
  const { keyboard } = page;
  await tabTo(page.getByRole("link", { name: t("signUp.create"), exact: true }));
  await keyboard.press("Enter");
  await tabTo(page.getByLabel(t("signUp.name"), { exact: true }));
  await keyboard.type("Chen Wei");
  await tabTo(page.getByLabel(t("signUp.address"), { exact: true }));
  await tabTo(page.getByLabel(t("signUp.passphrase"), { exact: true }));
  await keyboard.type("a boat that never learned to swim");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: t("list.emptyTitle") }).waitFor();
  await tabTo(page.getByRole("button", { name: t("newSpace.title") }).first());
  await keyboard.press("Enter");
  await tabTo(page.getByLabel(t("newSpace.name"), { exact: true }));
  await keyboard.type("Night shift");
  await keyboard.press("Enter");
  await tabTo(page.getByRole("button", { name: t("ui.back"), exact: true }));
  await keyboard.press("Enter");
  await tabTo(page.getByRole("link", { name: "Night shift" }));
  await keyboard.press("Enter");
  await steps.atConversation(page, "Night shift");
  await tabTo(page.getByRole("textbox", { name: t("chat.write") }));
  await keyboard.type("All quiet here");
  await keyboard.press("Enter");
  await steps.message(chen, "All quiet here").waitFor();
  // Arrow up in the empty field takes back the last message for a change; Escape leaves it as it was.
  await keyboard.press("ArrowUp");
  await page.getByText(t("chat.editing")).waitFor();
  await keyboard.press("Escape");
  await page.getByText(t("chat.editing")).waitFor({ state: "detached" });
});

test("a first visit asks for no chunk that is said to wait for a later one", async () => {
  const first = await site.visitor(site.nodes.a, "/signup");
  const asked: string[] = [];
  first.browser.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await steps.fillSignUp(first, { ...amina, name: "dina", shownName: "Dina Haddad" });
  await first.page.getByRole("heading", { name: first.t("list.emptyTitle") }).waitFor();
  await steps.newGroup(first, "Harvest");
  await steps.openConversation(first, "Harvest");
  await steps.say(first, "The first words");
  await steps.sent(first, "The first words");
  // What the engine looks at in its own time: the last of what it fetches.
  await until(() => asked.some((path) => path.includes("engine-trust-work")), "the engine is done");
  expect(asked.filter(whatCanWait(APP))).toEqual([]);
});

test("what goes wrong is said in a sentence: wrong passphrase, taken address, expired and broken links", async () => {
  const guest = await site.visitor(site.nodes.a);
  const { page, t } = guest;
  const alert = page.getByRole("alert");
  await steps.signIn(guest, { name: amina.name, passphrase: "eight quiet canoes at dawn" });
  await alert.getByText(t("failure.wrongSignIn")).waitFor();
  await steps.signIn(guest, { name: "nobody.of.that.name", passphrase: "eight quiet canoes" });
  await alert.getByText(t("failure.wrongSignIn")).waitFor();

  await page.getByRole("link", { name: t("signUp.create"), exact: true }).click();
  await steps.fillSignUp(guest, { ...amina, shownName: "Another Amina" });
  await alert.getByText(t("failure.nameTaken")).waitFor();

  const { link, expires } = await bruno.inviteFor(spaceId, 2000);
  await until(() => Date.now() > expires, "the invitation has expired");
  const at = await site.visitor(site.nodes.b, link.slice(site.nodes.b.url.length));
  await at.page.getByRole("heading", { name: t("join.expiredTitle") }).waitFor();
  await at.page.goto(`${site.nodes.b.url}/join#cut-off`);
  await at.page.getByRole("heading", { name: t("join.brokenTitle") }).waitFor();

  // A set-up link works once.
  await page.goto(`${site.nodes.a.url}/setup#AAAAAAAAAAAAAAAAAAAAAA`);
  await steps.fillSignUp(guest, { ...amina, name: "mallory" });
  await alert.getByText(t("failure.linkUsed")).waitFor();
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});
