/**
 * Giving memory back. V8 lets its heaps grow under load and makes them smaller when it collects garbage, which a quiet
 * process hardly ever does; SQLite keeps its cache. A node shares a small machine with others, so each of its threads
 * rests when a busy time is over.
 */
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

const LOOK_EVERY_MS = 5000;
/** A thread that worked less than this between two looks is quiet: pings and health checks take less. */
const QUIET_MS = 50;

/**
 * Watches this thread's event loop. Once it is quiet again after work, `release` is called and garbage collected, which
 * takes some tens of milliseconds.
 * @returns what ends the watch.
 */
export function restWhenQuiet(
  release: () => void = () => {},
  lookEveryMs: number = LOOK_EVERY_MS,
): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  let last = performance.eventLoopUtilization();
  let worked = true;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { active } = performance.eventLoopUtilization(now, last);
    last = now;
    if (active > QUIET_MS) worked = true;
    else if (worked) {
      worked = false;
      release();
      collect({ type: "major", execution: "sync", flavor: "last-resort" });
      last = performance.eventLoopUtilization();
    }
  }, lookEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
