/**
 * The outbox on its way to the hub. At most one append of a space is under way: its exact bytes are stored before they are
 * sent, a retry sends the same bytes, and the hub answers a repeat as it answered the first time. Only when the
 * hub says that the epoch has moved on are the events sealed anew (same event ids, new append ids).
 */
import { readHeader } from "@baraza/crypto";
import type { ResponseOf } from "@baraza/protocol";
import { encodeCbor, LIMITS, logsAppend, ProtocolError, readAs, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import type { FollowUp } from "./draft.ts";
import { applyEntries, GapError } from "./process.ts";
import type { SpaceRuntime } from "./runtime.ts";
import type { AppendRequest, OutboxRow } from "./seal.ts";
import { asStored, blobParts, sealBatch } from "./seal.ts";
import { checkedHead, sync } from "./sync.ts";

const BATCH = 64;
const BATCH_BYTES = 1024 * 1024;

/**
 * Sends what waits. @returns follow-ups of what was applied on the way: do them, then call again. Call it inside the
 * space's queue.
 *
 * [Note: One chain, one thing under way] Events of a device are numbered when they are sealed. So nothing new is sealed
 * while a request or a commit of this device is out: what was sealed before goes first, byte for byte.
 */
export async function flush(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  const after: FollowUp[] = await resend(core, space);
  while (after.length === 0 && maySend(space) && !(await commitWaits(core, space))) {
    const rows = await core.store.all<OutboxRow>(
      "SELECT id, event_id, type, type_version, at, payload FROM outbox WHERE log_id = ? AND request_id IS NULL ORDER BY id LIMIT ?",
      [space.logId, space.oneByOne ? 1 : BATCH],
    );
    if (rows.length === 0) break;
    const { seq } = space.row;
    const request = await sealBatch(core, space, bounded(rows));
    try {
      after.push(
        ...(await submit(
          core,
          space,
          request,
          bounded(rows).map((row) => row.id),
        )),
      );
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "blob_incomplete") throw error;
      const [only] = rows.length === 1 ? rows : [];
      if (only !== undefined && !(await broughtAgain(core, space, only)))
        space.blobsGone.add(only.event_id);
      space.oneByOne = rows.length > 1;
      continue;
    }
    space.oneByOne = false;
    // Refused, and nothing new in the log that says why (a posting key that a steward has to mend): later.
    if (space.row.seq === seq) throw new ProtocolError("busy");
  }
  return after;
}

/** Said again at another hub, which lacks what it names: this device may hold that. Once for each event. */
async function broughtAgain(core: Core, space: SpaceRuntime, row: OutboxRow): Promise<boolean> {
  if (space.row.gen === 0 || space.blobsBrought.has(row.event_id)) return false;
  space.blobsBrought.add(row.event_id);
  const { blobs = [] } = blobParts(core, space, row);
  return (await core.files()).bring(space.logId, blobs.map(toHex));
}

async function commitWaits(core: Core, space: SpaceRuntime): Promise<boolean> {
  const waiting = await core.store.get("SELECT 1 AS one FROM pending_commits WHERE log_id = ?", [
    space.logId,
  ]);
  return waiting !== undefined;
}

/** Troubles that stop nothing. */
export const QUIET: ReadonlySet<string> = new Set(["offender", "unconfirmed", "full"]);

/** Whether anything may be posted: this device follows the log and nothing contradicts. */
export function maySend(space: SpaceRuntime): boolean {
  const { row } = space;
  return (
    row.state === "active" &&
    space.group !== null &&
    row.seq >= row.read_from &&
    (row.trouble === null || QUIET.has(row.trouble))
  );
}

/** Stores a request, sends it, and applies it once the hub has it. */
export async function submit(
  core: Core,
  space: SpaceRuntime,
  request: AppendRequest,
  outboxIds: readonly number[],
  /** An event of the request that is not in the outbox yet: it gets there with the request, never without. */
  further: Omit<OutboxRow, "id"> | null = null,
): Promise<FollowUp[]> {
  const bytes = encodeCbor(request);
  const id = await core.store.transaction((tx) => {
    const row = tx.get<{ id: number }>(
      "INSERT INTO append_requests (log_id, request) VALUES (?, ?) RETURNING id",
      [space.logId, bytes],
    );
    for (const one of outboxIds)
      tx.run("UPDATE outbox SET request_id = ? WHERE id = ?", [row?.id ?? 0, one]);
    if (further !== null)
      tx.run(
        "INSERT INTO outbox (log_id, event_id, type, type_version, at, payload, request_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
          space.logId,
          further.event_id,
          further.type,
          further.type_version,
          further.at,
          further.payload,
          row?.id ?? 0,
        ],
      );
    return row?.id ?? 0;
  });
  return send(core, space, id, request);
}

/** Sends again what was sealed and not answered. */
export async function resend(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  const after: FollowUp[] = [];
  const rows = await core.store.all<{ id: number; request: Uint8Array<ArrayBuffer> }>(
    "SELECT id, request FROM append_requests WHERE log_id = ? ORDER BY id",
    [space.logId],
  );
  for (const row of rows) {
    const request = readAs(logsAppend.request, row.request, LIMITS.appendBytes);
    try {
      after.push(...(await send(core, space, row.id, request)));
    } catch (error) {
      if (!(error instanceof ProtocolError) || !isPointless(request, error)) throw error;
    }
  }
  return after;
}

async function send(
  core: Core,
  space: SpaceRuntime,
  id: number,
  request: AppendRequest,
): Promise<FollowUp[]> {
  let answer: ResponseOf<"logs.append">;
  try {
    answer = await core.remote.call(space.row.hub, "logs.append", request);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "blob_incomplete" || isPointless(request, error)) {
      await release(core, id);
      throw error;
    }
    if (!REBUILD.has(error.code)) throw error;
    // The hub has not taken it and never will: read what happened, then seal it anew.
    const after = await sync(core, space);
    await release(core, id);
    return after;
  }
  const head = await checkedHead(space, answer.head);
  const entries = asStored(request, answer.seqs[0] ?? 0);
  try {
    // In one transaction: each costs the disk a flush.
    return await applyEntries(core, space, entries, head, (tx) => releaseIn(tx, id));
  } catch (error) {
    if (!(error instanceof GapError)) throw error;
    const after = await sync(core, space);
    await release(core, id);
    return after;
  }
}

/** A decision that is refused so was made already, by somebody else or by this device before a crash; or makes no sense any more. */
function isPointless({ sigs, entries }: AppendRequest, { code }: ProtocolError): boolean {
  if (sigs.stewards === undefined) return false;
  const [entry] = entries;
  const op = entry === undefined ? undefined : readHeader(entry.header).steward?.op;
  // Seats go in any epoch: that one is decided again for the present one.
  return POINTLESS.has(code) && !(code === "stale_epoch" && op === "removeSeat");
}

export const POINTLESS: ReadonlySet<string> = new Set([
  "void_refused",
  "seat_unknown",
  "seat_removed",
  "not_steward",
  "stale_epoch",
  "steward_majority",
  "decision_expired",
]);

const REBUILD: ReadonlySet<string> = new Set([
  "stale_epoch",
  "stale_generation",
  "log_moved",
  "bad_signature",
  "append_conflict",
  "malformed",
  "too_large",
]);

/** Forgets a request; events of it that the log did not confirm wait again. */
async function release(core: Core, id: number): Promise<void> {
  await core.store.transaction((tx) => releaseIn(tx, id));
}

function releaseIn(tx: SqlTx, id: number): void {
  tx.run("DELETE FROM append_requests WHERE id = ?", [id]);
  tx.run("DELETE FROM outbox WHERE request_id = ? AND type = 'space.steward'", [id]);
  tx.run("UPDATE outbox SET request_id = NULL WHERE request_id = ?", [id]);
}

function bounded(rows: readonly OutboxRow[]): OutboxRow[] {
  let bytes = 0;
  const out: OutboxRow[] = [];
  for (const row of rows) {
    bytes += row.payload.length + LIMITS.headerBytes;
    if (out.length > 0 && bytes > BATCH_BYTES) break;
    out.push(row);
  }
  return out;
}
