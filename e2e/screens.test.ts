/**
 * The ten main screens with people in them, in English and Arabic, as axe sees them on a light phone and on a dark desktop.
 * `UPDATE_SCREENS=1` takes pictures of them for docs/screens instead, on a phone and a desktop, light and dark, in Thai and Bengali too.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Lively, Shown } from "./lib/lively.ts";
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
const languages: readonly Shown[] = isUpdate ? ["en", "ar", "th", "bn"] : ["en", "ar"];
/** Whoever comes by. */
const NEW: Readonly<Record<Shown, { name: string; address: string }>> = {
  en: { name: "Njeri Kamau", address: "njeri" },
  ar: { name: "ليلى منصور", address: "layla" },
  th: { name: "มาลี ศรีสุข", address: "malee" },
  bn: { name: "শিউলি আক্তার", address: "shiuli" },
};

let site: Site;
let lively: Lively;
/** Signed in; and somebody who has just come by. */
let her: Visitor;
let guest: Visitor;

beforeAll(async () => {
  await mkdir(DOCS, { recursive: true });
  site = await openSite({ a: "lamu.localhost", b: "oruro.localhost" });
  lively = await makeLively(site.nodes.a, site.nodes.b, languages);
  her = await site.visitor(site.nodes.a, "/signin");
  await steps.signIn(her, lively.amina);
  for (const title of lively.titles) await her.page.getByRole("link", { name: title }).waitFor();
  for (const { title } of lively.shown.values()) await readAll(title);
  guest = await site.visitor(site.nodes.a);
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await lively.close();
  await site.close();
});

for (const language of languages) {
  test(`the screens in ${language}`, { timeout: isUpdate ? 600_000 : 120_000 }, async () => {
    await speak(her, language);
    await speak(guest, language);
    const { title, spaceId, link, word } = need(lively.shown.get(language));
    const { t } = her;

    await guest.page.goto(`${guest.node.url}/signup`);
    await guest.page.getByLabel(t("signUp.name"), { exact: true }).fill(NEW[language].name);
    await guest.page.getByLabel(t("signUp.address"), { exact: true }).fill(NEW[language].address);
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

    await her.page.goto(`${her.node.url}/s/${spaceId}/about`);
    await her.page.getByRole("heading", { name: title }).first().waitFor();
    await look(her.page, `overview-${language}`);

    await her.page.goto(`${her.node.url}/s/${spaceId}/files`);
    await her.page.getByTitle(`${word}.csv`, { exact: true }).waitFor();
    await look(her.page, `files-${language}`);

    await her.page.goto(`${her.node.url}/new`);
    await her.page.getByRole("heading", { level: 1 }).first().waitFor();
    await look(her.page, `new-${language}`);

    await her.page.goto(`${her.node.url}/search`);
    await her.page.getByRole("textbox", { name: t("search.field") }).fill(word);
    await her.page.getByText(title).first().waitFor();
    await look(her.page, `search-${language}`);

    await her.page.goto(`${her.node.url}/settings`);
    await her.page.getByRole("heading", { name: t("settings.title"), exact: true }).waitFor();
    await look(her.page, `settings-${language}`);
  });
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it was not made");
  return value;
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

async function speak(visitor: Visitor, language: Shown): Promise<void> {
  await visitor.page.evaluate((code) => localStorage.setItem("baraza.language", code), language);
  reads(visitor, language);
}

/** Takes pictures of a screen for the docs, or has axe look at it. */
async function look(page: Page, name: string): Promise<void> {
  for (const device of devices)
    for (const scheme of schemes) {
      if (!isUpdate && (device === "phone") !== (scheme === "light")) continue;
      const picture = await lookLike(page, device, scheme);
      const coarse = await page.evaluate(() => matchMedia("(pointer: coarse)").matches);
      expect(coarse).toBe(device === "phone");
      const taken = await picture();
      if (!isUpdate) {
        expect(await axeFaults(page), `${name} ${device} ${scheme}`).toEqual([]);
        continue;
      }
      const png = smaller(taken);
      await writeFile(join(DOCS, `${name}-${device}-${scheme}.png`), png);
      if (`${name} ${device} ${scheme}` === "conversation-en desktop light")
        await writeFile(join(DOCS, "conversation.png"), png);
    }
}
