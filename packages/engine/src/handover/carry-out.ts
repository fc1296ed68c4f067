/**
 * Carrying a hand-over out: the old hub is asked to close, the new one is given everything, and the decision opens it there.
 * Each step may be cut off and be done again; what is decided is in the store (`hub_moves`), how far the entries have come the new
 * hub knows.
 */
import type { Bytes, DecisionProof } from "@baraza/protocol";
import { decisionProof, logToken, ProtocolError, readAs, toHex, writeAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { takeToken } from "../spaces/create.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { ForkError, GapError } from "../spaces/process.ts";
import { postGathered } from "../spaces/steward.ts";
import { checkedHead, readGathered, sync } from "../spaces/sync.ts";
import { followUp } from "../spaces/follow-up.ts";
import { bringTo } from "./bring.ts";
import { learnMove } from "./follow.ts";
import { tellOfMove } from "./letters.ts";
import { rewind } from "./rewind.ts";

/** A majority has signed: the old hub is closed where it answers, and this device goes over. Call it inside the space's queue. */
export async function startMove(
  core: Core,
  space: SpaceRuntime,
  proof: DecisionProof,
): Promise<void> {
  await core.store.run("INSERT OR REPLACE INTO begun_moves VALUES (?, ?)", [
    space.logId,
    toHex(proof.id),
  ]);
  let closed = false;
  try {
    const { head } = await core.remote.call(space.row.hub, "logs.close", {
      logId: space.id,
      decision: proof,
    });
    await checkedHead(space, head);
    // The last that it signs as this log's hub: everything up to there goes along.
    if (head.seq > space.row.seq) followUp(core, space, await sync(core, space, { follow: false }));
    closed = true;
  } catch (error) {
    // Gone, or hostile: then it goes on from what members have.
    if (
      !(error instanceof ProtocolError || error instanceof ForkError || error instanceof GapError)
    )
      throw error;
  }
  await learnMove(core, space, proof, { closed });
}

/**
 * How long the others have to bring what they have, where the old hub has not closed. Who is online does so within moments; what
 * those have who are not is said again by its authors when they come.
 */
const GRACE_MS = 5000;

/**
 * Goes on with a hand-over that this device began; call it before anything else is asked of the new hub.
 * @returns when it goes on, in milliseconds since 1970, where the others are still given their time; null where nothing is waited for
 */
export async function resumeMove(core: Core, space: SpaceRuntime): Promise<number | null> {
  const row = await core.store.get<MoveRow>(
    "SELECT decision, closed, told, since, token FROM hub_moves WHERE log_id = ? AND mine = 1 ORDER BY gen",
    [space.logId],
  );
  if (row === undefined || space.group === null) return null;
  const proof = readAs(decisionProof, row.decision);
  // It was cut off between opening the log and telling the others.
  if (proof.gen <= space.row.gen) return finish(core, space, proof);
  let at: number;
  try {
    at = await gather(core, space, proof, row.token);
  } catch (error) {
    // Somebody else has opened it: what stands there counts.
    if (!(error instanceof ProtocolError) || error.code !== "log_exists") throw error;
    return finish(core, space, proof);
  }
  if (row.closed === 0) {
    if (row.told === 0) await tellOfMove(core, space, proof);
    await mark(core, space, proof, "told = 1");
    const due = row.since + GRACE_MS;
    if (due > core.platform.clock.now()) return due;
  }
  // Others had more of it: this device reads that there before it opens the log.
  if (at > space.row.seq) at = await readGathered(core, space);
  // What the old hub never signed for did not come along: it is said again at the new one.
  if (at < space.row.seq) {
    await rewind(core, space, at);
    return null;
  }
  const { id, gen, record, sigs } = proof;
  followUp(core, space, await postGathered(core, space, { id, record, sigs, gen }));
  // Refused, for a reason that may pass.
  if (space.row.gen < gen) throw new ProtocolError("unavailable");
  return finish(core, space, proof);
}

type MoveRow = {
  decision: Bytes;
  closed: number;
  told: number;
  since: number;
  token: Bytes | null;
};

async function finish(core: Core, space: SpaceRuntime, proof: DecisionProof): Promise<null> {
  await tellOfMove(core, space, proof);
  await mark(core, space, proof, "mine = 0");
  return null;
}

async function mark(core: Core, space: SpaceRuntime, { gen }: DecisionProof, what: string) {
  await core.store.run(`UPDATE hub_moves SET ${what} WHERE log_id = ? AND gen = ?`, [
    space.logId,
    gen,
  ]);
}

/** Brings everything to the new hub. @returns how far it has come */
async function gather(
  core: Core,
  space: SpaceRuntime,
  proof: DecisionProof,
  token: Bytes | null,
): Promise<number> {
  const { record } = proof;
  if (record.op !== "handover") throw new EngineError("invalid");
  const asked = {
    genesis: space.row.genesis,
    token: token === null ? await keepToken(core, space, proof) : readAs(logToken, token),
    decision: proof,
  };
  const takeOver = () => core.remote.call(record.hub, "logs.takeOver", asked);
  const { seq } = await takeOver().catch(async (error: unknown) => {
    // A copy that is late does not know yet who leads.
    if (!(error instanceof ProtocolError) || !UNKNOWN_LEADS.has(error.code)) throw error;
    await (await import("../mirrors/mirrors.ts")).topUpAt(core, space, record.hub);
    return takeOver();
  });
  return bringTo(core, space, proof, seq);
}

const UNKNOWN_LEADS: ReadonlySet<string> = new Set(["not_steward", "steward_majority"]);

/** One token opens the place, however often it is asked for: each is issued to the account, and only so many in an hour. */
async function keepToken(core: Core, { logId }: SpaceRuntime, { gen }: DecisionProof) {
  const token = await takeToken(core);
  await core.store.run("UPDATE hub_moves SET token = ? WHERE log_id = ? AND gen = ?", [
    writeAs(logToken, token),
    logId,
    gen,
  ]);
  return token;
}
