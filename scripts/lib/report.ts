/** What a run of checks or tests prints: a line for what is well, everything for what is not. */
import { styleText } from "node:util";

/** How many checks or tests passed and failed. */
export interface Total {
  readonly passed: number;
  readonly failed: number;
}

/** Prints one check's line, and beneath it what is wrong. */
export function printCheck(name: string, faults: readonly string[], milliseconds: number): void {
  const seconds = `${(milliseconds / 1000).toFixed(1)} s`;
  if (faults.length === 0) {
    console.log(`${styleText("green", "✓")} ${name} ${styleText("dim", seconds)}`);
    return;
  }
  console.log(`${styleText("red", "✗")} ${name} ${styleText("dim", seconds)}`);
  for (const fault of faults) console.log(fault.replaceAll(/^/gm, "    "));
}

/** The sum of several runs. */
export function addUp(totals: readonly Total[]): Total {
  return {
    passed: totals.reduce((sum, { passed }) => sum + passed, 0),
    failed: totals.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Prints the last line of a run and returns its exit code. */
export function printTotal({ passed, failed }: Total): number {
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
