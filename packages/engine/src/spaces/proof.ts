/**
 * Keeping what convicts a hub: a head that it signed for somebody, and the chain that it signed for this device.
 */
import { genesisHead } from "@baraza/crypto";
import type { Bytes, ForkProof, Head } from "@baraza/protocol";
import {
  encodeCbor,
  forkProof,
  head as headSchema,
  LIMITS,
  PROOF_LINKS,
  readAs,
  storedEntry,
  toBase64url,
  writeAs,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRow, SpaceRuntime } from "./runtime.ts";
import { writeRow } from "./draft.ts";

/** Stops a space whose hub contradicts itself, and keeps what it signed. */
export async function forked(core: Core, space: SpaceRuntime, claim: Head | null): Promise<void> {
  const row: SpaceRow = { ...space.row, trouble: "forked", trouble_identity: null };
  const proof = claim === null ? null : await proofOf(core, space, claim);
  await core.store.transaction((tx) => {
    writeRow(tx, row);
    if (claim !== null)
      tx.run(
        "INSERT OR IGNORE INTO proofs (log_id, claim, told_by, at, proof) VALUES (?, ?, NULL, ?, ?)",
        [space.logId, encodeCbor(claim), core.platform.clock.now(), proof],
      );
  });
  space.row = row;
}

/** Completes what was kept, while the entries between the heads are still here. Call it inside the space's queue. */
export async function completeProofs(core: Core, space: SpaceRuntime): Promise<void> {
  const open = await core.store.all<{ claim: Bytes }>(
    "SELECT claim FROM proofs WHERE log_id = ? AND proof IS NULL",
    [space.logId],
  );
  for (const { claim } of open) {
    const proof = await proofOf(core, space, readAs(headSchema, claim));
    if (proof !== null)
      await core.store.run("UPDATE proofs SET proof = ? WHERE log_id = ? AND claim = ?", [
        proof,
        space.logId,
        claim,
      ]);
  }
}

/** What proves that the hub of a space lied, for anyone: `null` while there is nothing, or no second signed head yet. */
export async function proofFor(
  core: Core,
  space: SpaceRuntime,
): Promise<{ node: string; nodeKey: string; proof: string } | null> {
  await space.queue(() => completeProofs(core, space));
  const row = await core.store.get<{ proof: Bytes }>(
    "SELECT proof FROM proofs WHERE log_id = ? AND proof IS NOT NULL ORDER BY at LIMIT 1",
    [space.logId],
  );
  if (row === undefined) return null;
  const { hub, hub_key: key } = space.row;
  return { node: hub, nodeKey: toBase64url(key), proof: toBase64url(row.proof) };
}

/** Sets a signed head against this device's own signed one. @returns null when that convicts nobody (yet) */
async function proofOf(core: Core, space: SpaceRuntime, first: Head): Promise<Bytes | null> {
  const { row } = space;
  if (row.receipt === null) return null;
  const second = readAs(headSchema, row.receipt);
  if (second.gen !== first.gen) return null;
  const proof = (value: Bytes, links: ForkProof["links"]) =>
    writeAs(forkProof, { v: 1, first, second, value, links });
  if (second.seq < first.seq) return second.time > first.time ? proof(second.head, []) : null;
  if (second.seq - first.seq > PROOF_LINKS) return null;
  const rows = await core.store.all<{ seq: number; head: Bytes; stored: Bytes | null }>(
    "SELECT seq, head, stored FROM entries WHERE log_id = ? AND seq >= ? AND seq <= ? ORDER BY seq",
    [space.logId, first.seq, second.seq],
  );
  const value =
    first.seq === 0 ? genesisHead(row.genesis) : rows.find((one) => one.seq === first.seq)?.head;
  const links = rows.flatMap(({ seq, stored }) => {
    if (seq <= first.seq || stored === null) return [];
    const { header, sigs } = readAs(storedEntry, stored, LIMITS.appendBytes);
    return [{ header, sigs }];
  });
  if (value === undefined || links.length !== second.seq - first.seq) return null;
  return proof(value, links);
}
