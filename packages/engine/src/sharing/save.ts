/**
 * Taking over what was left in a drop box: an upload like any other, whose content is read where it was left, piece by piece. Which upload
 * takes over which file stands in `intake_saves`, so that it goes on after a restart; when the file stands in the space it leaves the box.
 */
import { PIECE, pieceLength } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { Content } from "../tools/files/api.ts";
import { addFrom } from "../tools/files/file-contents.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { SharingCommands } from "./api.ts";
import { discardDropped, noteOf, readDropped } from "./boxes.ts";
import { isGone } from "./links.ts";
import type { SaveRow } from "./rows.ts";

/** How long until an entry that waits for its place in the log is looked at again. */
const AGAIN_MS = 5000;

export async function saveDropped(
  core: Core,
  context: ToolContext,
  { boxId, itemId, spaceId, parentId, prepared }: Parameters<SharingCommands["sharing.save"]>[0],
): ReturnType<SharingCommands["sharing.save"]> {
  // Pressed twice, on two screens: the second finds what the first has begun.
  return context.once("sharing.save", async () => {
    const { name, size } = await noteOf(core, boxId, itemId);
    const known = await saveOf(core, boxId, itemId);
    if (known !== undefined) return { fileId: known.file_id };
    const content = await contentOf(core, { boxId, itemId, size });
    const { fileId } = await addFrom(
      context,
      { spaceId, parentId, name, content, prepared },
      (tx, made) =>
        tx.run("INSERT INTO intake_saves VALUES (?, ?, ?, ?, ?)", [
          boxId,
          itemId,
          made.uploadId,
          spaceId,
          made.fileId,
        ]),
    );
    return { fileId };
  });
}

/** What is small is read at once, so that a lost line is told as such; of the rest an upload reads piece by piece (see {@link leftSource}). */
async function contentOf(
  core: Core,
  { boxId, itemId, size }: { boxId: string; itemId: string; size: number },
): Promise<Content> {
  const bytes =
    size > PIECE || size === 0
      ? new Uint8Array()
      : await readDropped(core, { boxId, itemId, start: 0, length: size });
  return {
    size,
    slice: (start, end) => ({ arrayBuffer: async () => bytes.slice(start, end).buffer }),
  };
}

async function saveOf(core: Core, boxId: string, itemId: string): Promise<SaveRow | undefined> {
  return core.store.get<SaveRow>("SELECT * FROM intake_saves WHERE intake_id = ? AND item_id = ?", [
    boxId,
    itemId,
  ]);
}

/** Where an upload's content is read, when it is one that was left outside. */
export function leftSource(
  core: Core,
  of: { boxId: string; itemId: string; size: number },
): (index: number) => Promise<Bytes> {
  const { boxId, itemId, size } = of;
  return async (index) => {
    const length = pieceLength(size, index);
    try {
      return await readDropped(core, { boxId, itemId, start: index * PIECE, length });
    } catch (error) {
      // Another device has taken it over or thrown it away.
      const gone = isGone(error) || (error instanceof EngineError && error.code === "invalid");
      throw gone ? new EngineError("file_unreadable", { cause: error }) : error;
    }
  };
}

type Looked = SaveRow & { state: string | null; there: number };

/**
 * Lets go of what stands in its space by now, here and at the node, and forgets what was called off.
 * @returns when to look again (ms since 1970); null: when there is something new
 */
export async function tendSaves(core: Core): Promise<number | null> {
  const rows = await core.store.all<Looked>(
    `SELECT s.*, u.state AS state, EXISTS (SELECT 1 FROM files_versions v
       WHERE v.log_id = s.log_id AND v.file_id = s.file_id AND v.pending = 0) AS there
     FROM intake_saves s LEFT JOIN files_uploads u ON u.upload_id = s.upload_id`,
  );
  let again = false;
  for (const { intake_id: boxId, item_id: itemId, state, there } of rows) {
    if (there === 1) {
      await letGo(core, boxId, itemId);
      continue;
    }
    // `done` and not in the log yet: its event waits for the line. Without a row it was called off, or its event waits after a restart.
    if (state === "done") again = true;
    else if (state === null && !(await isPending(core, boxId, itemId)))
      await core.store.run("DELETE FROM intake_saves WHERE intake_id = ? AND item_id = ?", [
        boxId,
        itemId,
      ]);
    else if (state === null) again = true;
  }
  return again ? core.platform.clock.now() + AGAIN_MS : null;
}

async function isPending(core: Core, boxId: string, itemId: string): Promise<boolean> {
  const row = await core.store.get(
    `SELECT 1 AS one FROM intake_saves s JOIN files_versions v ON v.log_id = s.log_id AND v.file_id = s.file_id
     WHERE s.intake_id = ? AND s.item_id = ?`,
    [boxId, itemId],
  );
  return row !== undefined;
}

async function letGo(core: Core, boxId: string, itemId: string): Promise<void> {
  try {
    await discardDropped(core, { boxId, itemId });
  } catch (error) {
    // The box itself is not known any more.
    if (!(error instanceof EngineError)) throw error;
    await core.store.run("DELETE FROM intake_saves WHERE intake_id = ? AND item_id = ?", [
      boxId,
      itemId,
    ]);
  }
}
