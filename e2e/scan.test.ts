/**
 * Amina holds her first device's camera to the picture code on the screen of her second one, which then has everything.
 * What else a camera may see, and a camera that is refused, end in a sentence and leave the typed code.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { film } from "./lib/camera.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const TITLE = "Seedkeepers";
const TEXTS = ["The first thing said", "The second", "The newest of all"];

let site: Site;
let old: Visitor;
let fresh: Visitor;
const folder = mkdtempSync(join(tmpdir(), "baraza-film-"));
const seen = join(folder, "seen.mjpeg");

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

async function toDevices(of: Visitor): Promise<void> {
  await of.page.getByRole("link", { name: of.t("shell.settings"), exact: true }).click();
  await of.page.getByRole("link", { name: of.t("settings.devices") }).click();
  await of.page.getByText(of.t("devices.here"), { exact: true }).waitFor();
  await of.page.getByRole("link", { name: of.t("devices.add"), exact: true }).click();
}

const pictureOf = (of: Visitor, { shownName }: { shownName: string }): string =>
  of.t("trust.ownCodeLabel", { name: shownName });

const scan = (of: Visitor): Promise<void> =>
  of.page.getByRole("button", { name: of.t("devices.scan"), exact: true }).click();

test("where the browser cannot read codes by itself, a picture without a code is looked at in vain, and can be left", async () => {
  old = await site.visitor(site.nodes.a, "/", { picture: seen });
  // What this test is about: Chromium on Linux has no reader of its own.
  expect(
    await old.page.evaluate(() => {
      const own = (globalThis as { BarcodeDetector?: { getSupportedFormats(): Promise<string[]> } })
        .BarcodeDetector;
      return own?.getSupportedFormats() ?? [];
    }),
  ).not.toContain("qr_code");
  await steps.signUp(old, amina);
  await steps.newGroup(old, TITLE);
  await old.page.goBack();
  await steps.openConversation(old, TITLE);
  for (const text of TEXTS) await steps.say(old, text);
  await steps.atRest(old);

  fresh = await site.visitor(site.nodes.a, "/signin", { picture: seen, refused: true });
  await film(seen, fresh.page);
  await toDevices(old);
  await scan(old);
  const video = old.page.locator("video");
  await video.waitFor();
  // It has looked at ten pictures and stands by.
  await video.evaluate(
    (element: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        let left = 10;
        const next = (): void => {
          if (--left === 0) resolve();
          else element.requestVideoFrameCallback(next);
        };
        element.requestVideoFrameCallback(next);
      }),
  );
  await old.page.getByText(old.t("devices.scanning"), { exact: true }).waitFor();
  expect(await old.page.getByText(old.t("devices.scanWrong")).count()).toBe(0);
  await old.page.getByRole("button", { name: old.t("ui.cancel"), exact: true }).click();
  await video.waitFor({ state: "detached" });
});

test("the code of something else is said to be none for a device", async () => {
  const { page, t } = old;
  // The picture by which people meet is a code of this app, and another one.
  const meeting = await old.tab("/meet");
  await meeting.getByRole("img", { name: pictureOf(old, amina) }).waitFor();
  await film(seen, meeting);
  await meeting.close();
  await scan(old);
  await page.getByText(t("devices.scanWrong"), { exact: true }).waitFor();
  expect(await page.locator("video").count()).toBe(0);
});

test("the code on the new device's screen is scanned, and it reads the whole history", async () => {
  const { page, t } = old;
  await fresh.page.getByRole("link", { name: fresh.t("signIn.otherDevice"), exact: true }).click();
  await fresh.page.getByRole("img", { name: fresh.t("devices.qr") }).waitFor();
  await film(seen, fresh.page);
  await scan(old);
  await page.getByRole("heading", { name: t("devices.confirmTitle") }).waitFor();
  // Whoever scans has seen the right screen: there is no number to compare.
  expect(await page.getByLabel(t("devices.number"), { exact: true }).count()).toBe(0);
  await page.getByRole("button", { name: t("devices.confirm"), exact: true }).click();
  await page.getByRole("heading", { name: t("devices.doneOldTitle") }).waitFor();

  await steps.openConversation(fresh, TITLE);
  for (const text of TEXTS) await steps.message(fresh, text).waitFor();
  await steps.say(fresh, "From the second device");
  await steps.sent(fresh, "From the second device");
  expect(site.complaints()).toEqual([]);
});

test("who refuses the camera is told, and types the code", async () => {
  await toDevices(fresh);
  await scan(fresh);
  const { page, t } = fresh;
  await page.getByText(t("devices.noCamera"), { exact: true }).waitFor();
  expect(await page.locator("video").count()).toBe(0);
  await page.getByLabel(t("devices.typeCode"), { exact: true }).fill("ABCDEFGH");
  await page.getByRole("button", { name: t("devices.goOn"), exact: true }).click();
  await page.getByText(t("failure.codeWrong")).waitFor();
});

test("two people who meet scan the picture code of one another", async () => {
  const person = {
    shownName: "Bruno Keller",
    name: "bruno",
    passphrase: "nine grey herons at the lock",
  };
  const bruno = await site.visitor(site.nodes.b);
  await steps.signUp(bruno, person);
  await bruno.page.goto(`${site.nodes.b.url}/meet`);
  await bruno.page.getByRole("img", { name: pictureOf(bruno, person) }).waitFor();
  await film(seen, bruno.page);
  const { page, t } = old;
  await page.goto(`${site.nodes.a.url}/meet`);
  await page.getByRole("button", { name: t("trust.scan"), exact: true }).click();
  // His name comes with a conversation; till then he goes by his address.
  await page.getByRole("heading", { name: /^bruno@/ }).waitFor();
  expect(site.complaints()).toEqual([]);
});
