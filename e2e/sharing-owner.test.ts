/**
 * Who shares outside, on the screens: Amina gives a file by link with a passphrase and ends it; she makes a drop box, sees what comes
 * into it by itself, and saves it into the conversation, where Bruno at another node opens it. Chen has neither account nor app.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as samples from "../packages/web/src/decode/samples.testing.ts";
import { act, openFiles, row } from "./lib/files.ts";
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
const bruno = {
  shownName: "Bruno Delgado",
  name: "bruno",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Audit of the granary";
const NAME = "statement.pdf";
const FOLDER = "What came";
const SECRET = "blue herons at dawn";

let site: Site;
let her: Visitor;
let him: Visitor;
let chen: Visitor;
let folder: string;
const given = Buffer.from(samples.pdf(["Granary ledger", "Second page"]));
const letter = Buffer.from("A letter that only Amina was to read first.\n");
const large = randomBytes(3_300_000);

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-sharing-owner-"));
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Opens a link as if it were clicked somewhere else. */
async function opens(visitor: Visitor, link: string): Promise<Page> {
  await visitor.page.goto("about:blank");
  await visitor.page.goto(link);
  return visitor.page;
}

/** The card of a link or drop box in the list. */
function card({ page }: Visitor, title: string): Locator {
  return page.locator(".shared-card").filter({ has: page.getByText(title, { exact: true }) });
}

/** The link that a dialog shows; closes it. */
async function linkOf({ page, t }: Visitor, title: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByRole("img", { name: t("links.code") }).waitFor();
  const link = await dialog.getByLabel(t("links.link"), { exact: true }).inputValue();
  await dialog
    .getByRole("button", { name: t("ui.close") })
    .first()
    .click();
  await dialog.waitFor({ state: "hidden" });
  return link;
}

async function choose({ page, t }: Visitor, passphrase: string): Promise<void> {
  await page.getByLabel(t("sharing.passphrase"), { exact: true }).fill(passphrase);
  await page.getByRole("button", { name: t("sharing.open"), exact: true }).click();
}

test("she has a file in a conversation with somebody at another node", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(him, bruno);
  await him.page.goto(link);
  await him.page.getByRole("button", { name: him.t("join.haveAccount") }).click();
  await him.page
    .getByLabel(him.t("join.yourAddress"), { exact: true })
    .fill(`${bruno.name}@${site.nodes.b.name}`);
  await him.page.getByRole("button", { name: him.t("join.continue") }).click();
  await him.page.waitForURL((url) => url.origin === site.nodes.b.url);
  await him.page.getByRole("button", { name: him.t("join.accept") }).click();
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  await openFiles(her, TITLE);
  const { page, t } = her;
  const path = join(folder, NAME);
  await mkdir(folder, { recursive: true });
  await writeFile(path, given);
  await page.getByLabel(t("files.upload"), { exact: true }).setInputFiles(path);
  await row(page, NAME).waitFor();
  await page.getByRole("region", { name: t("files.uploads") }).waitFor({ state: "hidden" });
});

let link: string;

test("she gives it by a link with a passphrase, from its menu, and is told what is too short", async () => {
  const { page, t } = her;
  const dialog = page.getByRole("dialog", { name: t("links.give") });
  // By keyboard, too.
  await row(page, NAME).getByRole("link").focus();
  await page.keyboard.press(".");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await act(her, NAME, t("files.share"));
  await dialog.getByLabel(t("links.passphrase"), { exact: true }).fill("short");
  await dialog.getByRole("button", { name: t("links.make") }).click();
  await dialog.getByText(t("links.passphraseShort")).waitFor();
  await dialog.getByLabel(t("links.passphrase"), { exact: true }).fill(SECRET);
  await dialog.getByLabel(t("links.takes"), { exact: true }).selectOption("5");
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: t("links.make") }).click();
  await page.getByText(t("links.madePassphrase")).waitFor();
  link = await linkOf(her, t("links.madeTitle"));
  expect(link).toMatch(new RegExp(`^${site.nodes.a.url}/share#p`));
  await row(page, NAME).getByTitle(t("files.isShared"), { exact: true }).waitFor();
});

test("somebody without an account opens it with the passphrase, and her screen counts it by itself", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("files.shared"), exact: true }).click();
  const mine = card(her, NAME);
  await mine.getByText(t("links.downloadsOf", { taken: "0", most: "5" })).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  chen = await site.visitor(site.nodes.b, "/");
  const outside = await opens(chen, link);
  await choose(chen, SECRET);
  const [download] = await Promise.all([
    outside.waitForEvent("download"),
    outside.getByRole("button", { name: chen.t("sharing.downloadNamed", { name: NAME }) }).click(),
  ]);
  const path = join(folder, "got.pdf");
  await download.saveAs(path);
  expect(hash(await readFile(path))).toBe(hash(given));
  await mine.getByText(t("links.downloadsOf", { taken: "1", most: "5" })).waitFor();
});

test("without a line her list says that it is not up to date; with one it is again", async () => {
  const { page, t } = her;
  await her.offline();
  await page.getByText(t("links.again"), { exact: true }).waitFor();
  await her.online();
  await page.getByText(t("links.again"), { exact: true }).waitFor({ state: "hidden" });
});

test("she ends it, and who opens it then reads a sentence about it", async () => {
  const { page, t } = her;
  await card(her, NAME)
    .getByRole("button", { name: t("files.more", { name: NAME }) })
    .click();
  await page.getByRole("menuitem", { name: t("links.end"), exact: true }).click();
  await page
    .getByRole("dialog", { name: t("links.end") })
    .getByRole("button", { name: t("links.end"), exact: true })
    .click();
  await page.getByText(t("links.emptyTitle")).waitFor();
  const outside = await opens(chen, link);
  await choose(chen, SECRET);
  await outside.getByText(chen.t("sharing.unknown")).waitFor();
});

test("a folder takes files from people outside, whom its own members do not know", async () => {
  const { page, t } = her;
  await page
    .getByRole("button", { name: t("ui.back"), exact: true })
    .first()
    .click();
  await page.getByRole("button", { name: t("files.add"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("files.newFolder"), exact: true }).click();
  const naming = page.getByRole("dialog", { name: t("files.newFolder") });
  await naming.getByLabel(t("files.name"), { exact: true }).fill(FOLDER);
  await naming.getByRole("button", { name: t("files.make") }).click();
  await act(her, FOLDER, t("files.letSend"));
  const dialog = page.getByRole("dialog", { name: t("links.ask") });
  await dialog.getByLabel(t("links.askText"), { exact: true }).fill("One letter each, please.");
  await dialog.getByLabel(t("links.askFiles"), { exact: true }).selectOption("10");
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: t("links.askMake") }).click();
  const box = await linkOf(her, t("links.madeBoxTitle"));
  // She looks at the empty box while Chen leaves something there.
  await page.getByRole("link", { name: t("files.shared"), exact: true }).click();
  await card(her, FOLDER).getByRole("link", { name: FOLDER }).click();
  await page.getByText(t("links.boxEmpty")).waitFor();

  const outside = await opens(chen, box);
  await outside.getByRole("heading", { name: FOLDER }).waitFor();
  await outside.getByText("One letter each, please.").waitFor();
  await outside.getByLabel(chen.t("sharing.yourName"), { exact: true }).fill("Chen");
  const paths = [join(folder, "letter.txt"), join(folder, "large.bin")];
  await writeFile(paths[0]!, letter);
  await writeFile(paths[1]!, large);
  await outside.locator('input[type="file"]').setInputFiles(paths);
  await outside.getByText(chen.t("sharing.arrivedAll", { count: 2 })).waitFor();

  // By itself.
  await card(her, "letter.txt").waitFor();
  await card(her, "large.bin").waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await card(her, "letter.txt").getByRole("button", { name: "letter.txt", exact: true }).click();
  const preview = page.getByRole("dialog", { name: "letter.txt" });
  await preview.getByText(letter.toString().trim()).waitFor();
  await preview.getByRole("button", { name: t("ui.back") }).click();
});

test("she saves what came into the folder, where the other one opens it, and the box is empty", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("links.saveAll") }).click();
  const place = page.getByRole("dialog", { name: t("links.saveTitle", { count: 2 }) });
  await place.getByRole("status").getByText(FOLDER, { exact: true }).waitFor();
  await place.getByRole("button", { name: t("links.saveHere"), exact: true }).click();
  await page.getByText(t("links.boxEmpty")).waitFor();

  await openFiles(him, TITLE);
  await row(him.page, FOLDER).getByRole("link").click();
  await row(him.page, "letter.txt").getByRole("link").click();
  await him.page
    .getByRole("dialog", { name: "letter.txt" })
    .getByText(letter.toString().trim())
    .waitFor();
  await him.page
    .getByRole("dialog", { name: "letter.txt" })
    .getByRole("button", { name: him.t("ui.back") })
    .click();
  const coming = him.page.waitForEvent("download");
  await row(him.page, "large.bin").hover();
  await row(him.page, "large.bin")
    .getByRole("button", { name: him.t("files.more", { name: "large.bin" }) })
    .click();
  await him.page.getByRole("menuitem", { name: /^Download/ }).click();
  expect(hash(await readFile(await (await coming).path()))).toBe(hash(large));
});

test("what came while she was elsewhere is told in the files, and can be thrown away and taken back", async () => {
  const { page, t } = her;
  const outside = chen.page;
  const path = join(folder, "rubbish.txt");
  await writeFile(path, "rubbish");
  await page.goto(site.nodes.a.url);
  await outside.locator('input[type="file"]').setInputFiles(path);
  await outside.getByText(chen.t("sharing.arrivedAll", { count: 3 })).waitFor();
  await steps.openConversation(her, TITLE);
  await openFiles(her, TITLE);
  await page.getByRole("link", { name: t("files.sharedNew", { count: 1 }), exact: true }).click();
  await card(her, FOLDER)
    .getByText(t("links.fresh", { count: 1 }))
    .waitFor();
  await card(her, FOLDER).getByRole("link", { name: FOLDER }).click();
  const rubbish = card(her, "rubbish.txt");
  const away = async (): Promise<void> => {
    await rubbish.getByRole("button", { name: t("files.more", { name: "rubbish.txt" }) }).click();
    await page.getByRole("menuitem", { name: t("links.throw"), exact: true }).click();
    await rubbish.waitFor({ state: "hidden" });
  };
  await away();
  await page.getByRole("button", { name: t("ui.undo"), exact: true }).click();
  await rubbish.waitFor();
  await away();
  await page
    .getByRole("status")
    .getByRole("button", { name: t("ui.close") })
    .click();
  await page.getByText(t("links.boxEmpty")).waitFor();
  // Closed, it takes nothing more.
  await page
    .getByRole("button", { name: t("ui.back"), exact: true })
    .first()
    .click();
  await card(her, FOLDER)
    .getByRole("button", { name: t("files.more", { name: FOLDER }) })
    .click();
  await page.getByRole("menuitem", { name: t("links.close"), exact: true }).click();
  await page
    .getByRole("dialog", { name: t("links.close") })
    .getByRole("button", { name: t("links.close"), exact: true })
    .click();
  await page.getByText(t("links.emptyTitle")).waitFor();
  await outside.locator('input[type="file"]').setInputFiles(path);
  await outside.getByText(chen.t("sharing.unknown")).waitFor();
  expect(site.complaints().filter((text) => !/40\d|Failed to load/.test(text))).toEqual([]);
});
