/** What Google hands out is brought into a conversation's files, is cut off, and goes on; a folder from the device too. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const TITLE = "Harbour archive";

let site: Site;
let her: Visitor;
let folder: string;
let handOut: string;

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-import-"));
  handOut = join(folder, "takeout-001.zip");
  const minutes = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [
      `Takeout/Drive/Minutes/meeting ${at + 1}.txt`,
      strToU8(`What was said at meeting ${at + 1}`),
    ]),
  );
  await writeFile(
    handOut,
    zipSync({
      "Takeout/archive_browser.html": strToU8("<html></html>"),
      "Takeout/Drive/Bylaws.md": strToU8("# Bylaws of the harbour"),
      ...minutes,
    }),
  );
  await mkdir(join(folder, "Charts", "North"), { recursive: true });
  await writeFile(join(folder, "Charts", "North", "reef.txt"), "The northern reef");
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const dialog = (): Locator => her.page.getByRole("dialog", { name: her.t("import.title") });

async function openImport(): Promise<void> {
  const { page, t } = her;
  await page.getByRole("button", { name: t("files.add"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("files.bringIn"), exact: true }).click();
  await dialog().waitFor();
}

async function open(name: string): Promise<void> {
  await her.page.locator(".file-cell").getByRole("link", { name }).first().click();
}

test("a hand-out is looked into, says what is in it and what is left out, and comes with its folders", async () => {
  her = await site.visitor(site.nodes.a);
  const { page, t } = her;
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  await page.goBack();
  await steps.openConversation(her, TITLE);
  await page
    .getByRole("region", { name: TITLE, exact: true })
    .getByRole("link", { name: t("shell.files"), exact: true })
    .click();
  await openImport();
  await dialog().getByLabel(t("import.chooseZips")).setInputFiles(handOut);
  await dialog()
    .getByText(t("import.left", { count: 1 }))
    .click();
  await dialog().getByText(t("import.why.about"), { exact: true }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await dialog()
    .getByRole("button", { name: t("import.start"), exact: true })
    .click();
  await dialog()
    .getByText(t("import.taken", { count: 13 }), { exact: true })
    .waitFor();
  await dialog()
    .getByRole("button", { name: t("ui.close"), exact: true })
    .last()
    .click();
  await open("Drive");
  await page.locator(".file-cell").getByText("Bylaws.md").waitFor();
  await open("Minutes");
  await page.locator(".file-cell").getByText("meeting 12.txt").waitFor();
  expect(site.complaints()).toEqual([]);
});

test("the same hand-out chosen again brings nothing twice; a folder of the device keeps its tree", async () => {
  const { page, t } = her;
  await page.goBack();
  await page.goBack();
  await openImport();
  await dialog().getByLabel(t("import.chooseZips")).setInputFiles(handOut);
  await dialog()
    .getByRole("button", { name: t("import.start"), exact: true })
    .click();
  await dialog()
    .getByText(t("import.there", { count: 13 }), { exact: true })
    .waitFor();
  await dialog()
    .getByRole("button", { name: t("ui.close"), exact: true })
    .last()
    .click();
  await openImport();
  await dialog().getByLabel(t("import.chooseFolder")).setInputFiles(join(folder, "Charts"));
  await dialog()
    .getByRole("button", { name: t("import.start"), exact: true })
    .click();
  await dialog()
    .getByText(t("import.taken", { count: 1 }), { exact: true })
    .waitFor();
  await dialog()
    .getByRole("button", { name: t("ui.close"), exact: true })
    .last()
    .click();
  await open("Charts");
  await open("North");
  await page.locator(".file-cell").getByText("reef.txt").waitFor();
  expect(site.complaints()).toEqual([]);
});

test("what is no hand-out is said to be damaged, and nothing is brought in", async () => {
  const { t } = her;
  const broken = join(folder, "broken.zip");
  await writeFile(broken, "this is no zip file");
  await openImport();
  await dialog().getByLabel(t("import.chooseZips")).setInputFiles(broken);
  await dialog().getByText(t("import.nothing"), { exact: true }).waitFor();
  await dialog()
    .getByText(t("import.left", { count: 1 }))
    .click();
  await dialog().getByText(t("import.why.damaged"), { exact: true }).waitFor();
  expect(
    await dialog()
      .getByRole("button", { name: t("import.start"), exact: true })
      .isDisabled(),
  ).toBe(true);
});
