/** Amina and Bruno on two nodes: messages that disappear, and messages that are sent later. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "@baraza/testkit";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Wanjiku",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const bruno = {
  shownName: "Bruno Delgado",
  name: "bruno",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Seed keepers";
const PHONE = { width: 360, height: 740 };

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

const dialog = (visitor: Visitor, key: "timing.vanish" | "timing.later" | "timing.waitingTitle") =>
  visitor.page.getByRole("dialog", { name: visitor.t(key) });

test("the two are in one conversation", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  await steps.say(her, "this stays");
  await steps.message(him, "this stays").waitFor();
});

test("who leads sets how long, with what it means; the others see it and cannot change it", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("chat.about") }).click();
  await page.getByText(t("timing.vanishNever")).waitFor();
  await page.getByRole("button", { name: t("timing.vanishChange"), exact: true }).click();
  const asks = dialog(her, "timing.vanish");
  await asks.getByText(t("timing.vanishNot")).waitFor();
  await asks.getByText(t("timing.vanishNode")).waitFor();
  await asks.getByLabel(t("timing.vanishHow")).selectOption("own");
  await asks.getByLabel(t("timing.vanishAmount")).fill("0");
  await asks.getByRole("button", { name: t("timing.vanishSave") }).click();
  await asks.getByText(t("timing.vanishBounds")).waitFor();
  await asks.getByLabel(t("timing.vanishHow")).selectOption({ label: "1 day" });
  await asks.getByRole("button", { name: t("timing.vanishSave") }).click();
  await asks.waitFor({ state: "hidden" });
  await page.getByText(t("timing.vanishNow", { time: "1 day" })).waitFor();
  await page.goBack();
  for (const one of [her, him]) {
    await one.page
      .getByText(one.t("talk.timerSet", { by: amina.shownName, time: "1 day" }))
      .waitFor();
    await one.page.getByRole("link", { name: one.t("talk.timerNow", { time: "1 day" }) }).waitFor();
  }
  await him.page.getByRole("link", { name: him.t("talk.timerNow", { time: "1 day" }) }).click();
  await him.page.getByText(him.t("timing.vanishLeads")).waitFor();
  expect(
    await him.page.getByRole("button", { name: him.t("timing.vanishChange"), exact: true }).count(),
  ).toBe(0);
  await him.page.goBack();
});

test("what was said is gone by itself on both sides when its time is over", async () => {
  const { page, t } = her;
  await steps.say(him, "for a day");
  await steps.message(her, "for a day").waitFor();
  await page.getByRole("link", { name: t("talk.timerNow", { time: "1 day" }) }).click();
  await page.getByRole("button", { name: t("timing.vanishChange"), exact: true }).click();
  const asks = dialog(her, "timing.vanish");
  await asks.getByLabel(t("timing.vanishHow")).selectOption("own");
  await asks.getByLabel(t("timing.vanishAmount")).fill("8");
  await asks.getByLabel(t("timing.vanishUnit")).selectOption("second");
  await asks.getByRole("button", { name: t("timing.vanishSave") }).click();
  await asks.waitFor({ state: "hidden" });
  await page.goBack();
  await him.page
    .getByRole("link", { name: him.t("talk.timerNow", { time: "8 seconds" }) })
    .waitFor();
  await steps.say(him, "a passing word");
  for (const one of [him, her]) {
    await steps.message(one, "a passing word").waitFor({ state: "hidden" });
    await steps.message(one, "for a day").waitFor();
  }
  // It is not there again either.
  await him.page.reload();
  await steps.message(him, "for a day").waitFor();
  expect(await steps.message(him, "a passing word").count()).toBe(0);
});

test("what is to be sent later waits, is changed, and sent now, on a phone too", async () => {
  const { page, t } = her;
  await page.setViewportSize(PHONE);
  await page.getByRole("textbox", { name: t("chat.write") }).fill("good morning");
  await page.getByRole("button", { name: t("talk.add"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("talk.sendLater") }).click();
  const asks = dialog(her, "timing.later");
  expect(await asks.getByLabel(t("timing.laterText")).inputValue()).toBe("good morning");
  await asks.getByText(t("timing.laterWhat")).waitFor();
  await asks.getByLabel(t("timing.laterWhen")).selectOption("own");
  await asks.getByLabel(t("timing.laterAt")).fill("2020-01-01T08:00");
  await asks.getByRole("button", { name: t("timing.laterSave") }).click();
  await asks.getByText(t("timing.laterPast")).waitFor();
  await asks.getByLabel(t("timing.laterWhen")).selectOption("morning");
  await asks.getByRole("button", { name: t("timing.laterSave") }).click();
  await asks.waitFor({ state: "hidden" });
  await until(
    async () => (await page.getByRole("textbox", { name: t("chat.write") }).inputValue()) === "",
    "an empty field",
  );
  await page.getByText(t("timing.waiting", { count: 1 })).waitFor();
  await page.reload();
  await page.getByRole("button", { name: t("timing.waitingShow") }).click();
  const list = dialog(her, "timing.waitingTitle");
  await list.getByText("good morning").waitFor();
  expect(await steps.message(him, "good morning").count()).toBe(0);
  await list.getByRole("button", { name: t("timing.waitingChange") }).click();
  await asks.getByLabel(t("timing.laterText")).fill("good evening");
  await asks.getByRole("button", { name: t("timing.laterSave") }).click();
  await list.getByText("good evening").waitFor();
  await list.getByRole("button", { name: t("timing.waitingNow") }).click();
  await list.getByText(t("timing.waitingNone")).waitFor();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "hidden" });
  await steps.message(him, "good evening").waitFor();
  await page.getByText(t("timing.waiting", { count: 1 })).waitFor({ state: "hidden" });
});
