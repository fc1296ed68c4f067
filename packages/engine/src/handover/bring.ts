/** Bringing a log's entries to its new hub, byte for byte, as far as the old one has signed for them. */
import { signLogSession } from "@baraza/crypto";
import type { Bytes, DecisionProof, StoredEntry } from "@baraza/protocol";
import { head as headSchema, LIMITS, ProtocolError, readAs, storedEntry } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

/** Brings what this device has behind `from`, as far as the old hub has signed for it. @returns how far the new hub is then */
export async function bringTo(
  core: Core,
  space: SpaceRuntime,
  proof: DecisionProof,
  from: number,
): Promise<number> {
  const { record } = proof;
  if (record.op !== "handover") throw new EngineError("invalid");
  const receipt = space.row.receipt === null ? null : readAs(headSchema, space.row.receipt);
  const signed = receipt !== null && receipt.gen === record.gen - 1 ? receipt : null;
  const last = Math.min(space.row.seq, Math.max(record.seq, signed?.seq ?? 0));
  let at = from;
  while (at < last) {
    // Behind the decision's own position each page has to end with what the old hub has signed.
    const to = at < record.seq ? record.seq : last;
    const page = wholeBatches(await entriesAfter(core, space, at, to), to);
    if (page.length === 0) throw new ProtocolError("unavailable");
    const end = page.at(-1)?.seq ?? at;
    const answer = await core.remote.call(record.hub, "logs.bring", {
      logId: space.id,
      decisionId: proof.id,
      entries: page,
      ...(signed !== null && end === signed.seq && end > record.seq ? { receipt: signed } : {}),
    });
    at = Math.max(end, answer.seq);
    core.setProgress({ job: "reseeding", done: at, total: last });
  }
  core.setProgress(null);
  return at;
}

/** Entries as they stood at the old hub: what this device has kept, and else what a copy or that hub still gives. */
async function entriesAfter(
  core: Core,
  space: SpaceRuntime,
  after: number,
  to: number,
): Promise<StoredEntry[]> {
  const rows = await core.store.all<{ seq: number; stored: Bytes }>(
    "SELECT seq, stored FROM entries WHERE log_id = ? AND seq > ? AND seq <= ? AND stored IS NOT NULL ORDER BY seq LIMIT ?",
    [space.logId, after, to, PAGE],
  );
  if (rows[0]?.seq === after + 1)
    return rows.map((row) => readAs(storedEntry, row.stored, LIMITS.appendBytes));
  // Up to where this device's own begin.
  const limit = Math.min(PAGE, to - after);
  const { entriesFromCopy } = await import("../mirrors/mirrors.ts");
  const copied = await entriesFromCopy(core, space, after, limit);
  return copied ?? readFormer(core, space, after, limit);
}

/** More than one append may hold, so that a page has at least one whole batch. */
const PAGE = LIMITS.appendEntries * 2 - 24;
const PAGE_BYTES = LIMITS.appendBytes / 2;

/** Without gaps, without a batch that is cut, and not too large. */
function wholeBatches(entries: readonly StoredEntry[], to: number): StoredEntry[] {
  const out: StoredEntry[] = [];
  let bytes = 0;
  for (let at = 0; at < entries.length;) {
    const first = entries[at] as StoredEntry;
    const some = entries.slice(at, at + (first.sigs.batch?.count ?? 1));
    const size = some.reduce((sum, one) => sum + one.header.length + one.body.length + 512, 0);
    const whole = some.length === (first.sigs.batch?.count ?? 1) && (some.at(-1)?.seq ?? 0) <= to;
    if (!whole || (out.length > 0 && bytes + size > PAGE_BYTES)) break;
    bytes += size;
    out.push(...some);
    at += some.length;
  }
  return out;
}

/** Entries from the hub that kept the space before, as long as it answers. */
async function readFormer(
  core: Core,
  space: SpaceRuntime,
  after: number,
  limit: number,
): Promise<StoredEntry[]> {
  const former = await core.store.get<{ hub: string }>(
    "SELECT hub FROM former_hubs WHERE log_id = ? AND gen = ?",
    [space.logId, space.row.gen],
  );
  if (former === undefined) throw new ProtocolError("unavailable");
  const { seat_id: seatId, seat_key: seatKey } = space.row;
  const time = core.platform.clock.now();
  const request = await signLogSession(seatKey, {
    logId: space.id,
    seatId,
    hub: former.hub,
    time,
  });
  const { token } = await core.remote.call(former.hub, "logs.session", request);
  const { entries } = await core.remote.call(former.hub, "logs.read", {
    logId: space.id,
    token,
    after,
    limit,
  });
  return entries;
}
