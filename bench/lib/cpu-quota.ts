/** A CPU quota for a group of processes, where this machine lets us set one: control groups, version 2 or 1. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cpuSecondsOf, pause, until } from "./process.ts";

const PERIOD_US = 20_000;

/** Where a group can be made: the root of the hierarchy that has the CPU controller; null where there is none to write to. */
function hierarchy(): { root: string; version: 1 | 2 } | null {
  for (const [root, file, version] of [
    ["/sys/fs/cgroup", "cgroup.subtree_control", 2],
    ["/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", 1],
  ] as const) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    if (version === 2 && !/\bcpu\b/.test(readFileSync(path, "utf8"))) continue;
    try {
      mkdirSync(join(root, probe));
      rmdirSync(join(root, probe));
      return { root, version };
    } catch {
      // Not for this user.
    }
  }
  return null;
}

const probe = `baraza-bench-${process.pid}`;
const where = hierarchy();

/** Whether a quota can be set here. */
export const hasQuota = where !== null;

/**
 * Gives all processes of a process group, and those that they start, so many cores' time together.
 * @returns what ends it
 */
export function limitCpu(group: number, cores: number): () => Promise<void> {
  if (where === null) throw new Error("no CPU quota can be set on this machine");
  const directory = join(where.root, probe);
  mkdirSync(directory, { recursive: true });
  const quota = Math.round(PERIOD_US * cores);
  // The most that there is: the quota is to be had whatever else this machine does meanwhile.
  if (where.version === 2) {
    writeFileSync(join(directory, "cpu.max"), `${quota} ${PERIOD_US}`);
    writeFileSync(join(directory, "cpu.weight"), "10000");
  } else {
    writeFileSync(join(directory, "cpu.shares"), "262144");
    writeFileSync(join(directory, "cpu.cfs_period_us"), String(PERIOD_US));
    writeFileSync(join(directory, "cpu.cfs_quota_us"), String(quota));
  }
  const move = (to: string, pids: readonly string[]): void => {
    for (const pid of pids) {
      try {
        writeFileSync(join(to, "cgroup.procs"), pid);
      } catch {
        // It has just ended.
      }
    }
  };
  move(directory, processesOf(group));
  return async () => {
    const { root } = where;
    await until("the group is empty", () => {
      const pids = readFileSync(join(directory, "cgroup.procs"), "utf8")
        .split("\n")
        .filter(Boolean);
      move(root, pids);
      return pids.length === 0;
    });
    rmdirSync(directory);
  };
}

/** Waits until a process group has nothing more to do, as a browser some seconds after its start. `patience`: at most so many ms. */
export async function untilQuiet(group: number, patience?: number): Promise<void> {
  const spent = (): number =>
    processesOf(group).reduce((sum, pid) => sum + cpuSecondsOf(Number(pid)), 0);
  let before = spent();
  await until(
    "the browser is quiet",
    async () => {
      await pause(500);
      const now = spent();
      const idle = now - before <= 0.02;
      before = now;
      return idle;
    },
    patience,
  );
}

/** All processes of a process group (proc(5), stat: the fifth field). */
function processesOf(group: number): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]) === group;
    } catch {
      return false;
    }
  });
}
