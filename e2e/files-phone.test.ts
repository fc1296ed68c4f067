/** A cheap phone on a slow line: pictures from the camera, previews, and one search over everything, in two languages. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Locator } from "playwright-core";
import * as samples from "../packages/web/src/decode/samples.testing.ts";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import * as files from "./lib/files.ts";
import { row } from "./lib/files.ts";
import { axeFaults } from "./lib/looks.ts";
import type { Phone } from "./lib/phone.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import { PATIENCE, reads } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};
const TITLE = "Granary committee";
/** With vowels, as it is written in a book. */
const VOWELS = "سَيَأْتِي المُهَنْدِسُ يَوْمَ الخَمِيسِ";
const REPORT = "تقرير المخزن الكبير عن الأمطار";
/** In samples, where a place stands. */
const PLACE = "Amina's phone";

let site: Site;
let her: Phone;
let bruno: Companion;
let spaceId: string;
let photo: Buffer;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

const field = (): Locator => her.page.getByRole("textbox", { name: her.t("search.field") });
const results = (): Locator => her.page.getByRole("list", { name: her.t("search.results") });
const hit = (name: RegExp): Locator => results().getByRole("link", { name });

/** The bytes of the picture as he gets it. */
async function hisPicture(name: string): Promise<Buffer> {
  const { entries } = await bruno.until(
    "files.folder",
    { spaceId, parentId: null, offset: 0, limit: 100 },
    (page) => page.entries.some((one) => one.name === name && one.versions > 0),
  );
  const { fileId, size } = entries.find((one) => one.name === name)!;
  const bytes = await bruno.commands["files.read"]({ spaceId, fileId, start: 0, length: size });
  return Buffer.from(bytes);
}

async function hisFile(name: string, type: string, bytes: Uint8Array, text: string): Promise<void> {
  const { fileId } = await bruno.commands["files.add"]({
    spaceId,
    parentId: null,
    name,
    content: new Blob([new Uint8Array(bytes)]),
    prepared: { type, text },
  });
  await bruno.until("files.entry", { spaceId, fileId }, (entry) => entry?.sending === null);
}

test("they meet, and he has put papers there and written", async () => {
  her = await site.phone(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Granario" });
  spaceId = await bruno.join(link);
  await bruno.say(spaceId, "The granary opens on Thursday");
  await bruno.say(spaceId, VOWELS);
  for (let n = 0; n < 40; n++) await bruno.say(spaceId, `Line ${n} about seeds and rain`);
  await hisFile(
    "statement.pdf",
    "application/pdf",
    samples.pdf(["Granary ledger"]),
    "Granary ledger",
  );
  await hisFile(
    "minutes.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    samples.docx,
    "Seeds & water of the granary",
  );
  await hisFile("مطر.txt", "text/plain", Buffer.from(REPORT), REPORT);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  const base64 = await her.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(800, 600);
    const context = canvas.getContext("2d")!;
    const noise = context.createImageData(800, 600);
    for (let at = 0; at < noise.data.length; at++)
      noise.data[at] = at % 4 === 3 ? 255 : (at * 7919) % 253;
    context.putImageData(noise, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.6 });
    return new Uint8Array(await blob.arrayBuffer()).toBase64();
  });
  photo = Buffer.from(samples.withExif(Uint8Array.fromBase64(base64), 6));
});

/** Chooses one of the things that the button adds. */
async function add(what: "files.camera" | "files.keepDetails"): Promise<void> {
  await her.page.getByRole("button", { name: her.t("files.add"), exact: true }).click();
  await her.page.getByRole("menuitem", { name: her.t(what), exact: true }).click();
}

test("slowly: a picture from the camera goes up without its place, and with it where she says so", async () => {
  her.slow();
  await files.openFiles(her, TITLE);
  await row(her.page, "statement.pdf").waitFor();
  for (const [name, keeps] of [
    ["storm.jpg", false],
    ["damage.jpg", true],
  ] as const) {
    if (keeps) await add("files.keepDetails");
    const asked = her.page.waitForEvent("filechooser");
    await add("files.camera");
    const chooser = await asked;
    expect(await chooser.element().getAttribute("capture")).toBe("environment");
    await chooser.setFiles({ name, mimeType: "image/jpeg", buffer: photo });
    await row(her.page, name).locator("img").waitFor();
    const bytes = await hisPicture(name);
    expect(bytes.includes(PLACE)).toBe(keeps);
    expect(bytes.equals(photo)).toBe(keeps);
  }
  await files.allSent(her);
});

test("slowly: what he put in opens, and the app can still be used", async () => {
  await files.see(her, "minutes.docx", (preview) => preview.getByText("Seeds & water"));
  await files.see(her, "statement.pdf", (preview) =>
    preview.getByRole("img", { name: "Granary ledger" }),
  );
  await files.see(her, "storm.jpg", (preview) => preview.locator("img.preview-picture"));
  expect(await axeFaults(her.page)).toEqual([]);
});

test("slowly: as she types, messages, files of all kinds and people come together", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/search`);
  await field().waitFor();
  await field().pressSequentially("granar", { delay: 80 });
  for (const name of [/opens on Thursday/, /statement\.pdf/, /minutes\.docx/, /Bruno Granario/])
    await hit(name).first().waitFor();
  await hit(new RegExp(`^Conversation.*${TITLE}`)).waitFor();
  // By buttons: only files, and of these nothing else.
  await page.getByRole("button", { name: t("search.kind.file"), exact: true }).click();
  await expect
    .poll(() => results().locator(".row-main").allInnerTexts(), { timeout: PATIENCE })
    .toHaveLength(2);
  await page.getByRole("button", { name: t("search.kind.all"), exact: true }).click();
  await her.fast();
});

test("in Arabic, from right to left: words are found with and without vowels, and she goes to the place", async () => {
  const { page } = her;
  await page.goto(`${her.node.url}/settings`);
  await page.getByLabel(her.t("settings.language"), { exact: true }).selectOption("ar");
  reads(her, "ar");
  await page.getByRole("heading", { name: her.t("settings.title"), level: 1 }).waitFor();
  expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl");
  await page.goto(`${her.node.url}/search`);
  await field().fill("المهندس الخميس");
  const found = hit(/المُهَنْدِسُ/);
  await found.waitFor();
  expect(await found.locator("mark").allInnerTexts()).toEqual(["المُهَنْدِسُ", "الخَمِيسِ"]);
  // The other way round, and without the article.
  await field().fill("مَخْزَن أمطار");
  await hit(/مطر\.txt/).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await field().fill("مهندس");
  await found.click();
  await steps.message(her, VOWELS).waitFor();
  await steps.message(her, "Line 1 about seeds and rain").waitFor();
  expect(await steps.messages(her).getByText("Line 39 about").count()).toBe(0);
});

test("no page has complained", () => {
  expect(site.complaints()).toEqual([]);
});
