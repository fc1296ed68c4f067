/** From events to append requests: signed by the device, sealed for the epoch, signed outside by the posting key. */
import {
  appendDigest,
  headerHash,
  ownHash,
  randomBytes,
  sealEntry,
  signAppend,
  signEvent,
} from "@baraza/crypto";
import type { Bytes, EntryHeader, RequestOf, SealedEvent } from "@baraza/protocol";
import { decodeCbor, fromHex, head as headSchema, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { need } from "../util.ts";
import type { SpaceRuntime } from "./runtime.ts";

export type AppendRequest = RequestOf<"logs.append">;

export type OutboxRow = {
  id: number;
  event_id: string;
  type: string;
  type_version: number;
  at: number;
  payload: Bytes;
};

/** The parts of a header that the kind of entry adds. */
export type HeaderParts = Partial<
  Pick<
    EntryHeader,
    | "appendId"
    | "gen"
    | "nextPostingKey"
    | "seatId"
    | "addSeats"
    | "slotHash"
    | "outerKey"
    | "steward"
    | "seat"
    | "blobs"
    | "drops"
  >
>;

/** Where this device's chain of events stands; moves on with each event signed. */
export type Chain = { counter: number; prevOwnHash: Bytes };

export function chainOf(space: SpaceRuntime): Chain {
  return { counter: space.row.counter, prevOwnHash: space.row.own_hash };
}

/** The newest head that the hub has signed for this device; what it says without a signature convinces nobody. */
export function seenOf({ row }: SpaceRuntime): SealedEvent["seen"] {
  if (row.receipt === null) return { gen: row.gen, seq: row.seq, head: row.head };
  const { gen, seq, head, time, sig } = readAs(headSchema, row.receipt);
  return { gen, seq, head, time, sig };
}

/** Signs and seals one event for an epoch whose content key is known. */
export async function sealOne(
  core: Core,
  space: SpaceRuntime,
  chain: Chain,
  epoch: number,
  kind: EntryHeader["kind"],
  row: Omit<OutboxRow, "id">,
  parts: HeaderParts = {},
): Promise<{ header: Bytes; body: Bytes; event: SealedEvent; appendId: Bytes }> {
  const event = await signEvent({
    logId: space.id,
    epoch,
    device: core.me().device,
    eventId: fromHex(row.event_id),
    counter: chain.counter + 1,
    prevOwnHash: chain.prevOwnHash,
    seen: seenOf(space),
    type: row.type,
    typeVersion: row.type_version,
    at: row.at,
    payload: row.payload,
  });
  chain.counter += 1;
  chain.prevOwnHash = ownHash(event);
  const appendId = parts.appendId ?? randomBytes(16);
  const sealed = await sealEntry({
    contentKey: need(space.keys.get(epoch), "content key"),
    header: {
      v: 1,
      suite: 1,
      logId: space.id,
      gen: space.row.gen,
      kind,
      epoch,
      blobs: [],
      ...parts,
      appendId,
    },
    event,
  });
  return { ...sealed, event, appendId };
}

/** The blobs that an event keeps at the hub, and those that it lets go. */
export function blobParts(core: Core, space: SpaceRuntime, row: OutboxRow): HeaderParts {
  const tool = core.tools.find(({ name }) => row.type.startsWith(`${name}.`));
  const found = tool?.blobs?.(row.type, decodeCbor(row.payload));
  if (found === undefined) return {};
  // The hub does not have them (any more): what the event says stands all the same.
  const blobs = space.blobsGone.has(row.event_id) ? [] : found.names;
  return { blobs, ...(found.drops.length === 0 ? {} : { drops: found.drops }) };
}

/** The rows that disappear, as they go into the log. */
async function disappearing(
  core: Core,
  space: SpaceRuntime,
  rows: readonly OutboxRow[],
): Promise<ReadonlyMap<string, OutboxRow>> {
  const some = await core.store.get("SELECT 1 AS one FROM vanishing WHERE log_id = ? LIMIT 1", [
    space.logId,
  ]);
  if (some === undefined) return new Map();
  return (await import("../vanish/seal-vanishing.ts")).sealRows(core, space, rows);
}

/** An append of plain entries, signed once for all of them. */
export async function sealBatch(
  core: Core,
  space: SpaceRuntime,
  rows: readonly OutboxRow[],
): Promise<AppendRequest> {
  const chain = chainOf(space);
  const entries: { header: Bytes; body: Bytes }[] = [];
  const vanishing = await disappearing(core, space, rows);
  for (const row of rows) {
    const parts = blobParts(core, space, row);
    const { header, body } = await sealOne(
      core,
      space,
      chain,
      space.row.epoch,
      "entry",
      vanishing.get(row.event_id) ?? row,
      parts,
    );
    entries.push({ header, body });
  }
  const posting = need(space.posting, "posting key");
  const digest = appendDigest(entries.map((entry) => headerHash(entry.header)));
  return {
    logId: space.id,
    entries,
    sigs: { posting: await signAppend(posting.privateKey, digest) },
    seen: space.row.seq,
  };
}

/** The entries of a request as the hub will have stored them from position `first` on. */
export function asStored(request: AppendRequest, first: number) {
  const count = request.entries.length;
  const digest = appendDigest(request.entries.map((entry) => headerHash(entry.header)));
  return request.entries.map((entry, index) => ({
    seq: first + index,
    header: entry.header,
    body: entry.body,
    sigs: count === 1 ? request.sigs : { ...request.sigs, batch: { digest, index, count } },
  }));
}
