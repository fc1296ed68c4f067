/**
 * Amina has chosen five people on two nodes and printed her words. Both of her devices are gone. She comes back, once with
 * three of the five and once with the words alone, into twenty conversations that she reads and writes again.
 */
import { until } from "@baraza/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const SPACES = 20;
/** No title begins another one. */
const titleOf = (at: number) => `Harbour committee ${String.fromCharCode(65 + at)}`;
const saidIn = (at: number) => `The minutes of meeting ${at + 1} are on the blue shelf`;
const MINUTE = 60_000;

let site: Site;
/** Amina's first device; the second is a browser. */
let her: Companion;
let friends: Companion[];
let spaces: string[];
let words: string[];

beforeAll(async () => {
  site = await openSite();
  const { a, b } = site.nodes;
  her = await companion(a, { name: "amina.reef", shownName: "Amina Reef" });
  const names = ["Bruno", "Carla", "Dario", "Elif", "Farid"];
  friends = [];
  for (const [at, shownName] of names.entries())
    friends.push(
      await companion(at % 2 === 0 ? a : b, { name: shownName.toLowerCase(), shownName }),
    );
  spaces = [];
  const [bruno] = friends;
  for (let at = 0; at < SPACES; at++) {
    const { spaceId } = await her.commands["space.create"]({ title: titleOf(at) });
    spaces.push(spaceId);
    await her.say(spaceId, saidIn(at));
    const { link } = await her.commands["space.invite"]({ spaceId, days: 7 });
    for (const friend of at === 0 ? friends : [bruno]) await friend?.join(link);
  }
  await her.until("status", {}, ({ waiting }) => waiting === 0);
}, 5 * MINUTE);
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await Promise.all([her, ...friends].map((one) => one.close().catch(() => undefined)));
  await site.close();
}, 5 * MINUTE);

test("on her second device she chooses five people, and sees that all of them have confirmed", async () => {
  const second = await site.visitor(site.nodes.a);
  const { page, t } = second;
  await steps.signIn(second, her);
  await page
    .getByRole("list", { name: t("list.title"), exact: true })
    .getByRole("link", { name: titleOf(0), exact: false })
    .first()
    .waitFor();
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("link", { name: t("settings.safetyAction") }).click();
  await page.getByRole("heading", { name: t("recovery.title") }).waitFor();
  await page.getByRole("link", { name: t("recovery.toPeople"), exact: true }).click();
  for (const name of ["Bruno", "Carla", "Dario", "Elif", "Farid"])
    await page.getByRole("checkbox", { name }).check();
  await page.getByRole("button", { name: t("recovery.ask"), exact: true }).click();
  await page.getByText(t("recovery.circle", { held: 5, all: 5, k: 3 }), { exact: false }).waitFor();
  await page.getByText(t("recovery.stands"), { exact: false }).waitFor();
  // And her words, on the first device.
  ({ words } = await her.commands["ways.newWords"]({}));
  await her.commands["ways.keepWords"]({ words });
  expect(second.complaints()).toEqual([]);
  await second.leave();
  await her.close();
});

test(
  "with both devices gone, three of the five let her back in from a browser with nothing",
  async () => {
    const fresh = await site.visitor(site.nodes.a);
    const { page, t } = fresh;
    await page.getByRole("link", { name: t("signIn.lost") }).click();
    await page.getByLabel(t("signUp.address"), { exact: true }).fill("amina.reef");
    await page.getByRole("button", { name: t("recovery.begin"), exact: true }).click();
    await page.getByRole("heading", { name: t("recovery.askTitle") }).waitFor();
    const link = await page.getByLabel(t("recovery.link"), { exact: true }).inputValue();
    const code = await page.getByLabel(t("recovery.code"), { exact: true }).innerText();
    await helpInBrowser(link, code);
    await page.getByText(t("recovery.progress", { have: 1, need: 3 })).waitFor();
    // It survives a closed tab.
    await page.reload();
    await page.getByText(t("recovery.progress", { have: 1, need: 3 })).waitFor();
    for (const friend of friends.slice(2, 4))
      await friend.commands["recovery.help"]({ link, code });
    await page.getByRole("button", { name: t("recovery.openAccount"), exact: true }).click();
    await page.getByRole("heading", { name: t("recovery.title") }).waitFor();
    await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
    await readAndWriteAll(fresh, "Back with your help");
    expect(fresh.complaints()).toEqual([]);
    await fresh.leave();
  },
  6 * MINUTE,
);

test(
  "and once more with nothing but the words on her sheet",
  async () => {
    const fresh = await site.visitor(site.nodes.a);
    const { page, t } = fresh;
    await page.getByRole("link", { name: t("signIn.lost") }).click();
    const field = page.getByLabel(t("recovery.practiseWordsField"), { exact: true });
    const open = page.getByRole("button", { name: t("recovery.openAccount"), exact: true });
    await field.fill([...words.slice(1), words[0]].join(" "));
    await open.click();
    await page.getByText(t("recovery.practiseWordsWrong")).waitFor();
    await field.fill(words.join(" "));
    await open.click();
    await page.getByRole("list", { name: t("list.title"), exact: true }).waitFor();
    await readAndWriteAll(fresh, "Back with my sheet");
    expect(fresh.complaints()).toEqual([]);
    await fresh.leave();
  },
  6 * MINUTE,
);

/** Carla helps, at her own node, in a browser: by the link and the digits that were read to her. */
async function helpInBrowser(link: string, code: string): Promise<void> {
  const carla = friends[1];
  if (carla === undefined) throw new Error("no Carla");
  const helper = await site.visitor(site.nodes.a, link.slice(site.nodes.a.url.length));
  const { page, t } = helper;
  await page
    .getByLabel(t("join.yourAddress"), { exact: true })
    .fill(`${carla.name}@${site.nodes.b.name}`);
  await page.getByRole("button", { name: t("join.continue") }).click();
  await page.waitForURL((url) => url.origin === site.nodes.b.url);
  helper.node = site.nodes.b;
  await page
    .getByLabel(t("join.yourAddress"), { exact: true })
    .fill(`${carla.name}@${site.nodes.b.name}`);
  await page.getByRole("button", { name: t("join.continue") }).click();
  await steps.signIn(helper, carla);
  const field = page.getByLabel(t("recovery.helpCode", { name: "Amina Reef" }), { exact: true });
  const give = page.getByRole("button", { name: t("recovery.helpGive", { name: "Amina Reef" }) });
  await field.fill(code === "000000" ? "000001" : "000000");
  await give.click();
  await page.getByText(t("failure.wrongCode")).waitFor();
  await field.fill(code);
  await give.click();
  await page.getByRole("heading", { name: t("recovery.helpDoneTitle") }).waitFor();
  expect(helper.complaints()).toEqual([]);
  await helper.leave();
}

/** Every conversation is there: what was said before can be read, and what is written arrives. */
async function readAndWriteAll(visitor: Visitor, text: string): Promise<void> {
  const [bruno] = friends;
  for (const at of spaces.keys()) {
    await steps.openConversation(visitor, titleOf(at));
    await steps.message(visitor, saidIn(at)).waitFor();
    await steps.say(visitor, `${text} ${at + 1}`);
  }
  for (const [at, spaceId] of spaces.entries())
    await until(
      async () => {
        const page = await bruno?.until("chat.messages", { spaceId, limit: 50 }, () => true);
        return page?.messages.some((one) => one.text === `${text} ${at + 1}`);
      },
      `"${text} ${at + 1}"`,
      2 * MINUTE,
    );
  expect(await visitor.page.getByText(visitor.t("list.trouble")).count()).toBe(0);
}
