/**
 * What passes between two who talk, beside words: that one is there and writes (both say yes, see each other, and one keeps a
 * conversation to herself), and the card of somebody whom one of them knows.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina",
  name: "amina",
  passphrase: "seven quiet canoes under the mango",
};
const bruno = { shownName: "Bruno", name: "bruno", passphrase: "nine patient llamas on the flat" };
const TITLE = "Seedkeepers";

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

const settings = async ({ page, t }: Visitor) => {
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("heading", { name: t("signals.title") }).waitFor();
};
const choose = async (visitor: Visitor) => {
  const { page, t } = visitor;
  await settings(visitor);
  for (const label of [t("signals.showTyping"), t("signals.showHere")]) {
    const choice = page.getByRole("switch", { name: label });
    expect(await choice.isChecked()).toBe(false);
    await choice.click();
    await page.getByRole("switch", { name: label, checked: true }).waitFor();
  }
};
const list = async ({ page, t }: Visitor) => {
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
};
const field = ({ page, t }: Visitor) => page.getByRole("textbox", { name: t("chat.write") });

test("they meet, and until both have said yes neither sees anything of the other", async () => {
  her = await site.visitor(site.nodes.a);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(her, amina);
  await steps.signUp(him, bruno);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await choose(her);
  await list(her);
  await steps.openConversation(her, TITLE);
  await steps.say(her, "Karibu");
  await steps.message(him, "Karibu").waitFor();
  await field(her).pressSequentially("I wri");
  await steps.say(her, "here");
  await steps.message(him, "here").waitFor();
  expect(await him.page.getByText(him.t("signals.typing", { name: "Amina" })).count()).toBe(0);
});

test("once both show it, each sees that the other is there and writes, also in the list, and when it ends", async () => {
  await choose(him);
  await list(him);
  await steps.openConversation(him, TITLE);
  await him.page
    .getByText(him.t("signals.hereCount", { count: 1 }))
    .first()
    .waitFor({ state: "attached" });
  await her.page
    .getByText(her.t("signals.hereCount", { count: 1 }))
    .first()
    .waitFor({ state: "attached" });
  const head = him.page.locator(".pane-sub");
  const row = him.page.getByRole("list", { name: him.t("list.title") });
  const before = await him.page.locator(".conversation .pane-head").boundingBox();
  await field(her).pressSequentially("The granary");
  await head.getByText(him.t("signals.typing", { name: "Amina" })).waitFor();
  await row.getByText(him.t("signals.typing", { name: "Amina" })).waitFor();
  // Nothing moves for it, and it is said once.
  expect(await him.page.locator(".conversation .pane-head").boundingBox()).toEqual(before);
  await him.page
    .locator('[role="status"]', { hasText: him.t("signals.typing", { name: "Amina" }) })
    .waitFor({ state: "attached" });
  await field(her).fill("");
  await head.getByText(him.t("signals.typing", { name: "Amina" })).waitFor({ state: "detached" });
});

test("a conversation kept quiet shows nothing of her any more, nor any, once she takes her yes back", async () => {
  await her.page.getByRole("link", { name: her.t("chat.about") }).click();
  const here = her.page.getByRole("switch", { name: her.t("signals.inHere") });
  await here.click();
  await her.page.getByRole("switch", { name: her.t("signals.inHere"), checked: false }).waitFor();
  const hers = him.page.getByText(him.t("signals.hereCount", { count: 1 })).first();
  await hers.waitFor({ state: "detached" });
  await here.click();
  await hers.waitFor({ state: "attached" });
  await settings(her);
  await her.page.getByRole("switch", { name: her.t("signals.showHere") }).click();
  await hers.waitFor({ state: "detached" });
});

test("she gives on the card of somebody she knows, and he writes to that person from it", async () => {
  const carla = await site.visitor(site.nodes.b);
  await steps.signUp(carla, { ...bruno, shownName: "Carla", name: "carla" });
  await list(her);
  await steps.newGroup(her, "Harvest");
  await steps.joinByLink(carla, { name: "carla" }, await steps.invite(her));
  await steps.atConversation(carla.page, "Harvest");
  await her.page.getByText("Carla").first().waitFor();
  await list(her);
  await steps.openConversation(her, TITLE);
  await her.page.getByRole("button", { name: her.t("talk.add") }).click();
  await her.page.getByRole("menuitem", { name: her.t("talk.addContact") }).click();
  const pick = her.page.getByRole("dialog", { name: her.t("contact.pick") });
  await pick.getByLabel(her.t("contact.find")).fill("carl");
  await pick.getByRole("button", { name: "Carla" }).click();
  const sent = steps.messages(him).getByRole("button", { name: "Carla" });
  await sent.click();
  const shown = him.page.getByRole("dialog", { name: him.t("contact.title") });
  await shown.getByText(`carla@${site.nodes.b.name}`).waitFor();
  await shown.getByText(him.t("contact.uncheckedBy", { name: "Amina" })).waitFor();
  await shown.getByRole("button", { name: him.t("contact.write") }).click();
  await shown.getByLabel(him.t("contact.words")).fill("Amina gave me your card");
  await shown.getByRole("button", { name: him.t("ui.send"), exact: true }).click();
  await shown.waitFor({ state: "detached" });
  await him.page.waitForURL(/\/s\/[0-9a-f]{64}$/);
});
