/** Starts a real Chromium on a profile of its own, driven over the DevTools protocol, and kills it when asked. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";

/** Debian's; another one by the environment variable. */
export const CHROMIUM = process.env["BARAZA_CHROMIUM"] ?? "/usr/bin/chromium";

export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type RunningChromium = {
  context: BrowserContext;
  pid: number;
  /** A new tab at an address. What the page logs as an error is collected in `errors`. */
  open(url: string): Promise<Page>;
  errors: string[];
  /** Ends it as a user does. */
  close(): Promise<void>;
  /** SIGKILL to all of its processes. */
  kill(): Promise<void>;
};

/** A new empty profile directory. The caller removes it with {@link removeProfile}. */
export function newProfile(): string {
  return mkdtempSync(join(tmpdir(), "baraza-profile-"));
}

export function removeProfile(profile: string): void {
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts Chromium on a profile directory; a second start on the same one finds its data. `flags`: more of its switches. */
export async function launchChromium(
  profile: string,
  flags: readonly string[] = [],
): Promise<RunningChromium> {
  const portFile = join(profile, "DevToolsActivePort");
  rmSync(portFile, { force: true });
  const temporary = join(profile, "tmp");
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    CHROMIUM,
    [
      ...CHROMIUM_FLAGS,
      ...flags,
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    // What a killed browser leaves behind then goes with its profile.
    {
      detached: true,
      stdio: "ignore", // Without a locale it cannot read folders whose names are not ASCII.
      env: { ...process.env, LC_ALL: "C.UTF-8", TMPDIR: temporary },
    },
  );
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${CHROMIUM}`);
  const killAll = (): void => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", killAll);
  const browser = await chromium.connectOverCDP(await endpoint(portFile, child));
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error("Chromium has no context");
  const errors: string[] = [];
  async function kill(): Promise<void> {
    killAll();
    await ended;
    process.off("exit", killAll);
    await browser.close().catch(() => undefined);
    rmSync(join(profile, "SingletonLock"), { force: true });
  }
  return {
    context,
    pid,
    errors,
    async open(url) {
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(withWhere(message));
      });
      await page.goto(url);
      return page;
    },
    async close() {
      const session = await browser.newBrowserCDPSession();
      await session.send("Browser.close").catch(() => undefined);
      await ended;
      await kill();
    },
    kill,
  };
}

/** What a console says of a file that it could not load names no file: its path is added. */
function withWhere(message: ConsoleMessage): string {
  const { url } = message.location();
  const failed = message.text().startsWith("Failed to load resource") && URL.canParse(url);
  return failed ? `${message.text()} (${new URL(url).pathname})` : message.text();
}

async function endpoint(portFile: string, child: { exitCode: number | null }): Promise<string> {
  for (let turns = 0; turns < 600; turns++) {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}`);
    const lines = existsSync(portFile) ? readFileSync(portFile, "utf8").split("\n") : [];
    if (lines[1] !== undefined) return `ws://127.0.0.1:${lines[0]}${lines[1]}`;
    await pause(50);
  }
  throw new Error("Chromium did not open its DevTools port");
}
