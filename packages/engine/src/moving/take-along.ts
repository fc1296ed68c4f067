/**
 * Conversations that the former node still keeps although this person leads them: the new node can keep them instead. What
 * nobody else is in goes by itself; where others are in it too, the person says so, and those who lead it with them are asked.
 */
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { MoveStatus } from "./api.ts";
import { latestMove, movedAway } from "./own-moves.ts";

type Kept = NonNullable<MoveStatus["came"]>["kept"][number];

/** What the former node still keeps and this person leads. */
export async function keptBefore(core: Core): Promise<Kept[]> {
  const move = await latestMove(core);
  if (move === undefined || (await movedAway(core)) !== null) return [];
  const { id } = core.me();
  const rows = await core.store.all<{
    spaceId: string;
    title: string;
    people: number;
    asked: number;
    moving: number;
  }>(
    `SELECT s.log_id AS spaceId, s.title,
       (SELECT count(*) FROM members m WHERE m.log_id = s.log_id AND m.present = 1) AS people,
       EXISTS (SELECT 1 FROM outbox o WHERE o.log_id = s.log_id AND o.type = 'space.proposal')
         OR EXISTS (SELECT 1 FROM proposals p WHERE p.log_id = s.log_id AND p.about = 'move' AND p.gen = s.gen + 1
           AND p.by_identity = ?1 AND p.withdrawn = 0 AND p.until > ?2) AS asked,
       EXISTS (SELECT 1 FROM hub_moves h WHERE h.log_id = s.log_id AND h.gen > s.gen) AS moving
     FROM spaces s JOIN members me ON me.log_id = s.log_id AND me.identity_id = ?1 AND me.role = 'steward'
     WHERE s.state = 'active' AND s.hub = ?3 AND s.log_id NOT IN (SELECT log_id FROM restored)
     ORDER BY s.title, s.log_id`,
    [id, core.platform.clock.now(), move.from_node],
  );
  return rows.map(({ spaceId, title, people, asked, moving }) => ({
    spaceId,
    title,
    alone: people <= 1,
    state: moving === 1 ? "moving" : asked === 1 ? "asked" : "kept",
  }));
}

/** Has the new node keep what the former one still keeps; with others in it, only when the person says so. */
export async function takeAlong(core: Core, withOthers: boolean): Promise<void> {
  const { handOver } = await import("../leading/lead.ts");
  for (const { spaceId, alone, state } of await keptBefore(core)) {
    if (state !== "kept" || !(alone || withOthers)) continue;
    try {
      await handOver(core, spaceId, core.me().node);
    } catch (error) {
      // One that is in trouble, or about to go elsewhere, keeps none of the others back.
      if (!(error instanceof EngineError)) throw error;
    }
  }
}

/** Takes along what nobody else is in. @returns whether something is still to come */
export async function tendAlone(core: Core): Promise<boolean> {
  const waits = async () => (await keptBefore(core)).some(({ alone }) => alone);
  if (!(await waits())) return false;
  await takeAlong(core, false);
  return waits();
}
