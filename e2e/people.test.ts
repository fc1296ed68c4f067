/** Coming in, roles and rules, in a real browser: two nodes, three people. */
import { afterAll, afterEach, beforeAll, test } from "vitest";
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
const bruno = {
  shownName: "Bruno Díaz",
  name: "bruno",
  passphrase: "nine green lanterns by night",
};
const TITLE = "Seed bank";

let site: Site;
let hers: Visitor;
let his: Visitor;
let carla: Companion;
let link = "";

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await carla?.close();
  await site.close();
});

const part = ({ page }: Visitor, name: string): Locator => page.getByRole("region", { name });
const person = ({ page, t }: Visitor, name: string): Locator =>
  page
    .getByRole("list", { name: t("people.title") })
    .getByRole("listitem")
    .filter({ hasText: name });

async function idOf(who: Companion, spaceId: string, name: string): Promise<string> {
  const people = await who.until("people", { spaceId }, (all) =>
    all.some((one) => one.name === name),
  );
  return people.find((one) => one.name === name)?.identityId ?? "";
}

async function openAccess(visitor: Visitor): Promise<void> {
  const { page, t } = visitor;
  await page.getByRole("link", { name: t("people.access"), exact: true }).click();
  await page.getByRole("heading", { name: t("people.access"), exact: true, level: 1 }).waitFor();
}

async function goBack({ page, t }: Visitor): Promise<void> {
  await page
    .getByRole("main")
    .getByRole("button", { name: t("ui.back"), exact: true })
    .click();
}

test("a link for ten by which one asks first; who asks sees that they wait", async () => {
  hers = await site.visitor(site.nodes.a);
  his = await site.visitor(site.nodes.b);
  await steps.signUp(hers, amina);
  await steps.signUp(his, bruno);
  carla = await companion(site.nodes.b, { name: "carla", shownName: "Carla Souza" });
  const { page, t } = hers;
  await steps.newGroup(hers, TITLE);
  await openAccess(hers);
  await page.getByRole("button", { name: t("access.newLink"), exact: true }).click();
  const making = page.getByRole("dialog", { name: t("access.newLink") });
  await making.getByLabel(t("access.most"), { exact: true }).selectOption("10");
  await making.getByLabel(t("access.lasts"), { exact: true }).selectOption("1");
  await making.getByRole("switch", { name: t("access.approval") }).check();
  await making.getByRole("button", { name: t("access.make"), exact: true }).click();
  const made = page.getByRole("dialog", { name: t("invite.title") });
  link = await made.getByLabel(t("invite.link"), { exact: true }).inputValue();
  await made.getByRole("button", { name: t("ui.close") }).click();
  await steps.joinByLink(his, bruno, link);
  await his.page.getByText(his.t("join.looked")).waitFor();
  await carla.commands["space.ask"]({ fragment: link.slice(link.indexOf("#") + 1) });
});

test("who leads sees who asks, lets one in and not the other, and both are told", async () => {
  const { page, t } = hers;
  const asking = part(hers, t("access.asksTitle"));
  await asking.getByText("Carla Souza").waitFor();
  await asking.getByRole("checkbox", { name: /Bruno Díaz/ }).check();
  await asking.getByRole("button", { name: t("access.accept"), exact: true }).click();
  await steps.atConversation(his.page, TITLE);
  await asking.getByText("Bruno Díaz").waitFor({ state: "detached" });
  await asking.getByRole("checkbox", { name: /Carla Souza/ }).check();
  await asking.getByRole("button", { name: t("access.decline"), exact: true }).click();
  await carla.until("joins", {}, (joins) =>
    joins.some((one) => one.state === "refused" && one.reason === "declined"),
  );
  await asking.getByText(t("access.asksNone")).waitFor();
  const links = part(hers, t("access.linksTitle"));
  await links.getByText(t("access.linkUsedOf", { used: "2", most: "10" })).waitFor();
  await links.getByRole("button", { name: t("access.endLink"), exact: true }).click();
  await links.getByText(t("access.link.ended")).waitFor();
  await page
    .getByLabel(t("access.aboutLabel"), { exact: true })
    .fill("Seeds that we keep together");
  await page.getByRole("button", { name: t("access.save"), exact: true }).click();
  await page
    .getByRole("status")
    .filter({ hasText: t("access.saved") })
    .waitFor();
});

test("where few write, the others read along", async () => {
  const { t } = hers;
  const announce = hers.page.getByRole("switch", { name: t("access.announce") });
  await announce.check();
  await his.page.getByText(his.t("chat.readsOnly")).waitFor();
  await announce.uncheck();
  await his.page.getByRole("textbox", { name: his.t("chat.write") }).waitFor();
  await steps.say(his, "back to talking");
  // Of a message one tells those who keep order; here that is its author alone.
  await steps.openConversation(hers, TITLE);
  await steps.say(hers, "seeds are in the shed");
  await steps.message(his, "seeds are in the shed").waitFor();
  await steps.act(his, "seeds are in the shed", his.t("talk.report"));
  const dialog = his.page.getByRole("dialog", {
    name: his.t("access.reportTitle", { name: amina.shownName }),
  });
  await dialog.getByRole("button", { name: his.t("access.report"), exact: true }).click();
  await dialog.getByText(his.t("access.reportNobody")).waitFor();
  await dialog.getByRole("button", { name: his.t("ui.cancel"), exact: true }).click();
});

test("a moderator is named, and puts somebody out who does not come again until that is allowed", async () => {
  const { page, t } = hers;
  await steps.openPeople(hers);
  await person(hers, "Bruno Díaz")
    .getByRole("button", { name: t("people.more", { name: "Bruno Díaz" }) })
    .click();
  await page.getByRole("menuitem", { name: t("people.role"), exact: true }).click();
  const dialog = page.getByRole("dialog", { name: t("access.roleTitle", { name: "Bruno Díaz" }) });
  await dialog.getByRole("radio", { name: t("access.role.moderator"), exact: true }).check();
  await dialog.getByRole("button", { name: t("access.save"), exact: true }).click();
  await person(hers, "Bruno Díaz").getByText(t("people.moderator")).waitFor();
  const spaceId = await carla.join(await steps.invite(hers));
  await carla.say(spaceId, "hello all");
  await steps.message(his, "hello all").waitFor();
  await carla.commands["space.report"]({
    spaceId,
    identityId: await idOf(carla, spaceId, "Bruno Díaz"),
    note: "He interrupts everybody",
  });
  await page.getByText(t("access.reports", { count: 1 })).waitFor();
  await openAccess(hers);
  const reports = part(hers, t("access.reportsTitle"));
  await reports.getByText("He interrupts everybody").waitFor();
  await reports.getByRole("button", { name: t("access.dismiss"), exact: true }).click();
  await reports.waitFor({ state: "detached" });
  await goBack(hers);
  await steps.openPeople(his);
  await person(his, "Carla Souza")
    .getByRole("button", { name: his.t("people.more", { name: "Carla Souza" }) })
    .click();
  await his.page.getByRole("menuitem", { name: his.t("people.role"), exact: true }).click();
  await his.page
    .getByRole("dialog", { name: his.t("access.roleTitle", { name: "Carla Souza" }) })
    .getByRole("button", { name: his.t("access.ban"), exact: true })
    .click();
  await person(his, "Carla Souza").waitFor({ state: "detached" });
  await carla.until("space", { spaceId }, (space) => space?.state === "removed");
  await person(hers, "Carla Souza").waitFor({ state: "detached" });
  await openAccess(hers);
  const banned = part(hers, t("access.bannedTitle"));
  await banned.getByText("Carla Souza").waitFor();
  await banned.getByRole("button", { name: t("access.lift"), exact: true }).click();
  await banned.waitFor({ state: "detached" });
});

test("whoever floods a conversation is seen by those who keep order, silenced in one tap, and that can be undone", async () => {
  const { page, t } = hers;
  await goBack(hers);
  const [space] = await carla.until("spaces", {}, (spaces) => spaces.length === 1);
  const spaceId = space?.spaceId ?? "";
  const again = await steps.invite(hers);
  await carla.commands["space.ask"]({ fragment: again.slice(again.indexOf("#") + 1) });
  await carla.until("space", { spaceId }, (one) => one?.state === "active");
  await steps.openConversation(hers, TITLE);
  const roleOf = (role: string) =>
    carla.until("people", { spaceId }, (people) =>
      people.some((one) => one.name === "Carla Souza" && one.role === role),
    );
  for (let n = 0; n < 45; n++) await carla.say(spaceId, `Cheap watches ${n}`);
  await page.getByText(t("access.flood", { name: "Carla Souza" })).waitFor();
  await page.getByRole("button", { name: t("access.silence"), exact: true }).click();
  await roleOf("observer");
  await page.getByText(t("access.flood", { name: "Carla Souza" })).waitFor({ state: "detached" });
  const toast = page
    .getByRole("status")
    .filter({ hasText: t("access.silenced", { name: "Carla Souza" }) });
  await toast.getByRole("button", { name: t("ui.undo"), exact: true }).click();
  await roleOf("member");
});

test("a role is named behind an @, and whoever has it is told", async () => {
  const { page, t } = hers;
  const field = page.getByRole("textbox", { name: t("chat.write"), exact: true });
  await steps.openConversation(his, TITLE);
  await his.page.getByRole("button", { name: t("chat.toNewest") }).click();
  await field.pressSequentially("@mod");
  await page.getByRole("option", { name: /Moderator/ }).waitFor();
  await page.keyboard.press("Enter");
  await field.pressSequentially("can you look?");
  await page.keyboard.press("Enter");
  await steps
    .message(his, "can you look?")
    .locator(".mention")
    .filter({ hasText: "@Moderator" })
    .waitFor();
  const [space] = await carla.until("spaces", {}, (spaces) => spaces.length > 0);
  const spaceId = space?.spaceId ?? "";
  const hisId = await idOf(carla, spaceId, "Bruno Díaz");
  await carla.until("chat.messages", { spaceId, limit: 20 }, ({ messages }) =>
    messages.some(
      ({ text, mentions }) =>
        text === "@Moderator can you look?" && mentions.length === 1 && mentions[0] === hisId,
    ),
  );
});
