/**
 * A conversation whose node goes away: Amina, on one node, has a copy kept at Bruno's. He reads on there, sees that he does, and takes
 * nothing for lost; when her node is back, what he wrote meanwhile arrives.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "@baraza/testkit";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const bruno = {
  shownName: "Bruno Delgado",
  name: "bruno",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Water committee";

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

test("two people on two nodes; a copy needs the other one's node", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  await her.page.getByText(her.t("leading.copyNoChoice")).waitFor();
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.a, link.slice(site.nodes.a.url.length));
  const { page, t } = him;
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

test("she has a copy kept at his node; both see when it has everything", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("leading.copyAdd") }).click();
  const dialog = page.getByRole("dialog", { name: t("leading.copyAddTitle") });
  await dialog.getByRole("radio", { name: site.nodes.b.name }).check();
  await dialog.getByRole("button", { name: t("leading.copyAddAction") }).click();
  await page.getByRole("button", { name: t("leading.copyRemove") }).waitFor();
  await page.getByText(t("leading.copy.whole")).waitFor();
  await steps.openPeople(him);
  await him.page.getByText(him.t("leading.copy.whole")).waitFor();
  expect(await him.page.getByRole("button", { name: him.t("leading.copyRemove") }).count()).toBe(0);
  await him.page.goBack();
});

test("her node goes away: he reads what he had not seen, and is told where he reads it", async () => {
  const url = him.page.url();
  await him.page.goto("about:blank");
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  await steps.say(her, "The pump is running again");
  await steps.sent(her, "The pump is running again");
  await site.nodes.a.kill();
  await him.page.goto(url);
  await steps.message(him, "The pump is running again").waitFor();
  await steps.say(him, "Good, I come on Monday");
  await steps.openPeople(him);
  await reading().waitFor();
  await him.page.goBack();
});

test("her node is back: what he wrote arrives, and the copy is one again", async () => {
  await site.nodes.a.restart();
  await Promise.all([her.page.reload(), him.page.reload()]);
  await steps.message(her, "Good, I come on Monday").waitFor();
  await steps.openPeople(him);
  await him.page.getByText(him.t("leading.copy.whole")).waitFor();
  await until(async () => (await reading().count()) === 0, "the line about the copy to go");
});

/** The line that says where he reads. Names stand in marks of their own for their direction. */
function reading() {
  const sentence = him.t("leading.readingAt", { node: site.nodes.a.name, copy: site.nodes.b.name });
  return him.page.getByText(sentence);
}
