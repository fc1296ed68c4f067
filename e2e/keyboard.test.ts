/**
 * A day of a person who has no mouse, and of one who hears what others see: everything by keys, from signing up to signing out. After
 * each step something has the focus, it is on the screen, and one sees that it has it.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { allSent } from "./lib/files.ts";
import { choose, focusIsSeen, hasFocus, tabTo } from "./lib/keyboard.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { PATIENCE } from "./lib/visitor.ts";

const TITLE = "Night shift";
const GREETING = "Who opens the granary tomorrow?";
const HIS = "I have the key, and the lamp";

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

/** Presses keys one after the other; in the end the focus is somewhere, and is seen. */
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await her.page.keyboard.press(key);
  await focusIsSeen(her.page);
}
/** Goes to something by Tab, and presses Enter. */
async function enter(target: Locator): Promise<void> {
  await tabTo(target);
  await press("Enter");
}
const field = (): Locator => her.page.getByRole("textbox", { name: her.t("chat.write") });
const more = (text: string): Locator =>
  steps.message(her, text).getByRole("button", { name: her.t("chat.more") });

test("she signs up, makes a conversation and invites to it", async () => {
  her = await site.visitor(site.nodes.a);
  const { page, t } = her;
  await enter(page.getByRole("link", { name: t("signUp.create"), exact: true }));
  await tabTo(page.getByLabel(t("signUp.name"), { exact: true }));
  await page.keyboard.type("Chen Wei");
  await tabTo(page.getByLabel(t("signUp.passphrase"), { exact: true }));
  await page.keyboard.type("a boat that never learned to swim");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: t("list.emptyTitle") }).waitFor();
  await focusIsSeen(page);
  await enter(page.getByRole("button", { name: t("newSpace.title") }).first());
  await tabTo(page.getByLabel(t("newSpace.name"), { exact: true }));
  await page.keyboard.type(TITLE);
  await page.keyboard.press("Enter");
  await hasFocus(page.getByRole("heading", { name: t("people.title"), exact: true }));
  const button = page.getByRole("button", { name: t("invite.action") });
  await enter(button);
  const dialog = page.getByRole("dialog", { name: t("invite.title") });
  await hasFocus(dialog.getByRole("heading"));
  await dialog.getByRole("img", { name: t("invite.qr") }).waitFor();
  const link = await dialog.getByLabel(t("invite.link"), { exact: true }).inputValue();
  await press("Escape");
  await hasFocus(button);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Díaz" });
  spaceId = await bruno.join(link);
});

test("she writes, answers and reacts, going up and down the messages", async () => {
  const { page, t } = her;
  await tabTo(page.getByRole("link", { name: "Bruno Díaz" }));
  await tabTo(page.getByRole("button", { name: t("ui.back"), exact: true }), "Shift+Tab");
  await press("Enter");
  await enter(page.getByRole("link", { name: TITLE }));
  await hasFocus(page.getByRole("heading", { name: TITLE, level: 1 }));
  await page.keyboard.press("r");
  await hasFocus(field());
  await page.keyboard.type(GREETING);
  await press("Enter");
  await steps.sent(her, GREETING);
  await hasFocus(field());
  await bruno.say(spaceId, HIS);
  await steps.message(her, HIS).waitFor();
  await tabTo(more(HIS), "Shift+Tab");
  // The first thing in the menu is to agree.
  await page.keyboard.press("Enter");
  await hasFocus(page.getByRole("menuitem", { name: t("chat.reactWith", { emoji: "👍" }) }));
  await press("Enter");
  await steps.reactionOn(her, HIS, "👍").waitFor();
  await hasFocus(more(HIS));
  await press("ArrowUp");
  await hasFocus(steps.message(her, GREETING));
  await press("ArrowDown");
  await hasFocus(steps.message(her, HIS));
  // Below the last message is where one writes.
  await press("ArrowDown");
  await hasFocus(field());
  await tabTo(more(HIS), "Shift+Tab");
  await page.keyboard.press("Enter");
  await choose(page, t("chat.reply"));
  await hasFocus(field());
  await page.keyboard.type("Bring both, please");
  await press("Enter");
  await steps.message(her, "Bring both, please").getByText(HIS).waitFor();
});

test("what others write is read once, also the same words twice; one's own is not", async () => {
  const { page, t } = her;
  const region = page.locator(".conversation > [role=status]");
  await region.evaluate((element) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver(() => heard.push(element.textContent)).observe(element, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  await bruno.say(spaceId, "Ready");
  const ready = t("chat.said", { name: "Bruno Díaz", text: "Ready" });
  const heard = (): Promise<string[]> =>
    page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  await expect.poll(heard, { timeout: PATIENCE }).toEqual([ready]);
  await page.keyboard.type("Me too");
  await press("Enter");
  await steps.sent(her, "Me too");
  await bruno.say(spaceId, "Ready");
  await expect.poll(heard, { timeout: PATIENCE }).toEqual([ready, ready]);
  expect(await page.locator("[aria-live=assertive], [role=alert]").allInnerTexts()).toEqual([""]);
});

test("she changes what she said, deletes it, and takes that back", async () => {
  const { page, t } = her;
  await page.keyboard.press("ArrowUp");
  await page.getByText(t("chat.editing")).waitFor();
  await page.keyboard.type(", at six");
  await press("Enter");
  const changed = steps.message(her, "Me too, at six");
  await changed.getByText(t("chat.edited"), { exact: true }).waitFor();
  await hasFocus(field());
  await tabTo(more("Me too, at six"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await choose(page, t("chat.delete"));
  await changed.waitFor({ state: "detached" });
  // The message that takes its place has the focus, and the key for it takes the deletion back.
  await hasFocus(steps.message(her, "Ready").last());
  await press("Control+z");
  await changed.waitFor();
  await page.getByText(t("chat.deletedToast")).waitFor({ state: "detached" });
  await press("Escape");
  await hasFocus(field());
});

test("a thread opens and closes, and she is where she was", async () => {
  const { page, t } = her;
  await tabTo(more(GREETING), "Shift+Tab");
  await page.keyboard.press("Enter");
  await choose(page, t("talk.replyInThread"));
  const thread = page.getByRole("complementary", { name: t("deep.thread") });
  await hasFocus(thread.getByRole("heading"));
  await tabTo(thread.getByRole("textbox", { name: t("deep.threadWrite") }));
  await page.keyboard.type("The east gate, too");
  await press("Enter");
  await thread.getByText("The east gate, too").waitFor();
  await press("Escape");
  await thread.waitFor({ state: "detached" });
  await hasFocus(more(GREETING));
});

test("she finds a message and is led to it", async () => {
  const { page, t } = her;
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: t("search.field") }).waitFor();
  await page.keyboard.type("lamp");
  const hit = page
    .getByRole("list", { name: t("search.results") })
    .getByRole("link", { name: HIS });
  await hit.waitFor();
  await press("ArrowDown");
  await hasFocus(hit);
  await page.keyboard.press("Enter");
  await steps.atConversation(page, TITLE);
  await hasFocus(steps.message(her, HIS).first());
});

test("a file goes up, and is looked at", async () => {
  const { page, t } = her;
  const files = page
    .getByRole("region", { name: TITLE, exact: true })
    .getByRole("link", { name: t("shell.files"), exact: true });
  await tabTo(files, "Shift+Tab");
  await press("Enter");
  const add = page.getByRole("button", { name: t("files.add"), exact: true });
  await tabTo(add);
  await press("Enter");
  const chooser = page.waitForEvent("filechooser");
  await choose(page, t("files.upload"));
  await (
    await chooser
  ).setFiles([
    {
      name: "rota.md",
      mimeType: "text/markdown",
      buffer: Buffer.from("# Who is on duty\n\nChen\n"),
    },
  ]);
  const row = page.getByTitle("rota.md", { exact: true });
  await row.waitFor();
  await allSent(her);
  await focusIsSeen(page);
  await tabTo(row);
  await press("Enter");
  const shown = page.getByRole("dialog");
  await shown.getByRole("heading", { name: "Who is on duty" }).waitFor();
  await focusIsSeen(page);
  await press("Escape");
  await shown.waitFor({ state: "detached" });
  await hasFocus(row);
});

test("she makes it dark, and signs out", async () => {
  const { page, t } = her;
  await page.keyboard.press("Control+,");
  await hasFocus(page.getByRole("heading", { name: t("settings.title"), exact: true }));
  await tabTo(page.getByRole("radio", { name: t("settings.themeSystem") }));
  await press("ArrowRight", "ArrowRight");
  await hasFocus(page.getByRole("radio", { name: t("settings.themeDark") }));
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  await enter(page.getByRole("button", { name: t("settings.signOut"), exact: true }));
  const dialog = page.getByRole("dialog", { name: t("settings.signOutTitle") });
  await hasFocus(dialog.getByRole("heading"));
  await press("Escape");
  await hasFocus(page.getByRole("button", { name: t("settings.signOut"), exact: true }));
  await press("Enter");
  await tabTo(dialog.getByRole("button", { name: t("settings.signOut"), exact: true }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: t("signIn.title") }).waitFor();
  await focusIsSeen(page);
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});
