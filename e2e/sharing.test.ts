/**
 * People without an account and without the app, in a real browser: they download what somebody gives them by link, and leave files
 * in a drop box. The owner's side is an engine without a screen.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeShareFragment, encodeResponse } from "@baraza/protocol";
import { filesBelow, findCanaries } from "@baraza/testkit";
import type { Download, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import { axeFaults, lookLike } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import type { Visitor } from "./lib/visitor.ts";
import { reads } from "./lib/visitor.ts";

const DAY = 86_400_000;
const NAME = "Évaluation — قائمة 2026.pdf";
const WORDS = "a sentence that only Chen should read";

let site: Site;
let amina: Companion;
let spaceId: string;
let folder: string;
let chen: Visitor;
/** All that were opened, but those that lead nowhere. */
const links = new Set<string>();

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-sharing-"));
  amina = await companion(site.nodes.a, { name: "amina", shownName: "Amina" });
  ({ spaceId } = await amina.commands["space.create"]({ title: "Audit" }));
  chen = await site.visitor(site.nodes.a, "/share");
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await amina.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

async function given(content: Buffer, name = NAME): Promise<string> {
  const { fileId } = await amina.commands["files.add"]({
    spaceId,
    parentId: null,
    name,
    content: new Blob([new Uint8Array(content)]),
    prepared: { type: "application/pdf" },
  });
  await amina.until("files.entry", { spaceId, fileId }, (entry) => entry?.sending === null);
  return fileId;
}

const share = (fileIds: string[], more: object = {}) =>
  amina.commands["sharing.create"]({
    spaceId,
    title: "For the auditors",
    fileIds,
    passphrase: null,
    expires: Date.now() + DAY,
    takes: null,
    ...more,
  });

/** Opens a link as if it were clicked somewhere else: the page starts anew. */
async function open(link: string): Promise<Page> {
  links.add(link);
  await chen.page.goto("about:blank");
  await chen.page.goto(link);
  return chen.page;
}

async function saved(page: Page, start: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), start()]);
  return bytesOf(download);
}

async function bytesOf(download: Download): Promise<Buffer> {
  const path = join(folder, randomBytes(8).toString("hex"));
  await download.saveAs(path);
  return readFile(path);
}

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function content(size: number): Buffer {
  const out = randomBytes(size);
  out.write(WORDS, 500);
  return out;
}

test("a link gives its files to somebody without an account, and nothing of the app is loaded for them", async () => {
  const bytes = content(5_200_000);
  const { link } = await share([await given(bytes)]);
  const loaded: string[] = [];
  let weight = 0;
  const note = (page: Page) =>
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith("/api/")) {
        loaded.push(pathname);
        weight += Number(response.headers()["content-length"] ?? 0);
      }
    });
  note(chen.page);
  const page = await open(link);
  const { t } = chen;
  await page.getByRole("heading", { name: "For the auditors" }).waitFor();
  // The secret is not in the address bar any more.
  expect(page.url()).toBe(`${site.nodes.a.url}/share`);
  await page.getByText(NAME, { exact: true }).waitFor();
  await page.getByText(t("sharing.private")).waitFor();
  expect(loaded.filter((path) => /wasm|engine-|worker|sqlite/i.test(path))).toEqual([]);
  expect(page.workers()).toEqual([]);
  // In bytes, compressed: 25 seconds on a slow phone's line would be too many.
  expect(weight).toBeGreaterThan(20_000);
  expect(weight).toBeLessThan(130_000);
  const got = await saved(page, () =>
    page.getByRole("button", { name: t("sharing.downloadNamed", { name: NAME }) }).click(),
  );
  expect(hash(got)).toBe(hash(bytes));
  await page.getByText(t("sharing.saved"), { exact: true }).waitFor();
  // Loaded again, the page still knows its link.
  await page.reload();
  await page.getByText(NAME, { exact: true }).waitFor();
  expect(site.complaints()).toEqual([]);
});

test("a large file goes by way of the disk, not of memory", async () => {
  const bytes = content(34 * 1024 * 1024);
  const { link } = await share([await given(bytes, "large.bin")]);
  const { t } = chen;
  const page = await open(link);
  // No question where to save can be answered in a test; browsers without it save like this.
  await page.evaluate(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  const got = await saved(page, () =>
    page.getByRole("button", { name: t("sharing.downloadNamed", { name: "large.bin" }) }).click(),
  );
  expect(hash(got)).toBe(hash(bytes));
});

test("when the line is lost in the middle it says so, and goes on by itself", async () => {
  const bytes = content(9_000_000);
  const { link } = await share([await given(bytes, "slow.bin")]);
  const { t } = chen;
  const page = await open(link);
  await page.getByText("slow.bin", { exact: true }).waitFor();
  let cut = true;
  await page.route("**/api/v1/handouts.chunk", async (route) => {
    if (cut) await route.abort("connectionreset");
    else await route.continue();
  });
  const got = saved(page, () =>
    page.getByRole("button", { name: t("sharing.downloadNamed", { name: "slow.bin" }) }).click(),
  );
  await page.getByText(t("sharing.waiting")).waitFor();
  cut = false;
  expect(hash(await got)).toBe(hash(bytes));
  await page.unrouteAll();
});

test("a passphrase is asked for; a wrong one says how many tries are left", async () => {
  const bytes = content(4000);
  const fileId = await given(bytes, "secret.bin");
  const { link } = await share([fileId], { passphrase: "seven quiet canoes" });
  const { t } = chen;
  const page = await open(link);
  await page.getByRole("heading", { name: t("sharing.passphraseTitle") }).waitFor();
  expect(await page.getByText("secret.bin").count()).toBe(0);
  const field = page.getByLabel(t("sharing.passphrase"), { exact: true });
  const go = page.getByRole("button", { name: t("sharing.open"), exact: true });
  await go.click();
  await page.getByText(t("sharing.passphraseMissing")).waitFor();
  await field.fill("seven loud canoes");
  await go.click();
  await page.getByText(t("sharing.passphraseWrong", { left: 19 })).waitFor();
  await field.fill("seven quiet canoes");
  await go.click();
  await page.getByText("secret.bin", { exact: true }).waitFor();
  const got = await saved(page, () =>
    page.getByRole("button", { name: t("sharing.downloadNamed", { name: "secret.bin" }) }).click(),
  );
  expect(hash(got)).toBe(hash(bytes));
});

test("a link that is used up, over, ended, cut off or altered on the way says what it is", async () => {
  const fileId = await given(content(4000), "once.bin");
  const { t } = chen;
  const once = await share([fileId], { takes: 1 });
  let page = await open(once.link);
  await page.getByText(t("sharing.left", { count: 1 })).waitFor();
  await saved(page, () =>
    page.getByRole("button", { name: t("sharing.downloadNamed", { name: "once.bin" }) }).click(),
  );
  page = await open(once.link);
  await page.getByText(t("sharing.used_up")).waitFor();
  const brief = await share([fileId], { expires: Date.now() + 15_000 });
  // Until its time is over, however long the machine takes.
  await expect
    .poll(
      async () => {
        page = await open(brief.link);
        await page.getByRole("heading", { level: 1 }).waitFor();
        return page.getByText(t("sharing.expired")).count();
      },
      { timeout: 90_000, interval: 1000 },
    )
    .toBe(1);
  const ended = await share([fileId]);
  await amina.commands["sharing.revoke"]({ linkId: ended.linkId });
  page = await open(ended.link);
  await page.getByText(t("sharing.unknown")).waitFor();
  await page.goto("about:blank");
  await page.goto(ended.link.slice(0, -5));
  await page.getByText(t("sharing.broken")).waitFor();
  const good = await share([fileId]);
  page = await open(good.link);
  const other = new Uint8Array(randomBytes(4000));
  await page.route("**/api/v1/handouts.chunk", (route) =>
    route.fulfill({
      contentType: "application/cbor",
      body: Buffer.from(encodeResponse("handouts.chunk", { chunk: other })),
    }),
  );
  await page
    .getByRole("button", { name: t("sharing.downloadNamed", { name: "once.bin" }) })
    .click();
  await page.getByText(t("sharing.altered")).waitFor();
  await page.unrouteAll();
});

test("files that somebody leaves in a drop box come to its owner, byte for byte", async () => {
  const { boxId, link } = await amina.commands["sharing.openBox"]({
    title: "Applications",
    text: "One file each, please.",
    bytes: 20_000_000,
    files: 3,
    expires: Date.now() + DAY,
  });
  const { t } = chen;
  const page = await open(link);
  await page.getByRole("heading", { name: "Applications" }).waitFor();
  expect(page.url()).toBe(`${site.nodes.a.url}/share`);
  await page.getByText("One file each, please.").waitFor();
  await page.getByLabel(t("sharing.yourName"), { exact: true }).fill("Chen");
  const contents = [content(3_300_000), content(900)];
  const paths = [join(folder, NAME), join(folder, "second.txt")];
  for (const [at, path] of paths.entries()) await writeFile(path, contents[at]!);
  await page.locator('input[type="file"]').setInputFiles(paths);
  await page.getByText(t("sharing.arrivedAll", { count: 2 })).waitFor();
  // What does not fit is said before it is sent.
  const large = join(folder, "large.bin");
  await writeFile(large, randomBytes(18_000_000));
  await page.locator('input[type="file"]').setInputFiles(large);
  await page.getByText(t("sharing.doesNotFit")).waitFor();

  await amina.commands["sharing.refresh"]({});
  const dropped = await amina.until("sharing.dropped", { boxId }, ({ length }) => length === 2);
  expect(dropped.map(({ file }) => [file?.name, file?.from, file?.size])).toEqual([
    [NAME.normalize("NFC"), "Chen", 3_300_000],
    ["second.txt", "Chen", 900],
  ]);
  for (const [at, { itemId }] of dropped.entries()) {
    const part = { boxId, itemId, start: 0, length: 4_000_000 };
    const got = Buffer.from(await amina.commands["sharing.read"](part));
    expect(hash(got)).toBe(hash(contents[at]!));
  }
  expect(site.complaints().filter((text) => !/40\d|507|410|Failed to load/.test(text))).toEqual([]);
});

test("the page stands in Arabic and on a phone, in the dark too, and axe finds no barrier", async () => {
  const { link } = await share([await given(content(2000)), await given(content(3000), "b.txt")]);
  const box = await amina.commands["sharing.openBox"]({
    title: "Applications",
    text: "",
    bytes: 1_000_000,
    files: 3,
    expires: Date.now() + DAY,
  });
  for (const language of ["en", "ar"] as const) {
    reads(chen, language);
    for (const [device, scheme] of [
      ["phone", "light"],
      ["desktop", "dark"],
    ] as const)
      for (const [name, address] of [
        ["files", link],
        ["drop", box.link],
        ["ended", `${link.slice(0, -4)}AAAA`],
      ] as const) {
        const page = await open(address);
        await page.evaluate((code) => localStorage.setItem("baraza.language", code), language);
        const take = await lookLike(page, device, scheme);
        await page.reload();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator(".skeleton").waitFor({ state: "detached" });
        expect(await page.locator("html").getAttribute("dir")).toBe(
          language === "ar" ? "rtl" : "ltr",
        );
        expect(await axeFaults(page)).toEqual([]);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wide).toBe(0);
        const picture = await take();
        await writeFile(join(folder, `${name}-${language}-${device}.png`), picture);
        const keep = process.env["BARAZA_PICTURES"];
        if (keep) await writeFile(join(keep, `${name}-${language}-${device}.png`), picture);
      }
  }
  reads(chen, "en");
});

test("nothing that was given or left lies at the node or has passed it readably, nor has any link's secret or passphrase", async () => {
  const canaries = [
    WORDS,
    NAME,
    NAME.normalize("NFD"),
    "For the auditors",
    "Applications",
    "One file each, please.",
    "seven quiet canoes",
    "seven loud canoes",
  ];
  const secrets = [...links].map((link) => Buffer.from(decodeShareFragment(link).secret));
  expect(secrets.length).toBeGreaterThan(9);
  const look = (where: string, bytes: Buffer): string[] => [
    ...findCanaries(where, bytes, canaries),
    ...secrets.flatMap((secret, n) =>
      [secret, ...(["base64url", "base64", "hex"] as const).map((as) => secret.toString(as))]
        .filter((one) => bytes.includes(one))
        .map(() => `${where}: the secret of link ${n}`),
    ),
  ];
  const { a } = site.nodes;
  const lying = await filesBelow(a.dataDir);
  // What it would look like: the node keeps the chunks, and both ways were recorded.
  expect(lying.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(40_000_000);
  expect(a.wire.bytes("from")).toBeGreaterThan(40_000_000);
  const found = lying.flatMap(({ name, bytes }) => look(name, bytes));
  for (const { to, from } of a.wire.conversations())
    found.push(...look("to", to), ...look("from", from));
  expect(found).toEqual([]);
});
