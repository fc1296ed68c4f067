/** Drop boxes: places at one's own node where people outside leave files, sealed to this account. */
import { locate, openChunk, PLAIN_CHUNK, randomBytes, unpackBlobChunk } from "@baraza/crypto";
import { accessHash, intakeAccess, intakeSecrets, sealNotice } from "@baraza/crypto/sharing";
import type { Bytes, IntakeNote } from "@baraza/protocol";
import {
  concat,
  fromHex,
  intakeNote,
  LIMITS,
  ProtocolError,
  readAs,
  text,
  time,
  toHex,
  uint,
} from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { vaultChanged } from "../recovery/in-vault.ts";
import type { SharingCommands } from "./api.ts";
import { isGone } from "./links.ts";
import type { IntakeRow, ItemRow } from "./rows.ts";
import { intakeLink, intakeRow } from "./rows.ts";

type Arguments<N extends keyof SharingCommands> = Parameters<SharingCommands[N]>[0];

const wish = v.object({
  title: text(LIMITS.handoutTitleLength, 1),
  text: text(LIMITS.intakeTextLength),
  bytes: v.pipe(uint(), v.minValue(1)),
  files: v.pipe(uint(LIMITS.intakeFiles), v.minValue(1)),
  expires: time,
  into: v.optional(
    v.object({
      spaceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      folderId: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
    }),
  ),
});

/** Most that is read at once, in bytes. */
const READ_BYTES = 4 * 1024 * 1024;

export async function openBox(
  core: Core,
  args: Arguments<"sharing.openBox">,
): ReturnType<SharingCommands["sharing.openBox"]> {
  if (!v.is(wish, args)) throw new EngineError("invalid");
  const { title, bytes, files, expires, into } = args;
  const { node } = core.me();
  const seed = randomBytes(32);
  const { secret, publicKey } = await intakeSecrets(seed);
  const { intakeId, writer } = intakeAccess(secret);
  const notice = await sealNotice(secret, { v: 1, title, text: args.text, publicKey });
  const row: IntakeRow = {
    intake_id: toHex(intakeId),
    seed,
    node,
    title,
    text: args.text,
    bytes,
    files,
    made: core.platform.clock.now(),
    expires,
    state: "making",
    used_bytes: 0,
    used_files: 0,
    whole: 0,
    checked: 0,
    into_space: into?.spaceId ?? null,
    into_folder: into?.folderId ?? null,
  };
  await core.store.transaction((tx) => {
    tx.run(
      "INSERT INTO intakes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      Object.values(row),
    );
  });
  const request = { intakeId, writer: accessHash(writer), notice, bytes, files, expires };
  try {
    await core.own.call("intakes.open", request);
  } catch (error) {
    if (error instanceof ProtocolError && error.code !== "unavailable" && error.code !== "timeout")
      await core.store.run("DELETE FROM intakes WHERE intake_id = ?", [row.intake_id]);
    throw error;
  }
  await core.store.transaction((tx) => {
    tx.run("UPDATE intakes SET state = 'open' WHERE intake_id = ?", [row.intake_id]);
    vaultChanged(tx);
  });
  core.kick({ vault: true });
  return { boxId: row.intake_id, link: await intakeLink(row) };
}

export async function closeBox(core: Core, args: Arguments<"sharing.closeBox">): Promise<void> {
  const { boxId, discard } = args;
  const row = await intakeRow(core, boxId);
  const now = core.platform.clock.now();
  await closeAtNode(core, row, discard);
  await core.store.transaction((tx) => {
    if (discard) {
      tx.run("UPDATE intakes SET state = 'gone' WHERE intake_id = ?", [boxId]);
      tx.run("DELETE FROM intake_items WHERE intake_id = ?", [boxId]);
      tx.run("DELETE FROM intake_saves WHERE intake_id = ?", [boxId]);
    } else
      tx.run(
        "UPDATE intakes SET state = 'expired', expires = min(expires, ?) WHERE intake_id = ?",
        [now, boxId],
      );
    vaultChanged(tx);
  });
  core.kick({ vault: true });
}

/** Takes a box back whose opening was cut off: nobody has its link. */
export async function takeBoxBack(core: Core, row: IntakeRow): Promise<void> {
  await closeAtNode(core, row, true);
  await core.store.run("DELETE FROM intakes WHERE intake_id = ?", [row.intake_id]);
}

async function closeAtNode(core: Core, row: IntakeRow, discard: boolean): Promise<void> {
  // A former node's account is gone, with all that was in its boxes.
  if (row.node !== core.me().node) return;
  try {
    await core.own.call("intakes.close", { intakeId: fromHex(row.intake_id), discard });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

const range = v.object({
  boxId: v.string(),
  itemId: v.string(),
  start: uint(),
  length: v.pipe(uint(READ_BYTES), v.minValue(1)),
});

/** Fetches and opens the chunks in which a range lies. */
export async function readDropped(core: Core, args: Arguments<"sharing.read">): Promise<Bytes> {
  if (!v.is(range, args)) throw new EngineError("invalid");
  const { boxId, itemId, start } = args;
  const note = await noteOf(core, boxId, itemId);
  const end = Math.min(note.size, start + args.length);
  if (start >= end) return new Uint8Array();
  const from = locate(start);
  const to = locate(end - 1);
  const parts: Bytes[] = [];
  for (let chunk = from.blobChunk; chunk <= to.blobChunk; chunk++) {
    const answer = await core.own.call("intakes.chunk", {
      intakeId: fromHex(boxId),
      itemId: fromHex(itemId),
      index: chunk,
    });
    const first = locate(0).index + chunk * (LIMITS.chunkBytes / (PLAIN_CHUNK + 16));
    for (const [at, sealed] of unpackBlobChunk(answer.chunk).entries()) {
      const index = first + at;
      if (index < from.index || index > to.index) continue;
      parts.push(await opened(note, index, sealed));
    }
  }
  const skipped = start - from.index * PLAIN_CHUNK;
  return concat(...parts).slice(skipped, skipped + end - start);
}

async function opened({ key, size }: IntakeNote, index: number, sealed: Bytes): Promise<Bytes> {
  try {
    return await openChunk(key, size, index, sealed);
  } catch (cause) {
    throw new EngineError("blob_altered", { cause });
  }
}

export async function noteOf(core: Core, boxId: string, itemId: string): Promise<IntakeNote> {
  const row = await core.store.get<Pick<ItemRow, "note">>(
    "SELECT note FROM intake_items WHERE intake_id = ? AND item_id = ?",
    [boxId, itemId],
  );
  if (row === undefined || row.note === null) throw new EngineError("invalid");
  return readAs(intakeNote, row.note, LIMITS.intakeNoteBytes);
}

export async function discardDropped(
  core: Core,
  args: Arguments<"sharing.discard">,
): Promise<void> {
  const { boxId, itemId } = args;
  await intakeRow(core, boxId);
  try {
    const item = { intakeId: fromHex(boxId), itemId: fromHex(itemId) };
    await core.own.call("intakes.delete", item);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  await core.store.transaction((tx) => {
    const { changes } = tx.run("DELETE FROM intake_items WHERE intake_id = ? AND item_id = ?", [
      boxId,
      itemId,
    ]);
    tx.run("UPDATE intakes SET whole = max(0, whole - ?) WHERE intake_id = ?", [changes, boxId]);
    tx.run("DELETE FROM intake_saves WHERE intake_id = ? AND item_id = ?", [boxId, itemId]);
  });
}
