/** The two lists of who leads a space: the group's, and the one that the hub goes by (see tend-leading.ts). */
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

const NONE = new Uint8Array();

export function sameKeys(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  return a.length === b.length && a.every((key, index) => equalBytes(key, b[index] ?? NONE));
}

/** The keys that the hub goes by, as the log has told. */
export async function hubLeads(core: Core, space: SpaceRuntime): Promise<readonly Bytes[]> {
  const row = await core.store.get<{ keys: Bytes | null }>(
    "SELECT keys FROM hub_leads WHERE log_id = ?",
    [space.logId],
  );
  const packed = row?.keys ?? null;
  if (packed === null) return space.genesis.stewards;
  return Array.from({ length: packed.length / 32 }, (_, at) => packed.slice(32 * at, 32 * at + 32));
}

/** The keys of those whom the group names and who have not asked to leave: what the hub should go by. */
export async function wantedLeads(core: Core, space: SpaceRuntime): Promise<Bytes[]> {
  if (space.group === null) return [];
  const leaving = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM members WHERE log_id = ? AND leaving = 1",
    [space.logId],
  );
  const gone = new Set(leaving.map((one) => one.identity_id));
  return stewardsOf(space.group)
    .filter((one) => !gone.has(toHex(one.identityId)))
    .map((one) => one.key);
}

export const packKeys = (keys: readonly Bytes[]): Bytes => concat(...keys);

/** Whether there is anything that decisions of stewards could have to do in a space. */
export async function hasDecisions(core: Core, space: SpaceRuntime): Promise<boolean> {
  if (space.group === null) return false;
  const some = await core.store.get("SELECT 1 AS one FROM proposals WHERE log_id = ? LIMIT 1", [
    space.logId,
  ]);
  return (
    some !== undefined ||
    space.row.kind === "pair" ||
    !sameKeys(await hubLeads(core, space), await wantedLeads(core, space))
  );
}
