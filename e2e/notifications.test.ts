/** Notifications in a real browser: asked for when it makes sense, with content while the app runs, and woken when it is closed. */
import type { PushService } from "@baraza/testkit";
import { startPushService, tellNothing, until } from "@baraza/testkit";
import { WEB_PUSH_CONTENT } from "@baraza/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./lib/looks.ts";
import type { Bell } from "./lib/pushes.ts";
import { withPushes } from "./lib/pushes.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const TITLE = "Seeds for all";
const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const bruno = { shownName: "Bruno Delgado", name: "bruno", passphrase: "nine slow rivers of dust" };

let site: Site;
let pushes: PushService;
let her: Visitor;
let him: Visitor;
let bell: Bell;

beforeAll(async () => {
  [site, pushes] = await Promise.all([openSite(), startPushService()]);
  her = await site.visitor(site.nodes.a);
  him = await site.visitor(site.nodes.b);
  bell = await withPushes(her, pushes);
  await bell.permit("prompt");
  await steps.signUp(her, amina);
  await steps.signUp(him, bruno);
  await steps.newGroup(him, TITLE);
  const link = await steps.invite(him);
  await steps.joinByLink(her, amina, link);
  await steps.atConversation(her.page, TITLE);
  await him.page.getByRole("link", { name: TITLE }).click();
  await steps.say(him, "Karibu!");
  await steps.message(her, "Karibu!").waitFor();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await pushes.close();
});

const asks = ({ page, t }: Visitor) =>
  page.getByRole("region", { name: t("notifications.askTitle") });
const registered = (visitor: Visitor) =>
  visitor.page.evaluate(async () => void (await navigator.serviceWorker.ready));

test("nobody is asked at the first visit; once one has come back, with a sentence, and the browser asks after a yes", async () => {
  await registered(her);
  await her.page.goto(`${her.node.url}/`);
  await her.page.getByRole("link", { name: TITLE }).first().waitFor();
  expect(await asks(her).count()).toBe(0);
  // An hour later.
  await her.page.evaluate(() => localStorage.setItem("baraza.putAway", "1000"));
  await her.page.goto(`${her.node.url}/`);
  await asks(her).waitFor();
  expect(await axeFaults(her.page)).toEqual([]);
  await bell.permit("granted");
  await asks(her)
    .getByRole("button", { name: her.t("notifications.askYes") })
    .click();
  await asks(her).waitFor({ state: "hidden" });
});

test("what comes while the app is in the background is told with its content, once, and goes when it was read", async () => {
  const { page, t } = her;
  await until(async () => pushes.requests() === 0 && (await subscribed()), "the subscription");
  await bell.background(true);
  await steps.say(him, "We meet on Thursday at six.");
  const about = { title: TITLE, body: "Bruno Delgado: We meet on Thursday at six." };
  await until(async () => (await bell.shown()).length > 0, "the notification");
  const shown = await bell.shown();
  expect(shown).toMatchObject([{ ...about, silent: false }]);
  expect(shown[0]?.path).toMatch(/^\/s\/[0-9a-f]{64}$/);
  // The app runs, so the node had no reason to wake it.
  expect(pushes.requests()).toBe(0);
  await bell.background(false);
  await steps.openConversation(her, TITLE);
  await steps.message(her, "We meet on Thursday at six.").waitFor();
  await until(async () => (await bell.shown()).length === 0, "the notification is gone");
  // In sight, nothing is told.
  await steps.say(him, "Bring the seeds.");
  await steps.message(her, "Bring the seeds.").waitFor();
  expect(await bell.shown()).toEqual([]);
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await steps.say(him, "And the map.");
  await until(
    async () => (await bell.shown()).length === 1,
    "told while one is elsewhere in the app",
  );
});

test("with the app closed the node wakes it by a push that says nothing, and the notification says no more", async () => {
  await her.page.goto("about:blank");
  await steps.say(him, "Nobody but her may read this.");
  await until(() => pushes.taken.length > 0, "a push");
  const [push] = pushes.taken;
  expect(pushes.faults).toEqual([]);
  expect(push?.plain).toEqual(WEB_PUSH_CONTENT);
  expect(push?.endpoint).toBe(bell.subscription.endpoint);
  expect(tellNothing(pushes.taken)).toBe(true);
  await bell.deliver(push?.plain ?? new Uint8Array());
  const something = her.t("notifications.something");
  const general = async () => (await bell.shown()).filter(({ tag }) => tag === "news");
  await until(async () => (await general()).length > 0, "the notification");
  expect(await general()).toMatchObject([{ body: something, path: "/", silent: false }]);
  // Again: it takes the place of the first, and is not heard.
  await bell.deliver(push?.plain ?? new Uint8Array());
  await until(async () => (await general())[0]?.silent === true, "the second");
  expect(await general()).toHaveLength(1);
  // Back in the app, what was missed is there, and nothing has to be told any more.
  await her.page.goto(`${her.node.url}/`);
  await steps.openConversation(her, TITLE);
  await steps.message(her, "Nobody but her may read this.").waitFor();
  await until(async () => (await bell.shown()).length === 0, "all is read");
});

test("a push that comes while the app is before one's eyes shows nothing", async () => {
  await bell.deliver(WEB_PUSH_CONTENT);
  await steps.say(him, "Seen at once.");
  await steps.message(her, "Seen at once.").waitFor();
  expect(await bell.shown()).toEqual([]);
});

test("of a conversation one may hear everything, mentions, or nothing", async () => {
  const { page, t } = her;
  await steps.openPeople(her);
  await page.getByRole("button", { name: t("people.telling") }).click();
  const dialog = page.getByRole("dialog", { name: t("people.telling") });
  await dialog.getByRole("radio", { name: t("notifications.level.none"), exact: true }).check();
  await dialog.getByRole("radio", { name: t("notifications.level.none"), checked: true }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: t("ui.close") }).click();
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await steps.say(him, "Nobody hears this.");
  const list = page.getByRole("link", { name: t("shell.conversations"), exact: true });
  await list.click();
  await page.getByText("Nobody hears this.").waitFor();
  expect(await bell.shown()).toEqual([]);
});

test("quiet hours, without content, without a sound, and off: as the settings say", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  const group = page.getByRole("region", { name: t("notifications.heading") });
  await group.waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await group.getByRole("switch", { name: t("notifications.sound") }).click();
  await group.getByRole("switch", { name: t("notifications.quiet") }).click();
  await group.getByLabel(t("notifications.from"), { exact: true }).fill("21:30");
  await until(async () => (await card())?.quiet?.from === 21 * 60 + 30, "the worker knows");
  expect(await card()).toMatchObject({ sound: false, quiet: { from: 1290, to: 420 } });
  await group.getByRole("switch", { name: t("notifications.on") }).click();
  await until(async () => !(await subscribed()) && (await card()) === null, "all is off");
  await her.page.goto("about:blank");
  const before = pushes.requests();
  await steps.say(him, "Not told.");
  await steps.sent(him, "Not told.");
  await her.page.goto(`${her.node.url}/`);
  await her.page.getByText("Not told.").waitFor();
  expect(pushes.requests()).toBe(before);
});

test("no browser has complained", () => {
  expect(site.complaints()).toEqual([]);
});

/** Whether the page has a subscription, as the app sees it. */
const subscribed = () =>
  her.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.pushManager.getSubscription()) !== null;
  });

type Card = { sound: boolean; quiet: { from: number; to: number } | null };

/** What the page has left for the worker. */
const card = () =>
  her.page.evaluate(async () => {
    const kept = await caches.match("/bell/card");
    return kept === undefined ? null : ((await kept.json()) as Card);
  });
