/**
 * Asking a mirror. It is believed nothing: what it shows has the signature of the hub that this device knows, and leads on from where
 * this device stands, or it is not taken.
 */
import { nextHead, sha256, signLogSession, verifyHead } from "@baraza/crypto";
import type { Bytes, DecisionProof, Head, StoredEntry } from "@baraza/protocol";
import { entryHeader, equalBytes, LIMITS, ProtocolError, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { hubKeyOf } from "../handover/follow.ts";
import { ForkError } from "../spaces/process.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { isKnownHead } from "../spaces/sync.ts";
import type { MirrorRow } from "./rows.ts";

/** What a mirror shows is not what the hub has signed. */
export class WrongCopy extends Error {
  override readonly name = "WrongCopy";
}

export type Visit = {
  node: string;
  head: Head;
  token: Bytes;
  /** The hub that this device knows has signed the head; else a later one may have. */
  ours: boolean;
};

/**
 * Opens a reading session at a mirror, and judges the head that it shows.
 * @throws WrongCopy; ForkError when the hub signed another history for it than for this device; ProtocolError
 */
export async function visit(
  core: Core,
  space: SpaceRuntime,
  { node, key }: Pick<MirrorRow, "node" | "key">,
): Promise<Visit> {
  await pin(core, node, key);
  const { seat_id: seatId, seat_key: seatKey } = space.row;
  const time = core.platform.clock.now();
  const asked = { logId: space.id, seatId, hub: node, time };
  const { token, head } = await core.remote.call(
    node,
    "logs.session",
    await signLogSession(seatKey, asked),
  );
  const ours = await judgeHead(core, space, head);
  return { node, head, token, ours };
}

async function pin(core: Core, node: string, key: Bytes): Promise<void> {
  try {
    await core.remote.pin(node, key);
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === "bad_signature") throw new WrongCopy();
    throw cause;
  }
}

/** @returns whether it is one of the hub and generation that this device knows @throws WrongCopy, ForkError */
async function judgeHead(core: Core, space: SpaceRuntime, head: Head): Promise<boolean> {
  if (!equalBytes(head.logId, space.id)) throw new WrongCopy();
  // Another hub keeps the space by now, perhaps, and this device has not heard of it.
  if (head.gen > space.row.gen) return false;
  // While the space is on its way to another hub, what the one before has signed counts.
  const key = await hubKeyOf(core, space, head.gen);
  if (key === undefined || !(await verifyHead(key, head))) throw new WrongCopy();
  // Of the time before: what did not come along says nothing.
  if (head.gen < space.row.gen) return true;
  if (head.seq <= space.row.seq && !(await isKnownHead(core, space, head)))
    throw new ForkError(head);
  return true;
}

/** What is read in one go is held in memory until the hub's signature has been reached. */
const MOST_ENTRIES = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;

export type Found = { entries: StoredEntry[]; head: Head };

/**
 * Everything behind `after`, checked to lead from `from` to the head that came with it.
 * @throws WrongCopy; ProtocolError, `too_large` where it is more than is held at once
 */
export async function readCopy(
  core: Core,
  space: SpaceRuntime,
  { node, token }: Visit,
  after: number,
  from: Bytes,
): Promise<Found> {
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let value = from;
  let seq = after;
  for (;;) {
    const page = await core.remote.call(node, "logs.read", {
      logId: space.id,
      token,
      after: seq,
      limit: PAGE,
    });
    for (const one of page.entries) {
      seq += 1;
      if (one.seq !== seq) throw new WrongCopy();
      checkBody(one);
      value = nextHead(value, seq, one.header, one.sigs);
      bytes += one.header.length + one.body.length;
      entries.push(one);
    }
    if (entries.length > MOST_ENTRIES || bytes > MOST_BYTES) throw new ProtocolError("too_large");
    if (page.more && page.entries.length > 0) continue;
    const { head } = page;
    if (page.more || head.seq !== seq || !equalBytes(head.head, value)) throw new WrongCopy();
    if (head.gen === space.row.gen) await judgeHead(core, space, head);
    return { entries, head };
  }
}

const PAGE = 500;

/** The chain of heads covers headers, and a header its body. @throws WrongCopy; ProtocolError where retention has taken it away */
export function checkBody({ header: bytes, body }: StoredEntry): void {
  const { bodyLen, bodyHash } = readAs(entryHeader, bytes, LIMITS.headerBytes);
  if (body.length === 0 && bodyLen > 0) throw new ProtocolError("unavailable");
  if (!equalBytes(sha256(body), bodyHash)) throw new WrongCopy();
}

/** The decision by which the log went to another hub, where it stands among entries: who signed it is judged by whoever follows it. */
export function moveIn(entries: readonly StoredEntry[], gen: number): DecisionProof | null {
  for (const { header: bytes, sigs } of entries) {
    const header = readAs(entryHeader, bytes, LIMITS.headerBytes);
    if (header.steward?.op !== "handover" || header.gen !== gen) continue;
    return { gen, id: header.appendId, record: header.steward, sigs: sigs.stewards ?? [] };
  }
  return null;
}
