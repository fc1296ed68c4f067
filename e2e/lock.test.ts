/** The lock on a device in a real browser: closed offline, slow to whoever guesses, wiped in the end, and the account untouched. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "@baraza/testkit";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withAuthenticator } from "./lib/authenticator.ts";
import { axeFaults } from "./lib/looks.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const PIN = "482913";
const TITLE = "Mikutano ya kanari";
const TEXT = "kanari-ya-siri the meeting is on Thursday";
const amina = {
  shownName: "Amina Otieno",
  name: "amina",
  passphrase: "seven quiet canoes at dawn",
};

let site: Site;
let her: Visitor;

beforeAll(async () => {
  // Chromium lets passkeys work on this name without https.
  site = await openSite({ a: "localhost", b: "b.localhost" });
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

const settings = ({ page, t }: Visitor) =>
  page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
const lockGroup = ({ page, t }: Visitor) => page.getByRole("region", { name: t("lock.title") });
const isLocked = ({ t }: Visitor, tab: Page) =>
  tab.getByRole("heading", { name: t("lock.screenTitle"), exact: true }).waitFor();

async function tryCode({ page, t }: Visitor, code: string): Promise<void> {
  await page.getByLabel(t("lock.pin"), { exact: true }).fill(code);
  await page.getByRole("button", { name: t("lock.open"), exact: true }).click();
}

/** In the settings: sets a PIN, where there is no lock. */
async function setPin(visitor: Visitor): Promise<void> {
  const { page, t } = visitor;
  const set = { name: t("lock.set"), exact: true };
  await lockGroup(visitor).getByRole("button", set).click();
  const dialog = page.getByRole("dialog", { name: t("lock.set") });
  await dialog.getByLabel(t("lock.newPin"), { exact: true }).fill(PIN);
  await dialog.getByLabel(t("lock.again"), { exact: true }).fill(PIN);
  await dialog.getByRole("button", set).click();
  await lockGroup(visitor).getByText(t("lock.is.pin")).waitFor();
}

/** Everything that the app has in this browser's cache, so that it opens without a line. */
async function untilKept(page: Page): Promise<void> {
  await until(
    () =>
      page.evaluate(async () => {
        const names = await caches.keys();
        const kept = await Promise.all(
          names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
        );
        const paths = kept.flat().join(" ");
        return [
          "/lock-",
          "/en-lock-",
          "/engine-guard-",
          "/engine-device-lock-",
          "/engine-opaque-",
          "/opaque-server-",
        ].every((part) => paths.includes(part));
      }),
    "the lock's files are kept",
  );
}

/** What lies beside the store: the names of secrets and locks, and the lock itself. */
function kept(page: Page): Promise<{ names: string[]; lock: Record<string, unknown> | null }> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("baraza-secrets", 1);
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const store = opening.result.transaction("secrets").objectStore("secrets");
          const names = store.getAllKeys();
          const lock = store.get("l/store/baraza") as IDBRequest<Record<string, unknown>>;
          store.transaction.oncomplete = () => {
            opening.result.close();
            resolve({ names: names.result.map(String), lock: lock.result ?? null });
          };
        };
      }),
  );
}

/** As if so many tries had been wrong, and all waiting were over: nobody here has an hour. */
function tried(page: Page, failed: number): Promise<void> {
  return page.evaluate(
    (failed) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("baraza-secrets", 1);
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const store = opening.result.transaction("secrets", "readwrite").objectStore("secrets");
          const reading = store.get("l/store/baraza") as IDBRequest<{ tries: number }>;
          reading.onsuccess = () => {
            const lock = reading.result;
            store.put({ ...lock, failed, waitMs: 0, tries: lock.tries + 1 }, "l/store/baraza");
          };
          store.transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    failed,
  );
}

/** Pieces out of the middle of each of the store's files, sealed as they are. */
function pieces(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const found: string[] = [];
    async function walk(directory: FileSystemDirectoryHandle): Promise<void> {
      for await (const handle of directory.values()) {
        if (handle.kind === "directory") await walk(handle);
        else {
          const file = await handle.getFile();
          const bytes = new Uint8Array(await file.slice(20_000, 20_032).arrayBuffer());
          if (bytes.some((byte) => byte !== 0))
            found.push([...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
        }
      }
    }
    await walk(root);
    return found;
  });
}

function profileHolds(profile: string, needle: string): string[] {
  return readdirSync(profile, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return bytes.includes(needle) || bytes.includes(Buffer.from(needle, "utf16le"));
    });
}

test("with a PIN set, the app opens offline on the lock screen, and shows nothing before the PIN is right", async () => {
  her = await site.visitor(site.nodes.a);
  const { page, t } = her;
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  await steps.openConversation(her, TITLE);
  await steps.say(her, TEXT);
  await steps.sent(her, TEXT);
  await settings(her);
  await lockGroup(her)
    .getByRole("button", { name: t("lock.set"), exact: true })
    .click();
  const dialog = page.getByRole("dialog", { name: t("lock.set") });
  const choose = async (pin: string, again: string): Promise<void> => {
    await dialog.getByLabel(t("lock.newPin"), { exact: true }).fill(pin);
    await dialog.getByLabel(t("lock.again"), { exact: true }).fill(again);
    await dialog.getByRole("button", { name: t("lock.set"), exact: true }).click();
  };
  await choose("12345", "12345");
  await dialog.getByText(t("lock.pinShort")).waitFor();
  await choose("123456", "654321");
  await dialog.getByText(t("lock.pinObvious")).waitFor();
  await dialog.getByText(t("lock.differ")).waitFor();
  await choose(PIN, PIN);
  await page.getByText(t("lock.done")).waitFor();
  await lockGroup(her).getByText(t("lock.is.pin")).waitFor();
  // Neither the key lies there as before, nor the picture of the list.
  expect((await kept(page)).names.toSorted()).toEqual(["l/store/baraza", "wrapping-key"]);
  await untilKept(page);

  await her.offline();
  await page.reload();
  await isLocked(her, page);
  expect(await page.content()).not.toContain("kanari");
  expect(await axeFaults(page)).toEqual([]);
  await tryCode(her, "000000");
  await page.getByText(t("lock.left", { count: 9 })).waitFor();
  await tryCode(her, PIN);
  await page.getByRole("link", { name: t("shell.conversations"), exact: true }).click();
  await steps.openConversation(her, TITLE);
  await steps.message(her, TEXT).waitFor();
  await her.online();
  await steps.say(her, "and on Friday");
  await steps.sent(her, "and on Friday");
});

test("wrong tries slow down, also over a reload, and the pad opens it with a finger", async () => {
  const { page, t } = her;
  await page.reload();
  await isLocked(her, page);
  for (const left of [9, 8, 7]) {
    await tryCode(her, "111111");
    await page.getByText(t("lock.left", { count: left })).waitFor();
  }
  const open = page.getByRole("button", { name: t("lock.open"), exact: true });
  expect(await open.isDisabled()).toBe(true);
  await page.reload();
  await isLocked(her, page);
  await page.getByText(t("lock.waitHint")).waitFor();
  expect(await open.isDisabled()).toBe(true);
  expect((await kept(page)).lock).toMatchObject({ failed: 3 });
  await until(async () => !(await open.isDisabled()), "the wait is over");
  const pad = page.getByRole("group", { name: t("lock.pad") });
  for (const digit of `${PIN}4`.split(""))
    await pad.getByRole("button", { name: digit, exact: true }).click();
  await pad.getByRole("button", { name: t("lock.delete"), exact: true }).click();
  await open.click();
  await page.getByRole("heading", { name: TITLE, exact: true, level: 1 }).waitFor();
  expect((await kept(page)).lock).toMatchObject({ failed: 0 });
});

test("all tabs lock together, by button and by keyboard, and open together", async () => {
  const { page, t } = her;
  const second = await her.tab("/");
  await second.getByRole("link", { name: TITLE }).waitFor();
  await second.getByRole("button", { name: t("shell.lock"), exact: true }).click();
  await Promise.all([isLocked(her, page), isLocked(her, second)]);
  for (const tab of [page, second]) expect(await tab.content()).not.toContain("kanari");
  await second.getByLabel(t("lock.pin"), { exact: true }).fill(PIN);
  await second.keyboard.press("Enter");
  await second.getByRole("link", { name: TITLE }).waitFor();
  await page.getByRole("heading", { name: TITLE, exact: true, level: 1 }).waitFor();
  await page.bringToFront();
  await page.keyboard.press("Control+Shift+L");
  await Promise.all([isLocked(her, page), isLocked(her, second)]);
  await second.close();
  await isLocked(her, page);
  await tryCode(her, PIN);
  await page.getByRole("heading", { name: TITLE, exact: true, level: 1 }).waitFor();
});

test("changing and taking away ask for the present one", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/settings`);
  await isLocked(her, page);
  await tryCode(her, PIN);
  const group = lockGroup(her);
  await group.getByRole("button", { name: t("lock.remove"), exact: true }).click();
  const removing = page.getByRole("dialog", { name: t("lock.remove") });
  const present = removing.getByLabel(t("lock.presentPin"), { exact: true });
  const remove = removing.getByRole("button", { name: t("lock.remove"), exact: true });
  await present.fill("000000");
  await remove.click();
  await removing.getByText(t("lock.left", { count: 9 })).waitFor();
  await present.fill(PIN);
  await remove.click();
  await group.getByText(t("lock.what")).waitFor();
  await page.reload();
  await setPin(her);
});

test("after the last wrong try nothing is left here, and the account signs in again and reads everything", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/`);
  await isLocked(her, page);
  const before = await pieces(page);
  expect(before.length).toBeGreaterThan(0);
  await tried(page, 8);
  await page.reload();
  await isLocked(her, page);
  await tryCode(her, "111111");
  await page.getByText(t("lock.left", { count: 1 })).waitFor();
  await tried(page, 9);
  await page.reload();
  await isLocked(her, page);
  await tryCode(her, "222222");
  await page.getByText(t("lock.wiped")).waitFor();
  await page.getByRole("heading", { name: t("signIn.title") }).waitFor();
  const { names, lock } = await kept(page);
  expect(lock).toBeNull();
  expect(names.filter((name) => name !== "wrapping-key" && name !== "s/store/baraza")).toEqual([]);
  const after: string[] = await pieces(page).catch(() => []);
  expect(before.filter((piece) => after.includes(piece))).toEqual([]);
  expect(profileHolds(her.profile, "kanari-ya-siri")).toEqual([]);

  await steps.signIn(her, amina);
  await steps.openConversation(her, TITLE);
  await steps.message(her, TEXT).waitFor();
  await steps.message(her, "and on Friday").waitFor();
  await settings(her);
  await lockGroup(her).getByText(t("lock.what")).waitFor();
});

test("a passkey with PRF opens the lock; without one the lock can be given up", async () => {
  const { page, t } = her;
  const remove = await withAuthenticator(page, true);
  const group = lockGroup(her);
  await group.getByRole("button", { name: t("lock.set"), exact: true }).click();
  const dialog = page.getByRole("dialog", { name: t("lock.set") });
  await dialog.getByRole("radio", { name: t("lock.passkey"), exact: true }).check();
  await dialog.getByRole("button", { name: t("lock.set"), exact: true }).click();
  await group.getByText(t("lock.is.passkey")).waitFor();
  await page.reload();
  await isLocked(her, page);
  expect(await page.content()).not.toContain("Otieno");
  await page.getByRole("button", { name: t("lock.usePasskey"), exact: true }).click();
  await group.getByText(t("lock.is.passkey")).waitFor();
  await group.getByRole("button", { name: t("lock.now"), exact: true }).click();
  await isLocked(her, page);
  await remove();
  const none = await withAuthenticator(page, true);
  await page.getByRole("button", { name: t("lock.usePasskey"), exact: true }).click();
  await page.getByText(t("lock.passkeyCancelled")).waitFor();
  await none();
  await page.getByRole("button", { name: t("lock.forgot"), exact: true }).click();
  await page
    .getByRole("dialog", { name: t("lock.forgotTitle") })
    .getByRole("button", { name: t("lock.forgotDo"), exact: true })
    .click();
  await page.getByText(t("lock.wiped")).waitFor();
  await steps.signIn(her, amina);
  await steps.openConversation(her, TITLE);
  await steps.message(her, TEXT).waitFor();
});

test("signing out takes the lock along: it was for what is gone", async () => {
  const { page, t } = her;
  await settings(her);
  await setPin(her);
  await steps.signOut(her);
  await until(async () => (await kept(page)).lock === null, "the lock is gone");
  await page.reload();
  await page.getByRole("heading", { name: t("signIn.title") }).waitFor();
  await steps.signIn(her, amina);
  await page.getByRole("link", { name: TITLE }).waitFor();
});

test("no browser complained", () => expect(site.complaints()).toEqual([]));
