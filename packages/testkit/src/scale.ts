/**
 * How much of a long test is run: a sample in `npm test`, all of it in `npm run soak`. A test that
 * calls this is found by its name and run by both.
 */

/** Whether this is a run in full. */
export const isSoak: boolean =
  "process" in globalThis && globalThis.process.env["BARAZA_SOAK"] === "1";

/** The number of rounds: `sample` in a usual run, `full` in a soak. Both are whole and at least 1. */
export function scale(sample: number, full: number): number {
  if (!(Number.isSafeInteger(sample) && sample >= 1 && full >= sample)) {
    throw new RangeError(`scale(${sample}, ${full}): a sample is at least 1 and at most all`);
  }
  return isSoak ? full : sample;
}
