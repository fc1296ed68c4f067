/** What a screen shows of a move. */
import type { Core } from "../core.ts";
import { otherPlaces } from "../account/places.ts";
import type { MoveStatus } from "./api.ts";
import { departure } from "./depart.ts";
import { latestMove, movedAway } from "./own-moves.ts";
import { keptBefore } from "./take-along.ts";

export async function moveStatus(core: Core): Promise<MoveStatus> {
  const none: MoveStatus = { leaving: null, went: null, came: null };
  if (!core.signedIn()) return none;
  const away = await movedAway(core);
  const leaving = away === null ? await departure(core) : null;
  const move = await latestMove(core);
  if (move === undefined) return { ...none, leaving };
  if (away !== null) {
    const { name, node } = away;
    return { leaving, went: { name, node, address: `${name}@${node}`, at: move.at }, came: null };
  }
  const waiting = await otherPlaces(core);
  const letters = await core.store.get<{ n: number }>("SELECT count(*) AS n FROM move_contacts");
  return {
    leaving,
    went: null,
    came: {
      from: `${move.from_name}@${move.from_node}`,
      node: move.from_node,
      at: move.at,
      told: move.published === 1,
      closes: move.keep_days === 0,
      waiting: waiting.map(({ title, hub }) => ({ title, hub, lost: hub === move.from_node })),
      kept: await keptBefore(core),
      untold: letters?.n ?? 0,
    },
  };
}

/** Has the former account closed now instead of passing letters on. */
export async function closeFormer(core: Core): Promise<void> {
  await core.store.run(
    "UPDATE own_moves SET keep_days = 0, published = 0 WHERE seq = (SELECT max(seq) FROM own_moves)",
  );
  core.kick({ moves: true });
}
