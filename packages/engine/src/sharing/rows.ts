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
};
export type ItemRow = {
  intake_id: string;
  item_id: string;
  position: number;
  note: Bytes | null;
  chunks: number;
  at: number;
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
  }));
}

export async function listBoxes(core: Core): Promise<DropBox[]> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<IntakeRow>(
    "SELECT * FROM intakes WHERE state <> 'gone' ORDER BY made DESC, intake_id",
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
      checked: row.checked,
    })),
  );
}

export async function listDropped(core: Core, boxId: string): Promise<DroppedFile[]> {
  const rows = await core.store.all<ItemRow>(
    "SELECT * FROM intake_items WHERE intake_id = ? ORDER BY position",
    [boxId],
  );
  return rows.map(({ item_id, note, at }) => {
    if (note === null) return { boxId, itemId: item_id, file: null, at };
    const { name, type, size, from } = readAs(intakeNote, note, LIMITS.intakeNoteBytes);
    return { boxId, itemId: item_id, file: { name, type, size, from }, at };
  });
}
