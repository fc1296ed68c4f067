/** Several channels in one conversation, in a real browser: two nodes, two people, one of them with a phone. */
import { until } from "@baraza/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const TITLE = "Seed bank";
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };

let site: Site;
let hers: Visitor;
let bruno: Companion;
let spaceId = "";

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

const bar = ({ page, t }: Visitor): Locator =>
  page.getByRole("navigation", { name: t("channels.title"), exact: true });
const below = ({ page, t }: Visitor): Locator =>
  page.getByRole("list", { name: t("channels.of", { name: TITLE }) });

test("who leads makes a channel from the overview, and writes in it", async () => {
  hers = await site.visitor(site.nodes.a);
  await hers.page.setViewportSize(DESK);
  await steps.signUp(hers, amina);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Díaz" });
  const { page, t } = hers;
  await steps.newGroup(hers, TITLE);
  const link = await steps.invite(hers);
  await bruno.commands["space.ask"]({ fragment: link.slice(link.indexOf("#") + 1) });
  await steps.openConversation(hers, TITLE);
  spaceId = page.url().split("/s/")[1] ?? "";
  await steps.say(hers, "For everybody");
  await page.getByRole("link", { name: t("chat.about"), exact: true }).click();
  await page.getByRole("link", { name: t("order.allChannels"), exact: true }).click();
  await page.getByRole("heading", { name: t("channels.oneTitle") }).waitFor();
  await page.getByRole("button", { name: t("channels.new"), exact: true }).click();
  const dialog = page.getByRole("dialog", { name: t("channels.new") });
  await dialog.getByLabel(t("channels.name"), { exact: true }).fill("Logistics");
  await dialog.getByLabel(t("channels.purpose"), { exact: true }).fill("Who brings what");
  await dialog.getByRole("button", { name: t("channels.make"), exact: true }).click();
  await bar(hers).getByText("Who brings what").waitFor();
  await steps.say(hers, "The truck comes on Monday");
  expect(await steps.message(hers, "For everybody").count()).toBe(0);
  await below(hers)
    .getByRole("link", { name: t("channels.first") })
    .click();
  await steps.message(hers, "For everybody").waitFor();
  expect(await steps.message(hers, "The truck comes on Monday").count()).toBe(0);
  await steps
    .messages(hers)
    .getByText(t("channels.channelMade", { name: amina.shownName, channel: "Logistics" }))
    .waitFor();
});

test("what another writes counts in its channel alone, @everyone names one, and its link leads there", async () => {
  const { page, t } = hers;
  const channels = await bruno.until("chat.channels", { spaceId }, (all) => all.length === 2);
  const channel = channels[1]?.channelId ?? "";
  const { eventId } = await bruno.commands["chat.send"]({
    spaceId,
    channel,
    text: "@everyone I bring the seeds",
    everyone: true,
  });
  const there = below(hers).getByRole("link", { name: "Logistics" });
  await there.getByText(t("list.unread", { count: 1 })).waitFor({ state: "attached" });
  await bar(hers)
    .getByText(t("channels.fresh", { count: 1 }))
    .waitFor({ state: "attached" });
  await page.goto(`${hers.node.url}/s/${spaceId}/m/${eventId}`);
  await steps.message(hers, "I bring the seeds").waitFor();
  await bar(hers).getByText("Logistics").waitFor();
  await there.click();
  await steps.message(hers, "I bring the seeds").waitFor();
  await until(
    async () => (await there.getByText(t("list.unread", { count: 1 })).count()) === 0,
    "it is read",
  );
});

test("a draft stays in its channel, and the palette finds a channel by its name", async () => {
  const { page, t } = hers;
  const field = page.getByRole("textbox", { name: t("chat.write") });
  await page.goto(`${hers.node.url}/s/${spaceId}`);
  await field.fill("half a sentence");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("Logis");
  await page.getByRole("option", { name: "Logistics" }).first().click();
  await bar(hers).getByText("Who brings what").waitFor();
  expect(await field.inputValue()).toBe("");
  await below(hers)
    .getByRole("link", { name: t("channels.first") })
    .click();
  await until(async () => (await field.inputValue()) === "half a sentence", "the draft is there");
});

test("who may gives the conversation a picture and says what it is about; everybody sees both, and who did it", async () => {
  const { page, t } = hers;
  await page.getByRole("link", { name: t("chat.about"), exact: true }).click();
  await page.getByRole("button", { name: t("order.changeProfile") }).click();
  const dialog = page.getByRole("dialog", { name: t("profile.title") });
  const choosing = page.waitForEvent("filechooser");
  await dialog.getByRole("button", { name: t("profile.choose") }).click();
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(900, 600);
    const pen = canvas.getContext("2d");
    if (pen) pen.fillStyle = "seagreen";
    pen?.fillRect(0, 0, 900, 600);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const buffer = Buffer.from(bytes);
  await (await choosing).setFiles({ name: "field.jpg", mimeType: "image/jpeg", buffer });
  await dialog.getByRole("img", { name: t("profile.picture") }).waitFor();
  await dialog.getByLabel(t("profile.about"), { exact: true }).fill("Seeds for everybody");
  await dialog.getByRole("button", { name: t("ui.save"), exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Seeds for everybody").waitFor();
  await page
    .getByRole("list", { name: t("list.title") })
    .locator(".avatar > img")
    .waitFor();
  await bruno.until("space", { spaceId }, (one) => one?.about === "Seeds for everybody");
  await bruno.until("spaces", {}, ([one]) => (one?.pictureId ?? null) !== null);
  const picture = await bruno.commands["space.picture"]({ spaceId });
  expect(picture?.type).toMatch(/^image\/(webp|jpeg)$/);
  expect(picture?.bytes.length).toBeLessThanOrEqual(12 * 1024);
  await page.goto(`${hers.node.url}/s/${spaceId}`);
  await steps
    .messages(hers)
    .getByText(t("channels.pictureChanged", { name: amina.shownName }))
    .waitFor();
});

test("on a phone all channels are one press away inside the conversation", async () => {
  const { page, t } = hers;
  await page.setViewportSize(PHONE);
  await bar(hers).getByRole("button").click();
  const sheet = page.getByRole("dialog", { name: t("channels.title") });
  await sheet.getByRole("link", { name: "Logistics" }).click();
  await steps.message(hers, "The truck comes on Monday").waitFor();
  await sheet.waitFor({ state: "detached" });
});

test("an archived channel can be read, takes nothing more, and comes back", async () => {
  const { page, t } = hers;
  await bar(hers).getByRole("button").click();
  await page
    .getByRole("dialog", { name: t("channels.title") })
    .getByRole("link", { name: t("channels.manage") })
    .click();
  const more = page.getByRole("button", { name: t("channels.more", { name: "Logistics" }) });
  await more.click();
  await page.getByRole("menuitem", { name: t("channels.archive"), exact: true }).click();
  const away = page.getByRole("list", { name: t("channels.away") });
  await away.getByRole("link", { name: "Logistics" }).click();
  await page.getByText(t("talk.putAway")).waitFor();
  await steps.message(hers, "The truck comes on Monday").waitFor();
  const all = await bruno.until("chat.channels", { spaceId }, ([, one]) => one?.archived === true);
  await expect(
    bruno.commands["chat.send"]({ spaceId, channel: all[1]?.channelId, text: "too late" }),
  ).rejects.toMatchObject({ code: "invalid" });
  await page.goto(`${hers.node.url}/s/${spaceId}/channels`);
  await more.click();
  await page.getByRole("menuitem", { name: t("channels.back"), exact: true }).click();
  await away.waitFor({ state: "detached" });
});

test("a member finds a working group by its theme and asks to join; who leads it lets her in", async () => {
  const { page, t } = hers;
  await page.setViewportSize(DESK);
  const { spaceId: groupId } = await bruno.commands["space.create"]({ title: "Seed houses" });
  const { spaceId: otherId } = await bruno.commands["space.create"]({ title: "Press" });
  const tags = { sector: "", region: "", open: false };
  for (const [id, theme] of [
    [groupId, "Seeds"],
    [otherId, "Media"],
  ] as const)
    await bruno.commands["space.listGroup"]({ spaceId, groupId: id, theme, ...tags });
  await page.goto(`${hers.node.url}/s/${spaceId}/groups`);
  const list = page.getByRole("list", { name: t("groups.title"), exact: true });
  await list.getByRole("heading", { name: "Press" }).waitFor();
  await page.getByLabel(t("groups.theme"), { exact: true }).selectOption("Seeds");
  await list.getByRole("heading", { name: "Press" }).waitFor({ state: "detached" });
  await list.getByRole("button", { name: t("groups.askOne", { name: "Seed houses" }) }).click();
  await list.getByText(t("groups.asked")).waitFor();
  const [ask] = await bruno.until("space.asks", { spaceId: groupId }, (all) => all.length === 1);
  await bruno.commands["space.answerAsks"]({
    spaceId: groupId,
    askIds: [ask?.askId ?? ""],
    accept: true,
  });
  await list.getByRole("link", { name: t("groups.go") }).click();
  await steps.atConversation(page, "Seed houses");
});
