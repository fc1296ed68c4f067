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

const HOUR_MS = 60 * 60_000;
export const UNCONFIRMED_MS = 24 * HOUR_MS;
const OTHERS_FROM_MS = 12 * HOUR_MS;
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

/** Looks once; sees to it that it looks again. Call it inside the space's queue. */
export async function tendConfirmation(core: Core, space: SpaceRuntime): Promise<void> {
  const { logId, row } = space;
  const others = await core.store.get<{ present: number; confirmed: number | null }>(
    `SELECT count(*) AS present, max(seen_seq) AS confirmed FROM members
     WHERE log_id = ? AND present = 1 AND identity_id <> ?`,
    [logId, core.me().id],
  );
  const newest = await core.store.get<{ seq: number; author: string }>(
    "SELECT seq, author FROM events WHERE log_id = ? AND type <> 'space.seen' AND seq > ? ORDER BY seq DESC LIMIT 1",
    [logId, row.read_from],
  );
  if (others === undefined || others.present === 0 || newest === undefined) return;
  const byMe = newest.author === core.me().id;
  const now = core.platform.clock.now();
  // Whoever wrote it has seen it: for others' words it takes a third, or this device itself.
  const confirmed = others.confirmed ?? 0;
  const since = await sinceWhen(core, logId, newest.seq, confirmed, now);
  const verdict = judgeConfirmation({
    newest: newest.seq,
    confirmed,
    waited: now - since,
    byMe,
    share: shareOf(core.me().deviceHash, newest.seq),
  });
  const { trouble } = row;
  if (verdict === "unconfirmed" && trouble === null) await setTrouble(core, space, "unconfirmed");
  if (verdict !== "unconfirmed" && trouble === "unconfirmed") await setTrouble(core, space, null);
  if (verdict === "mine") await post(core, logId, [{ type: "space.seen", payload: {} }]);
  if (verdict === "waits" && !space.looksAgain) {
    space.looksAgain = true;
    core.platform.clock.setTimer(HOUR_MS, () => {
      space.looksAgain = false;
      core.kick({ space: logId });
    });
  }
}

/** When the first thing that nobody has confirmed yet came to this device. */
async function sinceWhen(
  core: Core,
  logId: string,
  newest: number,
  confirmed: number,
  now: number,
): Promise<number> {
  const row = await core.store.get<{ seq: number; since: number }>(
    "SELECT seq, since FROM unconfirmed WHERE log_id = ?",
    [logId],
  );
  if (row !== undefined && row.seq > confirmed && row.seq <= newest) return row.since;
  if (newest <= confirmed) return now;
  await core.store.run("INSERT OR REPLACE INTO unconfirmed VALUES (?, ?, ?)", [logId, newest, now]);
  return now;
}

function shareOf(device: string, seq: number): number {
  const [a = 0, b = 0] = sha256(concat(utf8(device), utf8(String(seq))));
  return (a * 256 + b) / 65_536;
}
