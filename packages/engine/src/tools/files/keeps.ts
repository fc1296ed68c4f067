/** Names blobs once more that were let go at the hub though something refers to them (see drops.ts). */
import { fromHex, LIMITS } from "@baraza/protocol";
import { isReferred, isToBeOpened } from "./drops.ts";
import { filesEvent } from "./file-changes.ts";
import type { FilesWork } from "./work-port.ts";

/** Any member's device does it: each waits some moments at random, so that one is first and the others see it. */
export const KEEP_WAIT_MS = 20_000;

/** @returns when to look again (ms since 1970); null: there is nothing to wait for */
export async function tendKeeps(work: FilesWork): Promise<number | null> {
  const { delay } = work;
  const { store, platform } = work.core;
  const rows = await store.all<{ log_id: string; blob_id: string; since: number }>(
    `SELECT k.log_id, k.blob_id, k.since FROM files_keeps k JOIN spaces s ON s.log_id = k.log_id AND s.state = 'active'
     ORDER BY k.log_id, k.since LIMIT ?`,
    [LIMITS.entryBlobs],
  );
  const now = platform.clock.now();
  const due = rows.filter((row) => row.since + delay <= now);
  const [first] = due;
  if (first !== undefined) {
    const mine = due.filter((row) => row.log_id === first.log_id);
    const needed = await store.transaction((tx) =>
      mine.filter(
        ({ log_id, blob_id }) =>
          isReferred(tx, log_id, blob_id) || isToBeOpened(tx, log_id, blob_id, now),
      ),
    );
    if (needed.length > 0)
      await work.post(first.log_id, [
        filesEvent("files.keep", { blobs: needed.map((row) => fromHex(row.blob_id)) }),
      ]);
    await store.transaction((tx) => {
      for (const row of mine)
        tx.run("DELETE FROM files_keeps WHERE log_id = ? AND blob_id = ? AND since = ?", [
          row.log_id,
          row.blob_id,
          row.since,
        ]);
    });
    return now;
  }
  const next = rows.map((row) => row.since + delay).toSorted((a, b) => a - b)[0];
  return next ?? null;
}
