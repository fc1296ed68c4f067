/** Opening, scrolling, typing and sending in a long conversation on the emulated slow phone. */
import type { Page } from "playwright-core";
import { percentile, report } from "./figure.ts";
import { startNode } from "./node-process.ts";
import type { Phone } from "./phone.ts";
import { APP, buildApp, joinOnPhone, startPhone, words } from "./phone.ts";
import { pause } from "./process.ts";
import { bringIn, fill, writer } from "./writers.ts";

const OPENINGS = 9;
const MESSAGES = 20;
const SCROLLS = { times: 12, distance: 4000, speed: 2500 };
const TYPED = "We meet on Thursday at six in the old school";
const HOURS = 3_600_000;

/** Measures all of it in a conversation of so many messages that two people wrote. */
export async function longConversation(count: number): Promise<void> {
  buildApp();
  const node = await startNode("phone.localhost", { "app-dir": APP });
  const amina = await writer(node.url, "amina");
  const bruno = await writer(node.url, "bruno");
  let phone = await startPhone();
  try {
    const { spaceId } = await amina.engine.commands["space.create"]({ title: "Farmers' union" });
    await bringIn(amina.engine, bruno.engine, spaceId);
    const part = Math.ceil(count / 20);
    for (let at = 0, turn = 0; at < count; at += part, turn++) {
      const by = turn % 2 === 0 ? amina : bruno;
      await fill(by.engine, spaceId, at, Math.min(count, at + part));
      say(`${at + part} written`);
    }
    const { link } = await amina.engine.commands["space.invite"]({ spaceId, days: 1 });
    await joinOnPhone(phone, `${node.url}${link}`, "Chiku");
    await phone.page.locator('[id^="m-"]').first().waitFor();
    await phone.page.goto(node.url);
    await row(phone.page)
      .filter({ hasText: `${count - 1} ` })
      .waitFor({ timeout: HOURS });
    // The whole history, and the words of it for the search.
    await pause(5000);
    await phone.quiet(HOURS);
    await row(phone.page).click();
    await phone.page.locator('[id^="m-"]').first().waitFor();
    await phone.page
      .getByRole("button", { name: words("chat.toNewest") })
      .click({ timeout: 5000 })
      .catch(() => undefined);
    await message(phone.page, `${count - 1} `).waitFor();
    phone = await phone.again();
    await phone.page.goto(node.url);
    await row(phone.page).waitFor();
    await pause(3000);
    await opening(phone);
    await scrolling(phone);
    await writing(phone);
  } finally {
    await phone.close();
    await amina.close();
    await bruno.close();
    await node.close();
  }
}

/** From the list: the press on the row until the newest messages are drawn. The first time after a start is told apart. */
async function opening(phone: Phone): Promise<void> {
  const { page } = phone;
  const times: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    if (i > 0) {
      await page.goBack();
      await row(page).waitFor();
    }
    times.push(
      await phone.slowly(async () => {
        const shown = await watchFor(page, "click", null);
        await row(page).click();
        return shown();
      }),
    );
  }
  const [first = Number.NaN, ...later] = times;
  report({ figure: "chat.open", value: percentile(later, 0.5), unit: "ms" });
  report({ figure: "chat.open.worst", value: Math.max(...later), unit: "ms" });
  report({ figure: "chat.open.first", value: first, unit: "ms" });
}

/** A finger that goes up and down the conversation; beside it a page of as many plain paragraphs without a script. */
async function scrolling(phone: Phone): Promise<void> {
  const { page } = phone;
  const ours = await frames(phone, page);
  const plain = await page.context().newPage();
  await plain.setViewportSize({ width: 360, height: 800 });
  await plain.setContent(
    Array.from({ length: 3000 }, (_, i) => `<p>${i} ${TYPED}, ${TYPED}</p>`).join(""),
  );
  await plain.evaluate(() => scrollTo(0, document.body.scrollHeight));
  const theirs = await frames(phone, plain);
  await plain.close();
  await page.bringToFront();
  const share = (list: readonly number[]): number =>
    (100 * list.filter((ms) => ms > 50).length) / list.length;
  report({
    figure: "chat.jank",
    value: share(ours),
    unit: "%",
    peer: "a page of plain paragraphs, same run",
    peerValue: share(theirs),
  });
  report({ figure: "chat.frame.p95", value: percentile(ours, 0.95), unit: "ms" });
}

/** How long each frame took while a finger scrolled, ms. */
async function frames(phone: Phone, page: Page): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  return phone.slowly(async () => {
    await page.evaluate(() => {
      const times: number[] = [];
      const next = (at: number): void => {
        times.push(at);
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
      (globalThis as unknown as { frames: number[] }).frames = times;
    });
    for (let i = 0; i < SCROLLS.times; i++)
      await session.send("Input.synthesizeScrollGesture", {
        x: 180,
        y: 400,
        yDistance: i % 4 === 3 ? -SCROLLS.distance : SCROLLS.distance,
        speed: SCROLLS.speed,
        gestureSourceType: "touch",
        preventFling: false,
      });
    const times = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
    return times.slice(1).map((at, i) => at - (times[i] ?? at));
  });
}

/** Each key until its letter is drawn, and Enter until the message stands there. */
async function writing(phone: Phone): Promise<void> {
  const { page } = phone;
  await page.reload();
  const field = page.getByRole("textbox", { name: words("chat.write") });
  await field.waitFor();
  await page.locator('[id^="m-"]').last().waitFor();
  const typed: number[] = [];
  const sent: number[] = [];
  await phone.slowly(async () => {
    await field.focus();
    await page.evaluate(() => {
      const keys: number[] = [];
      let pressed = 0;
      addEventListener("keydown", ({ timeStamp }) => (pressed = timeStamp), { capture: true });
      addEventListener("input", () => {
        const from = pressed;
        // The frame after the one that has the letter: the browser's own Event Timing has no time of presentation without a screen.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => keys.push(performance.now() - from)),
        );
      });
      (globalThis as unknown as { keys: number[] }).keys = keys;
    });
    for (let i = 0; i < MESSAGES; i++) {
      const text = `${TYPED.slice(0, 12)} ${i} at last`;
      await page.keyboard.type(text, { delay: 140 });
      const shown = await watchFor(page, "keydown", `${i} at last`);
      await page.keyboard.press("Enter");
      sent.push(await shown());
      await pause(500);
    }
    const keys = await page.evaluate(() => (globalThis as unknown as { keys: number[] }).keys);
    typed.push(...keys);
  });
  report({ figure: "chat.type", value: percentile(typed, 0.75), unit: "ms" });
  report({ figure: "chat.type.p95", value: percentile(typed, 0.95), unit: "ms" });
  report({ figure: "chat.send", value: percentile(sent, 0.75), unit: "ms" });
  report({ figure: "chat.send.p95", value: percentile(sent, 0.95), unit: "ms" });
}

/**
 * Waits in the page for an event, and then until a message is drawn: the one with a text, or any (null).
 * @returns when it waits: what to call after the event was caused, which answers the ms between them
 */
async function watchFor(
  page: Page,
  event: string,
  text: string | null,
): Promise<() => Promise<number>> {
  await page.evaluate(
    ([name, wanted]) => {
      const shown = new Promise<number>((resolve) => {
        let start = 0;
        addEventListener(
          name,
          ({ timeStamp }) => {
            start = timeStamp;
          },
          { capture: true, once: true },
        );
        const there = (): boolean =>
          start > 0 &&
          [...document.querySelectorAll('[id^="m-"]')].some(
            (one) => wanted === null || (one.textContent ?? "").includes(wanted),
          );
        const observer = new MutationObserver(() => {
          if (!there()) return;
          observer.disconnect();
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve(performance.now() - start)),
          );
        });
        observer.observe(document, { childList: true, subtree: true, characterData: true });
      });
      (globalThis as unknown as { shown: Promise<number> }).shown = shown;
    },
    [event, text] as const,
  );
  return () => page.evaluate(() => (globalThis as unknown as { shown: Promise<number> }).shown);
}

const row = (page: Page) => page.locator('.pane-list a[href^="/s/"]').first();
const message = (page: Page, text: string) =>
  page.locator('[id^="m-"]').filter({ hasText: text }).last();

function say(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`);
}
