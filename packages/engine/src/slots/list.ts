/** Which spaces one is on the way back into. Small, since it is asked at every start; the way itself is in return.ts. */
import type { Bytes } from "@baraza/protocol";
import { LIMITS, readAs, toHex, vaultSpace } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { ReturnState } from "./api.ts";

/** Spaces of the account that this device is not in yet, and what it is waiting for. */
export async function listReturns(core: Core) {
  const rows = await core.store.all<{ space: Bytes; state: ReturnState | null }>(
    `SELECT p.space, r.state FROM places p LEFT JOIN rejoins r ON r.log_id = p.log_id
     WHERE p.log_id NOT IN (SELECT log_id FROM spaces WHERE log_id NOT IN (SELECT log_id FROM restored))`,
  );
  return rows
    .map(({ space, state }) => ({ place: readAs(vaultSpace, space, LIMITS.vaultBytes), state }))
    .toSorted((a, b) => (b.place.at ?? 0) - (a.place.at ?? 0))
    .map(({ place, state }) => ({
      spaceId: toHex(place.logId),
      title: place.title,
      hub: place.hub,
      state: state ?? "asking",
    }));
}
