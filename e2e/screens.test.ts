/**
 * The screens of docs/screens, on a phone and a desktop, light and dark, in English and Arabic; each is looked at by axe too.
 * `UPDATE_SCREENS=1` writes the pictures into docs/screens; otherwise they go to a temporary folder.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Lively } from "./lib/lively.ts";
import { makeLively } from "./lib/lively.ts";
import type { Device, Scheme } from "./lib/looks.ts";
import { axeFaults, lookLike } from "./lib/looks.ts";
import { smaller } from "./lib/png.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { reads } from "./lib/visitor.ts";

const DOCS = fileURLToPath(new URL("../docs/screens/", import.meta.url));
const isUpdate = process.env["UPDATE_SCREENS"] === "1";
const devices: readonly Device[] = ["phone", "desktop"];
const schemes: readonly Scheme[] = ["light", "dark"];
const languages = ["en", "ar"] as const;

let site: Site;
let lively: Lively;
/** Signed in; and somebody who has just come by. */
let her: Visitor;
let guest: Visitor;
let folder: string;

beforeAll(async () => {
  folder = isUpdate ? DOCS : await mkdtemp(join(tmpdir(), "baraza-screens-"));
  await mkdir(folder, { recursive: true });
  site = await openSite({ a: "lamu.localhost", b: "oruro.localhost" });
  lively = await makeLively(site.nodes.a, site.nodes.b);
  her = await site.visitor(site.nodes.a, "/signin");
  await steps.signIn(her, lively.amina);
  for (const title of lively.titles) await her.page.getByRole("link", { name: title }).waitFor();
  for (const { title } of Object.values(lively.shown)) await readAll(title);
  guest = await site.visitor(site.nodes.a);
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await lively.close();
  await site.close();
  if (!isUpdate) await rm(folder, { recursive: true, force: true });
});

for (const language of languages) {
  test(`the screens in ${language === "en" ? "English" : "Arabic"}`, async () => {
    await speak(her, language);
    await speak(guest, language);
    const { title, spaceId, link } = lively.shown[language];
    const { t } = her;

    await guest.page.goto(`${guest.node.url}/signup`);
    await guest.page
      .getByLabel(t("signUp.name"), { exact: true })
      .fill(language === "en" ? "Njeri Kamau" : "ليلى منصور");
    await guest.page
      .getByLabel(t("signUp.address"), { exact: true })
      .fill(language === "en" ? "njeri" : "layla");
    await guest.page
      .getByLabel(t("signUp.passphrase"), { exact: true })
      .fill("three kites over a sleepy harbour");
    await look(guest.page, `sign-up-${language}`);

    await guest.page.goto(link);
    await guest.page.getByText(title).waitFor();
    await look(guest.page, `join-${language}`);

    await her.page.goto(`${her.node.url}/s/${spaceId}`);
    await steps.messages(her).locator('[id^="m-"]').first().waitFor();
    await steps.atConversation(her.page, title);
    await look(her.page, `conversation-${language}`);

    await her.page.goto(her.node.url);
    if (language === "en") await lively.goOn();
    await her.page
      .getByText(t("list.unread", { count: 2 }))
      .first()
      .waitFor({ state: "attached" });
    await look(her.page, `list-${language}`);

    await her.page.goto(`${her.node.url}/s/${spaceId}/people`);
    await her.page.getByRole("button", { name: t("invite.action") }).click();
    await her.page.getByRole("img", { name: t("invite.qr") }).waitFor();
    await look(her.page, `invitation-${language}`);
  });
}

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});

/** On this device, which has just been signed in, everything is new: reads to the end. */
async function readAll(title: string): Promise<void> {
  await steps.openConversation(her, title);
  const { page, t } = her;
  const newest = page.getByRole("button", { name: t("chat.toNewest") });
  if (await newest.isVisible()) await newest.click();
  await newest.waitFor({ state: "detached" });
}

async function speak(visitor: Visitor, language: (typeof languages)[number]): Promise<void> {
  await visitor.page.evaluate((code) => localStorage.setItem("baraza.language", code), language);
  reads(visitor, language);
}

/** Looks at a screen on both devices and in both schemes; first all pictures, since axe scrolls. */
async function look(page: Page, name: string): Promise<void> {
  for (const device of devices)
    for (const scheme of schemes) {
      const picture = await lookLike(page, device, scheme);
      const coarse = await page.evaluate(() => matchMedia("(pointer: coarse)").matches);
      expect(coarse).toBe(device === "phone");
      const taken = await picture();
      const png = isUpdate ? smaller(taken) : taken;
      await writeFile(join(folder, `${name}-${device}-${scheme}.png`), png);
      if (`${name} ${device} ${scheme}` === "conversation-en desktop light")
        await writeFile(join(folder, "conversation.png"), png);
    }
  for (const device of devices)
    for (const scheme of schemes) {
      await lookLike(page, device, scheme);
      expect(await axeFaults(page), `${name} ${device} ${scheme}`).toEqual([]);
    }
}
