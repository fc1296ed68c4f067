/** Runs Vitest and counts what it found. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runInFront } from "./lib/exec.ts";
import { exists, filesBelow, readJson, root } from "./lib/files.ts";
import { printTotal, type Total } from "./lib/report.ts";

const report = ".cache/vitest.json";
const limitMinutes = 45;

/** The parts of Vitest's JSON report that are read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Runs the tests, all of them or those whose file names hold one of `filters`. */
export async function runTests(filters: readonly string[] = []): Promise<Total> {
  return vitest(filters, {}, limitMinutes);
}

/** Runs in full what `npm test` runs as a sample: it takes hours. */
export async function runSoak(filters: readonly string[]): Promise<number> {
  const long = [...filesBelow("packages", /\.test\.tsx?$/), ...filesBelow("e2e", /\.test\.tsx?$/)]
    .filter(({ text }) => /\bscale\(|BARAZA_SOAK/.test(text))
    .map(({ path }) => path)
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
  if (long.length === 0) {
    console.error("No test has a long form with that name.");
    return 1;
  }
  return printTotal(await vitest(long, { BARAZA_SOAK: "1" }));
}

async function vitest(
  filters: readonly string[],
  env: Record<string, string>,
  limit?: number,
): Promise<Total> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(join(root, report), { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  console.log("\nTests");
  const plain: Record<string, string> = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
  const args = ["run", ...reporters, ...filters];
  const code = await runInFront("vitest", args, { ...plain, ...env }, limit);
  const total = count(exists(report) ? readJson<Report>(report) : undefined, code);
  if (total.leftOut > 0) {
    console.log(`${total.leftOut} tests were left out (skip or todo): none may be.`);
  }
  return total;
}

/**
 * What a run came to. A file that cannot be loaded, a test that is left out and an error outside of
 * any test count as a failure each: none of them may pass unseen.
 */
export function count(found: Report | undefined, exitCode: number): Total & { leftOut: number } {
  if (found === undefined) return { passed: 0, failed: 1, leftOut: 0 };
  const brokenFiles = found.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const leftOut = found.numPendingTests + found.numTodoTests;
  const failed = found.numFailedTests + brokenFiles + leftOut;
  return {
    passed: found.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    leftOut,
  };
}
