/**
 * Whether another member was shown what this device was shown.
 *
 * [Note: Quiet confirmations] Every event tells the newest head that its author has from the hub, so whoever writes confirms
 * what stands before. Where the newest thing waits for half a day without that, one of the others' devices says so in an event
 * of its own, each after a time that depends on the device: the first one is enough. After a day without any, a hub that
 * shows somebody a conversation of their own would look just like this, and a person is told.
 */
import { sha256 } from "@baraza/crypto";
import { concat, utf8 } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { post } from "../spaces/post.ts";
import { setTrouble } from "../spaces/sync.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { Unconfirmed } from "./unconfirmed.ts";
import { HOUR_MS, OTHERS_FROM_MS } from "./unconfirmed.ts";

export const UNCONFIRMED_MS = 24 * HOUR_MS;
const OTHERS_OVER_MS = 10 * HOUR_MS;

export type Confirmation = "confirmed" | "waits" | "mine" | "unconfirmed";

/**
 * What to make of the newest thing in a space. `waited`: milliseconds since it came; `share`: this device's share (0 to 1)
 * of the time in which the others' devices take their turns.
 */
export function judgeConfirmation(given: {
  newest: number;
  confirmed: number;
  waited: number;
  byMe: boolean;
  share: number;
}): Confirmation {
  if (given.newest <= given.confirmed) return "confirmed";
  if (given.waited >= UNCONFIRMED_MS && given.byMe) return "unconfirmed";
  if (!given.byMe && given.waited >= OTHERS_FROM_MS + given.share * OTHERS_OVER_MS) return "mine";
  return "waits";
}

/** Judges the oldest thing that nobody has confirmed yet. Call it inside the space's queue. */
export async function tendConfirmation(
  core: Core,
  space: SpaceRuntime,
  oldest: Unconfirmed | null,
): Promise<void> {
  const { logId, row } = space;
  const verdict = judgeConfirmation({
    newest: oldest?.seq ?? 0,
    confirmed: oldest === null ? 0 : oldest.seq - 1,
    waited: oldest?.waited ?? 0,
    byMe: oldest?.author === core.me().id,
    share: shareOf(core.me().deviceHash, oldest?.seq ?? 0),
  });
  const { trouble } = row;
  if (verdict === "unconfirmed" && trouble === null) await setTrouble(core, space, "unconfirmed");
  if (verdict !== "unconfirmed" && trouble === "unconfirmed") await setTrouble(core, space, null);
  if (verdict === "mine" && !(await isOnItsWay(core, logId)))
    await post(core, logId, [{ type: "space.seen", payload: {} }]);
}

/** One that waits to be sent says as much as another. */
async function isOnItsWay(core: Core, logId: string): Promise<boolean> {
  const row = await core.store.get(
    "SELECT 1 AS one FROM outbox WHERE log_id = ? AND type = 'space.seen'",
    [logId],
  );
  return row !== undefined;
}

function shareOf(device: string, seq: number): number {
  const [a = 0, b = 0] = sha256(concat(utf8(device), utf8(String(seq))));
  return (a * 256 + b) / 65_536;
}
