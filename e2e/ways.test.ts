/** Ways into the account in a real browser: passkeys that give a secret and such that do not, recovery words, a changed passphrase. */
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withAuthenticator } from "./lib/authenticator.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

let site: Site;
let her: Visitor;
let words: string[];

beforeAll(async () => {
  // Chromium lets passkeys work on this name without https.
  site = await openSite({ a: "localhost", b: "b.localhost" });
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

const home = ({ page, t }: Visitor) =>
  page.getByRole("heading", { name: t("list.emptyTitle") }).waitFor();
const press = ({ page, t }: Visitor, key: string) =>
  page.getByRole("button", { name: t(key), exact: true }).click();

async function fillName({ page, t }: Visitor, shownName: string, name: string): Promise<void> {
  await page.getByRole("link", { name: t("signUp.create"), exact: true }).click();
  await page.getByLabel(t("signUp.name"), { exact: true }).fill(shownName);
  await page.getByLabel(t("signUp.address"), { exact: true }).fill(name);
}

/** The twelve words that a dialog shows. */
async function shownWords(dialog: Locator): Promise<string[]> {
  await dialog.getByRole("listitem").nth(11).waitFor();
  const texts = await dialog.getByRole("listitem").allInnerTexts();
  return texts.map((text) => text.replace(/[^a-z]/g, ""));
}

/** Reads the words off the screen, and types two of them back. */
async function writeDown({ page, t }: Visitor): Promise<string[]> {
  const dialog = page.getByRole("dialog", { name: t("ways.kind.words") });
  const found = await shownWords(dialog);
  await dialog.getByRole("button", { name: t("ways.wordsWritten"), exact: true }).click();
  for (const [at, word] of found.entries()) {
    const field = dialog.getByLabel(t("ways.wordNumber", { number: at + 1 }), { exact: true });
    if ((await field.count()) > 0) await field.fill(word);
  }
  await dialog.getByRole("button", { name: t("ways.wordsDone"), exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  return found;
}

test("somebody opens an account with a passkey, signs out, and comes back with it, without typing a name", async () => {
  her = await site.visitor(site.nodes.a);
  const remove = await withAuthenticator(her.page, true);
  await fillName(her, "Amina Otieno", "amina");
  await press(her, "signUp.otherWay");
  await press(her, "ways.signUpPasskey");
  await home(her);
  await steps.newGroup(her, "Water committee");
  await steps.signOut(her);
  await press(her, "signIn.otherWays");
  await press(her, "ways.usePasskey");
  await steps.openConversation(her, "Water committee");
  await her.page.goto(`${her.node.url}/settings`);
  const list = her.page.getByRole("list", { name: her.t("ways.title") });
  await list.getByText(her.t("ways.kind.passkey")).waitFor();
  expect(await list.getByText(her.t("ways.signsInOnly")).count()).toBe(0);
  // Without its passkey nobody comes in, and the app says so calmly.
  await steps.signOut(her);
  await remove();
  const gone = await withAuthenticator(her.page, true);
  await press(her, "signIn.otherWays");
  await press(her, "ways.usePasskey");
  await her.page.getByText(her.t("ways.passkeyCancelled")).waitFor();
  await gone();
});

test("where the passkey gives no secret, words are made with it, and both together come back", async () => {
  const { page, t } = her;
  const remove = await withAuthenticator(page, false);
  await page.goto(`${her.node.url}/`);
  await fillName(her, "Bruno Delgado", "bruno");
  await press(her, "signUp.otherWay");
  await press(her, "ways.signUpPasskey");
  await page.getByText(t("ways.passkeyNeedsWords")).waitFor();
  words = await writeDown(her);
  await home(her);
  await steps.signOut(her);
  await press(her, "signIn.otherWays");
  await press(her, "ways.usePasskey");
  await page.getByText(t("ways.passkeyClosed", { name: "bruno" })).waitFor();
  await press(her, "ways.useWords");
  const field = page.getByLabel(t("ways.wordsLabel"), { exact: true });
  // Too few, misspelt beyond guessing, two in each other's place: each has its own sentence.
  const tell = async (text: string, sentence: string) => {
    await field.fill(text);
    await press(her, "ways.wordsSignIn");
    await page.getByText(sentence).waitFor();
  };
  await tell(words.slice(1).join(" "), t("ways.wordsCount", { count: 11 }));
  await tell(
    words.with(2, "qqqqqq").join(" "),
    t("ways.wordsUnknown", { number: 3, word: "qqqqqq" }),
  );
  // Nothing is proposed for a word that is whole.
  const word = words.find((one) => one.length > 4) ?? "";
  await field.fill(word.slice(0, 4));
  await page.getByRole("button", { name: word, exact: true }).click();
  expect(await field.inputValue()).toBe(`${word} `);
  await field.fill(words.join(" "));
  await press(her, "ways.wordsSignIn");
  await home(her);
  await remove();
});

test("words come back alone on another device; new ones end the old; a passphrase with its code does too", async () => {
  const { page, t } = her;
  await page.goto(`${her.node.url}/settings`);
  await press(her, "ways.newWords");
  await page.getByText(t("ways.wordsReplace")).waitFor();
  const fresh = await writeDown(her);
  await press(her, "ways.addPassphrase");
  const dialog = page.getByRole("dialog", { name: t("ways.addPassphrase") });
  await dialog.getByLabel(t("ways.newPassphrase"), { exact: true }).fill("seven quiet canoes");
  await dialog.getByRole("button", { name: t("ways.passphraseSet"), exact: true }).click();
  const shown = page.getByRole("dialog", { name: t("ways.codeTitle") });
  const code = await shownWords(shown);
  await shown.getByRole("button", { name: t("ways.codeWritten"), exact: true }).click();
  await steps.signOut(her);

  const phone = await site.visitor(site.nodes.a);
  const field = phone.page.getByLabel(t("ways.wordsLabel"), { exact: true });
  await press(phone, "signIn.otherWays");
  await press(phone, "ways.useWords");
  await field.fill(words.join(" "));
  await press(phone, "ways.wordsSignIn");
  await phone.page.getByText(t("failure.wrongWay")).waitFor();
  await field.fill(
    fresh.map((word, at) => `${at + 1}. ${word.slice(0, 4).toUpperCase()}`).join("\n"),
  );
  await press(phone, "ways.wordsSignIn");
  await home(phone);
  await steps.signOut(phone);
  await steps.signIn(phone, { name: "bruno", passphrase: "seven quiet canoes" });
  await phone.page.getByText(t("failure.codeNeeded")).waitFor();
  await phone.page.getByLabel(t("signIn.code"), { exact: true }).fill(code.join(" "));
  await phone.page.getByRole("button", { name: t("signIn.action"), exact: true }).click();
  await home(phone);
  await phone.page.goto(`${phone.node.url}/settings`);
  await phone.page.getByText(t("ways.kind.passphrase+secret"), { exact: true }).waitFor();
  expect(site.complaints()).toEqual([]);
});
