/**
 * Amina on one node and Bruno on another, each with a real browser: they meet by a link, talk, read offline, and part. In the
 * end everything that the nodes stored and sent is searched for what they must not know.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { filesBelow, findCanaries, until } from "@baraza/testkit";
import type { Site, SiteNode } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Kestrelwing Otieno",
  name: "amina.kestrelwing",
  passphrase: "seven quiet canoes under the mango tree",
};
const bruno = {
  shownName: "Bruno Thornfield Delgado",
  name: "bruno.thornfield",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Seedkeepers of Likoni";
const WELCOME = "Karibu sana, the granary key hangs behind the clock";
const ANSWER = "Gracias, I bring the blue notebook tomorrow";
const REPLY = "Bring also the rainfall ledger, please";
const TYPO = "We meet at the lighthouze on Thursday";
const CORRECTED = "We meet at the lighthouse stairs on Thursday";
const REGRETTED = "The treasurer sleeps during assemblies";
const OFFLINE = "Written on the ferry without any signal";
const SECOND_TAB = "Sent from another window of mine";
const AFTERWARDS = "Now that he is gone: the ballot opens Monday";
const AFTERWARDS_TOO = "And the envelope lies under the third stone";

/** What no node may know, whoever it is about. */
const content = [
  TITLE,
  WELCOME,
  ANSWER,
  REPLY,
  TYPO,
  CORRECTED,
  REGRETTED,
  OFFLINE,
  SECOND_TAB,
  AFTERWARDS,
  AFTERWARDS_TOO,
  amina.shownName,
  bruno.shownName,
];

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

test("she signs up, makes a space and invites by link", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  expect(link.startsWith(`${site.nodes.a.url}/join#`)).toBe(true);
  him = await site.visitor(site.nodes.a, link.slice(site.nodes.a.url.length));
});

test("he opens the link at her node, names his own, signs up there and accepts", async () => {
  const { page, t } = him;
  await page.getByText(amina.shownName).first().waitFor();
  // What opens the space is seen by nobody who sees the address, and a page that is loaded again still has it.
  expect(page.url()).toBe(`${site.nodes.a.url}/join`);
  await page.reload();
  await page.getByText(TITLE).waitFor();
  await page.getByRole("button", { name: t("join.haveAccount") }).click();
  const address = `${bruno.name}@${site.nodes.b.name}`;
  await page.getByLabel(t("join.yourAddress"), { exact: true }).fill(address);
  await page.getByRole("button", { name: t("join.continue") }).click();
  await page.waitForURL((url) => url.origin === site.nodes.b.url);
  him.node = site.nodes.b;
  await page.getByRole("button", { name: t("join.create") }).click();
  await steps.fillSignUp(him, bruno);
  await page.getByRole("button", { name: t("join.accept") }).click();
  await steps.atConversation(page, TITLE);
});

test("they talk both ways: text, reply, reaction, edit, deletion", async () => {
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  await steps.say(her, WELCOME);
  await steps.message(him, WELCOME).waitFor();
  await steps.say(him, ANSWER);
  await steps.reply(her, ANSWER, REPLY);
  await steps.message(him, REPLY).getByText(ANSWER).waitFor();
  await steps.react(him, REPLY, "👍");
  await steps.reactionOn(her, REPLY, "👍").waitFor();
  await steps.say(him, TYPO);
  await steps.message(her, TYPO).waitFor();
  await steps.edit(him, TYPO, CORRECTED);
  await steps.message(her, CORRECTED).waitFor();
  await steps.say(her, REGRETTED);
  await steps.message(him, REGRETTED).waitFor();
  await steps.unsay(her, REGRETTED);
  await steps.message(him, him.t("chat.deleted")).waitFor();
  expect(await steps.messages(him).getByText(REGRETTED).count()).toBe(0);
});

test("each reloads without a line and still reads everything", async () => {
  for (const visitor of [her, him]) {
    await visitor.offline();
    await visitor.page.reload();
    await steps.atConversation(visitor.page, TITLE);
    for (const text of [WELCOME, ANSWER, REPLY, CORRECTED])
      await steps.message(visitor, text).first().waitFor();
    await visitor.page.getByText(visitor.t("line.offline", { count: 0 })).waitFor();
    await visitor.online();
  }
});

test("what is written without a line arrives once, after it", async () => {
  await her.offline();
  await her.page.reload();
  await steps.say(her, OFFLINE);
  await her.page.getByText(her.t("line.offline", { count: 1 })).waitFor();
  // A second reload must neither lose it nor send it twice.
  await her.page.reload();
  await steps.message(her, OFFLINE).waitFor();
  await her.online();
  await steps.message(him, OFFLINE).waitFor();
  await steps.say(him, "Got it, safe crossing to you");
  await steps.message(her, "Got it, safe crossing to you").waitFor();
  for (const visitor of [her, him]) expect(await steps.message(visitor, OFFLINE).count()).toBe(1);
});

test("a second window of hers shows the same, and both write as one", async () => {
  const second = await her.tab();
  await steps.openConversation(her, TITLE, second);
  await steps.message(her, OFFLINE, second).waitFor();
  await steps.say(her, SECOND_TAB, second);
  await steps.message(her, SECOND_TAB).waitFor();
  await steps.message(him, SECOND_TAB).waitFor();
  await steps.say(her, "And this from the first one again");
  await steps.message(her, "And this from the first one again", second).waitFor();
  await steps.message(him, "And this from the first one again").waitFor();
  await steps.atRest(her);
  let texts: string[] = [];
  await until(async () => {
    texts = await steps.allTexts(her);
    return isDeepStrictEqual(await steps.allTexts(her, second), texts);
  }, "both windows show the same");
  for (const text of [SECOND_TAB, OFFLINE])
    expect(texts.filter((one) => one.includes(text)).length).toBe(1);
  // No notice that something is wrong with the conversation, to anybody.
  for (const tab of [her.page, second, him.page])
    for (const kind of ["stuck", "behind", "forked", "rolledBack", "cloned"])
      expect(await tab.getByText(her.t(`trouble.${kind}`)).count()).toBe(0);
  await second.close();
});

test("she removes him: nothing that comes after reaches his screen or his device", async () => {
  await steps.openPeople(her);
  await steps.removePerson(her, bruno.shownName);
  await her.page.goBack();
  await steps.atConversation(her.page, TITLE);
  await him.page.getByText(him.t("chat.closed")).waitFor();
  await steps.say(her, AFTERWARDS);
  await steps.say(her, AFTERWARDS_TOO);
  await steps.sent(her, AFTERWARDS_TOO);
  await him.page.reload();
  await steps.message(him, SECOND_TAB).waitFor();
  await him.page.getByText(him.t("chat.closed")).waitFor();
  expect(await him.page.getByRole("textbox", { name: him.t("chat.write") }).count()).toBe(0);
  for (const text of [AFTERWARDS, AFTERWARDS_TOO])
    expect(await him.page.getByText(text).count()).toBe(0);
  // Nor in the list, where the newest message of a conversation stands.
  await him.page.goto(him.node.url);
  await him.page.getByRole("link", { name: TITLE }).waitFor();
  expect(await him.page.getByText(AFTERWARDS_TOO).count()).toBe(0);
  await him.browser.close();
  for (const { name, bytes } of await filesBelow(him.profile))
    expect(findCanaries(name, bytes, [AFTERWARDS, AFTERWARDS_TOO])).toEqual([]);
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});

test("neither node has stored or sent a word, a name or a title, nor an address of the other's", async () => {
  const { a, b } = site.nodes;
  const forbidden = { a: [...content, bruno.name], b: [...content, amina.name] };
  // Once as it lies while the nodes run, write-ahead logs included, and once after they have closed it.
  const found = [...(await inStore(a, forbidden.a)), ...(await inStore(b, forbidden.b))];
  await her.browser.close();
  await Promise.all([a.kill(), b.kill()]);
  found.push(...(await inStore(a, forbidden.a)), ...(await inStore(b, forbidden.b)));
  for (const node of [a, b]) {
    const all = [...content, amina.name, bruno.name];
    for (const { byBrowser, to, from } of node.wire.conversations()) {
      // A browser's own node knows whose it is; what passes between nodes tells neither.
      const canaries = byBrowser ? forbidden[node === a ? "a" : "b"] : all;
      const way = byBrowser ? "a browser" : "the other node";
      found.push(...findCanaries(`${way} to ${node.name}`, to, canaries));
      found.push(...findCanaries(`${node.name} to ${way}`, from, canaries));
    }
  }
  expect(found).toEqual([]);
});

test("the search finds what is there: at one's own node one's own account name", async () => {
  const { a, b } = site.nodes;
  for (const [node, own] of [
    [a, amina.name],
    [b, bruno.name],
  ] as const) {
    expect((await inStore(node, [own])).length).toBeGreaterThan(0);
    const wire = node.wire.conversations();
    expect(
      wire.some(({ byBrowser, to }) => byBrowser && findCanaries("", to, [own]).length > 0),
    ).toBe(true);
    // What passes between the nodes was recorded too, and names the nodes.
    expect(wire.some(({ byBrowser, to }) => !byBrowser && to.includes(node.name))).toBe(true);
  }
});

async function inStore(node: SiteNode, canaries: readonly string[]): Promise<string[]> {
  const files = await filesBelow(node.dataDir);
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap(({ name, bytes }) => findCanaries(name, bytes, canaries));
}
