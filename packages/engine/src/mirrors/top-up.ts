/** Giving a mirror what it lacks: entries as they stood at the hub, as far as the hub's receipt goes. */
import type { Bytes, Head, StoredEntry } from "@baraza/protocol";
import { head as headSchema, LIMITS, ProtocolError, readAs, storedEntry } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { visit, WrongCopy } from "./visit.ts";

/** @returns whether the mirror has as much as the hub has confirmed to this device @throws ProtocolError */
export async function topUp(
  core: Core,
  space: SpaceRuntime,
  node: string,
  { gen, seq }: Pick<Head, "gen" | "seq">,
): Promise<boolean> {
  const receipt = space.row.receipt === null ? null : readAs(headSchema, space.row.receipt);
  if (receipt === null || receipt.gen !== gen || receipt.gen !== space.row.gen) return false;
  if (receipt.seq <= seq) return receipt.seq === space.row.seq;
  const entries = await keptBetween(core, space, seq, receipt.seq);
  if (entries === null) return false;
  try {
    const answer = await core.remote.call(node, "mirrors.feed", {
      logId: space.id,
      entries,
      receipt,
    });
    return answer.seq >= receipt.seq;
  } catch (error) {
    // Full, or it has heard something else: its hub sees to that, or nobody can.
    if (error instanceof ProtocolError && error.code !== "target_unreachable") return false;
    throw error;
  }
}

/** All that this device has kept between two positions; null when it is more than goes into one request, or not there. */
async function keptBetween(
  core: Core,
  { logId }: SpaceRuntime,
  after: number,
  to: number,
): Promise<StoredEntry[] | null> {
  if (to - after > LIMITS.readEntries) return null;
  const rows = await core.store.all<{ stored: Bytes }>(
    "SELECT stored FROM entries WHERE log_id = ? AND seq > ? AND seq <= ? AND stored IS NOT NULL ORDER BY seq",
    [logId, after, to],
  );
  const bytes = rows.reduce((sum, row) => sum + row.stored.length, 0);
  if (rows.length !== to - after || bytes > LIMITS.appendBytes) return null;
  return rows.map((row) => readAs(storedEntry, row.stored, LIMITS.appendBytes));
}

/** The same for a mirror that has to be asked first how far it is; one that does not answer is left as it is. */
export async function topUpAt(core: Core, space: SpaceRuntime, node: string): Promise<void> {
  const row = await core.store.get<{ node: string; key: Bytes }>(
    "SELECT node, key FROM space_mirrors WHERE log_id = ? AND node = ?",
    [space.logId, node],
  );
  if (row === undefined) return;
  try {
    const { head } = await visit(core, space, row);
    await topUp(core, space, node, head);
  } catch (error) {
    if (!(error instanceof ProtocolError) && !(error instanceof WrongCopy)) throw error;
  }
}
