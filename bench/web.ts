/**
 * The app in a real browser: what it weighs on the wire, and how long a slow phone on a slow line waits for the sign-in screen
 * at the first visit, and for the list of conversations afterwards without any line. docs/benchmarks.md says how.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { RunningChromium } from "@baraza/engine/browser/testing";
import { launchChromium, newProfile, removeProfile } from "@baraza/engine/browser/testing";
import type { Page } from "playwright-core";
import { median, report } from "./lib/figure.ts";
import { startNode } from "./lib/node-process.ts";
import { until } from "./lib/process.ts";
import { hasQuota, untilQuiet } from "./lib/cpu-quota.ts";
import type { Slowness } from "./lib/slow-cpu.ts";
import { calibrateQuota, calibrateSlices, slowDown } from "./lib/slow-cpu.ts";
import { openSlowLine } from "./lib/slow-line.ts";

/** The emulated phone: this many times slower than the machine, on such a line. */
const SLOWER = 6;
const LINE = { kbit: 400, roundTripMs: 400 };
const ROUNDS = 5;
const CONVERSATIONS = 6;

const KiB = 1024;
const root = fileURLToPath(new URL("..", import.meta.url));
const tool = (script: string, ...args: string[]): string =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, encoding: "utf8" });

tool("scripts/tasks.ts", "build");
const line = await openSlowLine();
const name = `phone.localhost:${line.port}`;
const url = `http://${name}`;
const node = await startNode("phone.localhost", { name, "app-dir": `${root}packages/web/dist` });
line.target(Number(node.name.split(":")[1]));
const profiles: string[] = [];

try {
  const { first, chunks } = JSON.parse(tool("scripts/sizes.ts")) as {
    first: number;
    chunks: Record<string, number>;
  };
  report({ figure: "web.first", value: first / KiB, unit: "KiB" });
  for (const [file, bytes] of Object.entries(chunks))
    report({ figure: `web.chunk.${nameOf(file)}`, value: bytes / KiB, unit: "KiB" });

  // Where no quota can be set, slices stand in for it: they are the stricter way.
  const slices = await calibrateHere("slices");
  const quota = hasQuota ? await calibrateHere("quota") : slices;
  await cold("web.cold", quota);
  if (hasQuota) await cold("web.cold.slices", slices);
  const home = await visit();
  await warm("web.warm", home, quota);
  if (hasQuota) await warm("web.warm.slices", home, slices);
} finally {
  for (const profile of profiles) removeProfile(profile);
  await node.close();
  await line.close();
}
process.exit(0);

async function withBrowser<T>(
  profile: string,
  use: (browser: RunningChromium) => Promise<T>,
): Promise<T> {
  const browser = await launchChromium(profile);
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

function freshProfile(): string {
  const profile = newProfile();
  profiles.push(profile);
  return profile;
}

async function calibrateHere(way: Slowness["way"]): Promise<Slowness> {
  const { slowness, oneThread, allCores } = await withBrowser(freshProfile(), async (browser) => {
    const page = await browser.open("about:blank");
    const calibrate = way === "quota" ? calibrateQuota : calibrateSlices;
    return calibrate(page, browser.pid, availableParallelism(), SLOWER);
  });
  report({ figure: `web.slower.${way}.thread`, value: oneThread, unit: "times" });
  report({ figure: `web.slower.${way}.cores`, value: allCores, unit: "times" });
  return slowness;
}

/** A first visit on the slow phone and the slow line, until the sign-in screen can be used. */
async function cold(figure: string, slowness: Slowness): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    times.push(
      await withBrowser(freshProfile(), async (browser) => {
        const page = await browser.open("about:blank");
        line.limit(LINE);
        const took = await timeUntil(page, browser.pid, slowness, 'input[autocomplete="username"]');
        line.limit();
        // It is not only there: what is typed arrives in it.
        await page.locator('input[autocomplete="username"]').pressSequentially("amina");
        const typed = await page.locator('input[autocomplete="username"]').inputValue();
        if (typed !== "amina") throw new Error("the sign-in screen cannot be used");
        return took;
      }),
    );
  report({ figure, value: median(times), unit: "ms" });
}

/** Everything that a first visit fetches until one has written a message and the app is kept. @returns the profile */
async function visit(): Promise<string> {
  const profile = freshProfile();
  const from = line.asked.length;
  await withBrowser(profile, async (browser) => {
    const page = await browser.open(`${url}/signup`);
    await page.locator('input[autocomplete="name"]').fill("Amina Otieno");
    await page.locator('input[autocomplete="username"]').fill("amina");
    await page.locator('input[autocomplete="new-password"]').fill("seven quiet canoes at dawn");
    await page.locator("button[type=submit]").click();
    await page.locator(".pane-list").waitFor();
    for (let i = 1; i <= CONVERSATIONS; i++) {
      await page.locator(".pane-list .pane-head button").click();
      await page.locator("dialog input[autocapitalize=sentences]").fill(`Conversation ${i}`);
      await page.locator("dialog button[type=submit]").click();
      await page.locator(".people").waitFor();
      await page.goBack();
      await page.locator(".pane-list .row-main").first().click();
      await page.locator(".composer-field").fill(`The first words of conversation ${i}`);
      await page.locator(".composer button[type=submit]").click();
      await page.locator("[id^=m-]").waitFor();
      await page.goBack();
    }
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      // The list as it is now is kept for the next start.
      await new Promise((resolve) => setTimeout(resolve, 2000));
    });
    await until("the app is kept whole", () =>
      page.evaluate(async () => {
        const [name] = await caches.keys();
        return name !== undefined && (await (await caches.open(name)).match("/")) !== undefined;
      }),
    );
  });
  const files = line.asked.slice(from).filter((path) => !path.startsWith("/api/"));
  const weigh = async (encoding: string): Promise<number> => {
    let sum = 0;
    for (const path of files) sum += await weightOf(path, encoding);
    return sum;
  };
  report({ figure: "web.total", value: (await weigh("gzip")) / KiB, unit: "KiB" });
  report({ figure: "web.total.served", value: (await weigh("br, gzip")) / KiB, unit: "KiB" });
  return profile;
}

/** Bytes of a file as the node sends it; what it does not compress counts compressed only where that was asked for. */
async function weightOf(path: string, encoding: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${line.port}${path}`, {
    headers: { host: name, "accept-encoding": encoding },
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const length = Number(answer.headers.get("content-length"));
  return length > 0 ? length : gzipSync(body).length;
}

/**
 * The same device later, without a line, on the slow phone: until its conversations are listed (as they were last seen), and
 * until the engine has answered with the list as it is now.
 */
async function warm(figure: string, profile: string, slowness: Slowness): Promise<void> {
  line.cut();
  const times: number[][] = [];
  for (let round = 0; round < ROUNDS; round++)
    times.push(
      await withBrowser(profile, async (browser) => {
        const page = await browser.open("about:blank");
        const row = '.pane-list a[href^="/s/"]';
        return timesUntil(page, browser.pid, slowness, row, ["usable", "live"]);
      }),
    );
  const at = (index: number): number => median(times.map((round) => round[index] ?? Number.NaN));
  report({ figure, value: at(0), unit: "ms" });
  report({ figure: `${figure}.engine`, value: at(1), unit: "ms" });
}

/** Opens the app on the slow CPU. @returns ms until what a selector finds has been drawn */
async function timeUntil(
  page: Page,
  group: number,
  slowness: Slowness,
  selector: string,
): Promise<number> {
  return (await timesUntil(page, group, slowness, selector, ["usable"]))[0] ?? Number.NaN;
}

/** The same. @returns ms until each of the marks, of which "usable" is the selector's */
async function timesUntil(
  page: Page,
  group: number,
  slowness: Slowness,
  selector: string,
  marks: readonly string[],
): Promise<number[]> {
  await page.addInitScript((wanted) => {
    // Not by looking in each frame: that alone would keep the slow phone busy.
    new MutationObserver((_, observer) => {
      if (document.querySelector(wanted) === null) return;
      observer.disconnect();
      // The frame after the one in which it was put there shows it.
      requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("usable")));
    }).observe(document, { childList: true, subtree: true });
  }, selector);
  await untilQuiet(group);
  const cpu = slowDown(group, slowness);
  try {
    const start = Date.now();
    await page.goto(url, { waitUntil: "commit" });
    const at = await page.waitForFunction(
      (names) => {
        const found = names.map((mark) => performance.getEntriesByName(mark)[0]?.startTime);
        return found.every((time) => time !== undefined)
          ? found.map((time) => performance.timeOrigin + time)
          : undefined;
      },
      marks,
      { polling: 500, timeout: 60_000 },
    );
    return ((await at.jsonValue()) ?? []).map((time) => time - start);
  } finally {
    await cpu.end();
  }
}

/** A chunk's name without its hash. */
function nameOf(file: string): string {
  return file.replace(/^.*\//, "").replace(/(?:-[\w-]{8})?\.js$/, "");
}
