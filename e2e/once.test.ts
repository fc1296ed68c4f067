/** Amina and Bruno on two nodes: a picture, a film and a voice note that can be opened once; and the conversation's own emoji. */
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "@baraza/testkit";
import { axeFaults } from "./lib/looks.ts";
import { tabTo } from "./lib/keyboard.ts";
import type { Site } from "./lib/site.ts";
import { keepPictures, openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
import type { Visitor } from "./lib/visitor.ts";

const amina = {
  shownName: "Amina Wanjiku",
  name: "amina",
  passphrase: "seven quiet canoes under the mango tree",
};
const bruno = {
  shownName: "Bruno Delgado",
  name: "bruno",
  passphrase: "nine patient llamas crossing the salt flat",
};
const TITLE = "Gate watch";

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

type Given = { name: string; mimeType: string; buffer: Buffer };

/** A picture as a canvas makes one. */
async function picture(
  name: string,
  type: "image/jpeg" | "image/png",
  edge: number,
): Promise<Given> {
  const bytes = await her.page.evaluate(
    async ([kind, side]) => {
      const canvas = new OffscreenCanvas(side, side);
      const pen = canvas.getContext("2d");
      if (pen === null) throw new Error("no canvas");
      pen.fillStyle = "crimson";
      pen.fillRect(side / 4, side / 4, side / 2, side / 2);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: kind })).arrayBuffer())];
    },
    [type, edge] as const,
  );
  return { name, mimeType: type, buffer: Buffer.from(bytes) };
}

const sheet = ({ page }: Visitor): Locator => page.getByRole("dialog");
const once = ({ page }: Visitor, state: string): Locator =>
  page.locator(`.once[data-state="${state}"]`);

async function give(files: Given[]): Promise<void> {
  const { page, t } = her;
  await page.getByRole("button", { name: t("talk.add"), exact: true }).click();
  const asked = page.waitForEvent("filechooser");
  await page.getByRole("menuitem", { name: t("talk.addPictures"), exact: true }).click();
  await (await asked).setFiles(files);
  await sheet(her).waitFor();
}

test("the two are in one conversation", async () => {
  her = await site.visitor(site.nodes.a, "/", {});
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b, "/", {});
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
});

test("a picture goes to be opened once: nothing of it shows before, it is seen once, and neither has it after that", async () => {
  await give([await picture("gate.jpg", "image/jpeg", 600)]);
  const { t } = her;
  await sheet(her)
    .getByRole("textbox", { name: t("media.caption") })
    .fill("Seen from the bus");
  const choice = sheet(her).getByRole("switch", { name: t("media.once.send") });
  expect(await choice.isChecked()).toBe(false);
  await tabTo(choice);
  await her.page.keyboard.press("Space");
  expect(await choice.isChecked()).toBe(true);
  await sheet(her)
    .getByRole("button", { name: /^Send \(/ })
    .click();
  await sheet(her).waitFor({ state: "detached" });
  await once(her, "sent").getByText(t("media.once.sent")).waitFor();
  expect(await once(her, "sent").getByRole("button").count()).toBe(0);

  const line = once(him, "closed").getByRole("button");
  await line.waitFor();
  const row = him.page.locator(".bubble-row").filter({ has: line });
  expect(await row.innerText()).not.toContain("bus");
  expect(await row.locator("img").count()).toBe(0);
  await tabTo(line);
  await him.page.keyboard.press("Enter");
  const shown = him.page.locator("dialog.once-shown");
  const seen = shown.getByRole("img", { name: t("media.once.from", { author: amina.shownName }) });
  await seen.waitFor();
  await shown.getByText("Seen from the bus").waitFor();
  expect(await seen.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(600);
  expect(await axeFaults(him.page)).toEqual([]);
  await him.page.keyboard.press("Escape");
  await shown.waitFor({ state: "detached" });
  await once(him, "opened").getByText(t("media.once.opened")).waitFor();
  await him.page.reload();
  await once(him, "opened").getByText(t("media.once.opened")).waitFor();
  expect(await once(him, "closed").count()).toBe(0);
  expect(await him.page.getByText("Seen from the bus").count()).toBe(0);
});

test("it cannot be forwarded, copied, changed or answered in a thread, and is not among the files", async () => {
  const { page, t } = him;
  const row = page.locator(".bubble-row").filter({ has: once(him, "opened") });
  await row.hover();
  await row.getByRole("button", { name: t("chat.more") }).click();
  const items = await page.getByRole("menuitem").allInnerTexts();
  const has = (words: string): boolean => items.some((item) => item.includes(words));
  expect(has(t("chat.reply"))).toBe(true);
  for (const words of [t("talk.forward"), t("chat.copy"), t("talk.replyInThread")])
    expect(items.filter((item) => item === words)).toEqual([]);
  await page.keyboard.press("Escape");
  await page
    .getByRole("link", { name: t("shell.files"), exact: true })
    .last()
    .click();
  await page.getByText(t("files.emptyTitle")).first().waitFor();
  await page.goBack();
});

test("a voice note is heard once", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("talk.voice") }).click();
  await page.getByRole("button", { name: t("media.stop"), exact: true }).click();
  const choice = page.getByRole("button", { name: t("media.once.sendVoice"), exact: true });
  await choice.click();
  expect(await choice.getAttribute("aria-pressed")).toBe("true");
  await page.getByRole("button", { name: t("media.sendVoice"), exact: true }).click();
  await once(him, "closed").getByRole("button").click();
  const shown = him.page.locator("dialog.once-shown");
  await shown.getByRole("button", { name: t("media.play"), exact: true }).click();
  await once(him, "opened").nth(1).waitFor({ state: "attached" });
  await shown.getByRole("button", { name: t("ui.back") }).click();
  await shown.waitFor({ state: "detached" });
  expect(await once(him, "closed").count()).toBe(0);
});

test("who leads makes an own emoji, small and square; everybody writes and reacts with it, and reads its name when it is gone", async () => {
  const { page, t } = her;
  await page.getByRole("link", { name: t("chat.about"), exact: true }).click();
  await page.getByRole("link", { name: t("order.allEmoji"), exact: true }).click();
  await page.getByRole("heading", { name: t("own.noneTitle") }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole("button", { name: t("own.new"), exact: true }).click();
  const dialog = page.getByRole("dialog", { name: t("own.new") });
  const asked = page.waitForEvent("filechooser");
  await dialog.getByRole("button", { name: t("own.choose"), exact: true }).click();
  await (await asked).setFiles([await picture("fist.png", "image/png", 900)]);
  const preview = dialog.getByRole("img", { name: t("own.chosen") });
  await preview.waitFor();
  await until(
    () => preview.evaluate((one: HTMLImageElement) => one.naturalWidth === 128),
    "the picture to be small",
  );
  await dialog.getByLabel(t("own.name"), { exact: true }).fill("Two words");
  await dialog.getByRole("button", { name: t("own.make"), exact: true }).click();
  await dialog.getByText(t("own.badName")).waitFor();
  await dialog.getByLabel(t("own.name"), { exact: true }).fill("mshikamano");
  await dialog.getByRole("button", { name: t("own.make"), exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText(":mshikamano:").waitFor();
  await page.goBack();
  await page.goBack();

  // He writes it by its name, and reacts with it.
  const field = him.page.getByRole("textbox", { name: t("chat.write") });
  await field.fill("");
  await field.pressSequentially("Together :mshi");
  const offered = him.page.getByRole("option", { name: /mshikamano/ });
  await offered.waitFor();
  await him.page.keyboard.press("Enter");
  await him.page.keyboard.press("Enter");
  const said = steps.message(her, "Together");
  const sign = said.getByRole("img", { name: "mshikamano", exact: true });
  await sign.waitFor();
  await said.hover();
  await said.getByRole("button", { name: t("chat.more") }).click();
  await page.getByRole("menuitem", { name: t("talk.otherEmoji") }).click();
  const picker = page.getByRole("dialog", { name: t("talk.otherEmoji") });
  await picker.getByRole("tab", { name: t("emoji.group.own"), selected: true }).waitFor();
  await picker.getByRole("button", { name: "mshikamano", exact: true }).click();
  await steps
    .message(him, "Together")
    .locator(".reaction")
    .getByRole("img", { name: "mshikamano", exact: true })
    .waitFor();

  await page.getByRole("link", { name: t("chat.about"), exact: true }).click();
  await page.getByRole("link", { name: t("order.allEmoji"), exact: true }).click();
  await page.getByRole("button", { name: t("own.more", { name: "mshikamano" }) }).click();
  await page.getByRole("menuitem", { name: t("own.remove"), exact: true }).click();
  await page.getByRole("heading", { name: t("own.noneTitle") }).waitFor();
  await steps.message(him, "Together :mshikamano:").waitFor();
  await until(
    async () => (await steps.message(him, "Together").getByRole("img").count()) === 0,
    "the name to stand there",
  );
});
