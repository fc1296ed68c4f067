/** Two people on two nodes: a long film that plays before it is there, whole folders in and out, names that break systems, deep places. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as files from "./lib/files.ts";
import { row } from "./lib/files.ts";
import { longFilm, STEP } from "./lib/film.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";
import { PATIENCE } from "./lib/visitor.ts";

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
const TITLE = "Harvest archive";
const FILM = "the whole harvest.webm";
const PICTURES = 25;

let site: Site;
let her: Visitor;
let him: Visitor;
let folder: string;

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-ways-"));
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

test("they meet, she here and he at another node", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
  for (const visitor of [her, him]) {
    await visitor.page.setViewportSize({ width: 1280, height: 1600 });
    await files.openFiles(visitor, TITLE);
  }
});

/** How red the film is now, which says where it is. */
const red = (video: Locator): Promise<number> =>
  video.evaluate((shown: HTMLVideoElement) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d")!;
    context.drawImage(shown, 16, 16, 32, 32, 0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data[0] ?? -1;
  });

const goTo = (video: Locator, picture: number): Promise<void> =>
  video.evaluate(
    (shown: HTMLVideoElement, at) => void (shown.currentTime = at),
    picture * STEP + 2,
  );

test("a film of six minutes and twenty megabytes plays, and is sought in, before it is there", async () => {
  const film = await longFilm(her.page, PICTURES, 70_000);
  const path = join(folder, FILM);
  await writeFile(path, film);
  await files.chooseFromDisk(her, her.t("files.upload"), path);
  await row(him.page, FILM).waitFor();
  // Its small picture was made on her device, and its length found out.
  await row(him.page, FILM).locator("img").waitFor();
  const before = site.nodes.b.wire.bytes("from");
  const passed = (): number => site.nodes.b.wire.bytes("from") - before;
  const preview = await files.open(him, FILM);
  // Not before he has agreed to what it costs.
  await preview.getByRole("button", { name: him.t("files.show") }).click();
  const video = preview.locator("video");
  const comes = (what: () => Promise<number>) => expect.poll(what, { timeout: PATIENCE });
  await comes(() => video.evaluate((shown: HTMLVideoElement) => shown.duration)).toBeCloseTo(
    PICTURES * STEP,
    0,
  );
  await video.evaluate((shown: HTMLVideoElement) => {
    shown.muted = true;
    return shown.play();
  });
  const seconds = () => video.evaluate((shown: HTMLVideoElement) => shown.currentTime);
  await comes(seconds).toBeGreaterThan(0.3);
  expect(await red(video)).toBeLessThan(20);
  expect(passed()).toBeGreaterThan(1_000_000);
  expect(passed()).toBeLessThan(film.length * 0.6);
  for (const picture of [18, 24]) {
    await goTo(video, picture);
    // Coding changes colours a little.
    await comes(async () => Math.abs((await red(video)) - picture * 4)).toBeLessThan(20);
  }
  expect(passed()).toBeLessThan(film.length * 0.9);
  await files.close(him, preview);
  await files.allSent(her);
});

test("a folder that is dropped comes with all that is in it, and goes out as one zip file, byte for byte", async () => {
  const tree = join(folder, "Barn papers");
  const large = randomBytes(3_000_000);
  await mkdir(join(tree, "2026", "مايو"), { recursive: true });
  await writeFile(join(tree, "top.txt"), "top");
  await writeFile(join(tree, "2026", "scan.bin"), large);
  await writeFile(join(tree, "2026", "مايو", "تقرير.txt"), "المحصول");
  await writeFile(join(folder, "beside.txt"), "beside");
  await files.drop(her, [tree, join(folder, "beside.txt")], () =>
    her.page.getByText(her.t("files.dropHere")).waitFor(),
  );
  await row(him.page, "beside.txt").waitFor();
  await row(him.page, "Barn papers").getByRole("link").click();
  await row(him.page, "top.txt").waitFor();
  await row(him.page, "2026").getByRole("link").click();
  await row(him.page, "scan.bin").waitFor();
  await row(him.page, "مايو").getByRole("link").click();
  await row(him.page, "تقرير.txt").waitFor();
  await files.allSent(her);
  const path = him.page.getByRole("navigation", { name: him.t("files.path") });
  await path.getByRole("link").first().click();
  await row(him.page, "beside.txt").waitFor();
  const coming = him.page.waitForEvent("download");
  await files.act(him, "Barn papers", him.t("files.download"));
  // What it costs is said before.
  await him.page
    .getByRole("dialog", { name: him.t("files.download") })
    .getByRole("button", { name: him.t("files.download"), exact: true })
    .click();
  const zip = await files.bytesOf(await coming);
  expect(zip.name).toBe("Barn papers.zip");
  const inside = unzipSync(zip.bytes);
  expect(Object.keys(inside).toSorted()).toEqual(
    ["", "2026/", "2026/scan.bin", "2026/مايو/", "2026/مايو/تقرير.txt", "top.txt"].map(
      (name) => `Barn papers/${name}`,
    ),
  );
  expect(large.equals(inside["Barn papers/2026/scan.bin"]!)).toBe(true);
  expect(strFromU8(inside["Barn papers/2026/مايو/تقرير.txt"]!)).toBe("المحصول");
});

test("a copy goes into one's own files, folders too, and stays when the first is deleted", async () => {
  const { page, t } = him;
  await files.act(him, "Barn papers", t("files.copy"));
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: t("files.up") }).click();
  await dialog.getByRole("button", { name: t("files.own") }).click();
  await dialog.getByRole("button", { name: t("files.copyHere") }).click();
  await files.act(her, "Barn papers", her.t("files.toBin"));
  await row(page, "Barn papers").waitFor({ state: "hidden" });
  const space = new URL(page.url()).pathname;
  await page.goto(`${him.node.url}/files`);
  await row(page, "Barn papers").getByRole("link").click();
  await row(page, "2026").getByRole("link").click();
  await row(page, "scan.bin").waitFor();
  await files.allSent(him);
  expect((await files.download(him, "scan.bin")).length).toBe(3_000_000);
  await page.goto(`${him.node.url}${space}`);
  await row(page, "beside.txt").waitFor();
});

test("names that break some system become names that break none, and stay apart", async () => {
  const given = {
    "photo\u202Egpj.exe": "photogpj.exe",
    "CON.txt": "CON_.txt",
    "trailing. . ": "trailing",
    'who? what: "all" <of> it*|.txt': "who_ what_ _all_ _of_ it__.txt",
    "bell\u0007 and\nline.txt": "bell andline.txt",
    "re\u0301sume\u0301.txt": "r\u00e9sum\u00e9.txt",
    "...": "_",
    "PLAN.md": "PLAN.md",
    [`${"🌾".repeat(90)}.txt`]: `${"🌾".repeat(62)}.txt`,
    "‏تقرير‎.txt": "تقرير.txt",
  };
  await files.choose(
    her,
    Object.keys(given).map((name) => ({ name, bytes: Buffer.from(`inside ${name}`) })),
  );
  for (const name of Object.values(given)) await row(him.page, name).waitFor();
  await files.allSent(her);
  // The same names again, as another system writes them.
  await files.choose(her, [
    { name: "r\u00e9sum\u00e9.txt", bytes: Buffer.from("composed") },
    { name: "plan.md", bytes: Buffer.from("lower") },
  ]);
  for (const name of ["r\u00e9sum\u00e9 (2).txt", "plan (2).md"])
    await row(him.page, name).waitFor();
  const saved = await files.saved(him, "CON_.txt");
  expect([saved.name, saved.bytes.toString()]).toEqual(["CON_.txt", "inside CON.txt"]);
});

test("the same name at the same moment from two people: both stay, and both see the same two", async () => {
  await her.offline();
  await him.offline();
  for (const [visitor, words] of [
    [her, "hers"],
    [him, "his"],
  ] as const) {
    await files.choose(visitor, [{ name: "rota.txt", bytes: Buffer.from(words) }]);
    await row(visitor.page, "rota.txt").waitFor();
  }
  await her.online();
  await him.online();
  for (const { page } of [her, him]) await row(page, "rota (2).txt").waitFor();
  for (const visitor of [her, him]) await files.allSent(visitor);
  const seen = async (visitor: Visitor): Promise<string[]> => [
    (await files.download(visitor, "rota.txt")).toString(),
    (await files.download(visitor, "rota (2).txt")).toString(),
  ];
  expect((await seen(her)).toSorted()).toEqual(["hers", "his"]);
  expect(await seen(her)).toEqual(await seen(him));
});

test("a path sixty folders deep comes whole and can be walked; what is too deep says so", async () => {
  const deep = (depth: number): string[] => Array.from({ length: depth }, (_, n) => `d${n + 1}`);
  const well = join(folder, "well", ...deep(59));
  await mkdir(well, { recursive: true });
  await writeFile(join(well, "bottom of the well.txt"), "sixty below");
  await files.choose(her, join(folder, "well"), "files.uploadFolder");
  await row(him.page, "well").waitFor();
  await files.allSent(her);
  await him.page.getByRole("link", { name: him.t("shell.search"), exact: true }).click();
  await him.page.getByRole("textbox", { name: him.t("search.field") }).fill("bottom of the well");
  await him.page.getByRole("link", { name: /bottom of the well/ }).click();
  const preview = him.page.getByRole("dialog", { name: "bottom of the well.txt" });
  await preview.getByText("sixty below").waitFor();
  const path = him.page.getByRole("navigation", { name: him.t("files.path") });
  await expect
    .poll(() => path.getByRole("link", { includeHidden: true }).count(), { timeout: PATIENCE })
    .toBe(61);
  const over = join(folder, "abyss", ...deep(69));
  await mkdir(over, { recursive: true });
  await writeFile(join(over, "lost.txt"), "too deep");
  await files.choose(her, join(folder, "abyss"), "files.uploadFolder");
  await her.page.getByText(her.t("files.refused")).waitFor();
});

test("no page has complained, and no policy was broken", () => {
  expect(site.complaints()).toEqual([]);
});
