/**
 * Asking one's other devices for what stands beside files, and answering.
 *
 * [Note: Nothing to believe] A segment holds chunks exactly as they lie at the hubs of their spaces, each sealed under a key that is in
 * the event of its file. Whoever takes one over opens each with the key that it has itself: what was altered, put in the place of
 * something else, or belongs to a file that is gone or that this device cannot read is left out, and fetched from the hub as
 * ever. So neither a node nor another device can put words in, take them away, or bring them back.
 *
 * [Note: How long] No entry names the blobs of segments, so the node of the person's own space lets go of them after a day
 * (`LIMITS.blobGraceMs`). An ask that nobody has answered by then is over, too.
 */
import { blobCipher, createFileKey, CryptoError, randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import {
  bytes,
  bytes16,
  check,
  decodeCbor,
  encodeCbor,
  fromHex,
  LIMITS,
  object,
  ProtocolError,
  toHex,
} from "@baraza/protocol";
import * as v from "valibot";
import { otherPlaces } from "../../account/places.ts";
import type { BlobPointer } from "../../blobs/api.ts";
import { announce, getChunk, putChunk } from "../../blobs/hub.ts";
import { EngineError } from "../../errors.ts";
import { sealSmall } from "../files/small-uploads.ts";
import type { FilesWork } from "../files/work-port.ts";
import type { Ahead } from "../../search/port.ts";
import { SEGMENT_LIMITS, SEVERAL } from "./events.ts";

const DAY = LIMITS.blobGraceMs;
/** How long the others have to answer before what was asked for is fetched from where it lies, ms. */
const PATIENCE = 60_000;
/** How often a device that is on its way into the space looks whether it is there, ms. */
const LOOK = 1000;
/** Bytes that one asks for at a time. */
const ASK_BYTES = 6 * 1024 * 1024;
/** Where a person has three devices, two do not both answer at once, ms. */
const SPREAD = 3000;

const segment = object({
  v: v.literal(1),
  items: v.pipe(
    v.array(object({ id: bytes16, chunk: bytes(LIMITS.chunkBytes, 1) })),
    v.maxLength(SEGMENT_LIMITS.ids),
  ),
});
type Item = v.InferOutput<typeof segment>["items"][number];

/** What is beside the present version of a file that can be seen, and is not on this device. */
const MISSING = `SELECT v.log_id, v.side_id, v.side_key, v.side_size FROM files_nodes n
  JOIN files_versions v ON v.log_id = n.log_id AND v.file_id = n.file_id AND v.version_id = n.version_id
  WHERE n.shown = 1 AND n.rank = 1 AND v.side_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM blob_chunks b WHERE b.blob_id = v.side_id AND b.idx = 0)
    AND NOT EXISTS (SELECT 1 FROM search_texts t WHERE t.kind = 'file' AND t.log_id = n.log_id AND t.ref = n.file_id
      AND t.part = 0 AND t.version = n.version_id)`;
type Missing = { log_id: string; side_id: string; side_key: Bytes; side_size: number };

/** The space of one's own devices. `behind`: not all of it was read yet. */
const OWN = `SELECT s.log_id, m.devices, s.seq < s.hub_seq AS behind FROM spaces s
  JOIN members m ON m.log_id = s.log_id AND m.identity_id = ?
  WHERE s.kind = 'personal' AND s.state = 'active' ORDER BY s.log_id LIMIT 1`;
/** Since when a device that is new has been on its way into that space. */
const waits = new WeakMap<FilesWork, number>();

/**
 * Sees to it that what is missing on this device comes from another one of the same person, where one answers.
 * @param most bytes that may be asked for
 */
export async function ahead(work: FilesWork, most: number): Promise<Ahead> {
  const none: Ahead = { again: null, bytes: 0 };
  try {
    return (await next(work, most)) ?? none;
  } catch (error) {
    // Without a line, or without the space: as if nobody had answered.
    if (error instanceof ProtocolError || error instanceof EngineError) return none;
    throw error;
  }
}

async function next(work: FilesWork, most: number): Promise<Ahead | null> {
  const { store, platform } = work.core;
  const { id, deviceHash } = work.core.me();
  const own = await store.get<{ log_id: string; devices: number; behind: number }>(OWN, [id]);
  const now = platform.clock.now();
  if (own === undefined || own.behind === 1) {
    const places = own === undefined ? await otherPlaces(work.core) : [];
    if (own === undefined && !places.some(({ personal }) => personal === true)) return null;
    const since = waits.get(work) ?? now;
    waits.set(work, since);
    return now - since < PATIENCE ? { again: now + LOOK, bytes: 0 } : null;
  }
  if (own.devices < 2) return null;
  await takeAll(work, own.log_id);
  const asks = await store.all<{ at: number; ids: Bytes; answered: number }>(
    `SELECT a.at, a.ids, EXISTS (SELECT 1 FROM segments_made m WHERE m.log_id = a.log_id AND m.ask = a.event_id) AS answered
     FROM segments_asks a WHERE a.log_id = ? AND a.device = ? AND a.at BETWEEN ? AND ?`,
    [own.log_id, deviceHash, now - DAY, now],
  );
  const open = asks.filter(({ answered, at }) => answered === 0 && at + PATIENCE > now);
  if (open.length > 0) return { again: Math.min(...open.map(({ at }) => at)) + PATIENCE, bytes: 0 };
  // Where nobody has answered, nobody is asked again today.
  if (asks.some(({ answered }) => answered === 0) || work.core.line() !== "online") return null;
  const asked = new Set(asks.flatMap(({ ids }) => namesIn(ids)));
  const missing = await store.all<Missing>(
    `${MISSING} ORDER BY n.changed_at DESC LIMIT ${2 * SEGMENT_LIMITS.ids + asked.size}`,
  );
  const wanted: string[] = [];
  let sum = 0;
  for (const { side_id, side_size } of missing) {
    if (asked.has(side_id)) continue;
    if (wanted.length === SEGMENT_LIMITS.ids || sum + side_size > Math.min(most, ASK_BYTES)) break;
    wanted.push(side_id);
    sum += side_size;
  }
  if (wanted.length < SEVERAL) return null;
  await work.post(own.log_id, [{ type: "segments.ask", payload: { ids: wanted.map(fromHex) } }]);
  return { again: now + PATIENCE, bytes: sum };
}

/** Takes what has come, and is done with it. */
async function takeAll(work: FilesWork, logId: string): Promise<void> {
  const { store, platform } = work.core;
  const made = await store.all<{ event_id: string; parts: Bytes }>(
    `SELECT m.event_id, m.parts FROM segments_asks a JOIN segments_made m ON m.log_id = a.log_id AND m.ask = a.event_id
     WHERE a.log_id = ? AND a.device = ? AND m.at > ?
       AND NOT EXISTS (SELECT 1 FROM segments_taken t WHERE t.log_id = m.log_id AND t.event_id = m.event_id)`,
    [logId, work.core.me().deviceHash, platform.clock.now() - DAY],
  );
  for (const { event_id, parts } of made) {
    // Each part counts by itself: what a kill cuts off finds those before it on this device.
    for (const pointer of decodeCbor(parts) as BlobPointer[]) await take(work, logId, pointer);
    await store.run("INSERT OR IGNORE INTO segments_taken VALUES (?, ?)", [logId, event_id]);
  }
}

async function take(work: FilesWork, logId: string, pointer: BlobPointer): Promise<void> {
  const { store } = work.core;
  if ((await store.get(`${MISSING} LIMIT 1`)) === undefined) return;
  let items: readonly Item[];
  try {
    const cipher = await blobCipher(pointer.key, pointer.size);
    const sealed = await getChunk(work.core, logId, toHex(pointer.blobId), 0);
    ({ items } = check(segment, decodeCbor(await cipher.open(0, sealed))));
  } catch (error) {
    const passes = error instanceof ProtocolError && error.code !== "malformed";
    const gone = error instanceof EngineError && error.code === "blob_missing";
    if (passes || !(gone || error instanceof ProtocolError || error instanceof CryptoError))
      throw error;
    return;
  }
  for (const { id, chunk } of items) {
    const [row] = await store.all<Missing>(`${MISSING} AND v.side_id = ? LIMIT 1`, [toHex(id)]);
    if (row === undefined) continue;
    try {
      await (await blobCipher(row.side_key, row.side_size)).open(0, chunk);
    } catch (error) {
      if (error instanceof CryptoError) continue;
      throw error;
    }
    const { log_id, side_id: blobId } = row;
    await work.chunks.put({ logId: log_id, blobId, index: 0, bytes: chunk, held: false });
  }
}

/** Answers what one's other devices have asked. @returns when to look again (ms since 1970); null: when somebody asks */
export async function answerAsks(work: FilesWork): Promise<number | null> {
  const { store, platform } = work.core;
  const now = platform.clock.now();
  const asks = await store.all<{ log_id: string; event_id: string; at: number; ids: Bytes }>(
    `SELECT a.log_id, a.event_id, a.at, a.ids FROM segments_asks a
     JOIN spaces s ON s.log_id = a.log_id AND s.kind = 'personal' AND s.state = 'active'
     WHERE a.device <> ? AND a.at > ?
       AND NOT EXISTS (SELECT 1 FROM segments_made m WHERE m.log_id = a.log_id AND m.ask = a.event_id)
       AND NOT EXISTS (SELECT 1 FROM segments_taken t WHERE t.log_id = a.log_id AND t.event_id = a.event_id)
     ORDER BY a.at LIMIT 8`,
    [work.core.me().deviceHash, now - DAY],
  );
  const spread = work.delay % SPREAD;
  for (const { log_id, event_id, at, ids } of asks) {
    if (at + spread > now) return at + spread;
    const parts: BlobPointer[] = [];
    try {
      for (const items of await packed(work, namesIn(ids)))
        parts.push(await put(work, log_id, items));
    } catch (error) {
      // Where there is no room for them, the other one fetches what it asked for.
      if (!(error instanceof ProtocolError) || error.code !== "quota_exceeded") throw error;
    }
    if (parts.length > 0)
      await work.post(log_id, [
        { type: "segments.made", payload: { ask: fromHex(event_id), parts } },
      ]);
    // One that this device has nothing for is not looked at again.
    else await store.run("INSERT OR IGNORE INTO segments_taken VALUES (?, ?)", [log_id, event_id]);
  }
  return null;
}

/** What this device has of it, as many segments as one answer holds. What is not to be seen any more is not given on. */
async function packed(work: FilesWork, names: readonly string[]): Promise<Item[][]> {
  const parts: Item[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const known = await work.core.store.get(
      `SELECT 1 AS one FROM blob_chunks b JOIN files_versions v ON v.log_id = b.log_id AND v.side_id = b.blob_id
       JOIN files_nodes n ON n.log_id = v.log_id AND n.file_id = v.file_id AND n.version_id = v.version_id
       WHERE b.blob_id = ? AND b.idx = 0 AND n.shown = 1 LIMIT 1`,
      [name],
    );
    const chunk = known === undefined ? null : await work.chunks.get(name, 0);
    if (chunk === null) continue;
    const more = chunk.length + 64;
    if (size + more > SEGMENT_LIMITS.partBytes) {
      if (parts.length === SEGMENT_LIMITS.parts) break;
      parts.push([]);
      size = 64;
    }
    size += more;
    parts.at(-1)?.push({ id: fromHex(name), chunk });
  }
  return parts;
}

/** Seals a segment under a key of its own, and leaves it at the hub of one's own space. */
async function put(work: FilesWork, logId: string, items: Item[]): Promise<BlobPointer> {
  const content = encodeCbor({ v: 1, items });
  const key = createFileKey();
  const { sealed, hash } = await sealSmall(key, content);
  const blobId = randomBytes(16);
  const blob = { blobId: toHex(blobId), chunks: 1, bytes: sealed.length };
  await announce(work.core, logId, blob);
  await putChunk(work.core, logId, blob.blobId, 0, sealed);
  return { blobId, key, size: content.length, hash };
}

function namesIn(ids: Bytes): string[] {
  return Array.from({ length: Math.floor(ids.length / 16) }, (_, at) =>
    toHex(ids.subarray(16 * at, 16 * at + 16)),
  );
}
