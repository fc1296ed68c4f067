/** Amina brings in what WhatsApp and Slack exported for her; Bruno, on another node, reads it, and finds it; she takes it back. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./lib/looks.ts";
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
const TITLE = "Fishers";
const LINES = 1200;

let site: Site;
let her: Visitor;
let him: Visitor;
let folder: string;
let whatsapp: string;
let slack: string;

beforeAll(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), "baraza-bring-"));
  whatsapp = join(folder, "WhatsApp Chat - Boat owners.zip");
  slack = join(folder, "Slack export.zip");
  await writeFile(
    slack,
    zipSync({
      "users.json": json([{ id: "U1", name: "chen", profile: { display_name: "Chen" } }]),
      "channels.json": json([{ id: "C1", name: "repairs", members: ["U1"] }]),
      "repairs/2023-05-01.json": json([
        {
          type: "message",
          user: "U1",
          text: "The engine <https://example.org/manual|manual>",
          ts: "1682931600.000100",
          reactions: [{ name: "tada", users: ["U1"], count: 1 }],
          files: [{ id: "F1", name: "manual.pdf", url_private: "https://files.example/x" }],
        },
        {
          type: "message",
          user: "U1",
          text: "in reply",
          ts: "1682931700.0",
          thread_ts: "1682931600.000100",
        },
      ]),
    }),
  );
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));

/** A picture as a browser makes it. */
async function picture(): Promise<Uint8Array> {
  const bytes = await her.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(320, 240);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.fillStyle = "teal";
    context.fillRect(0, 0, 320, 240);
    return [
      ...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()),
    ];
  });
  return Uint8Array.from(bytes);
}

async function look(file: string): Promise<void> {
  const { page, t } = her;
  await page.goto(new URL("/bring", page.url()).href);
  await page.getByLabel(t("brought.chooseFiles"), { exact: true }).last().setInputFiles(file);
  await page.getByRole("button", { name: t("import.start"), exact: true }).waitFor();
}

const start = (): Promise<void> =>
  her.page.getByRole("button", { name: her.t("import.start"), exact: true }).click();

test("the two are in one conversation", async () => {
  her = await site.visitor(site.nodes.a);
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b);
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
});

test("a zip of WhatsApp with pictures is looked into, and goes where she wants it", async () => {
  const lines = Array.from({ length: LINES }, (_, at) =>
    at === 3
      ? "[25/03/2022, 14:08:03] Chen: \u200e<attached: 00000003-PHOTO.png>"
      : `[25/03/2022, 14:${String(8 + Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}] ${at % 2 === 0 ? "Chen" : "Dalia"}: catch number ${at}`,
  );
  const chat = ["[25/03/2022, 14:08:00] Boat owners: \u200eChen created this group", ...lines];
  await writeFile(
    whatsapp,
    zipSync({ "_chat.txt": strToU8(chat.join("\n")), "00000003-PHOTO.png": await picture() }),
  );
  const { page, t } = her;
  await look(whatsapp);
  await page.getByRole("checkbox", { name: "Boat owners" }).waitFor();
  await page.getByText(t("brought.messages", { count: LINES + 1 })).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByLabel(t("brought.where"), { exact: true }).selectOption({ label: TITLE });
  await page.getByText(t("brought.who"), { exact: true }).click();
  await page.getByLabel("Dalia", { exact: true }).selectOption({ label: bruno.shownName });
  await start();
  await page.getByText(t("brought.taken", { count: LINES + 1 }), { exact: true }).waitFor();
  await page.getByText(t("brought.takenFiles", { count: 1 }), { exact: true }).waitFor();
  await page.getByRole("link", { name: t("brought.show"), exact: true }).click();
  await page.getByText(`catch number ${LINES - 1}`, { exact: true }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect(site.complaints()).toEqual([]);
});

test("the other member, on another node, has it: one line says who brought it, and the picture comes", async () => {
  const { page, t } = him;
  await page.getByRole("link", { name: "Boat owners", exact: true }).click();
  await page.getByText(`catch number ${LINES - 1}`, { exact: true }).waitFor();
  await page.getByText(bruno.shownName, { exact: false }).first().waitFor();
  await page.getByLabel(t("brought.day"), { exact: true }).fill("2022-03-25");
  await page.getByText("catch number 2", { exact: true }).waitFor();
  await page.getByText("Chen created this group", { exact: true }).waitFor();
  await page.locator(".media-tile img").first().waitFor();
  // Somebody else's import is not his to delete.
  expect(await page.getByRole("button", { name: t("brought.delete"), exact: true }).count()).toBe(
    0,
  );
  expect(site.complaints()).toEqual([]);
});

test("it is found by its words, and opens there", async () => {
  const { page, t } = him;
  await page.goto(new URL("/search", page.url()).href);
  await page.getByRole("textbox", { name: t("search.field") }).fill("catch number 777");
  await page.getByRole("link").filter({ hasText: "777" }).first().click();
  await page.locator("[data-lit]").getByText("catch number 777", { exact: true }).waitFor();
  expect(site.complaints()).toEqual([]);
});

test("the same zip once more brings nothing; a zip of Slack makes a conversation, and names what is only a link", async () => {
  const { page, t } = her;
  await look(whatsapp);
  await page.getByText(t("brought.known", { place: TITLE }), { exact: true }).waitFor();
  await start();
  await page.getByText(t("brought.taken", { count: 0 }), { exact: true }).waitFor();
  await page.getByText(t("import.there", { count: LINES + 1 }), { exact: true }).waitFor();
  await look(slack);
  await page.getByText(t("brought.why.link"), { exact: true }).waitFor();
  await start();
  await page.getByText(t("brought.taken", { count: 2 }), { exact: true }).waitFor();
  await page.getByRole("link", { name: t("brought.show"), exact: true }).click();
  await page.getByText("in reply", { exact: true }).waitFor();
  await page.getByText("The engine manual (https://example.org/manual)").first().waitFor();
  expect(site.complaints()).toEqual([]);
});

test("she takes it back for everyone", async () => {
  const { page, t } = her;
  await page.goBack();
  await page.goto(new URL("/", page.url()).href);
  await steps.openConversation(her, TITLE);
  await page.getByRole("link", { name: "Boat owners", exact: true }).click();
  await page.getByRole("button", { name: t("brought.delete"), exact: true }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: t("brought.delete"), exact: true })
    .click();
  await steps.atConversation(page, TITLE);
  await him.page.getByText(him.t("brought.gone"), { exact: true }).waitFor();
  expect(site.complaints()).toEqual([]);
});
