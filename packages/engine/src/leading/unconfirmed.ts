/** Whether there is something in a space that waits for long to be confirmed: what comes of it is in confirm.ts. */
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

export const HOUR_MS = 60 * 60_000;
/** From then on others' devices take their turns to confirm. */
export const OTHERS_FROM_MS = 12 * HOUR_MS;

/** `waited`: milliseconds since it was said. */
export type Unconfirmed = { seq: number; author: string; waited: number };

/**
 * The oldest event that no other member has told of having seen; of others' events only what oneself has not told of either, since whoever
 * wrote it learns from that, and this device need not tell it twice. Its time is never earlier than that of what stands right before it: what
 * an author says of when it was makes nobody hurry. One's own words are as old as one's own clock says, others' as the hub's does: neither
 * depends on whether this device's is right.
 */
async function oldestOf(
  core: Core,
  { logId, row }: SpaceRuntime,
): Promise<Unconfirmed | undefined> {
  const me = core.me().id;
  const oldest = await core.store.get<{ seq: number; author: string; at: number }>(
    `SELECT seq, author, at FROM events WHERE log_id = ?1 AND type <> 'space.seen' AND seq > ?2
       AND seq > (SELECT max(seen_seq) FROM members WHERE log_id = ?1 AND present = 1 AND identity_id <> ?3)
       AND (author = ?3 OR seq > coalesce((SELECT seen_seq FROM members WHERE log_id = ?1 AND identity_id = ?3), 0))
     ORDER BY seq LIMIT 1`,
    [logId, row.read_from, me],
  );
  if (oldest === undefined) return undefined;
  const { seq, author } = oldest;
  const ahead = author === me ? 0 : (core.clocks.get(row.hub) ?? 0);
  const now = core.platform.clock.now() + ahead;
  const before = await core.store.get<{ at: number | null }>(
    "SELECT max(at) AS at FROM (SELECT at FROM events WHERE log_id = ? AND seq < ? AND at <= ? ORDER BY seq DESC LIMIT 20)",
    [logId, seq, now],
  );
  return { seq, author, waited: now - Math.max(oldest.at, before?.at ?? 0) };
}

/** Looks once, and again each hour while something waits. Call it inside the space's queue. */
export async function lookForUnconfirmed(core: Core, space: SpaceRuntime): Promise<void> {
  const oldest = await oldestOf(core, space);
  const due = oldest !== undefined && oldest.waited >= OTHERS_FROM_MS;
  if (due || space.row.trouble === "unconfirmed")
    await (await import("./lead.ts")).tendConfirmation(core, space, oldest ?? null);
  if (oldest === undefined || space.looksAgain) return;
  space.looksAgain = true;
  core.platform.clock.setTimer(HOUR_MS, () => {
    space.looksAgain = false;
    core.kick({ space: space.logId });
  });
}
