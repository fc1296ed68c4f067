/** Two people on two nodes with files of every kind: what one puts in, the other sees, changes, keeps and gets back byte for byte. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow, findCanaries } from "@baraza/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as samples from "../packages/web/src/decode/samples.testing.ts";
import { act, allSent, download, openFiles, row, see } from "./lib/files.ts";
import { axeFaults } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Sandpiper Otieno",
  name: "amina.sandpiper",
  passphrase: "seven quiet canoes under the mango tree",
};
const bruno = {
  shownName: "Bruno Cloudberry Delgado",
  name: "bruno.cloudberry",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Rainfall ledger of Likoni";
const WORDS = "The blue granary opens on Thursday";
/** As much as fits on a line of the small PDF. */
const LINE = "Granary ledger";

let site: Site;
let her: Visitor;
let him: Visitor;
let folder: string;
/** What she puts in, by name. */
const given: Record<string, Uint8Array> = {};

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-files-"));
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

test("they meet in a conversation, she here and he at another node", async () => {
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
  // So that all rows of a list are in the page at once.
  for (const { page } of [her, him]) await page.setViewportSize({ width: 1280, height: 1600 });
});

test("she puts in files of every kind", async () => {
  const { page, t } = her;
  const drawn = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#2a7";
    context.fillRect(0, 0, 640, 480);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  Object.assign(given, {
    "harvest.jpg": samples.withExif(Uint8Array.from(drawn), 6),
    "map.avif": samples.realAvif,
    "statement.pdf": samples.pdf([LINE, "Second page"]),
    "minutes.docx": samples.docx,
    "letter.odt": samples.odt,
    "budget.xlsx": samples.xlsx,
    "slides.pptx": samples.pptx,
    "notes.md": Buffer.from(`# ${WORDS}\n\n- one\n- two\n`),
    "list.csv": Buffer.from("what,tonnes\nmaize,12\n"),
    "plain.txt": Buffer.from(WORDS),
    "voice.wav": samples.wav(1200),
    "bundle.zip": samples.zip({ "a.txt": "a" }),
    "logo.svg": Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    ),
    "broken.jpg": samples.jpeg().slice(0, 60),
  });
  await openFiles(her, TITLE);
  await page.getByLabel(t("files.upload"), { exact: true }).setInputFiles(
    Object.entries(given).map(([name, bytes]) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(bytes),
    })),
  );
  for (const name of Object.keys(given)) await row(page, name).waitFor();
  await allSent(her);
  await row(page, "harvest.jpg").locator("img").waitFor();
  await row(page, "statement.pdf").locator("img").waitFor();
  expect(await axeFaults(page)).toEqual([]);
});

test("he sees all of them, and what is in them", async () => {
  const { page, t } = him;
  await openFiles(him, TITLE);
  for (const name of Object.keys(given)) await row(page, name).waitFor();
  await row(page, "harvest.jpg").locator("img").waitFor();
  await see(him, "harvest.jpg", (preview) => preview.locator("img.preview-picture"));
  await see(him, "map.avif", (preview) => preview.locator("img.preview-picture"));
  await see(him, "statement.pdf", (preview) => preview.getByRole("img", { name: LINE }));
  await see(him, "minutes.docx", (preview) => preview.getByText("Seeds & water"));
  await see(him, "letter.odt", (preview) => preview.getByRole("heading", { name: "Seeds" }));
  await see(him, "budget.xlsx", (preview) => preview.getByRole("cell", { name: "Maize" }));
  await see(him, "slides.pptx", (preview) => preview.getByText("First"));
  await see(him, "notes.md", (preview) => preview.getByRole("heading", { name: WORDS }));
  await see(him, "list.csv", (preview) => preview.getByRole("cell", { name: "maize" }));
  await see(him, "plain.txt", (preview) => preview.getByText(WORDS));
  await see(him, "logo.svg", (preview) => preview.getByText("alert(1)"));
  await see(him, "bundle.zip", (preview) => preview.getByText(t("files.noPreview")));
  await see(him, "broken.jpg", (preview) => preview.getByText(t("files.trouble.damaged")));
  await row(page, "voice.wav").getByRole("link").click();
  const sound = page.locator(".preview audio");
  await sound.waitFor();
  await expect
    .poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration))
    .toBeCloseTo(1.2, 1);
  await page.keyboard.press("Escape");
});

test("what he downloads is what she put in; of the picture, all but the place", async () => {
  for (const name of ["statement.pdf", "minutes.docx", "plain.txt", "bundle.zip"])
    expect((await download(him, name)).equals(given[name]!), name).toBe(true);
  const picture = await download(him, "harvest.jpg");
  expect(Buffer.from(given["harvest.jpg"]!).includes("Amina's phone")).toBe(true);
  expect(picture.includes("Amina's phone")).toBe(false);
  expect(picture.subarray(-500).equals(Buffer.from(given["harvest.jpg"]!).subarray(-500))).toBe(
    true,
  );
});

test("a name, a folder and a place that one changes are changed for the other", async () => {
  await act(him, "plain.txt", him.t("files.rename"));
  const field = him.page.getByLabel(him.t("files.name"), { exact: true });
  await field.fill("agreed.txt");
  await field.press("Enter");
  await row(her.page, "agreed.txt").waitFor();
  await her.page.getByRole("button", { name: her.t("files.add"), exact: true }).click();
  await her.page.getByRole("menuitem", { name: her.t("files.newFolder") }).click();
  await her.page.getByLabel(her.t("files.name"), { exact: true }).fill("Papers");
  await her.page.keyboard.press("Enter");
  await row(him.page, "Papers").waitFor();
  await act(her, "agreed.txt", her.t("files.move"));
  const dialog = her.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Papers" }).click();
  await dialog.getByRole("button", { name: her.t("files.moveHere") }).click();
  await row(him.page, "agreed.txt").waitFor({ state: "hidden" });
  await row(him.page, "Papers").getByRole("link").click();
  await row(him.page, "agreed.txt").waitFor();
  await him.page
    .getByRole("navigation", { name: him.t("files.path") })
    .getByRole("link")
    .first()
    .click();
  await row(him.page, "list.csv").waitFor();
});

test("what is deleted comes back by undo, and out of the bin", async () => {
  const { page, t } = her;
  await act(her, "list.csv", t("files.toBin"));
  await row(him.page, "list.csv").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: t("ui.undo") }).click();
  await row(him.page, "list.csv").waitFor();
  await act(her, "list.csv", t("files.toBin"));
  await page.getByRole("link", { name: t("files.bin") }).click();
  await act(her, "list.csv", t("files.restore"));
  await page.getByRole("heading", { name: t("files.binEmptyTitle") }).waitFor();
  await page.getByRole("button", { name: t("ui.back") }).click();
  await row(page, "list.csv").waitFor();
  await row(him.page, "list.csv").waitFor();
});

test("a newer version takes the place of the old one, which can come back; both say something about it", async () => {
  await act(her, "notes.md", her.t("files.details"));
  const hers = her.page.getByRole("dialog", { name: "notes.md" });
  await hers.getByLabel(her.t("files.newVersion"), { exact: true }).setInputFiles({
    name: "else.md",
    mimeType: "text/markdown",
    buffer: Buffer.from("# The second version"),
  });
  await act(him, "notes.md", him.t("files.details"));
  const his = him.page.getByRole("dialog", { name: "notes.md" });
  await his.getByLabel(him.t("files.comment")).fill("Thursday is taken");
  await his.getByRole("button", { name: him.t("ui.send") }).click();
  await hers.getByText("Thursday is taken").waitFor();
  await expect.poll(() => his.locator(".versions li").count()).toBe(2);
  await his.getByRole("button", { name: him.t("ui.close") }).click();
  await see(him, "notes.md", (preview) => preview.getByText("The second version"));
  await hers.getByRole("button", { name: her.t("files.restoreVersion") }).click();
  await expect.poll(() => hers.locator(".versions li").count()).toBeGreaterThan(1);
  await hers.getByRole("button", { name: her.t("ui.close") }).click();
  await expect
    .poll(async () => (await download(him, "notes.md")).toString(), { timeout: 60_000 })
    .toContain(WORDS);
});

test("what is pasted is added, and a whole folder with all that is in it", async () => {
  const { page, t } = him;
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["from the clipboard"], "pasted.txt", { type: "text/plain" }));
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  await row(her.page, "pasted.txt").waitFor();
  const tree = join(folder, "Barn papers");
  await mkdir(join(tree, "2026"), { recursive: true });
  await writeFile(join(tree, "top.txt"), "top");
  await writeFile(join(tree, "2026", "deep.txt"), "deep");
  await page.getByLabel(t("files.uploadFolder"), { exact: true }).setInputFiles(tree);
  await row(her.page, "Barn papers").getByRole("link").click();
  await row(her.page, "top.txt").waitFor();
  await row(her.page, "2026").getByRole("link").click();
  await row(her.page, "deep.txt").waitFor();
  await allSent(him);
});

test("what he keeps on his device opens without a line", async () => {
  const { page, t } = him;
  await act(him, "statement.pdf", t("files.pin"));
  await row(page, "statement.pdf").getByTitle(t("files.pinned")).waitFor();
  await him.offline();
  await page.reload();
  await row(page, "statement.pdf").waitFor();
  await see(him, "statement.pdf", (preview) => preview.getByRole("img", { name: LINE }));
  await him.online();
});

test("how much of the room at the node is used is shown to both", async () => {
  for (const { page, t } of [her, him]) {
    await page.getByRole("button", { name: t("files.storage"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: t("files.storage") });
    const bar = dialog.getByRole("progressbar", { name: t("files.atNode") });
    await bar.waitFor();
    const { value, max } = await bar.evaluate((one) => {
      const shown = one as HTMLProgressElement;
      return { value: shown.value, max: shown.max };
    });
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(max / 2);
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: t("ui.close") }).click();
    await dialog.waitFor({ state: "hidden" });
  }
});

test("what is hers alone is in her own files", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/files`);
  await page.getByRole("heading", { name: t("files.own"), level: 1 }).waitFor();
  await page.getByLabel(t("files.upload"), { exact: true }).setInputFiles({
    name: "quiet-diary.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("only mine to read"),
  });
  await row(page, "quiet-diary.txt").waitFor();
  await allSent(her);
  await page.reload();
  await see(her, "quiet-diary.txt", (preview) => preview.getByText("only mine to read"));
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});

test("no node holds or passes on a name, a word or a picture of any of it", async () => {
  // Shorter ones could stand anywhere by chance.
  const canaries = [
    ...Object.keys(given),
    WORDS,
    LINE,
    "Thursday is taken",
    "quiet-diary.txt",
    "only mine to read",
  ].filter(({ length }) => length >= 12);
  const found: string[] = [];
  for (const node of [site.nodes.a, site.nodes.b]) {
    for (const { name, bytes } of await filesBelow(node.dataDir))
      found.push(...findCanaries(name, bytes, canaries));
    for (const { to, from } of node.wire.conversations())
      found.push(...findCanaries("to", to, canaries), ...findCanaries("from", from, canaries));
  }
  expect(found).toEqual([]);
});
