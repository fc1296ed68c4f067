/** Records of other nodes: fetched, checked, and remembered for a while. */
import { CryptoError, verifyNodeRecord } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import type { Outbound } from "../../edges/outbound.ts";

export type FetchedRecord = { bytes: Bytes; nodeKey: Bytes };

export type NodeRecords = {
  /**
   * The record of a node. `fresh` asks past the memory, but for what came a moment ago.
   * @throws ProtocolError `target_refused`, `target_unreachable` (also when what it answers is not its record).
   */
  get: (target: string, fresh?: boolean) => Promise<FetchedRecord>;
};

const BELIEVE_MS = 10 * 60_000;
const FRESH_MS = 5000;
const REMEMBERED = 2000;

/** Fetches through the node's one way out. */
export function createNodeRecords({
  outbound,
  now,
}: {
  outbound: Pick<Outbound, "send">;
  now: () => number;
}): NodeRecords {
  const known = new Map<string, { record: Promise<FetchedRecord>; at: number }>();
  return {
    get: (target, fresh = false) => {
      const hit = known.get(target);
      const age = hit === undefined ? Infinity : Math.abs(now() - hit.at);
      if (hit !== undefined && age < (fresh ? FRESH_MS : BELIEVE_MS)) return hit.record;
      const record = fetchRecord(outbound, target, now);
      if (known.size >= REMEMBERED) known.clear();
      known.set(target, { record, at: now() });
      record.catch(() => {
        if (known.get(target)?.record === record) known.delete(target);
      });
      return record;
    },
  };
}

async function fetchRecord(
  outbound: Pick<Outbound, "send">,
  target: string,
  now: () => number,
): Promise<FetchedRecord> {
  const { status, body } = await outbound.send(target, {
    method: "GET",
    path: PATHS.nodeRecord,
    maxBytes: LIMITS.recordBytes,
  });
  if (status !== 200) throw new ProtocolError("target_unreachable");
  try {
    const record = await verifyNodeRecord(body, undefined, now());
    if (record.name !== target) throw new ProtocolError("target_unreachable");
    return { bytes: body, nodeKey: record.nodeKey };
  } catch (cause) {
    if (cause instanceof CryptoError) throw new ProtocolError("target_unreachable", { cause });
    throw cause;
  }
}
