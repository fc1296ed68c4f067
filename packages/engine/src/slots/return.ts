/**
 * Coming back into spaces by their rejoin slots: one after the other, the one where something happened last first. Each wish stands in
 * `rejoins` until it is fulfilled, so whatever is cut off goes on at the next start.
 */
import { CryptoError, MlsRefused } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import { ProtocolError, readAs, vaultSpace, LIMITS, fromHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { backoff } from "../util.ts";
import type { ReturnState } from "./api.ts";
import { rejoin } from "./rejoin.ts";

/** What is known of a space that one wants to come back into. */
export type Way = {
  logId: string;
  id: Bytes;
  hub: string;
  hubKey: Bytes;
  title: string;
  seen: { gen: number; seq: number; head: Bytes };
  groupId: Bytes | undefined;
  at: number;
  ring: readonly { epoch: number; key: Bytes }[];
  people: NonNullable<Vault["spaces"][number]["people"]>;
  /** The space as this device has it, when it is in it and stuck. */
  former: SpaceRuntime | null;
};

export type RejoinRow = {
  log_id: string;
  state: ReturnState;
  next_at: number;
  attempts: number;
  replaces: string | null;
  request: Bytes | null;
  pending: Bytes | null;
};

/** Comes back into every space whose time it is. @returns when the next is due (ms since 1970), or null */
export async function returnToSpaces(core: Core): Promise<number | null> {
  const rows = await core.store.all<RejoinRow>("SELECT * FROM rejoins WHERE next_at <= ?", [
    core.platform.clock.now(),
  ]);
  const ways: { row: RejoinRow; way: Way }[] = [];
  for (const row of rows) {
    const way = await wayTo(core, row.log_id);
    if (way !== null) ways.push({ row, way });
    else await core.store.run("DELETE FROM rejoins WHERE log_id = ?", [row.log_id]);
  }
  ways.sort((a, b) => b.way.at - a.way.at);
  const total = ways.length;
  try {
    for (const [done, { row, way }] of ways.entries()) {
      if (!core.signedIn()) return null;
      if (total > 1) core.setProgress({ job: "joining", done, total });
      await tryReturn(core, row, way);
    }
  } finally {
    if (total > 1) core.setProgress(null);
  }
  const next = await core.store.get<{ at: number | null }>(
    "SELECT min(next_at) AS at FROM rejoins",
  );
  return next?.at ?? null;
}

async function tryReturn(core: Core, row: RejoinRow, way: Way): Promise<void> {
  let state: ReturnState | null;
  let pause = backoff(row.attempts);
  try {
    state = await rejoin(core, way, row);
    if (state !== null) pause = Math.max(pause, PAUSES[state]);
  } catch (error) {
    if (error instanceof ProtocolError) {
      state = row.state;
      const { seconds } = error.data;
      if (error.code === "rate_limited" && typeof seconds === "number") pause = seconds * 1000;
    } else if (error instanceof CryptoError || error instanceof MlsRefused) {
      // What a member has put there is no slot. The others see it, too, and put a good one in its place.
      state = "damaged";
      pause = Math.max(pause, PAUSES.damaged);
    } else throw error;
  }
  if (state === null) return;
  await core.store.run(
    "UPDATE rejoins SET state = ?, next_at = ?, attempts = attempts + 1 WHERE log_id = ?",
    [state, core.platform.clock.now() + pause, row.log_id],
  );
}

/** Least times until the next try, in milliseconds. */
const PAUSES: Record<ReturnState, number> = {
  asking: 0,
  damaged: 5000,
  stale: 60_000,
  gone: 60_000,
  removed: 60 * 60_000,
};

/** What there is to know of the way into a space; null when this device needs none. */
async function wayTo(core: Core, logId: string): Promise<Way | null> {
  const former = await runtimeOf(core, logId);
  if (former !== null && !(await isRestored(core, logId))) {
    const { row, genesis } = former;
    const lost = row.trouble === "stuck" || row.trouble === "cloned";
    if (row.state !== "active" || !lost) return null;
    const { hub, title, gen, seq, head } = row;
    const base = { logId, id: former.id, hub, hubKey: row.hub_key, title, former };
    const seen = { gen, seq, head };
    return { ...base, seen, groupId: genesis.nonce, at: row.created, ring: [], people: [] };
  }
  const kept = await core.store.get<{ space: Bytes }>("SELECT space FROM places WHERE log_id = ?", [
    logId,
  ]);
  if (kept === undefined) return null;
  const { contacts: _, ...place } = readAs(vaultSpace, kept.space, LIMITS.vaultBytes);
  return {
    ...place,
    logId,
    id: fromHex(logId),
    groupId: place.groupId,
    at: place.at ?? 0,
    ring: place.ring?.epochs ?? [],
    people: place.people ?? [],
    former: null,
  };
}

/** What an archive brought is there to be read, and no place. */
async function isRestored(core: Core, logId: string): Promise<boolean> {
  const row = await core.store.get("SELECT 1 AS one FROM restored WHERE log_id = ?", [logId]);
  return row !== undefined;
}
