/** Writing to an address that one has never met: two nodes, a phone that reads it, and a person who is shut out. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { axeFaults } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const bruno = {
  shownName: "Bruno Díaz",
  name: "bruno",
  passphrase: "nine green lanterns by night",
};
const FIRST = "I am Bruno from the seed bank in Oruro. May we talk?";

let site: Site;
let hers: Visitor;
let his: Visitor;
let carla: Companion;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await carla?.close();
  await site.close();
});

const waiting = ({ page, t }: Visitor, count: number) =>
  page.getByRole("link", { name: t("list.requests", { count }), exact: true });

async function toRequests(visitor: Visitor): Promise<void> {
  const { page, t } = visitor;
  await waiting(visitor, 1).click();
  await page.getByRole("heading", { name: t("requests.title"), exact: true, level: 1 }).waitFor();
}

test("he looks an address up and writes the first words; the conversation waits for her", async () => {
  // She looks after her node, too.
  const setup = (await site.nodes.a.running().setupLink()) ?? "";
  hers = await site.visitor(site.nodes.a, setup.slice(site.nodes.a.url.length));
  await hers.page.setViewportSize({ width: 360, height: 740 });
  await hers.page.getByRole("heading", { name: hers.t("setup.title") }).waitFor();
  await steps.fillSignUp(hers, amina);
  await hers.page.getByRole("heading", { name: hers.t("list.emptyTitle") }).waitFor();
  his = await site.visitor(site.nodes.b);
  await steps.signUp(his, bruno);
  const { page, t } = his;
  await page
    .getByRole("button", { name: t("newSpace.title") })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: t("newSpace.title") });
  await dialog.getByRole("radio", { name: t("newSpace.pair") }).check({ force: true });
  await dialog.getByRole("link", { name: t("newSpace.address") }).click();
  const address = page.getByLabel(t("requests.address"), { exact: true });
  await address.fill(`nobody.here@${site.nodes.a.name}`);
  await page.getByRole("button", { name: t("requests.find"), exact: true }).click();
  await page.getByText(t("requests.unknown")).waitFor();
  await address.fill(`${amina.name}@${site.nodes.a.name}`);
  await page.getByRole("button", { name: t("requests.find"), exact: true }).click();
  await page.getByText(t("requests.found")).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByLabel(t("requests.words"), { exact: true }).fill(FIRST);
  await page.getByRole("button", { name: t("requests.send"), exact: true }).click();
  await steps.message(his, FIRST).waitFor();
  await page
    .getByText(t("requests.state.waiting", { address: `${amina.name}@${site.nodes.a.name}` }))
    .waitFor();
});

test("on her phone it stands apart, in one line; she reads it, accepts, and they talk", async () => {
  const { page, t } = hers;
  await waiting(hers, 1).waitFor();
  expect(await page.getByText(FIRST).count()).toBe(0);
  await toRequests(hers);
  await page.getByText(FIRST).waitFor();
  await page.getByText(t("requests.fits")).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole("button", { name: t("requests.accept"), exact: true }).click();
  await steps.openConversation(hers, bruno.shownName);
  await steps.message(hers, FIRST).waitFor();
  await steps.say(hers, "Gladly, tell me more");
  await steps.message(his, "Gladly, tell me more").waitFor();
  await his.page
    .getByText(his.t("requests.state.waiting", { address: `${amina.name}@${site.nodes.a.name}` }))
    .waitFor({ state: "detached" });
  await page.goBack();
  await page.getByRole("list", { name: t("list.title") }).waitFor();
  await waiting(hers, 1).waitFor({ state: "detached" });
});

test("she reports what another one writes, and blocks and unblocks them", async () => {
  const { page, t } = hers;
  carla = await companion(site.nodes.b, { name: "carla", shownName: "Carla Souza" });
  const address = `${amina.name}@${site.nodes.a.name}`;
  const { identityId } = await carla.commands["requests.find"]({ address });
  await carla.commands["requests.write"]({ identityId, address, words: "Buy this today" });
  await toRequests(hers);
  await page.getByText("Buy this today").waitFor();
  const about = t("requests.more", { name: "Carla Souza" });
  await page.getByRole("button", { name: about, exact: true }).click();
  await page.getByRole("menuitem", { name: t("requests.report"), exact: true }).click();
  const report = page.getByRole("dialog", {
    name: t("requests.reportTitle", { name: "Carla Souza" }),
  });
  await report.getByLabel(t("requests.reportNote"), { exact: true }).fill("She sells things");
  await report.getByRole("button", { name: t("requests.report"), exact: true }).click();
  await page.getByText(t("requests.reported")).waitFor();
  await page.getByRole("button", { name: t("requests.block"), exact: true }).click();
  await page.getByRole("heading", { name: t("requests.none") }).waitFor();
  await page.goto(`${site.nodes.a.url}/settings`);
  await page.getByRole("link", { name: t("requests.blocksOpen"), exact: true }).click();
  await page.getByText("Carla Souza").waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page
    .getByRole("button", { name: t("requests.unblockWho", { name: "Carla Souza" }), exact: true })
    .click();
  await page.getByRole("heading", { name: t("requests.blocksNone") }).waitFor();
});

test("an administrator reads the report and shuts the node out, and everybody can read that they did", async () => {
  const { page, t } = hers;
  await page.goto(`${site.nodes.a.url}/node/reports`);
  await page.getByText("She sells things").waitFor();
  expect(await axeFaults(page)).toEqual([]);
  const { name } = site.nodes.b;
  await page
    .getByRole("button", { name: t("admin.blockNode", { node: name }), exact: true })
    .click();
  await page.getByRole("heading", { name: t("admin.blockedNodes"), exact: true }).waitFor();
  await page.getByRole("button", { name: t("admin.reportDone"), exact: true }).click();
  await page.getByRole("heading", { name: t("admin.reportsNone") }).waitFor();
  await page.getByRole("link", { name: t("admin.acts"), exact: true }).click();
  await page.getByText(t("admin.act.block", { by: amina.name, node: name })).waitFor();
  expect(site.complaints()).toEqual([]);
});
