/** The emulated phone of the benchmarks: a real browser with a phone's screen on a sixth of this machine's CPU. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { RunningChromium } from "@baraza/engine/browser/testing";
import { launchChromium, newProfile, removeProfile } from "@baraza/engine/browser/testing";
import type { Page } from "playwright-core";
import { hasQuota, untilQuiet } from "./cpu-quota.ts";
import type { Slowness } from "./slow-cpu.ts";
import { calibrateSlices, slowDown } from "./slow-cpu.ts";

/** So many times slower than this machine: docs/benchmarks.md says what that stands for. */
export const SLOWER = 6;
const SCREEN = { width: 360, height: 800 };

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the built app lies. */
export const APP = `${root}packages/web/dist`;

/** Builds the app as it is served. */
export function buildApp(): void {
  execFileSync(process.execPath, ["scripts/tasks.ts", "build"], { cwd: root });
}

export type Phone = {
  page: Page;
  /** Does something at a phone's pace. */
  slowly<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until nothing is left to be done. */
  quiet(patience?: number): Promise<void>;
  /** Ends the browser and starts it again with what it has kept. */
  again(): Promise<Phone>;
  close(): Promise<void>;
};

/** Starts the phone's browser on a new profile. */
export async function startPhone(): Promise<Phone> {
  const slowness = hasQuota ? QUOTA : await slices();
  return onProfile(newProfile(), slowness);
}

const QUOTA: Slowness = { way: "quota", cores: availableParallelism() / SLOWER };

async function slices(): Promise<Slowness> {
  const profile = newProfile();
  const browser = await launchChromium(profile);
  try {
    const page = await browser.open("about:blank");
    const cores = availableParallelism();
    return (await calibrateSlices(page, browser.pid, cores, SLOWER)).slowness;
  } finally {
    await browser.close();
    removeProfile(profile);
  }
}

async function onProfile(profile: string, slowness: Slowness): Promise<Phone> {
  const browser: RunningChromium = await launchChromium(profile);
  const page = await browser.open("about:blank");
  page.setDefaultTimeout(120_000);
  await page.setViewportSize(SCREEN);
  return {
    page,
    slowly: async (work) => {
      await untilQuiet(browser.pid);
      const cpu = slowDown(browser.pid, slowness);
      try {
        return await work();
      } finally {
        await cpu.end();
      }
    },
    quiet: (patience) => untilQuiet(browser.pid, patience),
    again: async () => {
      await browser.close();
      return onProfile(profile, slowness);
    },
    close: async () => {
      await browser.close();
      removeProfile(profile);
    },
  };
}

/** Opens an account on the phone by an invitation's link, and comes into its space. */
export async function joinOnPhone({ page }: Phone, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("button", { name: words("join.create") }).click();
  await page.getByLabel(words("signUp.name"), { exact: true }).fill(name);
  await page.getByLabel(words("signUp.address"), { exact: true }).fill(name.toLowerCase());
  await page.getByLabel(words("signUp.passphrase"), { exact: true }).fill("seven quiet canoes");
  await page.getByRole("button", { name: words("signUp.create"), exact: true }).click();
  await page.getByRole("button", { name: words("join.accept") }).click();
}

/** The sentence on the phone's screen that a name of the catalogue stands for. */
export function words(key: string): string {
  const sentence = catalogue[key];
  if (typeof sentence !== "string") throw new Error(`no such sentence: ${key}`);
  return sentence;
}
const catalogue = JSON.parse(
  readFileSync(`${root}packages/web/src/i18n/catalogues/en.json`, "utf8"),
) as Record<string, unknown>;
