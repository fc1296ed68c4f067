/**
 * What processed entries ask for. It is stored in the transaction that stores the entries, so that a crash in between
 * loses none of it: repairs become intents, and a rebuild happens right there.
 */
import type { Bytes, StewardRecord } from "@baraza/protocol";
import { encodeCbor, equalBytes, fromHex, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { askForPlace } from "../letters/ask.ts";
import type { SqlTx } from "../ports.ts";
import { drop } from "../util.ts";
import { rebuildSpace } from "./apply.ts";
import type { Draft, FollowUp } from "./draft.ts";
import { stewardsOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { keysOf } from "./runtime.ts";

/** How long a stuck device waits for a steward's void before it asks to be let in again. */
const VOID_PATIENCE_MS = 4000;

/** What the transaction has to write for the draft's follow-ups, after everything else. */
export async function followUpWrites(core: Core, draft: Draft): Promise<((tx: SqlTx) => void)[]> {
  const { logId } = draft.space;
  const writes: ((tx: SqlTx) => void)[] = [];
  const intend = (kind: "steward" | "remove" | "takeDevice", data: Bytes) =>
    writes.push((tx) => {
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, ?, ?)", [logId, kind, data]);
    });
  const decide = (record: StewardRecord) => intend("steward", encodeCbor(record));
  for (const one of draft.after) {
    if (one.do === "void" && draft.group !== null) {
      const { posting } = await keysOf(draft.group);
      decide({ op: "void", seq: one.seq, epoch: one.epoch, postingKey: posting.publicKey });
    } else if (one.do === "mend" && draft.posting !== null)
      decide({ op: "mend", epoch: one.epoch, postingKey: draft.posting.publicKey });
    else if (one.do === "rekey") decide({ op: "stewards", stewards: one.keys });
    else if (one.do === "removeSeats")
      for (const seatId of one.seatIds) decide({ op: "removeSeat", seatId });
    else if (one.do === "slot")
      writes.push((tx) => {
        tx.run(
          `INSERT INTO intents (log_id, kind, data) SELECT ?1, 'slot', ?2
           WHERE NOT EXISTS (SELECT 1 FROM intents WHERE log_id = ?1 AND kind = 'slot')`,
          [logId, encodeCbor({ after: core.platform.clock.now() + slotPause(core, draft) })],
        );
        tx.afterCommit(() => core.kick({ space: logId }));
      });
    else if (one.do === "takeOut" && isMineToTakeOut(core, draft, one.identityId))
      intend("remove", encodeCbor({ identityId: fromHex(one.identityId) }));
    else if (one.do === "takeOutDevice" && isMineToTake(core, draft, one))
      intend("takeDevice", encodeCbor({ device: fromHex(one.device) }));
  }
  if (draft.after.some((one) => one.do === "rebuild"))
    writes.push((tx) => rebuildSpace(tx, core, logId));
  return writes;
}

/** One device mends a slot, not all at once: stewards' devices first. */
function slotPause(core: Core, { group }: Draft): number {
  const leads =
    group !== null &&
    stewardsOf(group).some((one) => equalBytes(one.identityId, core.me().identityId));
  return Math.floor((leads ? 1000 : 5000) + Math.random() * (leads ? 2000 : 15_000));
}

/** Somebody asked to leave: a steward's device takes them out; without a steward, anybody's. */
function isMineToTakeOut(core: Core, { group, leaving }: Draft, identityId: string): boolean {
  const me = core.me().id;
  if (group === null || identityId === me || !leaving.has(identityId)) return false;
  const others = stewardsOf(group)
    .map((one) => toHex(one.identityId))
    .filter((id) => id !== identityId);
  return others.length === 0 || others.includes(me);
}

/** A device signs out: another one of the same person takes it out, or a steward's; without either, anybody's. */
function isMineToTake(
  core: Core,
  { group, row }: Draft,
  one: { device: string; identityId: string },
): boolean {
  const me = core.me();
  if (group === null || row.state !== "active" || one.device === me.deviceHash) return false;
  if (one.identityId === me.id) return true;
  const stewards = stewardsOf(group).map(({ identityId }) => toHex(identityId));
  return stewards.includes(me.id) || stewards.every((id) => id === one.identityId);
}

/** The part that is not stored: a stuck device asks for its place after a while, unless a void has helped it. */
export function followUp(core: Core, space: SpaceRuntime, list: readonly FollowUp[]): void {
  if (list.some((one) => one.do === "lead" && one.mine)) space.leading.turn = true;
  if (!list.some((one) => one.do === "enrol") || space.waitsForVoid) return;
  space.waitsForVoid = true;
  core.platform.clock.setTimer(VOID_PATIENCE_MS, () => {
    space.waitsForVoid = false;
    if (space.row.trouble === "stuck" && core.signedIn()) drop(askForPlace(core, space.logId));
  });
}
