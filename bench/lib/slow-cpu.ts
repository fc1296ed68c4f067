/**
 * A slow phone's CPU for a whole browser, its workers and helpers included, in two ways. By quota: all its processes together get
 * a sixth of the machine's CPU, and one thread alone runs at a third of the pace on two cores. By slices: all processes run
 * for a moment and then stand still for longer, so that each thread is six times slower too.
 */
import { Worker as Thread } from "node:worker_threads";
import type { Page } from "playwright-core";
import { limitCpu } from "./cpu-quota.ts";
import { median } from "./figure.ts";

export type SlowCpu = { end(): Promise<void> };

/** `cores`: of so many the time, together. `restMs`: how long all stand still after each run. */
export type Slowness = { way: "quota"; cores: number } | { way: "slices"; restMs: number };

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

/** Slows a process group down. */
export function slowDown(group: number, slowness: Slowness): SlowCpu {
  if (slowness.way === "quota") return { end: limitCpu(group, slowness.cores) };
  const rest = slowness.restMs;
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
  slowness: Slowness;
  /** How many times as long the same work takes then: one thread, and one per core at once. */
  oneThread: number;
  allCores: number;
};

/** Measures a sixth (or what `times` says) of the machine by quota, which the kernel keeps by itself. */
export async function calibrateQuota(
  page: Page,
  group: number,
  cores: number,
  times: number,
): Promise<Calibration> {
  const slowness: Slowness = { way: "quota", cores: cores / times };
  return {
    slowness,
    oneThread: await slowed(page, group, slowness, 1),
    allCores: await slowed(page, group, slowness, cores),
  };
}

/** Finds the slices with which one thread's work takes `times` as long. */
export async function calibrateSlices(
  page: Page,
  group: number,
  cores: number,
  times: number,
): Promise<Calibration> {
  const slices = (restMs: number): Slowness => ({ way: "slices", restMs });
  let rest = RUN_MS * (times - 1);
  let oneThread = await slowed(page, group, slices(rest), 1);
  for (let turn = 0; turn < 3 && Math.abs(oneThread / times - 1) > 0.04; turn++) {
    rest *= (times - 1) / Math.max(0.5, oneThread - 1);
    oneThread = await slowed(page, group, slices(rest), 1);
  }
  const slowness = slices(rest);
  return { slowness, oneThread, allCores: await slowed(page, group, slowness, cores) };
}

/** How many times as long work takes with a slowness as without; the medians of three turns. */
async function slowed(
  page: Page,
  group: number,
  slowness: Slowness,
  threads: number,
): Promise<number> {
  const full: number[] = [];
  const slow: number[] = [];
  for (let round = 0; round < 3; round++) {
    full.push(await work(page, threads));
    const cpu = slowDown(group, slowness);
    try {
      slow.push(await work(page, threads));
    } finally {
      await cpu.end();
    }
  }
  return median(slow) / median(full);
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
