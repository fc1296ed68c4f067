/** A device whose disk is full: what a person sees of it, and that nothing is lost. */
import { randomBytes } from "node:crypto";
import type { CDPSession } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Companion } from "./lib/companion.ts";
import { companion } from "./lib/companion.ts";
import * as files from "./lib/files.ts";
import { row } from "./lib/files.ts";
import { axeFaults } from "./lib/looks.ts";
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
const TITLE = "Flood archive";
const MiB = 1024 * 1024;
const MESSAGES = 30;
/** Messages that he has written. */
let said = 0;
/** How what was not taken begins. */
let written = "";

let site: Site;
let her: Visitor;
let bruno: Companion;
let spaceId: string;
let quota: CDPSession | undefined;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await bruno?.close();
  await site.close();
});

/** From now on her browser has so many bytes more than it uses now; without a number, as many as there are. */
async function room(more?: number): Promise<void> {
  const { page, node } = her;
  quota ??= await page.context().newCDPSession(page);
  const origin = node.url;
  const { usage } = await quota.send("Storage.getUsageAndQuota", { origin });
  const quotaSize = more === undefined ? {} : { quotaSize: usage + more };
  await quota.send("Storage.overrideQuotaForOrigin", { origin, ...quotaSize });
}

const full = () => her.page.getByText(her.t("line.deviceFull"));

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
});

test("a file that does not fit aside goes up from where it is; those that cannot be taken say why, and none is half there", async () => {
  const { page, t } = her;
  await room(100_000);
  const bytes = randomBytes(5 * MiB);
  await files.choose(her, [{ name: "large.bin", bytes }]);
  await row(page, "large.bin").waitFor();
  await files.allSent(her);
  // Small ones are sealed into the store first.
  const small = Array.from({ length: 100 }, (_, n) => ({
    name: `small ${n}.bin`,
    bytes: randomBytes(60_000),
  }));
  await files.choose(her, small);
  await page
    .getByText(/^small \d+\.bin: /)
    .filter({ hasText: t("files.failure.disk") })
    .first()
    .waitFor();
  await full().waitFor();
  expect(await axeFaults(page)).toEqual([]);
  const picture = process.env["BARAZA_PICTURES"];
  if (picture) await page.screenshot({ path: `${picture}/full-device.png` });
});

test("what is written is not taken, and not lost; what others write waits for room", async () => {
  const { page, t } = her;
  await page.goBack();
  await steps.atConversation(page, TITLE);
  // What the store has written before leaves room in its files: until that is used up what is written is taken.
  const field = page.getByRole("textbox", { name: t("chat.write") });
  const refused = page.getByRole("alert").getByText(t("failure.deviceFull"));
  let text = "";
  for (let tries = 0; tries < 40; tries++) {
    for (let n = 0; n < MESSAGES; n++)
      await bruno.say(spaceId, `Line ${said++}: ${randomBytes(1500).toString("hex")}`);
    text = `The dam holds (${tries}). ${"The water is falling. ".repeat(300)}`.trim();
    await field.fill(text);
    await page.getByRole("button", { name: t("ui.send"), exact: true }).click();
    const taken = steps
      .message(her, `The dam holds (${tries})`)
      .getByText(new RegExp(`^(${t("state.sent")}|${t("state.delivered")})$`));
    await expect
      .poll(async () => (await refused.isVisible()) || (await taken.count()) > 0, {
        timeout: PATIENCE,
      })
      .toBe(true);
    if (await refused.isVisible()) break;
  }
  await refused.waitFor();
  await expect.poll(() => field.inputValue()).toBe(text);
  written = text.slice(0, text.indexOf("."));
  expect(await steps.messages(her).getByText(written).count()).toBe(0);
});

test("with room again everything comes by itself, and what was written goes out", async () => {
  await room();
  await steps.message(her, `Line ${said - 1}:`).waitFor();
  await her.page.getByRole("button", { name: her.t("ui.send"), exact: true }).click();
  await steps.sent(her, written);
  // It is believed when something is written some seconds later.
  await expect
    .poll(
      async () => {
        await bruno.say(spaceId, "And the rain has stopped");
        return full().isVisible();
      },
      { timeout: PATIENCE, interval: 1000 },
    )
    .toBe(false);
  const { messages } = await bruno.until("chat.messages", { spaceId, limit: 100 }, (page) =>
    page.messages.some(({ text }) => text.startsWith(written)),
  );
  const lines = messages.flatMap(({ text }) =>
    text.startsWith("Line ") ? [text.split(":")[0]] : [],
  );
  expect(lines).toContain(`Line ${said - 1}`);
  expect(new Set(lines).size).toBe(lines.length);
  await files.openFiles(her, TITLE);
  // What was not taken stands there until she has read it.
  await files
    .uploads(her)
    .getByRole("button", { name: her.t("ui.close") })
    .click();
  await files.allSent(her);
  const { entries } = await bruno.until(
    "files.folder",
    { spaceId, parentId: null, offset: 0, limit: 500 },
    (page) => page.entries.some(({ name }) => name === "large.bin"),
  );
  // What was said to be taken is there, whole.
  for (const { name, fileId, size, versions } of entries) {
    expect(versions, name).toBe(1);
    const bytes = await bruno.commands["files.read"]({ spaceId, fileId, start: 0, length: MiB });
    expect(bytes.length, name).toBe(Math.min(size, MiB));
  }
});

test("a part of the app that is not kept here yet comes over the line, though nothing more can be kept", async () => {
  const { page, t } = her;
  await room(0);
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys())
        if (new URL(request.url).pathname.startsWith("/assets/settings"))
          await cache.delete(request);
    }
  });
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("heading", { name: t("settings.title"), exact: true }).waitFor();
  await room();
});

test("no page has complained", () => {
  expect(site.complaints()).toEqual([]);
});
