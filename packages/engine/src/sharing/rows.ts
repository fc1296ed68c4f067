/** Rows of links and drop boxes, and what they look like to a screen. */
import { handoutSecrets, intakeSecrets } from "@baraza/crypto/sharing";
import type { Bytes } from "@baraza/protocol";
import { encodeShareFragment, intakeNote, LIMITS, nodeOrigin, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { DropBox, DroppedFile, LinkState, SharedLink } from "./api.ts";

export type HandoutRow = {
  handout_id: string;
  seed: Bytes;
  space_id: string;
  hub: string;
  title: string;
  files: number;
  bytes: number;
  passphrase: number;
  made: number;
  expires: number;
  takes: number | null;
  state: LinkState;
  taken: number;
  tries: number;
  checked: number;
  chosen: string;
};
export type IntakeRow = {
  intake_id: string;
  seed: Bytes;
  node: string;
  title: string;
  text: string;
  bytes: number;
  files: number;
  made: number;
  expires: number;
  state: DropBox["state"];
  used_bytes: number;
  used_files: number;
  whole: number;
  checked: number;
  into_space: string | null;
  into_folder: string | null;
};
export type ItemRow = {
  intake_id: string;
  item_id: string;
  position: number;
  note: Bytes | null;
  chunks: number;
  at: number;
  seen: number;
};
export type SaveRow = {
  intake_id: string;
  item_id: string;
  upload_id: string;
  log_id: string;
  file_id: string;
};

/** @throws EngineError `invalid` */
export async function handoutRow(core: Core, linkId: string): Promise<HandoutRow> {
  const row = await core.store.get<HandoutRow>("SELECT * FROM handouts WHERE handout_id = ?", [
    linkId,
  ]);
  if (row === undefined) throw new EngineError("invalid", { data: { field: "linkId" } });
  return row;
}

/** @throws EngineError `invalid` */
export async function intakeRow(core: Core, boxId: string): Promise<IntakeRow> {
  const row = await core.store.get<IntakeRow>("SELECT * FROM intakes WHERE intake_id = ?", [boxId]);
  if (row === undefined) throw new EngineError("invalid", { data: { field: "boxId" } });
  return row;
}

/** The link of a handout: at the node that keeps the files. */
export function handoutLink({ seed, hub, passphrase }: HandoutRow): string {
  const { secret } = handoutSecrets(seed);
  const fragment = encodeShareFragment({ kind: "files", passphrase: passphrase === 1, secret });
  return `${nodeOrigin(hub)}/share#${fragment}`;
}

/** The link of a drop box. */
export async function intakeLink({
  seed,
  node,
}: Pick<IntakeRow, "seed" | "node">): Promise<string> {
  const { secret, keyHash } = await intakeSecrets(seed);
  return `${nodeOrigin(node)}/share#${encodeShareFragment({ kind: "drop", secret, keyHash })}`;
}

/** All that were not ended, newest first. */
export async function listLinks(core: Core): Promise<SharedLink[]> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<HandoutRow>(
    "SELECT * FROM handouts WHERE state <> 'gone' ORDER BY made DESC, handout_id",
  );
  return rows.map((row) => ({
    linkId: row.handout_id,
    spaceId: row.space_id,
    title: row.title,
    files: row.files,
    bytes: row.bytes,
    link: handoutLink(row),
    passphrase: row.passphrase === 1,
    made: row.made,
    expires: row.expires,
    state: row.state === "open" && row.expires <= now ? "expired" : row.state,
    takes: row.takes,
    taken: row.taken,
    tries: row.tries,
    checked: row.checked,
    fileIds: JSON.parse(row.chosen) as string[],
  }));
}

export async function listBoxes(core: Core): Promise<DropBox[]> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<IntakeRow & { unseen: number }>(
    `SELECT *, (SELECT count(*) FROM intake_items i WHERE i.intake_id = intakes.intake_id AND seen = 0) AS unseen
     FROM intakes WHERE state <> 'gone' ORDER BY made DESC, intake_id`,
  );
  return Promise.all(
    rows.map(async (row) => ({
      boxId: row.intake_id,
      title: row.title,
      text: row.text,
      link: await intakeLink(row),
      made: row.made,
      expires: row.expires,
      state: row.state === "open" && row.expires <= now ? ("expired" as const) : row.state,
      bytes: row.bytes,
      usedBytes: row.used_bytes,
      files: row.files,
      usedFiles: row.used_files,
      waiting: row.whole,
      unseen: row.unseen,
      checked: row.checked,
      into:
        row.into_space === null
          ? null
          : { spaceId: row.into_space, folderId: row.into_folder || null },
    })),
  );
}

type Listed = Pick<ItemRow, "item_id" | "note" | "at"> & {
  log_id: string | null;
  file_id: string | null;
  upload_id: string | null;
  state: string | null;
  done: number | null;
  total: number | null;
  failure: string | null;
};

export async function listDropped(core: Core, boxId: string): Promise<DroppedFile[]> {
  const rows = await core.store.all<Listed>(
    `SELECT i.item_id, i.note, i.at, s.log_id, s.file_id, s.upload_id, u.state, u.done, u.total, u.failure
     FROM intake_items i LEFT JOIN intake_saves s USING (intake_id, item_id)
       LEFT JOIN files_uploads u ON u.upload_id = s.upload_id
     WHERE i.intake_id = ? ORDER BY i.position`,
    [boxId],
  );
  return rows.map((row) => {
    const { item_id: itemId, note, at } = row;
    const saving = savingOf(row);
    if (note === null) return { boxId, itemId, file: null, at, saving };
    const { name, type, size, from } = readAs(intakeNote, note, LIMITS.intakeNoteBytes);
    return { boxId, itemId, file: { name, type, size, from }, at, saving };
  });
}

function savingOf(row: Listed): DroppedFile["saving"] {
  if (row.upload_id === null || row.log_id === null || row.file_id === null) return null;
  const { upload_id: uploadId, log_id: spaceId, file_id: fileId } = row;
  const state = row.state === "failed" || row.state === "paused" ? row.state : "sending";
  const { done, total, failure } = row;
  return { uploadId, spaceId, fileId, state, done: done ?? 0, total: total ?? 0, failure };
}
