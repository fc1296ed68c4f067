/**
 * A slow phone's CPU for a whole browser, its workers and helpers included: all of its processes run for a slice of time and
 * then stand still for a longer one. So each thread is as slow as on a CPU of that speed, and all of them together have the
 * same share of the machine. (A quota of a control group would give the sum, but let one thread run at three times the pace.)
 */
import { Worker as Thread } from "node:worker_threads";
import type { Page } from "playwright-core";
import { median } from "./figure.ts";

export type SlowCpu = { end(): Promise<void> };

/** How long the processes run at a stretch. */
const RUN_MS = 10;

// A thread of its own, so that whatever the measuring program does, the slices keep their length.
const SLICER = `
const { workerData, parentPort } = require("node:worker_threads");
const { group, run, rest, stop } = workerData;
const flag = new Int32Array(stop);
const signal = (name) => { try { process.kill(-group, name); } catch { Atomics.store(flag, 0, 1); } };
const start = performance.now();
let due = start;
while (Atomics.load(flag, 0) === 0) {
  signal("SIGSTOP");
  due = Math.max(due + rest, performance.now());
  Atomics.wait(flag, 0, 0, due - performance.now());
  signal("SIGCONT");
  due += run;
  Atomics.wait(flag, 0, 0, due - performance.now());
}
signal("SIGCONT");
parentPort.postMessage("ended");
`;

/** Slows a process group down. @param rest how long it stands still after each run, in ms */
export function slowDown(group: number, rest: number): SlowCpu {
  const stop = new SharedArrayBuffer(4);
  const slicer = new Thread(SLICER, { eval: true, workerData: { group, run: RUN_MS, rest, stop } });
  const ended = new Promise<void>((resolve, reject) => {
    slicer.once("message", () => resolve());
    slicer.once("error", reject);
  });
  return {
    end: async () => {
      Atomics.store(new Int32Array(stop), 0, 1);
      Atomics.notify(new Int32Array(stop), 0);
      await ended;
      await slicer.terminate();
    },
  };
}

export type Calibration = {
  /** What {@link slowDown} needs for this slowness here. */
  rest: number;
  /** How many times as long the same work takes then: one thread, and one per core at once. */
  oneThread: number;
  allCores: number;
};

/** Finds the rest between runs with which work in a page takes `times` as long. */
export async function calibrate(
  page: Page,
  group: number,
  cores: number,
  times: number,
): Promise<Calibration> {
  const slowed = async (rest: number, threads: number): Promise<number> => {
    const full: number[] = [];
    const slow: number[] = [];
    for (let round = 0; round < 3; round++) {
      full.push(await work(page, threads));
      const cpu = slowDown(group, rest);
      try {
        slow.push(await work(page, threads));
      } finally {
        await cpu.end();
      }
    }
    return median(slow) / median(full);
  };
  let rest = RUN_MS * (times - 1);
  let oneThread = await slowed(rest, 1);
  for (let turn = 0; turn < 3 && Math.abs(oneThread / times - 1) > 0.04; turn++) {
    rest *= (times - 1) / Math.max(0.5, oneThread - 1);
    oneThread = await slowed(rest, 1);
  }
  return { rest, oneThread, allCores: await slowed(rest, cores) };
}

/** Has workers of a page count to a fixed number. @returns ms that it took them */
function work(page: Page, threads: number): Promise<number> {
  return page.evaluate(async (count) => {
    const source = `onmessage = () => { let x = 1; for (let i = 0; i < 6e7; i++) x = (x * 1103515245 + 12345) | 0; postMessage(x); }`;
    const url = URL.createObjectURL(new Blob([source]));
    const workers = Array.from({ length: count }, () => new Worker(url));
    const round = (): Promise<unknown> =>
      Promise.all(
        workers.map(
          (worker) =>
            new Promise((resolve) => {
              worker.onmessage = resolve;
              worker.postMessage(0);
            }),
        ),
      );
    await round();
    const start = performance.now();
    await round();
    const took = performance.now() - start;
    for (const worker of workers) worker.terminate();
    return took;
  }, threads);
}
