/**
 * Identity: signing in on the slow phone, a new device's way to its first conversation and to all of its history, and
 * coming back into every space with no device left; and what a key-log proof costs at a million accounts. docs/benchmarks.md says how.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { launchChromium, newProfile, removeProfile } from "@baraza/engine/browser/testing";
import { network, pairByPicture, until } from "@baraza/testkit";
import { hasQuota, untilQuiet } from "./lib/cpu-quota.ts";
import { median, report, timed } from "./lib/figure.ts";
import { keyLogFigures } from "./lib/key-log.ts";
import { manySpaces, messagesOn, untilSent } from "./lib/many-spaces.ts";
import { slowDown } from "./lib/slow-cpu.ts";
import type { Slowness } from "./lib/slow-cpu.ts";

const SPACES = 50;
const MESSAGES = 100_000;
/** The emulated phone, as in bench/web.ts. */
const SLOWER = 6;
const ROUNDS = 3;
/** Longer than any of it should take, in ms. */
const LONG = 1_800_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = new Set(process.argv.slice(2));
const runs = (part: string): boolean => wanted.size === 0 || wanted.has(part);

if (runs("signin")) await signIn();
if (runs("device")) await devices();
if (runs("keylog")) await keyLogFigures();
process.exit(0);

/** From the button to the list of conversations, with a passphrase, on the slow phone; the line is as fast as it can be. */
async function signIn(): Promise<void> {
  execFileSync(process.execPath, ["scripts/tasks.ts", "build"], { cwd: root });
  const slowness: Slowness = hasQuota
    ? { way: "quota", cores: availableParallelism() / SLOWER }
    : { way: "slices", restMs: 10 * (SLOWER - 1) };
  const net = await network({ nodes: 1, processes: true, appDir: `${root}packages/web/dist` });
  const amina = await net.person({ name: "amina" });
  for (const title of ["Water committee", "Strike fund", "Night school"])
    await amina.commands["space.create"]({ title });
  await untilSent(amina);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const profile = newProfile();
    const browser = await launchChromium(profile);
    try {
      const page = await browser.open(`${amina.node.url}/signin`);
      await page.locator('input[autocomplete="username"]').fill(amina.name);
      await page.locator('input[autocomplete="current-password"]').fill(amina.passphrase);
      await page.evaluate(() => {
        new MutationObserver((_, observer) => {
          if (document.querySelector(".pane-list") === null) return;
          observer.disconnect();
          requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("in")));
        }).observe(document, { childList: true, subtree: true });
        document
          .querySelector("form")
          ?.addEventListener("submit", () => performance.mark("pressed"), { capture: true });
      });
      await untilQuiet(browser.pid);
      const cpu = slowDown(browser.pid, slowness);
      try {
        await page.locator("button[type=submit]").press("Enter");
        const took = await page.waitForFunction(
          () => {
            const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime;
            const [from, to] = [at("pressed"), at("in")];
            return from === undefined || to === undefined ? undefined : to - from;
          },
          undefined,
          { polling: 500, timeout: 120_000 },
        );
        times.push((await took.jsonValue()) ?? Number.NaN);
      } finally {
        await cpu.end();
      }
    } finally {
      await browser.close();
      removeProfile(profile);
    }
  }
  report({ figure: "identity.signin", value: median(times), unit: "ms" });
  await net.close();
}

/** A device that is added by a code, and one that comes back with words alone when no other is left. */
async function devices(): Promise<void> {
  const { net, amina, bruno, spaceIds, messages } = await manySpaces(SPACES, MESSAGES);
  const phone = await amina.bareDevice();
  const { ms: paired } = await timed(() => pairByPicture(amina, phone));
  const start = performance.now();
  await until(async () => {
    for (const { spaceId, state } of await phone.now("spaces", {})) {
      if (state !== "active") continue;
      const page = await phone.now("chat.messages", { spaceId, limit: 20 });
      if (page.messages.some(({ notice }) => notice === null)) return true;
    }
    return false;
  }, "a conversation to read");
  report({ figure: "identity.device.first", value: performance.now() - start, unit: "ms" });
  await until(() => messagesOn(phone) >= messages, "all messages", LONG);
  report({ figure: "identity.device.full", value: performance.now() - start, unit: "ms" });
  report({ figure: "identity.device.paired", value: paired, unit: "ms" });

  const { words } = await amina.commands["ways.newWords"]({});
  await amina.commands["ways.keepWords"]({ words });
  await untilSent(amina);
  const nobody = await amina.bareDevice();
  await Promise.all([amina.close(), phone.close(), bruno.close()]);
  const back = await timed(async () => {
    await nobody.commands["ways.signInWithWords"]({ text: words.join(" ") });
    await until(
      async () => {
        const spaces = await nobody.now("spaces", {});
        return spaceIds.every((id) =>
          spaces.some(({ spaceId, state }) => spaceId === id && state === "active"),
        );
      },
      "her place in every space",
      LONG,
    );
  });
  report({ figure: "identity.recovery", value: back.ms, unit: "ms" });
  const read = await timed(() => until(() => messagesOn(nobody) >= messages, "all messages", LONG));
  report({ figure: "identity.recovery.full", value: back.ms + read.ms, unit: "ms" });
  await net.close();
}
