/**
 * Amina and Bruno on two nodes talk in depth: formatting, a thread, earlier texts, pins, a poll, forwarding, on a wide screen
 * and on a phone's.
 */
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
const OTHER = "Notes for later";
const PHONE = { width: 360, height: 740 };

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

const thread = (visitor: Visitor) =>
  visitor.page.getByRole("complementary", { name: visitor.t("deep.thread"), exact: true });
const inThread = (visitor: Visitor, text: string) =>
  thread(visitor).locator('[id^="m-"]').filter({ hasText: text });
async function sayInThread(visitor: Visitor, text: string): Promise<void> {
  await visitor.page.getByRole("textbox", { name: visitor.t("deep.threadWrite") }).fill(text);
  await thread(visitor)
    .getByRole("button", { name: visitor.t("ui.send"), exact: true })
    .click();
  await inThread(visitor, text).waitFor();
}

test("the two are in one conversation", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, OTHER);
  await her.page.goto(her.node.url);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
});

test("what is typed with Markdown's signs is shown as it is meant, to both", async () => {
  const field = her.page.getByRole("textbox", { name: her.t("chat.write") });
  await field.fill("**Three** things:");
  await field.press("Enter");
  await steps.message(her, "Three things:").waitFor();
  await field.fill("seeds");
  await field.press("Control+A");
  await field.press("Control+E");
  await field.press("Enter");
  await steps.message(him, "Three things:").locator("strong", { hasText: "Three" }).waitFor();
  await steps.message(him, "seeds").locator("code", { hasText: "seeds" }).waitFor();
  await field.fill("[the plan](https://evil.example/x) <img src=x onerror=alert(1)>");
  await field.press("Enter");
  const link = steps.message(him, "the plan").getByRole("link");
  expect(await link.innerText()).toBe("the plan(evil.example)");
  expect(await steps.message(him, "the plan").locator("img").count()).toBe(0);
});

test("a text too long for one message is not cut off: it goes as several", async () => {
  const { page, t } = her;
  const sentence = "One of many sentences about seeds and rain. ";
  const long = sentence.repeat(400).trim();
  const field = page.getByRole("textbox", { name: t("chat.write") });
  await field.focus();
  await field.evaluate((area, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    area.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, long);
  const dialog = page.getByRole("dialog", { name: t("deep.tooLongTitle") });
  await dialog.getByRole("button", { name: t("deep.tooLongSplit", { count: 3 }) }).click();
  await until(
    async () => (await steps.message(him, "One of many sentences").count()) === 3,
    "all parts",
  );
  // Long ones are folded, and open. On a screen that has room for all of them: whatever lies beyond its edge leaves the page.
  await him.page.setViewportSize({ width: 1280, height: 6000 });
  const id = await steps.message(him, "One of many sentences").first().getAttribute("id");
  const first = him.page.locator(`[id="${id}"]`);
  await first.getByRole("button", { name: him.t("talk.all") }).click();
  await first.getByRole("button", { name: him.t("talk.less") }).click();
  await first.getByRole("button", { name: him.t("talk.all") }).waitFor();
  await him.page.setViewportSize({ width: 1280, height: 800 });
  await him.page
    .getByRole("region", { name: him.t("chat.messages") })
    .evaluate((area) => (area.scrollTop = area.scrollHeight));
});

test("a thread stands beside the conversation: written by both, counted under its root, found on a phone", async () => {
  await steps.say(her, "Who brings the seed boxes?");
  await steps.message(him, "Who brings the seed boxes?").waitFor();
  await steps.act(him, "Who brings the seed boxes?", him.t("talk.replyInThread"));
  await sayInThread(him, "I bring four");
  // Beside it one still sees the conversation, and what is said in the thread is not in it.
  await steps.message(him, "Who brings the seed boxes?").first().waitFor();
  const line = steps.message(her, "Who brings the seed boxes?").getByRole("link", {
    name: her.t("talk.replies", { count: 1 }),
  });
  await line
    .getByText(her.t("talk.repliesNew", { count: 1 }))
    .first()
    .waitFor();
  expect(await steps.message(her, "I bring four").count()).toBe(0);
  await her.page.setViewportSize(PHONE);
  await line.click();
  await inThread(her, "I bring four").waitFor();
  await sayInThread(her, "And I the labels");
  await thread(her)
    .getByRole("checkbox", { name: her.t("deep.also") })
    .check();
  await sayInThread(her, "All settled");
  await inThread(him, "And I the labels").waitFor();
  await steps.message(him, "All settled").first().waitFor();
  await her.page.keyboard.press("Escape");
  await thread(her).waitFor({ state: "hidden" });
  await steps.message(her, "Who brings the seed boxes?").waitFor();
  await steps
    .message(her, "Who brings the seed boxes?")
    .getByRole("link", { name: her.t("talk.replies", { count: 3 }) })
    .waitFor();
  await steps.message(her, "All settled").getByText(her.t("talk.fromThread")).waitFor();
  await her.page.setViewportSize({ width: 1280, height: 800 });
});

test("one follows a thread or not, and says so", async () => {
  const bell = thread(him).getByRole("button", { name: him.t("deep.following") });
  await bell.click();
  await thread(him)
    .getByRole("button", { name: him.t("deep.follow"), exact: true })
    .waitFor();
  await thread(him)
    .getByRole("button", { name: him.t("deep.closeThread") })
    .click();
  await thread(him).waitFor({ state: "hidden" });
});

test("everybody can look at what a message said before", async () => {
  await steps.say(him, "We meet at nine");
  await steps.message(her, "We meet at nine").waitFor();
  await steps.edit(him, "We meet at nine", "We meet at ten");
  await steps
    .message(her, "We meet at ten")
    .getByRole("button", { name: her.t("chat.edited") })
    .click();
  const dialog = her.page.getByRole("dialog", { name: her.t("talk.history") });
  await dialog.getByText("We meet at nine").waitFor();
  await dialog.getByText("We meet at ten").waitFor();
  await dialog.getByRole("button", { name: her.t("ui.close") }).click();
});

test("who leads pins a message, all see it above, and a press leads to it", async () => {
  await steps.act(her, "We meet at ten", her.t("talk.pin"));
  const bar = him.page.getByRole("complementary", { name: him.t("deep.pins") });
  await bar.getByText("We meet at ten").waitFor();
  await him.page
    .getByRole("region", { name: him.t("chat.messages") })
    .evaluate((area) => (area.scrollTop = 0));
  await bar.getByRole("button").first().click();
  await him.page.locator(".bubble-row[data-lit]").getByText("We meet at ten").waitFor();
  // He does not lead: for him there is nothing to pin with.
  const row = steps.message(him, "We meet at ten");
  await row.hover();
  await row.getByRole("button", { name: him.t("chat.more") }).click();
  expect(await him.page.getByRole("menuitem", { name: him.t("talk.pin") }).count()).toBe(0);
  expect(await him.page.getByRole("menuitem", { name: him.t("talk.unpin") }).count()).toBe(0);
  await him.page.keyboard.press("Escape");
  await steps.act(her, "We meet at ten", her.t("talk.unpin"));
  await bar.waitFor({ state: "hidden" });
});

test("a poll is asked, voted on by both, extended and ended", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("talk.add"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("talk.newPoll") }).click();
  const dialog = page.getByRole("dialog", { name: t("talk.newPoll") });
  await dialog.getByRole("button", { name: t("deep.pollAsk") }).click();
  await dialog.getByText(t("deep.pollTwo")).waitFor();
  await dialog.getByLabel(t("deep.pollQuestion")).fill("Which day?");
  await dialog.getByLabel(t("deep.pollChoice", { number: 1 })).fill("Monday");
  await dialog.getByLabel(t("deep.pollChoice", { number: 2 })).fill("Tuesday");
  await dialog.getByRole("switch", { name: t("deep.pollOpen") }).check();
  await dialog.getByRole("button", { name: t("deep.pollAsk") }).click();
  await dialog.waitFor({ state: "hidden" });
  const his = steps.message(him, "Which day?");
  await his.getByRole("radio", { name: /Tuesday/ }).click();
  const hers = steps.message(her, "Which day?");
  await hers.getByText(t("deep.pollVoters", { count: 1 })).waitFor();
  await his.getByLabel(him.t("deep.pollMore")).fill("Friday");
  await his.getByRole("button", { name: him.t("deep.pollAdd"), exact: true }).click();
  await hers.getByRole("radio", { name: /Friday/ }).click();
  await his.getByText(him.t("deep.pollVoters", { count: 2 })).waitFor();
  await his.getByRole("list").getByText(amina.shownName).waitFor();
  await his.getByRole("button", { name: him.t("deep.pollWithdraw") }).click();
  await hers.getByText(t("deep.pollVoters", { count: 1 })).waitFor();
  await steps.act(her, "Which day?", t("talk.pollEnd"));
  await his.getByText(him.t("deep.pollEnded")).waitFor();
  expect(await his.getByRole("radio").first().isDisabled()).toBe(true);
});

test("a message is brought to another conversation with the name of who wrote it", async () => {
  const { page, t } = her;
  await steps.act(her, "We meet at ten", t("talk.forward"));
  const dialog = page.getByRole("dialog", { name: t("deep.forwardTo") });
  await dialog.getByRole("checkbox", { name: OTHER }).check();
  await dialog.getByRole("button", { name: t("deep.forwardSend", { count: 1 }) }).click();
  await dialog.waitFor({ state: "hidden" });
  await steps.openConversation(her, OTHER);
  await steps.message(her, "We meet at ten").getByText(bruno.shownName).waitFor();
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});
