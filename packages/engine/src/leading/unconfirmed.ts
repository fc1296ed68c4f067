/** Whether there is something in a space that waits for long to be confirmed: what comes of it is in confirm.ts. */
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

export const HOUR_MS = 60 * 60_000;
/** From then on others' devices take their turns to confirm. */
export const OTHERS_FROM_MS = 12 * HOUR_MS;

export type Unconfirmed = { seq: number; author: string; at: number };

/** Looks once, and again each hour while something waits. Call it inside the space's queue. */
export async function lookForUnconfirmed(core: Core, space: SpaceRuntime): Promise<void> {
  const oldest = await core.store.get<Unconfirmed>(
    `SELECT seq, author, at FROM events WHERE log_id = ?1 AND type <> 'space.seen' AND seq > ?2
       AND seq > (SELECT max(seen_seq) FROM members WHERE log_id = ?1 AND present = 1 AND identity_id <> ?3)
     ORDER BY seq LIMIT 1`,
    [space.logId, space.row.read_from, core.me().id],
  );
  const due = oldest !== undefined && oldest.at + OTHERS_FROM_MS <= core.platform.clock.now();
  if (due || space.row.trouble === "unconfirmed")
    await (await import("./lead.ts")).tendConfirmation(core, space, oldest ?? null);
  if (oldest === undefined || space.looksAgain) return;
  space.looksAgain = true;
  core.platform.clock.setTimer(HOUR_MS, () => {
    space.looksAgain = false;
    core.kick({ space: space.logId });
  });
}
