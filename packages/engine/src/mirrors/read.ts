/** Reading on at a mirror while the hub does not answer. */
import { ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { learnMove } from "../handover/follow.ts";
import { followUp } from "../spaces/follow-up.ts";
import { applyEntries, ForkError, GapError } from "../spaces/process.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { MirrorState } from "./api.ts";
import type { MirrorRow } from "./rows.ts";
import { mirrorRows, noteState } from "./rows.ts";
import { topUp } from "./top-up.ts";
import { moveIn, readCopy, visit, WrongCopy } from "./visit.ts";

/**
 * Reads what the first mirror that answers has, and notes that it is read. What one writes waits for the hub, or for another one.
 * Call it inside the space's queue; it may throw the runtime away.
 */
export async function readInstead(core: Core, space: SpaceRuntime): Promise<void> {
  const { trouble } = space.row;
  if (trouble === "forked" || trouble === "cloned") return;
  for (const row of await mirrorRows(core, space)) {
    try {
      const read = await readAt(core, space, row);
      if (!read) continue;
      await core.store.run(
        "UPDATE space_mirrors SET reading = (node = ?2) WHERE log_id = ?1 AND reading <> (node = ?2)",
        [space.logId, row.node],
      );
      return;
    } catch (error) {
      if (error instanceof ForkError)
        return (await import("../leading/lead.ts")).forked(core, space, error.head);
      const state = stateFor(error);
      if (state !== null) await noteState(core, space, row.node, state);
    }
  }
}

/** What a failed visit says of a mirror; null: nothing. @throws what is no such failure */
export function stateFor(error: unknown): MirrorState | null {
  if (error instanceof WrongCopy) return "wrong";
  if (error instanceof GapError) return null;
  if (!(error instanceof ProtocolError)) throw error;
  switch (error.code) {
    case "log_not_found":
    case "not_found":
    case "seat_unknown":
    case "busy":
      return "filling";
    case "bad_signature":
      return "wrong";
    case "target_unreachable":
    case "target_refused":
    case "timeout":
    case "unavailable":
      return "unreached";
    default:
      return null;
  }
}

/** @returns whether this mirror could be read @throws WrongCopy, ForkError, ProtocolError */
async function readAt(core: Core, space: SpaceRuntime, row: MirrorRow): Promise<boolean> {
  const visited = await visit(core, space, row);
  const { head, ours } = visited;
  if (ours && (head.gen < space.row.gen || head.seq < space.row.seq)) {
    // It lacks what this device was given: others read there, too.
    const whole = await topUp(core, space, row.node, head);
    await noteState(core, space, row.node, whole ? "whole" : "behind", head.time);
    return whole;
  }
  if (head.seq > space.row.seq || !ours) {
    const found = await readCopy(core, space, visited, space.row.seq, space.row.head);
    if (found.head.gen > space.row.gen) {
      const moved = moveIn(found.entries, space.row.gen + 1);
      return moved !== null && (await learnMove(core, space, moved));
    }
    for (let at = 0; at < found.entries.length; at += AT_ONCE) {
      const some = found.entries.slice(at, at + AT_ONCE);
      followUp(core, space, await applyEntries(core, space, some, found.head));
      if (space.row.state !== "active" || space.row.trouble === "cloned") break;
    }
  }
  await noteState(core, space, row.node, "whole", head.time);
  return true;
}

const AT_ONCE = 500;
