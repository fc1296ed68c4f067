/**
 * Everything that goes wrong with files, on a real screen: uploads that are stopped, cut off or killed at either end, no room, files
 * that change, content that a node lost or altered, and files that are made to break whoever looks at them.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@baraza/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as samples from "../packages/web/src/decode/samples.testing.ts";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import * as files from "./lib/files.ts";
import { row } from "./lib/files.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const TITLE = "Flood archive";
const MiB = 1024 * 1024;
/** Milliseconds for which each piece on the line waits: some hundred KiB a second. */
const SLOW = 150;

let site: Site;
let her: Visitor;
let bruno: Companion;
let spaceId: string;
let folder: string;
let address: string;

beforeAll(async () => {
  site = await openSite(undefined, true);
  folder = await mkdtemp(join(tmpdir(), "baraza-faults-"));
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** Hands a file of random bytes over on a slow line, and waits until some of it is at the node. */
async function begin(name: string, size: number): Promise<{ bytes: Buffer; path: string }> {
  const bytes = randomBytes(size);
  const path = join(folder, name);
  await writeFile(path, bytes);
  const { a } = site.nodes;
  a.line.delay(SLOW);
  const before = a.wire.bytes("to");
  await files.chooseFromDisk(her, her.t("files.upload"), path);
  await until(() => a.wire.bytes("to") - before > 1.5 * MiB, `some of ${name} is at the node`);
  return { bytes, path };
}

/** Waits until he has a file, and compares: all of a small one; of a large one the beginning, the middle and the end. */
async function hasCome(name: string, bytes: Buffer): Promise<void> {
  const { entries } = await bruno.until(
    "files.folder",
    { spaceId, parentId: null, offset: 0, limit: 500 },
    (page) => page.entries.some((one) => one.name === name && one.versions > 0),
  );
  const { fileId, size } = entries.find((one) => one.name === name)!;
  expect(size).toBe(bytes.length);
  const all = Array.from({ length: Math.ceil(size / MiB) }, (_, n) => n * MiB);
  const starts = all.length < 10 ? all : [0, size >> 1, size - MiB];
  for (const start of starts) {
    const args = { spaceId, fileId, start, length: MiB };
    const part = Buffer.from(await bruno.commands["files.read"](args));
    expect(part.equals(bytes.subarray(start, start + MiB)), `${name} from ${start}`).toBe(true);
  }
}

const press = (label: "files.pause" | "files.resume" | "files.cancel", name: string) =>
  files
    .uploads(her)
    .getByRole("button", { name: her.t(label, { name }) })
    .click();

/** Shows each upload by itself, with what can be done about it. */
async function showEach(): Promise<void> {
  const more = files.uploads(her).getByRole("button", { name: her.t("files.uploadsMore") });
  const less = files.uploads(her).getByRole("button", { name: her.t("files.uploadsLess") });
  await more.or(less).waitFor();
  if (await more.isVisible()) await more.click();
}

test("they meet", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  bruno = await companion(site.nodes.b, { name: "bruno", shownName: "Bruno Díaz" });
  spaceId = await bruno.join(link);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  await her.page.setViewportSize({ width: 1280, height: 1600 });
  await files.openFiles(her, TITLE);
  address = new URL(her.page.url()).pathname;
});

test("an upload stands still, goes on, and is taken back when she says so", async () => {
  const { bytes } = await begin("slow.bin", 5 * MiB);
  // So that it cannot be done before she has pressed.
  site.nodes.a.line.cut();
  await showEach();
  await press("files.pause", "slow.bin");
  await row(her.page, "slow.bin").getByText(her.t("files.paused")).waitFor();
  site.nodes.a.line.mend();
  await press("files.resume", "slow.bin");
  await hasCome("slow.bin", bytes);
  await files.allSent(her);
  await begin("never.bin", 5 * MiB);
  site.nodes.a.line.cut();
  await press("files.cancel", "never.bin");
  await row(her.page, "never.bin").waitFor({ state: "hidden" });
  site.nodes.a.line.mend();
  await files.allSent(her);
});

test("the page loaded again in the middle, and the whole browser killed: it goes on by itself, byte for byte", async () => {
  const reloaded = await begin("reloaded.bin", 5 * MiB);
  await her.page.reload();
  site.nodes.a.line.mend();
  await hasCome("reloaded.bin", reloaded.bytes);
  const killed = await begin("killed.bin", 5 * MiB);
  await her.crash(address);
  site.nodes.a.line.mend();
  await her.page.setViewportSize({ width: 1280, height: 1600 });
  await hasCome("killed.bin", killed.bytes);
  await files.allSent(her);
});

test("the node killed in the middle: the upload goes on where it was", async () => {
  const { bytes } = await begin("node killed.bin", 5 * MiB);
  await site.nodes.a.kill();
  site.nodes.a.line.mend();
  await site.nodes.a.restart();
  await hasCome("node killed.bin", bytes);
  await files.allSent(her);
});

test("a file too large to be kept aside is asked for again, and has to be the same", async () => {
  const { bytes, path } = await begin("large.bin", 33 * MiB);
  await her.page.reload();
  site.nodes.a.line.mend();
  await row(her.page, "large.bin").getByText(her.t("files.needsContent")).waitFor();
  await showEach();
  await her.page.getByText(her.t("files.chooseAgain")).waitFor();
  const again = her.t("files.choose", { name: "large.bin" });
  await writeFile(join(folder, "other.bin"), "another one");
  await files.chooseFromDisk(her, again, join(folder, "other.bin"));
  await her.page.getByText(her.t("files.failure.another")).waitFor();
  await files.chooseFromDisk(her, again, path);
  await hasCome("large.bin", bytes);
  await files.allSent(her);
});

test("a file that is changed while it goes up says so, and goes up whole when it is added again", async () => {
  const { path } = await begin("ledger.bin", 33 * MiB);
  const changed = randomBytes(33 * MiB);
  await writeFile(path, changed);
  site.nodes.a.line.mend();
  await row(her.page, "ledger.bin").getByText(her.t("files.failure.changed")).waitFor();
  await showEach();
  await press("files.cancel", "ledger.bin");
  await row(her.page, "ledger.bin").waitFor({ state: "hidden" });
  await files.chooseFromDisk(her, her.t("files.upload"), path);
  await hasCome("ledger.bin", changed);
  await files.allSent(her);
});

test("without room at the node it says so, and goes on once there is", async () => {
  await site.nodes.a.restart({ blobQuotaMb: 20 });
  const bytes = randomBytes(2 * MiB);
  await files.choose(her, [{ name: "too much.bin", bytes }]);
  await row(her.page, "too much.bin").getByText(her.t("files.failure.quota")).waitFor();
  await files
    .uploads(her)
    .getByText(her.t("files.stoppedCount", { count: 1 }))
    .waitFor();
  await site.nodes.a.restart();
  await showEach();
  await press("files.resume", "too much.bin");
  await hasCome("too much.bin", bytes);
  await files.allSent(her);
});

/** All sealed chunks at her node. */
async function chunks(): Promise<string[]> {
  const found = await readdir(join(site.nodes.a.dataDir, "blobs"), {
    recursive: true,
    withFileTypes: true,
  });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test("what the node altered or lost is not shown, and says why; what it has again opens", async () => {
  const before = new Set(await chunks());
  const sound = samples.wav(30_000);
  const text = Buffer.from("The dam holds. ".repeat(10_000));
  for (const [name, type, bytes] of [
    ["dam.txt", "text/plain", text],
    ["dam.wav", "audio/wav", sound],
  ] as const)
    await bruno.commands["files.add"]({
      spaceId,
      parentId: null,
      name,
      content: new Blob([new Uint8Array(bytes)]),
      prepared: { type },
    });
  for (const name of ["dam.txt", "dam.wav"]) await row(her.page, name).waitFor();
  const paths = (await chunks()).filter((path) => !before.has(path));
  const kept = await Promise.all(paths.map((path) => readFile(path)));
  for (const [at, path] of paths.entries()) {
    const altered = Buffer.from(kept[at]!);
    altered[100]! ^= 1;
    await writeFile(path, altered);
  }
  for (const name of ["dam.txt", "dam.wav"])
    await files.see(her, name, (preview) => preview.getByText(her.t("files.trouble.altered")));
  await files.act(her, "dam.txt", /^Download/);
  await her.page.getByRole("status").getByText(her.t("files.trouble.altered")).waitFor();
  for (const path of paths) await rm(path);
  for (const name of ["dam.txt", "dam.wav"])
    await files.see(her, name, (preview) => preview.getByText(her.t("files.trouble.missing")));
  for (const [at, path] of paths.entries()) await writeFile(path, kept[at]!);
  await files.see(her, "dam.txt", (preview) => preview.getByText("The dam holds.").first());
});

test("without a line, what is not kept here says so in words", async () => {
  await her.offline();
  await files.see(her, "dam.wav", (preview) => preview.getByText(her.t("files.trouble.offline")));
  await her.online();
});

test("pictures, PDFs and zips that are made to break programs cost their preview, and the app lives on", async () => {
  const made = {
    "circle.pdf": samples.pdf(["one"], "2 0 R 2 0 R"),
    "cut.pdf": samples.pdf(["one"]).slice(0, 200),
    "huge.png": samples.png({ width: 60_000, height: 60_000 }),
    "bomb.docx": samples.zipBomb(200),
    "noise.jpg": new Uint8Array([...samples.jpeg().slice(0, 100), ...randomBytes(5000)]),
  };
  await files.choose(
    her,
    Object.entries(made).map(([name, bytes]) => ({ name, bytes })),
  );
  for (const name of Object.keys(made)) await row(her.page, name).waitFor();
  await files.allSent(her);
  const sentences = (["tooLarge", "damaged", "unsupported", "tooSlow", "page"] as const).map(
    (why) => her.t(`files.trouble.${why}`),
  );
  const any = new RegExp(sentences.map((one) => one.replaceAll(".", "\\.")).join("|"));
  for (const name of Object.keys(made)) {
    const preview = await files.open(her, name);
    await preview.getByText(any).first().waitFor();
    await files.close(her, preview);
  }
  await files.see(her, "dam.txt", (preview) => preview.getByText("The dam holds.").first());
});

test("no policy was broken by any of it, and nothing was thrown", () => {
  const complaints = site
    .complaints()
    .filter((text) => !/^Failed to load resource|net::ERR_/.test(text));
  expect(complaints).toEqual([]);
});
