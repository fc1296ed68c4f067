/**
 * Broadcast lists and the weekly letter, in a real browser. Amina has had her account for a while on another device; Bruno and Chen are
 * people with whom she has a conversation of two each, on two nodes.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { PushService } from "@baraza/testkit";
import { startPushService, until } from "@baraza/testkit";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import type { Bell } from "./lib/pushes.ts";
import { withPushes } from "./lib/pushes.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const DAY = 24 * 60 * 60_000;
const LIST = "Village delegates";
const GROUP = "Announcements";
const PHONE = { width: 360, height: 740 };

let site: Site;
let pushes: PushService;
let bell: Bell;
let amina: Companion;
let bruno: Companion;
let chen: Companion;
let her: Visitor;
let withBruno: string;
let withChen: string;
let group: string;

beforeAll(async () => {
  [site, pushes] = await Promise.all([openSite(), startPushService()]);
  const { a, b } = site.nodes;
  amina = await companion(a, { name: "amina", shownName: "Amina Wanjiku" });
  bruno = await companion(b, { name: "bruno", shownName: "Bruno Delgado" });
  chen = await companion(a, { name: "chen", shownName: "Chen Li" });
  const ask = async (host: Companion, kind: "pair" | "group", title: string): Promise<string> => {
    const { spaceId } = await host.commands["space.create"]({
      title,
      kind,
      ...(kind === "pair" ? { untitled: true } : {}),
    });
    const { link } = await host.inviteFor(spaceId, DAY / 2);
    return amina.join(link);
  };
  withBruno = await ask(bruno, "pair", "Two");
  withChen = await ask(chen, "pair", "Two");
  group = await ask(bruno, "group", GROUP);
  await bruno.commands["space.setRules"]({ spaceId: group, announce: true });
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  for (const one of [amina, bruno, chen]) await one?.close();
  await site.close();
  await pushes.close();
});

const heard = (one: Companion, spaceId: string, text: string) =>
  one.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
    messages.some((message) => message.text === text),
  );

test("what was new in a week is one letter, with a quiet line in what is new and a way to each message", async () => {
  const eventId = await bruno.say(group, "The seeds have come, Amina", {
    mentions: [amina.identityId],
  });
  await bruno.commands["chat.pin"]({ spaceId: group, eventId, on: true });
  await heard(amina, group, "The seeds have come, Amina");
  // She chose it long enough ago for a letter to be due: yesterday's.
  await amina.past(8 * DAY, async () => {
    await amina.commands["weekly.setWhen"]({ day: (new Date().getDay() + 6) % 7, hour: 0 });
    await amina.commands["weekly.set"]({ spaceIds: [group], on: true });
  });
  her = await site.visitor(site.nodes.a);
  bell = await withPushes(her, pushes);
  await bell.permit("granted");
  const { page, t } = her;
  await steps.signIn(her, amina);
  await page.getByRole("link", { name: t("list.news") }).click();
  await page.getByRole("link", { name: t("weekly.there") }).click();
  await page.getByRole("heading", { name: t("weekly.title"), level: 1 }).waitFor();
  await page.getByRole("heading", { name: GROUP, level: 2 }).waitFor();
  for (const part of ["weekly.mentions", "weekly.pins"] as const)
    await page
      .getByRole("list", { name: t(part) })
      .getByRole("link", { name: /The seeds have come/ })
      .waitFor();
  await page
    .getByRole("list", { name: t("weekly.mentions") })
    .getByRole("link")
    .click();
  await steps.message(her, "The seeds have come, Amina").waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: t("weekly.title"), level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: t("order.news"), level: 1 }).waitFor();
  await until(
    async () => (await page.getByRole("link", { name: t("weekly.there") }).count()) === 0,
    "a letter that was read says nothing",
  );
});

test("with the app in the background a notification says that a letter is there, and nothing of what is in it", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("switch", { name: t("notifications.on") }).click();
  await until(() => page.getByRole("switch", { name: t("notifications.on") }).isChecked(), "on");
  await bruno.say(group, "The boxes are at the gate");
  await heard(amina, group, "The boxes are at the gate");
  await bell.background(true);
  // From now on it is due on another day: today.
  await amina.commands["weekly.setWhen"]({ day: new Date().getDay(), hour: 0 });
  const words = t("notifications.weekly");
  const told = async () => (await bell.shown()).filter(({ body }) => body === words);
  await until(async () => (await told()).length > 0, "the notification");
  const [notification] = await told();
  expect(notification?.title).toBe(t("app.name"));
  expect(notification?.path).toMatch(/^\/week\/\d{4}-\d{2}-\d{2}$/);
  await bell.background(false);
  await page.goto(`${site.nodes.a.url}/week`);
  await page.getByRole("heading", { name: t("weekly.title"), level: 1 }).waitFor();
  await page.getByRole("heading", { name: t("weekly.earlier") }).waitFor();
  await until(async () => (await told()).length === 0, "the notification is gone");
});

test("the letter is chosen in a conversation's overview and in the settings, also on a phone", async () => {
  const { page, t } = her;
  await page.setViewportSize(PHONE);
  await page.goto(`${site.nodes.a.url}/s/${group}/about`);
  const here = page.getByRole("switch", { name: t("weekly.here") });
  await until(() => here.isChecked(), "it is chosen");
  await here.click();
  await amina.until("weekly.settings", {}, ({ on }) => !on);
  await page.goto(`${site.nodes.a.url}/settings`);
  const settings = page.getByRole("region", { name: t("weekly.setting") });
  await settings.getByText(t("weekly.suggested")).waitFor();
  await settings.getByRole("switch", { name: new RegExp(GROUP) }).click();
  await settings.getByLabel(t("weekly.hour")).selectOption("17");
  await amina.until("weekly.settings", {}, ({ on, hour }) => on && hour === 17);
  await settings.getByRole("button", { name: t("weekly.off") }).click();
  await settings.getByRole("button", { name: t("weekly.onAgain") }).waitFor();
  await amina.until("weekly.settings", {}, ({ on, spaces }) => !on && spaces.some((one) => one.on));
});

test("a list is made from a new conversation, and what is written to it goes to each apart", async () => {
  const { page, t } = her;
  await page.goto(site.nodes.a.url);
  await page
    .getByRole("button", { name: t("newSpace.title") })
    .first()
    .click();
  await page
    .getByRole("dialog", { name: t("newSpace.title") })
    .getByRole("link", { name: t("newSpace.list") })
    .click();
  await page.getByRole("button", { name: t("lists.new") }).click();
  const asks = page.getByRole("dialog", { name: t("lists.new") });
  await asks.getByLabel(t("lists.name")).fill(LIST);
  await asks.getByRole("button", { name: t("lists.make") }).click();
  await page.getByRole("heading", { name: LIST, level: 1 }).waitFor();
  await page.getByText(t("lists.empty")).waitFor();
  await page.getByRole("button", { name: t("lists.add") }).click();
  const who = page.getByRole("dialog", { name: t("lists.choose") });
  for (const name of ["Bruno Delgado", "Chen Li"]) {
    await who.getByRole("checkbox", { name }).click();
    await until(() => who.getByRole("checkbox", { name }).isChecked(), `${name} is on it`);
  }
  await who.getByText(t("lists.people", { count: 2 })).waitFor();
  await who
    .getByRole("button", { name: t("ui.close"), exact: true })
    .last()
    .click();
  await page.getByRole("textbox", { name: t("lists.write") }).fill("We meet at the mill");
  await page.getByRole("button", { name: t("lists.sendTo", { count: 2 }) }).click();
  await page.getByText(t("lists.sentTo", { sent: "2", total: "2" })).waitFor();
  await heard(bruno, withBruno, "We meet at the mill");
  await heard(chen, withChen, "We meet at the mill");
  // It is hers on her other device, too.
  await amina.until("lists.all", {}, ([list]) => list?.name === LIST && list.people === 2);
});

test("a list stands beside the folders, is found by its name, and takes what one forwards", async () => {
  const { page, t } = her;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(site.nodes.a.url);
  await page
    .getByRole("group", { name: t("order.show") })
    .getByRole("link", { name: LIST })
    .click();
  await page.getByRole("heading", { name: LIST, level: 1 }).waitFor();
  await page.goto(site.nodes.a.url);
  await page.getByRole("heading", { name: t("list.title") }).waitFor();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: t("frame.palette") });
  await palette.getByRole("combobox").fill("delegates");
  await palette.getByRole("option", { name: LIST }).click();
  await page.getByRole("heading", { name: LIST, level: 1 }).waitFor();
  await page.goto(`${site.nodes.a.url}/search`);
  await page.getByRole("textbox", { name: t("search.field") }).fill("village");
  await page
    .getByRole("list", { name: t("lists.title") })
    .getByRole("link", { name: LIST })
    .waitFor();

  await bruno.say(withBruno, "Bring last year’s seeds");
  await page.goto(`${site.nodes.a.url}/s/${withBruno}`);
  await steps.act(her, "Bring last year’s seeds", t("talk.forward"));
  const dialog = page.getByRole("dialog", { name: t("deep.forwardTo") });
  await dialog.getByRole("checkbox", { name: LIST }).click();
  await dialog.getByRole("button", { name: t("deep.forwardSend", { count: 1 }) }).click();
  await dialog.waitFor({ state: "hidden" });
  const { messages } = await heard(chen, withChen, "Bring last year’s seeds");
  expect(messages.at(-1)?.forwarded).toBe("Bruno Delgado");
  expect(site.complaints()).toEqual([]);
});
