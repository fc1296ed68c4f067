/**
 * New files on the disk, those that come at the same time together: while some are synced, the next ones gather and go as the next
 * group. The file system writes its journal once for a group and not twice for each file, which is most of what a sync costs.
 */
import { syncDirectory } from "../../secrets.ts";

/** A file that is written but perhaps not on the disk, and the directory that has its name. */
export type NewFile = { file: { sync: () => Promise<void> }; dir: string };

type Waiting = NewFile & { done: () => void; failed: (cause: unknown) => void };

/** Files of one group at most: each is open until the group is on the disk. */
const GROUP = 64;

/** @returns what settles when a file and its name are on the disk; it rejects for those alone that could not be synced. */
export function createSyncGroups(syncDir = syncDirectory): (one: NewFile) => Promise<void> {
  const waiting: Waiting[] = [];
  let running = false;

  async function syncAll(): Promise<void> {
    while (waiting.length > 0) await syncGroup(waiting.splice(0, GROUP), syncDir);
    running = false;
  }

  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ ...one, done, failed });
      // In a turn of its own, so that all that is ready now is in the first group.
      if (!running) {
        running = true;
        setImmediate(() => void syncAll());
      }
    });
}

/** Never rejects: each file is told by itself. Files and names at once, in either order: so one write of the journal has both. */
async function syncGroup(
  group: readonly Waiting[],
  syncDir: (dir: string) => Promise<void>,
): Promise<void> {
  const dirs = new Map<string, Promise<void>>();
  for (const { dir } of group) if (!dirs.has(dir)) dirs.set(dir, syncDir(dir));
  await Promise.all(
    group.map(async ({ file, dir, done, failed }) => {
      const both = await Promise.allSettled([file.sync(), dirs.get(dir)]);
      const broken = both.find((one) => one.status === "rejected");
      if (broken === undefined) done();
      else failed(broken.reason);
    }),
  );
}
