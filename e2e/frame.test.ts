/** The frame around the tools, in a real browser: the palette and the shortcuts, emoji, what one sets, several messages at once. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import { axeFaults, type Device, lookLike, type Scheme } from "./lib/looks.ts";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import { reads, type Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
/** A folder to which the pictures go, for looking at them. */
const PICTURES = process.env["BARAZA_PICTURES"];
const LOOKS: readonly [Device, Scheme][] = [
  ["desktop", "light"],
  ["phone", "dark"],
];

let site: Site;
let her: Visitor;
let bruno: Companion;
let seedsId: string;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

const palette = ({ page, t }: Visitor): Locator =>
  page.getByRole("dialog", { name: t("frame.palette") });
const field = (visitor: Visitor): Locator =>
  palette(visitor).getByRole("combobox", { name: visitor.t("frame.palette") });
const choice = (visitor: Visitor, name: string): Locator =>
  palette(visitor).getByRole("option", { name });

/** Looks at what is on the screen in English and Arabic, on a desktop and a phone, light and dark. */
async function look(name: string, show: () => Promise<void>): Promise<void> {
  const { page } = her;
  for (const language of ["en", "ar"] as const) {
    await page.evaluate((code) => localStorage.setItem("baraza.language", code), language);
    await page.reload();
    reads(her, language);
    await show();
    for (const [device, scheme] of LOOKS) {
      const picture = await lookLike(page, device, scheme);
      expect(await axeFaults(page), `${name} ${language} ${device} ${scheme}`).toEqual([]);
      const png = await picture();
      if (PICTURES !== undefined)
        await writeFile(join(PICTURES, `${name}-${language}-${device}-${scheme}.png`), png);
    }
    await (
      await lookLike(page, "desktop", "light")
    )();
  }
  await page.evaluate(() => localStorage.setItem("baraza.language", "en"));
  await page.reload();
  reads(her, "en");
}

test("Ctrl+K goes to a conversation by a few letters, whatever the accents", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  bruno = await companion(site.nodes.a, { name: "bruno", shownName: "Bruno Díaz" });
  const { page, t } = her;
  await steps.newGroup(her, "Water of Ölüdeniz");
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.newGroup(her, "Seeds");
  seedsId = await bruno.join(await steps.invite(her));
  await page.keyboard.press("Control+k");
  await field(her).fill("oludeniz");
  await choice(her, "Water of Ölüdeniz").waitFor();
  await page.keyboard.press("Enter");
  await steps.atConversation(page, "Water of Ölüdeniz");
  await page.keyboard.press("Control+k");
  // What was open before stands first, so that Enter goes there and back.
  await choice(her, "Seeds").waitFor();
  await page.keyboard.press("Enter");
  await steps.atConversation(page, "Seeds");
  await page.keyboard.press("Control+k");
  await field(her).fill("bruno");
  await choice(her, "Bruno Díaz").click();
  await page.getByRole("heading", { name: "Bruno Díaz", level: 1 }).waitFor();
  await page.goBack();
});

test("what one does often stands there too, and letters alone do it", async () => {
  const { page, t } = her;
  await steps.atConversation(page, "Seeds");
  const row = page
    .getByRole("list", { name: t("list.title"), exact: true })
    .getByRole("listitem")
    .filter({ hasText: "Seeds" });
  await page.keyboard.press("Control+k");
  await field(her).fill(t("order.mute"));
  await choice(her, t("order.mute")).waitFor();
  await page.keyboard.press("Enter");
  await row.getByText(t("list.muted")).waitFor({ state: "attached" });
  await page.keyboard.press("m");
  await row.getByText(t("list.muted")).waitFor({ state: "detached" });
  await page.keyboard.press("Alt+ArrowDown");
  await steps.atConversation(page, "Water of Ölüdeniz");
  await page.keyboard.press("r");
  const write = page.getByRole("textbox", { name: t("chat.write") });
  await expect.poll(() => write.evaluate((one) => one === document.activeElement)).toBe(true);
  // Where one writes, letters are letters.
  await page.keyboard.type("geme?");
  expect(await write.inputValue()).toBe("geme?");
  await write.fill("");
  await page.keyboard.press("Alt+ArrowUp");
  await steps.atConversation(page, "Seeds");
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.getByRole("heading", { name: t("order.bookmarks"), level: 1 }).waitFor();
});

test("? shows all shortcuts, and letters alone can be turned off", async () => {
  const { page, t } = her;
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: t("frame.shortcuts") });
  await dialog.getByText(t("frame.nextUnread")).waitFor();
  await dialog.getByRole("switch", { name: t("frame.oneKey") }).uncheck();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.press("Control+/");
  await dialog.waitFor();
  expect(new URL(page.url()).pathname).toBe("/bookmarks");
  await dialog.getByRole("switch", { name: t("frame.oneKey") }).check();
  await look("shortcuts", async () => {
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: her.t("frame.shortcuts") }).waitFor();
  });
  await look("palette", async () => {
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.keyboard.press("Control+k");
    await choice(her, "Seeds").waitFor();
  });
});

test("an emoji is found in one's own language, put where one writes, and remembered", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/s/${seedsId}`);
  await steps.atConversation(page, "Seeds");
  const write = page.getByRole("textbox", { name: t("chat.write") });
  await write.fill("Rain!");
  await page.getByRole("button", { name: t("talk.emoji"), exact: true }).click();
  const picker = page.getByRole("dialog", { name: t("talk.emoji") });
  await picker.getByRole("button", { name: "grinning face", exact: true }).waitFor();
  await picker.getByRole("tab", { name: t("emoji.group.people") }).click();
  await picker.getByRole("radio", { name: t("emoji.tone.dark"), exact: true }).check();
  await picker.getByRole("searchbox", { name: t("emoji.search") }).fill("thumbs up");
  await picker.getByRole("button", { name: "thumbs up", exact: true }).waitFor();
  // Down into what was found, along it, and back up.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect.poll(() => write.inputValue()).toBe("Rain!👍🏿");
  await write.press("End");
  await write.pressSequentially(" :tada");
  await page.getByRole("option", { name: "party popper" }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => write.inputValue()).toBe("Rain!👍🏿 🎉 ");
  await page.keyboard.press("Enter");
  await steps.message(her, "Rain!👍🏿 🎉").waitFor();
  await page.getByRole("button", { name: t("talk.emoji"), exact: true }).click();
  await picker.getByRole("tab", { name: t("emoji.group.used"), selected: true }).waitFor();
  await picker.getByRole("button", { name: "thumbs up", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await picker.waitFor({ state: "detached" });
});

test("any emoji is a reaction; many fold, and who reacted is told", async () => {
  const { page, t } = her;
  const signs = Array.from({ length: 30 }, (_, n) => String.fromCodePoint(0x1f400 + n));
  const eventId = await bruno.say(seedsId, "So many animals");
  for (const emoji of signs)
    await bruno.commands["chat.react"]({ spaceId: seedsId, eventId, emoji, on: true });
  const more = steps
    .message(her, "So many animals")
    .getByRole("button", { name: `${t("chat.reactions")} +20` });
  await more.click();
  const all = page.getByRole("dialog", { name: t("chat.reactions") });
  await all.getByRole("listitem").nth(29).waitFor();
  await all.getByText("Bruno Díaz").first().waitFor();
  await all.getByRole("button", { name: signs[29] ?? "" }).click();
  await all.getByText("Amina Otieno").waitFor();
  await page.keyboard.press("Escape");
  await steps.reactionOn(her, "So many animals", signs[29] ?? "").waitFor();
  await steps.act(her, "So many animals", t("talk.otherEmoji"));
  const picker = page.getByRole("dialog", { name: t("talk.otherEmoji") });
  await picker.getByRole("searchbox", { name: t("emoji.search") }).fill("elephant");
  await picker.getByRole("button", { name: "elephant", exact: true }).click();
  await steps
    .reactionOn(her, "So many animals", "🐘")
    .and(page.locator("[aria-pressed=true]"))
    .waitFor();
  await look("emoji", async () => {
    await page.getByRole("button", { name: her.t("talk.emoji"), exact: true }).click();
    await page
      .getByRole("dialog", { name: her.t("talk.emoji") })
      .getByRole("tab", { name: her.t("emoji.group.smileys") })
      .click();
    await page.getByRole("button", { name: /😀/ }).or(page.getByText("😀")).first().waitFor();
  });
});

test("a link to a message opens it in its surroundings, for those who are in the conversation", async () => {
  const { page, t } = her;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await steps.act(her, "So many animals", t("talk.copyLink"));
  await page
    .getByRole("status")
    .filter({ hasText: t("frame.linkCopied") })
    .waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/s\/[^/]+\/m\/[0-9a-f]{32}$/);
  await page.goto(link);
  await steps.message(her, "So many animals").waitFor();
  const elsewhere = link.replace(/\/s\/[^/]+/, `/s/${"0".repeat(64)}`);
  await page.goto(elsewhere);
  await page.getByText(t("chat.goneTitle")).waitFor();
});

test("several messages are chosen, bookmarked and deleted, with a way back", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/s/${seedsId}`);
  await steps.say(her, "First thought");
  await steps.say(her, "Second thought");
  await steps.sent(her, "Second thought");
  await steps.act(her, "First thought", t("talk.select"));
  await steps.message(her, "Second thought").getByRole("checkbox").click();
  const bar = page.getByRole("toolbar", { name: t("frame.selection") });
  await bar.getByText(t("frame.selected", { count: 2 })).waitFor();
  await bar.getByRole("button", { name: t("chat.copy") }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split("\n").length).toBe(2);
  await steps.act(her, "First thought", t("talk.select"));
  await steps.message(her, "Second thought").getByRole("checkbox").click();
  await bar.getByRole("button", { name: t("chat.bookmark") }).click();
  const bookmarked = steps.message(her, "First thought").getByText(t("chat.bookmarked"));
  await bookmarked.waitFor({ state: "attached" });
  await page
    .getByRole("status")
    .getByRole("button", { name: t("ui.undo") })
    .click();
  await bookmarked.waitFor({ state: "detached" });
  await steps.act(her, "First thought", t("talk.select"));
  await steps.message(her, "Second thought").getByRole("checkbox").click();
  await bar.getByRole("button", { name: t("frame.deleteOwn", { count: 2 }) }).click();
  await steps.message(her, "Second thought").waitFor({ state: "detached" });
  await page
    .getByRole("status")
    .getByRole("button", { name: t("ui.undo") })
    .click();
  await steps.message(her, "Second thought").waitFor();
  await steps.act(her, "First thought", t("talk.select"));
  await bar.waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: t("chat.write") }).waitFor();
});

test("a message is read aloud by a voice of the device, and never by one elsewhere", async () => {
  const { page, t } = her;
  const voices = (local: boolean): void => {
    const spoken: string[] = [];
    const voice = { lang: "en-GB", localService: local, default: true, name: "x", voiceURI: "x" };
    Object.assign(window, {
      spoken,
      SpeechSynthesisUtterance: class extends EventTarget {
        text: string;
        constructor(text: string) {
          super();
          this.text = text;
        }
      },
    });
    Object.defineProperty(window, "speechSynthesis", {
      value: {
        getVoices: () => [voice],
        speak: ({ text }: { text: string }) => spoken.push(text),
        cancel: () => spoken.push(""),
      },
    });
  };
  await page.evaluate(voices, true);
  await steps.act(her, "So many animals", t("talk.readAloud"));
  const notice = page.getByRole("status").filter({ hasText: t("frame.reading") });
  await notice.waitFor();
  const spoken = (): Promise<string | undefined> =>
    page.evaluate(() => (window as unknown as { spoken: string[] }).spoken.at(-1));
  await expect.poll(spoken).toBe("Bruno Díaz. So many animals");
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await notice.waitFor({ state: "detached" });
  expect(await spoken()).toBe("");
});

test("text grows to twice its size and every screen holds; contrast and motion are switched", async () => {
  const { page, t } = her;
  const size = page.getByRole("slider", { name: t("frame.size") });
  await size.focus();
  await page.keyboard.press("End");
  await expect.poll(() => size.getAttribute("aria-valuetext")).toBe("200%");
  const rem = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  expect(await rem()).toBe("32px");
  await page.getByRole("switch", { name: t("frame.contrastLabel") }).check();
  await page.getByRole("switch", { name: t("frame.still") }).check();
  await page.getByRole("switch", { name: t("frame.saver") }).check();
  const ground = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand"));
  const teal = await ground();
  // With the arrow keys, as one of several.
  await page.getByRole("radio", { name: t("frame.colour.teal") }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("radio", { name: t("frame.colour.blue"), checked: true }).waitFor();
  const blue = await ground();
  expect(blue).not.toBe(teal);
  await page.reload();
  await expect.poll(ground).toBe(blue);
  await page.getByRole("switch", { name: t("frame.saver"), checked: true }).waitFor();
  expect(await rem()).toBe("32px");
  await look("settings", async () => {
    await page.getByRole("slider", { name: her.t("frame.size") }).scrollIntoViewIfNeeded();
  });
  /** What stands out of the screen, and what has to be scrolled sideways. */
  const tooWide = (): Promise<string[]> =>
    page.evaluate(() => {
      const seen = [...document.querySelectorAll(".rail-item, .panes, .pane, .settings-group, h1")]
        .filter((one) => one.checkVisibility() && !one.matches(".visually-hidden"))
        .filter((one) => {
          const { left, right } = one.getBoundingClientRect();
          return left < -1 || right > innerWidth + 1;
        });
      const scrolled = [...document.querySelectorAll("html, .pane-body")].filter(
        ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1,
      );
      return [...seen, ...scrolled].map(({ tagName, className }) => `${tagName} ${className}`);
    });
  for (const path of ["/", "/settings", "/new", "/files", `/s/${seedsId}`]) {
    await page.goto(her.node.url + path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    for (const [device] of LOOKS) {
      const picture = await lookLike(page, device, "light");
      expect(await tooWide(), `${path} on a ${device}`).toEqual([]);
      const png = await picture();
      if (PICTURES !== undefined)
        await writeFile(
          join(PICTURES, `large${path.replaceAll(/[^a-z]/g, "-").slice(-12)}-${device}.png`),
          png,
        );
    }
    await (
      await lookLike(page, "desktop", "light")
    )();
  }
  await page.goto(`${her.node.url}/settings`);
  await size.focus();
  await page.keyboard.press("Home");
  expect(await rem()).toBe("12.8px");
});

test("the first steps tick themselves off, lead to where they are done, and can be put away", async () => {
  const { page, t } = her;
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const steps = page.getByRole("region", { name: t("start.title") });
  await page.goto(her.node.url);
  await steps.getByText(t("start.invite")).waitFor();
  // What is done has no button any more.
  const button = (name: "inviteDo" | "deviceDo" | "wordsDo"): Locator =>
    steps.getByRole("button", { name: new RegExp(`^${t(`start.${name}`)}:`) });
  await button("deviceDo").waitFor();
  await button("inviteDo").waitFor({ state: "detached" });
  await look("start", async () => {
    await page.getByRole("region", { name: her.t("start.title") }).waitFor();
  });
  await button("wordsDo").click();
  await page.waitForURL(/\/safety\/sheet$/);
  await page.goto(her.node.url);
  await steps.getByRole("button", { name: t("start.away") }).click();
  await steps.waitFor({ state: "detached" });
  await page.reload();
  await page.getByRole("heading", { name: t("home.pickTitle") }).waitFor();
  expect(await steps.count()).toBe(0);
});

test("nobody's browser complained", () => {
  expect(her.complaints()).toEqual([]);
  expect(seedsId).not.toBe("");
});
