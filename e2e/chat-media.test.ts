/**
 * Amina and Bruno on two nodes show and say things to each other: an album, files by paste and drop, a picture sent without a line, one that
 * is taken back, voice notes, a place; and what lies about itself.
 */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "@baraza/testkit";
import * as samples from "../packages/web/src/decode/samples.testing.ts";
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
const TITLE = "Market day";

let site: Site;
let her: Visitor;
let him: Visitor;

beforeAll(async () => {
  site = await openSite();
});
afterEach(({ task }) => keepPictures(site, task));
afterAll(() => site.close());

type Given = { name: string; mimeType: string; buffer: Buffer };

/** A real photograph, as far as a canvas can make one. */
async function photo(name: string, color: string, width = 640, height = 480): Promise<Given> {
  const bytes = await her.page.evaluate(
    async ([fill, w, h]) => {
      const canvas = new OffscreenCanvas(w, h);
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no canvas");
      context.fillStyle = fill;
      context.fillRect(0, 0, w, h);
      context.fillStyle = "white";
      context.fillRect(w / 4, h / 4, w / 3, h / 3);
      if (fill === "noise") {
        const pixels = context.getImageData(0, 0, w, h);
        for (let at = 0; at < pixels.data.length; at += 65_536)
          crypto.getRandomValues(pixels.data.subarray(at, at + 65_536));
        context.putImageData(pixels, 0, 0);
      }
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [color, width, height] as const,
  );
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(bytes) };
}

const sheet = ({ page }: Visitor): Locator => page.getByRole("dialog");

/** Chooses files by the + menu; the sheet is open then. */
async function choose(visitor: Visitor, item: string, files: Given[]): Promise<void> {
  const { page, t } = visitor;
  await page.getByRole("button", { name: t("talk.add"), exact: true }).click();
  const asked = page.waitForEvent("filechooser");
  await page.getByRole("menuitem", { name: item, exact: true }).click();
  await (await asked).setFiles(files);
  await sheet(visitor).waitFor();
}

async function send(visitor: Visitor, caption: string): Promise<void> {
  const { t } = visitor;
  await sheet(visitor)
    .getByRole("textbox", { name: t("media.caption") })
    .fill(caption);
  await sheet(visitor)
    .getByRole("button", { name: /^Send \(/ })
    .click();
  await sheet(visitor).waitFor({ state: "detached" });
}

/** Pastes or drops files onto what is written in. */
async function give(visitor: Visitor, how: "paste" | "drop", file: Given): Promise<void> {
  const field = visitor.page.getByRole("textbox", { name: visitor.t("chat.write") });
  await field.evaluate(
    (area, [kind, name, type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      const more = { bubbles: true, cancelable: true };
      area.dispatchEvent(
        kind === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, ...more })
          : new DragEvent("drop", { dataTransfer: data, ...more }),
      );
    },
    [how, file.name, file.mimeType, [...file.buffer]] as const,
  );
  await sheet(visitor).waitFor();
}

const tiles = (row: Locator): Locator => row.locator(".media-tile img");

test("the two are in one conversation", async () => {
  her = await site.visitor(site.nodes.a, "/", {});
  await steps.signUp(her, amina);
  await steps.newGroup(her, TITLE);
  const link = await steps.invite(her);
  him = await site.visitor(site.nodes.b, "/", { refused: true });
  await steps.signUp(him, bruno);
  await steps.joinByLink(him, bruno, link);
  await steps.atConversation(him.page, TITLE);
  await her.page.goBack();
  await steps.openConversation(her, TITLE);
});

test("an album goes in one message with its words; the other sees it and goes from picture to picture", async () => {
  const pictures = [
    await photo("stall.jpg", "darkgreen"),
    await photo("beans.jpg", "peru", 480, 640),
    await photo("maize.jpg", "goldenrod"),
  ];
  await choose(her, her.t("talk.addPictures"), pictures);
  await until(async () => (await sheet(her).locator(".attach-item img").count()) === 3, "previews");
  await send(her, "The stalls are up");
  const seen = steps.message(him, "The stalls are up");
  await until(async () => (await tiles(seen).count()) === 3, "three pictures");
  await tiles(steps.message(her, "The stalls are up")).nth(2).waitFor();
  await seen.getByRole("button", { name: /stall\.jpg/ }).click();
  const shown = him.page.locator("dialog.preview");
  await shown.getByRole("heading", { name: "stall.jpg" }).waitFor();
  await shown.getByRole("img", { name: "stall.jpg" }).waitFor();
  await him.page.keyboard.press("ArrowRight");
  await shown.getByRole("heading", { name: "beans.jpg" }).waitFor();
  await shown.getByRole("button", { name: him.t("ui.back") }).click();
  await shown.waitFor({ state: "detached" });
  // A place is kept for a picture before it is there: nothing jumps when it comes.
  const heights = await seen
    .locator(".media-room")
    .evaluate((room) => [room.clientHeight, room.querySelector(".media-grid")?.clientHeight]);
  expect(heights[0]).toBe(heights[1]);
});

test("with the data saver a picture comes over the line when it is asked for, and not before", async () => {
  const { page, t } = him;
  const back = page.url();
  const saver = page.getByRole("switch", { name: t("frame.saver") });
  const save = async (on: boolean): Promise<void> => {
    await page.goto(`${him.node.url}/settings`);
    await saver.setChecked(on);
    await page.goto(back);
    await steps.atConversation(page, TITLE);
  };
  await save(true);
  await choose(her, her.t("talk.addPictures"), [await photo("crowd.jpg", "noise")]);
  await send(her, "All who came");
  const seen = steps.message(him, "All who came");
  const load = seen.getByRole("button", { name: t("media.load", { name: "crowd.jpg" }) });
  await load.waitFor();
  expect(await tiles(seen).count()).toBe(0);
  const passed = site.nodes.b.wire.bytes("from");
  await load.click();
  await tiles(seen).waitFor();
  expect(site.nodes.b.wire.bytes("from") - passed).toBeGreaterThan(10_000);
  await save(false);
});

test("what is pasted or dropped is shown before it goes; a file opens, and stands in the space's files", async () => {
  await give(her, "paste", await photo("pasted.png", "navy"));
  await send(her, "Look at this");
  await tiles(steps.message(him, "Look at this")).first().waitFor();
  await give(her, "drop", {
    name: "prices.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("crop,price\nbeans,90\nmaize,40\n"),
  });
  await send(her, "Prices of today");
  const row = steps.message(him, "Prices of today");
  await row.getByRole("button", { name: /prices\.csv/ }).click();
  const shown = him.page.locator("dialog.preview");
  await shown.getByText("beans", { exact: true }).waitFor();
  await shown.getByRole("button", { name: him.t("ui.back") }).click();
  await him.page
    .getByRole("link", { name: him.t("shell.files"), exact: true })
    .last()
    .click();
  await him.page.getByText(her.t("talk.mediaFolder")).first().click();
  await him.page.getByText("prices.csv").first().waitFor();
  await him.page.goBack();
  await him.page.goBack();
  await steps.atConversation(him.page, TITLE);
});

test("without a line a picture waits where it can be seen, can be taken back, and goes when the line is there", async () => {
  const later = await photo("later.jpg", "teal");
  const wrong = await photo("wrong.jpg", "crimson");
  await her.offline();
  await choose(her, her.t("talk.addFiles"), [later]);
  await send(her, "From the bus");
  const waiting = steps.message(her, "From the bus");
  await waiting.getByRole("button", { name: her.t("media.takeBack") }).waitFor();
  await tiles(waiting).first().waitFor();
  await choose(her, her.t("talk.addFiles"), [wrong]);
  await send(her, "Not for you");
  const taken = steps.message(her, "Not for you");
  await taken.getByRole("button", { name: her.t("media.takeBack") }).click();
  await taken.waitFor({ state: "detached" });
  await her.online();
  await tiles(steps.message(him, "From the bus")).first().waitFor();
  await waiting
    .getByRole("button", { name: her.t("media.takeBack") })
    .waitFor({ state: "detached" });
  expect(await steps.message(him, "Not for you").count()).toBe(0);
});

test("voice notes are listened to before they are sent, and by the other: one after the other, faster, by keyboard", async () => {
  const { page, t } = her;
  const recorder = page.getByRole("group", { name: t("media.recorder"), exact: true });
  for (const listens of [true, false]) {
    await page.getByRole("button", { name: t("talk.voice") }).click();
    await recorder.getByText("0:01", { exact: true }).waitFor();
    if (listens) {
      await recorder.getByRole("button", { name: t("media.stop") }).click();
      await recorder.getByRole("button", { name: t("media.play") }).click();
      await recorder.getByRole("button", { name: t("media.pause") }).waitFor();
    }
    await recorder.getByRole("button", { name: t("media.sendVoice") }).click();
    await recorder.waitFor({ state: "detached" });
  }
  const voices = him.page.getByRole("group", { name: /^Voice note, / });
  const fresh = voices.getByText(him.t("media.notListened"));
  await until(async () => (await fresh.count()) === 2, "two notes that nobody has heard");
  const first = voices.first();
  expect(await first.locator(".voice-bars > span").count()).toBeGreaterThan(10);
  await first.getByRole("button", { name: him.t("media.play") }).click();
  await until(async () => (await fresh.count()) === 0, "the next one was heard, too");
  // A note of a second may end while one looks: it is begun anew then, and the speed stays.
  const play = first.getByRole("button", { name: him.t("media.play") });
  const quick = { timeout: 500 };
  await until(async () => {
    await play.click(quick).catch(() => undefined);
    await first
      .locator(".voice-rate")
      .click(quick)
      .catch(() => undefined);
    const label = first.getByRole("button", { name: him.t("media.rate", { rate: "2" }) });
    return (await label.count()) > 0;
  }, "twice the speed");
  await first.getByRole("slider", { name: him.t("media.position") }).focus();
  await him.page.keyboard.press("Home");
  await first.getByRole("button", { name: him.t("media.pause") }).waitFor();
});

test("a microphone that may not be used is said so; one can write on", async () => {
  const { page, t } = him;
  await page.getByRole("button", { name: t("talk.voice") }).click();
  await page.getByText(t("media.microphone.refused")).waitFor();
  await steps.say(him, "Then in words: thank you");
  await steps.message(her, "Then in words: thank you").waitFor();
});

test("a recording that ends with its tab is said to be lost", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("talk.voice") }).click();
  await page
    .getByRole("group", { name: t("media.recorder") })
    .getByRole("button", { name: t("media.stop") })
    .waitFor();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  const notice = page.getByRole("status").filter({ hasText: t("talk.voiceLost") });
  await notice.getByRole("button", { name: t("ui.close") }).click();
});

test("pictures that lie about their kind or their size do no harm, and are said to be what they are", async () => {
  await choose(her, her.t("talk.addFiles"), [
    {
      name: "huge.png",
      mimeType: "image/png",
      buffer: Buffer.from(samples.png({ width: 20_000, height: 20_000 })),
    },
    { name: "liar.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<script>alert(1)</script>") },
  ]);
  await send(her, "What are these?");
  const row = steps.message(him, "What are these?");
  // By what is in it, it is a text.
  await row.getByRole("button", { name: /liar\.jpg/ }).click();
  const shown = him.page.locator("dialog.preview");
  await shown.getByText("<script>alert(1)</script>").waitFor();
  await shown.getByRole("button", { name: him.t("ui.back") }).click();
  await row.getByRole("button", { name: /huge\.png/ }).click();
  await shown.getByText(him.t("files.trouble.tooLarge")).waitFor();
  await shown.getByRole("button", { name: him.t("ui.back") }).click();
});

test("a place goes as two numbers, and nobody is asked for a map", async () => {
  const { page, t } = her;
  await page.getByRole("button", { name: t("talk.add"), exact: true }).click();
  await page.getByRole("menuitem", { name: t("talk.addPlace"), exact: true }).click();
  const field = sheet(her).getByLabel(t("media.where"));
  await field.fill("somewhere nice");
  await sheet(her).getByText(t("media.whereWrong")).waitFor();
  await field.fill("https://www.openstreetmap.org/#map=17/-1.29207/36.82195");
  await sheet(her).getByLabel(t("media.placeName")).fill("Uhuru Park");
  await sheet(her)
    .getByRole("button", { name: t("ui.send"), exact: true })
    .click();
  const place = steps.message(him, "Uhuru Park").getByRole("link", { name: /Uhuru Park/ });
  expect(await place.getAttribute("href")).toBe("geo:-1.29207,36.82195");
});

test("what a link leads to is looked up by her node where she asks for it; he sees it, and nobody else is asked", async () => {
  const { page, t } = her;
  const asked: IncomingHttpHeaders[] = [];
  let slow: ServerResponse | undefined;
  const press = createServer((request, response) => {
    asked.push(request.headers);
    if (request.url?.startsWith("/slow") === true) {
      slow = response;
      return;
    }
    response.setHeader("content-type", "text/html");
    response.end(
      `<title>x</title><meta property="og:title" content="Minutes of the harvest"><meta name="description" content="Who brings what">`,
    );
  });
  await new Promise<void>((resolve) => press.listen(0, "127.0.0.1", resolve));
  const url = `http://press.localhost:${(press.address() as AddressInfo).port}/minutes?from=amina#her-place`;
  const field = page.getByRole("textbox", { name: t("chat.write") });
  const send = page.getByRole("button", { name: t("ui.send"), exact: true });
  const add = page.getByRole("button", { name: t("media.link.add") });
  try {
    await field.fill(`Read this: ${url}.`);
    await add.waitFor();
    expect(asked).toEqual([]);
    await add.click();
    const card = page.getByRole("group", {
      name: t("media.link.card", { host: "press.localhost" }),
    });
    await card.getByText("Minutes of the harvest").first().waitFor();
    expect(asked).toHaveLength(1);
    for (const header of ["cookie", "referer", "origin", "accept-language"])
      expect(asked[0]).not.toHaveProperty(header);
    await send.click();
    for (const visitor of [her, him]) {
      const link = steps
        .message(visitor, "Read this")
        .getByRole("link", { name: /Who brings what/ });
      await link.waitFor();
      expect(await link.getAttribute("href")).toBe(url);
    }
    expect(asked).toHaveLength(1);
    // Without the link nothing is said of what it leads to.
    await steps.act(her, "Read this", t("chat.edit"));
    await field.fill("Read what I sent yesterday");
    await page.getByRole("button", { name: t("chat.saveEdit"), exact: true }).click();
    await steps.message(him, "Read what I sent yesterday").waitFor();
    expect(await him.page.getByText("Minutes of the harvest").count()).toBe(0);
    // One that is left out stays so.
    await field.fill(`Again ${url}`);
    await page.getByRole("button", { name: t("media.link.drop") }).click();
    await add.waitFor({ state: "detached" });
    await send.click();
    await steps.message(him, "Again http").waitFor();
    expect(await steps.message(him, "Again http").getByText("Minutes of the harvest").count()).toBe(
      0,
    );
    // Also where it is being looked up already: what comes then is not taken.

    await field.fill(`Slowly ${url.replace("minutes", "slow")}`);
    await add.click();
    await until(() => slow !== undefined, "it is asked for");
    await page.getByRole("button", { name: t("media.link.drop") }).click();
    slow?.setHeader("content-type", "text/html");
    slow?.end("<title>Minutes of the harvest</title>");
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    await send.click();
    await steps.message(him, "Slowly http").waitFor();
    expect(
      await steps.message(him, "Slowly http").getByText("Minutes of the harvest").count(),
    ).toBe(0);
  } finally {
    press.closeAllConnections();
    await new Promise((resolve) => press.close(resolve));
  }
  // Nobody is there any more.
  await field.fill(`Once more ${url}`);
  await add.click();
  await page.getByText(t("media.link.nothing", { host: "press.localhost" })).waitFor();
  await send.click();
  await steps.message(him, "Once more http").waitFor();
  expect(asked).toHaveLength(2);
});

test("what was sent is found by what it is; deleted for all it is gone for the other, too", async () => {
  const { page, t } = him;
  await page.getByRole("heading", { name: TITLE, level: 1 }).click();
  await page.keyboard.press("/");
  const field = page.getByRole("textbox", { name: t("search.field") });
  await field.fill("uhuru park");
  await page.locator(".row-main").filter({ hasText: "Uhuru Park" }).waitFor();
  await field.fill("has:picture stalls");
  const found = page.locator(".row-main").filter({ hasText: "The stalls are up" });
  await found.click();
  await steps.atConversation(page, TITLE);
  await steps.message(him, "The stalls are up").waitFor();
  await page.getByRole("button", { name: t("chat.toNewest") }).click();
  await steps.unsay(her, "What are these?");
  await steps.message(him, t("chat.deleted")).waitFor();
  expect(await tiles(steps.message(him, t("chat.deleted"))).count()).toBe(0);
});

test("nobody's browser complained", () => {
  expect(site.complaints()).toEqual([]);
});
