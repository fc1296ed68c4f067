/**
 * What the files tool does with content: uploads that go on after a restart, reading, what this device keeps. Loaded when
 * it is needed first; one per engine.
 */
import { createChunks, sweepChunks } from "../../blobs/cache.ts";
import { createReader } from "../../blobs/content.ts";
import { createWindow } from "../../blobs/window.ts";
import type { Core } from "../../core.ts";
import type { FilesWork } from "./work-port.ts";
import { createPostReady, dropUnfinished } from "../chat/outgoing.ts";
import { runSmall } from "./small-uploads.ts";
import { runLarge } from "./large-uploads.ts";
import { KEEP_WAIT_MS, tendKeeps } from "./keeps.ts";
import { bringHeld, createLook, tendMoved } from "./moved-content.ts";
import { tendPins } from "./files-kept.ts";

/** What came out of drop boxes leaves them once it is in its space. */
async function tendLeft(core: Core): Promise<number | null> {
  const row = await core.store.get("SELECT 1 AS one FROM intake_saves LIMIT 1");
  return row === undefined ? null : (await import("../../sharing/sharing-work.ts")).tendSaves(core);
}

export async function createFilesWork(core: Core, post: FilesWork["post"]): Promise<FilesWork> {
  const chunks = createChunks(core);
  const work: FilesWork = {
    core,
    chunks,
    reader: createReader(core, chunks),
    window: createWindow(),
    contents: new Map(),
    checked: new Set(),
    stopped: new Map(),
    delay: Math.floor(Math.random() * KEEP_WAIT_MS),
    post,
    postReady: createPostReady({ core, post }),
    async run() {
      // One lane does not wait for the other: a film on its way does not hold up a letter.
      const lanes = await Promise.allSettled([runSmall(work), runLarge(work)]);
      for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
      await work.postReady();
      const left = await tendLeft(core);
      await tendPins(work);
      const { tendOnceDrops } = await import("../chat/once-acts.ts");
      const { answerAsks } = await import("../segments/segments-work.ts");
      const due = [
        left,
        await tendKeeps(work),
        await tendOnceDrops(work),
        await tendMoved(work),
        await answerAsks(work),
      ].filter((one) => one !== null);
      return due.length === 0 ? null : Math.min(...due);
    },
    look: createLook(core),
    bring: (logId, blobIds) => bringHeld(work, logId, blobIds),
  };
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM files_uploads WHERE state = 'done'");
    tx.run("DELETE FROM files_begins WHERE blob_id NOT IN (SELECT blob_id FROM files_versions)");
    tx.run("UPDATE files_uploads SET state = 'waiting' WHERE state = 'sending'");
    dropUnfinished(tx);
  });
  await sweepChunks(core);
  return work;
}
