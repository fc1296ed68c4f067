/**
 * The search over 1,000,000 messages and 100,000 documents in a browser's store: how fast the index is built in the background, how
 * long a query takes from the page to the answer, the word that is everywhere, sizes; beside Xapian on the same texts. docs/benchmarks.md
 * says how. `npm run bench -- search 100000` takes that many things instead.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { launchChromium, newProfile, removeProfile } from "@baraza/engine/browser/testing";
import {
  everywhere,
  queries,
  relevance,
  serveSearchPage,
  textAt,
} from "@baraza/engine/browser/testing/search";
import type { Page } from "playwright-core";
import { percentile, report } from "./lib/figure.ts";

const total = Number(process.argv[2] ?? 1_100_000);
const QUERIES = 400;
const WORST = 5;
/** Texts that are written into the store in one call. */
const FILL = 20_000;
const MiB = 1024 * 1024;

const { share } = await relevance();
report({ figure: "search.top3", value: 100 * share, unit: "%" });
await inBrowser();
await beside();
process.exit(0);

type Timed = { ms: number; value: { found: number; more: string | null } };

async function inBrowser(): Promise<void> {
  const served = await serveSearchPage();
  const profile = newProfile();
  const browser = await launchChromium(profile);
  try {
    const page = await browser.open(served.url);
    await ask(page, "open", {});
    await ask(page, "people", {});
    const idle = rendererBytes(browser.pid);
    for (let from = 0; from < total; from += FILL) {
      await ask(page, "fill", { from, to: Math.min(total, from + FILL), total });
      if (from % 200_000 === 0) say(`${from} written`);
    }
    const before = (await ask(page, "size", {})) as { store: number };
    const start = performance.now();
    let done = false;
    const indexed = ask(page, "index", {}).then(() => (done = true));
    while (!done) {
      await Promise.race([indexed, new Promise((resolve) => setTimeout(resolve, 30_000))]);
      say(`${String(await ask(page, "left", {}))} left`);
    }
    report({
      figure: "search.index",
      value: (1000 * total) / (performance.now() - start),
      unit: "docs/s",
    });
    const peak = rendererBytes(browser.pid);
    const after = (await ask(page, "size", {})) as { store: number };
    report({ figure: "search.size", value: (after.store - before.store) / MiB, unit: "MiB" });
    report({ figure: "search.size.texts", value: before.store / MiB, unit: "MiB" });

    const times: number[] = [];
    const sorts = new Map<string, number[]>();
    for (const { text, sort } of queries(QUERIES, total)) {
      const { ms } = await timed(page, "find", { text, limit: 30 });
      times.push(ms);
      const list = sorts.get(sort) ?? [];
      list.push(ms);
      sorts.set(sort, list);
    }
    report({ figure: "search.p95", value: percentile(times, 0.95), unit: "ms" });
    report({ figure: "search.p50", value: percentile(times, 0.5), unit: "ms" });
    for (const [sort, list] of sorts)
      report({ figure: `search.p95 (${sort})`, value: percentile(list, 0.95), unit: "ms" });

    // The word that is everywhere: its first screen, then what streams in behind it.
    const worst: number[] = [];
    const rest: number[] = [];
    for (let turn = 0; turn < WORST; turn++) {
      const first = await timed(page, "find", { text: everywhere(), limit: 30 });
      worst.push(first.ms);
      let more = first.value.more;
      for (let next = 0; next < 10 && more !== null; next++) {
        const answer = await timed(page, "more", { more, limit: 100 });
        rest.push(answer.ms);
        more = answer.value.more;
      }
    }
    report({ figure: "search.worst", value: Math.max(...worst), unit: "ms" });
    report({ figure: "search.rest", value: percentile(rest, 0.95), unit: "ms" });
    report({
      figure: "search.memory",
      value: (Math.max(peak, rendererBytes(browser.pid)) - idle) / MiB,
      unit: "MiB",
    });
    say(`errors: ${browser.errors.length}`);
  } finally {
    await browser.close();
    removeProfile(profile);
    await served.close();
  }
}

/** Xapian with the same texts and queries, each handed over by this process. */
async function beside(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "baraza-xapian-"));
  try {
    const child = spawn(
      "/usr/bin/python3",
      [join(import.meta.dirname, "lib", "xapian-peer.py"), directory],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stdin.on("error", () => undefined);
    const ended = once(child, "exit");
    for (let i = 0; i < total && child.exitCode === null; i++) {
      const { text, name, at } = textAt(i, total);
      if (!child.stdin.write(`${JSON.stringify({ text, name, at })}\n`))
        await Promise.race([once(child.stdin, "drain"), ended]);
    }
    const asked = queries(QUERIES, total).filter(({ sort }) => sort !== "filter");
    for (const { text } of [...asked, { text: everywhere() }])
      child.stdin.write(`${JSON.stringify({ query: text })}\n`);
    child.stdin.end();
    const [code] = (await ended) as [number];
    if (code !== 0) return say("no peer: Debian's python3-xapian is not installed");
    const { count, seconds, times, bytes } = JSON.parse(output) as {
      count: number;
      seconds: number;
      times: number[];
      bytes: number;
    };
    const worst = times.pop() ?? Number.NaN;
    report({ figure: "search.peer.index", value: count / seconds, unit: "docs/s" });
    report({ figure: "search.peer", value: percentile(times, 0.95), unit: "ms" });
    report({ figure: "search.peer.worst", value: worst, unit: "ms" });
    report({ figure: "search.peer.size", value: bytes / MiB, unit: "MiB" });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function ask(page: Page, op: string, args: object): Promise<unknown> {
  return page.evaluate(
    ([name, given]) =>
      (globalThis as unknown as { ask: (op: string, args: object) => Promise<unknown> }).ask(
        name,
        given,
      ),
    [op, args] as const,
  );
}

/** Measured in the page: from the question to the answer in its hands. */
function timed(page: Page, op: string, args: object): Promise<Timed> {
  return page.evaluate(
    ([name, given]) =>
      (globalThis as unknown as { timed: (op: string, args: object) => Promise<Timed> }).timed(
        name,
        given,
      ),
    [op, args] as const,
  );
}

/** Resident bytes of the largest renderer of a browser: the page with its worker. */
function rendererBytes(browser: number): number {
  let most = 0;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/cmdline`)) continue;
    try {
      const isRenderer = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
      const [, group = ""] =
        /\) \S (?:\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      if (!isRenderer || Number(group) !== browser) continue;
      const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      most = Math.max(most, 1024 * Number(kib ?? 0));
    } catch {
      // It has ended meanwhile.
    }
  }
  return most;
}

function say(text: string): void {
  console.error(`${new Date().toISOString()} load ${loadavg()[0]?.toFixed(1)}: ${text}`);
}
