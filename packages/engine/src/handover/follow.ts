/**
 * Following a space to another hub.
 *
 * [Note: Which hand-over holds] A decision counts when a majority of the stewards whom the group names signed it, when it goes on
 * from the hub that this device knows, and when its head is one that this device has, or comes to. Of two for one
 * generation (a majority signed twice, which no honest program does) the one with the lower hash holds, on every device, whatever
 * it heard first; people are told of the fork. Signatures are not counted for that: somebody may have seen one more.
 */
import { decisionDigest, decisionSigners, genesisHead } from "@baraza/crypto";
import type { Bytes, DecisionProof } from "@baraza/protocol";
import { decisionProof, equalBytes, majorityOf, readAs, toHex, writeAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { forgetRuntime } from "../spaces/runtime.ts";
import { drop } from "../util.ts";
import { rewind } from "./rewind.ts";

export type Handover = Extract<DecisionProof["record"], { op: "handover" }>;

type Carries = { closed: boolean } | null;

/** The record of a proof, when it is one of a hand-over. */
export function handoverOf(proof: DecisionProof): Handover | null {
  const { record, gen } = proof;
  return record.op === "handover" && record.gen === gen ? record : null;
}

/**
 * Takes a decision in from wherever it came, and follows it when it holds. Call it inside the space's queue.
 * @param carries set when this device gathers the log at the new hub: whether the old one has closed
 * @returns whether the space has another hub now: its runtime was thrown away then when it had to go back
 */
export async function learnMove(
  core: Core,
  space: SpaceRuntime,
  proof: DecisionProof,
  carries: Carries = null,
): Promise<boolean> {
  const record = handoverOf(proof);
  if (record === null || space.row.state !== "active") return false;
  if (!(await isDecided(space, proof))) {
    await keepForLater(core, space, proof, record);
    return false;
  }
  const followed = await followedMove(core, space.logId, record.gen);
  if (followed !== null) {
    if (equalBytes(followed.id, proof.id)) {
      // It may be open by now.
      if (space.row.gen < record.gen) core.kick({ space: space.logId });
      return false;
    }
    await tellFork(core, space);
    if (!holdsAgainst(space.id, proof, followed)) return false;
    return change(core, space, proof, record);
  }
  if (record.gen !== space.row.gen + 1 || !equalBytes(record.oldKey, space.row.hub_key))
    return false;
  if (!(await extendsOurs(core, space, record))) return false;
  const role = carries ?? (await begunHere(core, space.logId, proof));
  await core.store.transaction((tx) => {
    switchTo(tx, core, space, proof, record, role);
    tx.afterCommit(() => forgetRuntime(core, space.logId));
  });
  core.kick({ space: space.logId, vault: true });
  return true;
}

/** It was cut off between closing the old hub and noting that it goes over: the old hub tells it like everybody else. */
async function begunHere(core: Core, logId: string, { id }: DecisionProof): Promise<Carries> {
  const begun = await core.store.get<{ id: string }>(
    "SELECT id FROM begun_moves WHERE log_id = ?",
    [logId],
  );
  return begun?.id === toHex(id) ? { closed: false } : null;
}

const HEARD = 4;

/** This device may have missed who leads by now: once it has read more, it asks again. What anybody may send is kept in small number. */
async function keepForLater(
  core: Core,
  { logId, row }: SpaceRuntime,
  proof: DecisionProof,
  record: Handover,
): Promise<void> {
  if (record.gen !== row.gen + 1 || !equalBytes(record.oldKey, row.hub_key)) return;
  if (record.seq < row.seq) return;
  await core.store.transaction((tx) => {
    const count = tx.get<{ count: number }>(
      "SELECT count(*) AS count FROM heard_moves WHERE log_id = ?",
      [logId],
    );
    if ((count?.count ?? 0) >= HEARD) tx.run("DELETE FROM heard_moves WHERE log_id = ?", [logId]);
    tx.run("INSERT OR REPLACE INTO heard_moves VALUES (?, ?, ?, ?)", [
      logId,
      toHex(proof.id),
      record.gen,
      writeAs(decisionProof, proof),
    ]);
  });
}

/** Judges again what was heard before this device had read enough. Call it inside the space's queue. */
export async function judgeHeard(core: Core, space: SpaceRuntime): Promise<void> {
  const rows = await core.store.all<{ id: string; gen: number; decision: Bytes }>(
    "SELECT id, gen, decision FROM heard_moves WHERE log_id = ?",
    [space.logId],
  );
  for (const row of rows) {
    const proof = readAs(decisionProof, row.decision);
    const over = row.gen <= space.row.gen;
    if (!over && !(await isDecided(space, proof))) continue;
    await core.store.run("DELETE FROM heard_moves WHERE log_id = ? AND id = ?", [
      space.logId,
      row.id,
    ]);
    if (!over && (await learnMove(core, space, proof))) return;
  }
}

/** The decision that began a generation, as far as this device knows. */
export async function followedMove(
  core: Core,
  logId: string,
  gen: number,
): Promise<DecisionProof | null> {
  const row = await core.store.get<{ decision: Bytes }>(
    "SELECT decision FROM hub_moves WHERE log_id = ? AND gen = ?",
    [logId, gen],
  );
  return row === undefined ? null : readAs(decisionProof, row.decision);
}

/** Signed by more than half of those whom the group names. */
async function isDecided({ id: logId, group }: SpaceRuntime, proof: DecisionProof) {
  if (group === null) return false;
  const keys = stewardsOf(group).map((one) => one.key);
  const { gen, id, record, sigs } = proof;
  const good = await decisionSigners(keys, { logId, gen, id, record }, sigs);
  return good.length >= majorityOf(keys.length);
}

/** See the note above. */
export function holdsAgainst(logId: Bytes, a: DecisionProof, b: DecisionProof): boolean {
  const hash = ({ gen, id, record }: DecisionProof) =>
    toHex(decisionDigest({ logId, gen, id, record }));
  return hash(a) < hash(b);
}

/** The decision's head is one of ours; where we have not come so far, what we read must lead to it. */
async function extendsOurs(core: Core, space: SpaceRuntime, record: Handover): Promise<boolean> {
  const { row, logId } = space;
  if (record.seq === row.seq) return equalBytes(record.head, row.head);
  if (record.seq === 0) return equalBytes(record.head, genesisHead(row.genesis));
  const known = await core.store.get<{ head: Bytes }>(
    "SELECT head FROM entries WHERE log_id = ? AND seq = ?",
    [logId, record.seq],
  );
  return known === undefined || equalBytes(known.head, record.head);
}

function switchTo(
  tx: SqlTx,
  core: Core,
  { logId, row }: SpaceRuntime,
  proof: DecisionProof,
  record: Handover,
  carries: Carries,
): void {
  const now = core.platform.clock.now();
  tx.run("INSERT OR REPLACE INTO former_hubs VALUES (?, ?, ?, ?)", [
    logId,
    record.gen - 1,
    row.hub,
    row.hub_key,
  ]);
  tx.run(
    "INSERT OR REPLACE INTO hub_moves (log_id, gen, decision, mine, closed, since) VALUES (?, ?, ?, ?, ?, ?)",
    [
      logId,
      record.gen,
      writeAs(decisionProof, proof),
      carries === null ? 0 : 1,
      carries?.closed === true ? 1 : 0,
      now,
    ],
  );
  tx.run(
    `UPDATE spaces SET hub = ?, hub_key = ?, push_until = 0, hub_seq = seq,
       trouble = CASE WHEN trouble IN ('behind', 'rolledBack') THEN NULL ELSE trouble END WHERE log_id = ?`,
    [record.hub, record.hubKey, logId],
  );
  if (record.seq > row.seq)
    tx.run("INSERT OR IGNORE INTO entries (log_id, seq, head) VALUES (?, ?, ?)", [
      logId,
      record.seq,
      record.head,
    ]);
  tx.run("DELETE FROM begun_moves WHERE log_id = ?", [logId]);
  // What was sealed for the former generation is sealed anew.
  tx.run("DELETE FROM outbox WHERE log_id = ? AND type = 'space.steward'", [logId]);
  tx.run("UPDATE outbox SET request_id = NULL WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM append_requests WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM pending_commits WHERE log_id = ?", [logId]);
  tx.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, 0)", [
    record.hub,
    record.hubKey,
    new Uint8Array(),
  ]);
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  // Should this be cut off, they ask again.
  tx.afterCommit(() =>
    drop(import("./letters.ts").then((letters) => letters.answerAskers(core, logId))),
  );
}

/** Another decision for a generation that was begun: back to before it, and on with the one that holds. */
async function change(
  core: Core,
  space: SpaceRuntime,
  proof: DecisionProof,
  record: Handover,
): Promise<boolean> {
  const { logId } = space;
  const former = await core.store.get<{ hub: string; hub_key: Bytes }>(
    "SELECT hub, hub_key FROM former_hubs WHERE log_id = ? AND gen = ?",
    [logId, record.gen - 1],
  );
  const move = await core.store.get<{ base: number | null }>(
    "SELECT base FROM hub_moves WHERE log_id = ? AND gen = ?",
    [logId, record.gen],
  );
  if (former === undefined || !equalBytes(former.hub_key, record.oldKey)) return false;
  if (!(await extendsOurs(core, space, record))) return false;
  // What the loser's hub took in belongs to the log no longer; what this device wrote there goes to the other one.
  const back = Math.max(record.seq, Math.min(space.row.seq, move?.base ?? space.row.seq));
  if (back < space.row.seq) await rewind(core, space, back);
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM hub_moves WHERE log_id = ? AND gen >= ?", [logId, record.gen]);
    tx.run("UPDATE spaces SET gen = ?, hub = ?, hub_key = ?, receipt = NULL WHERE log_id = ?", [
      record.gen - 1,
      former.hub,
      former.hub_key,
      logId,
    ]);
    const row = { ...space.row, hub: former.hub, hub_key: former.hub_key };
    switchTo(tx, core, { ...space, row }, proof, record, null);
  });
  forgetRuntime(core, logId);
  core.kick({ space: logId, vault: true });
  return true;
}

/** Two decisions for one generation: people should know, and go on with the one that holds when they have seen it. */
async function tellFork(core: Core, space: SpaceRuntime): Promise<void> {
  await core.store.run(
    "UPDATE spaces SET trouble = 'offender', trouble_identity = NULL WHERE log_id = ? AND trouble IS NULL",
    [space.logId],
  );
  if (space.row.trouble === null)
    space.row = { ...space.row, trouble: "offender", trouble_identity: null };
}

/** The key of the hub that kept a space in a generation; undefined when this device does not know. */
export async function hubKeyOf(
  core: Core,
  space: Pick<SpaceRuntime, "logId" | "row">,
  gen: number,
): Promise<Bytes | undefined> {
  const former = await core.store.get<{ hub_key: Bytes }>(
    "SELECT hub_key FROM former_hubs WHERE log_id = ? AND gen = ?",
    [space.logId, gen],
  );
  return former?.hub_key ?? space.row.hub_key;
}

/** The proof of the newest hand-over, for those who ask where a space is kept. */
export async function newestMove(core: Core, logId: string): Promise<DecisionProof | null> {
  const row = await core.store.get<{ decision: Bytes }>(
    "SELECT decision FROM hub_moves WHERE log_id = ? ORDER BY gen DESC LIMIT 1",
    [logId],
  );
  return row === undefined ? null : readAs(decisionProof, row.decision);
}
