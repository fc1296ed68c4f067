/**
 * What the files tool does with content: uploads that go on after a restart, reading, what this device keeps. Loaded when
 * it is needed first; one per engine.
 */
import { createChunks, sweepChunks } from "../../blobs/cache.ts";
import { createReader } from "../../blobs/content.ts";
import { createWindow } from "../../blobs/window.ts";
import type { Core } from "../../core.ts";
import type { FilesWork } from "./work-port.ts";
import { runSmall } from "./small-uploads.ts";
import { runLarge } from "./large-uploads.ts";
import { KEEP_WAIT_MS, tendKeeps } from "./keeps.ts";
import { tendPins } from "./files-kept.ts";

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
    async run() {
      // One lane does not wait for the other: a film on its way does not hold up a letter.
      const lanes = await Promise.allSettled([runSmall(work), runLarge(work)]);
      for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
      await tendPins(work);
      return tendKeeps(work);
    },
  };
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM files_uploads WHERE state = 'done'");
    tx.run("UPDATE files_uploads SET state = 'waiting' WHERE state = 'sending'");
  });
  await sweepChunks(core);
  return work;
}
