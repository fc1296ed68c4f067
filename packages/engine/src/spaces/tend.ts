/**
 * Looking after one space: fetch, send, change who is in it, repair; once now, and again when something happens or a
 * pause is over. Everything in here runs inside the space's queue, one step at a time, and each step can be cut off
 * anywhere: what it had to remember is in the store.
 */
import { randomBytes, signSeatPush } from "@baraza/crypto";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import { deviceBox } from "../account/boxes.ts";
import type { Core } from "../core.ts";
import { lookForUnconfirmed } from "../leading/unconfirmed.ts";
import { hasDecisions } from "../leading/hub-list.ts";
import { backoff } from "../util.ts";
import { carryOut, sendPending } from "./commit.ts";
import { createAgain, createAtHub } from "./create.ts";
import { flush, maySend, QUIET } from "./flush.ts";
import type { FollowUp } from "./draft.ts";
import { followUp } from "./follow-up.ts";
import { ForkError, GapError } from "./process.ts";
import { isFarBehind, showNewest } from "./newest-first.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { runtimeOf } from "./runtime.ts";
import { postDecisions } from "./steward.ts";
import { setTrouble, sync } from "./sync.ts";

export type TendOptions = {
  /** Read the log first. Left out when only something of one's own has to go out. */
  fetch: boolean;
};

/** Does everything that there is to do for a space. Never throws: what fails is tried again later. */
export async function tend(core: Core, logId: string, options: TendOptions): Promise<void> {
  const space = await runtimeOf(core, logId);
  if (space === null || space.row.state !== "active") return;
  await space.queue(async () => {
    // A welcome has put another state beneath it meanwhile.
    if ((await runtimeOf(core, logId)) !== space) return core.kick({ space: logId });
    try {
      await work(core, space, options);
      space.attempts = 0;
    } catch (error) {
      await failed(core, space, error);
    }
  });
}

async function work(core: Core, space: SpaceRuntime, options: TendOptions): Promise<void> {
  if (!core.signedIn()) return;
  await createAtHub(core, space);
  if (await isCarried(core, space)) {
    const due = await (await import("../handover/move.ts")).resumeMove(core, space);
    if (due !== null) return lookAgain(core, space, due);
  }
  if ((await runtimeOf(core, space.logId)) !== space) return core.kick({ space: space.logId });
  if (space.row.seq < space.row.read_from && !space.fetched) await newestFirst(core, space);
  // [Note: Read before writing] A store that was put back from a backup learns so before it says anything with old numbers.
  const reads = options.fetch || !space.fetched || space.row.seq < space.row.read_from;
  if (reads) followUp(core, space, await sync(core, space));
  if (space.row.trouble === "stuck") followUp(core, space, [{ do: "enrol" }]);
  for (let round = 0; round < 8; round++) {
    const after = [
      ...(await sendPending(core, space)),
      ...(await postDecisions(core, space)),
      ...(await flush(core, space)),
      ...(await carryOut(core, space)),
      ...(await decide(core, space)),
    ];
    if (after.length === 0) break;
    followUp(core, space, after);
  }
  if (space.row.trouble === "full") await setTrouble(core, space, null);
  await goOver(core, space);
  // It has another hub now: the rest is for the next round.
  if ((await runtimeOf(core, space.logId)) !== space) return;
  if (reads || space.copies.due) await tendCopies(core, space);
  await placePush(core, space);
  if (maySend(space)) await lookForUnconfirmed(core, space);
  await tendGuests(core, space);
  await tendGroups(core, space);
}

/** The others bring what they have to the new hub: nothing can be read or sent there before that time is over. */
function lookAgain(core: Core, { logId }: SpaceRuntime, due: number): void {
  const { clock } = core.platform;
  clock.setTimer(Math.max(0, due - clock.now()), () => core.kick({ space: logId }));
}

/** A device that has just come into a long history shows the end of it before it reads it all. */
async function newestFirst(core: Core, space: SpaceRuntime): Promise<void> {
  const shown = await core.store.get("SELECT 1 AS one FROM shown_ahead WHERE log_id = ?", [
    space.logId,
  ]);
  if (shown === undefined && isFarBehind(space)) await showNewest(core, space);
}

/** Tells the hub where to push news of this space; renewed before the address runs out. */
async function placePush(core: Core, space: SpaceRuntime): Promise<void> {
  const now = core.platform.clock.now();
  if (!maySend(space) || space.row.push_until > now + LIMITS.pushAddressMs / 3) return;
  const me = core.me();
  const boxId = await deviceBox(core);
  const until = now + LIMITS.pushAddressMs;
  // The nodes judge by their clocks: a device whose own is wrong gets its news all the same.
  const hubAhead = core.clocks.get(space.row.hub) ?? 0;
  const expires = until + (core.clocks.get(me.node) ?? hubAhead);
  const { addresses } = await core.own.call("boxes.addresses", {
    boxId,
    scope: "push",
    hub: space.row.hub,
    expires,
    count: 1,
  });
  const [made] = addresses;
  if (made === undefined) return;
  const wrapKey = randomBytes(32);
  await core.store.run("INSERT OR REPLACE INTO push_addresses VALUES (?, ?, ?, ?)", [
    toHex(made.addressId),
    space.logId,
    wrapKey,
    until,
  ]);
  const request = await signSeatPush(space.row.seat_key, {
    logId: space.id,
    seatId: space.row.seat_id,
    push: { node: me.node, address: made.address, wrapKey },
    time: now + hubAhead,
  });
  await core.remote.call(space.row.hub, "logs.push", request);
  await core.store.run("UPDATE spaces SET push_until = ? WHERE log_id = ?", [until, space.logId]);
  space.row = { ...space.row, push_until: until };
  // What came between the last reading and now was pushed to nobody.
  space.fetched = false;
  core.kick({ space: space.logId });
}

async function failed(core: Core, space: SpaceRuntime, error: unknown): Promise<void> {
  if (error instanceof ForkError) {
    await (await import("../leading/lead.ts")).forked(core, space, error.head);
    return goOver(core, space);
  }
  const { trouble } = space.row;
  const calm = trouble === null || QUIET.has(trouble);
  if (error instanceof GapError) {
    if (calm) await setTrouble(core, space, "behind");
  } else if (!(error instanceof ProtocolError)) core.report(error);
  else if (error.code === "seat_removed") {
    // A removed seat still reads up to its removal: why it went stands there.
    await sync(core, space).catch(() => []);
    if (space.row.state !== "active") return;
    // The hub has taken this device's place away, and no entry said why.
    if (calm) await setTrouble(core, space, "stuck");
    followUp(core, space, [{ do: "enrol" }]);
    return;
  } else if (error.code === "seat_unknown") {
    // Seats come with commits: a hub that does not know one has lost entries. Whoever can read it brings them back.
    if (calm) await setTrouble(core, space, "rolledBack");
  } else if (
    error.code === "log_deleted" &&
    (await (await import("../leading/lead.ts")).isOver(core, space))
  ) {
    return;
  } else if (error.code === "quota_exceeded") {
    if (calm) await setTrouble(core, space, "full");
  } else if (error.code === "log_not_found" && isBornHere(core, space)) {
    if (calm) await setTrouble(core, space, "rolledBack");
    await createAgain(core, space);
  }
  await goOver(core, space).catch((cause: unknown) => {
    if (!(cause instanceof ProtocolError)) core.report(cause);
  });
  if (UNREACHED.has(codeOf(error)) && (await hasCopies(core, space)))
    await (await import("../mirrors/mirrors.ts")).readInstead(core, space);
  if ((await runtimeOf(core, space.logId)) !== space) return core.kick({ space: space.logId });
  // Gone for a while: somebody may know where the space is kept now.
  if (asksNow(space.attempts) && UNREACHED.has(codeOf(error)))
    await (await import("../handover/move.ts")).askWhere(core, space).catch(() => undefined);
  const pause = backoff(space.attempts++);
  space.fetched = false;
  core.platform.clock.setTimer(pause, () => core.kick({ space: space.logId }));
}

/** Its node has had the log from the beginning: one that was handed over may not have arrived yet, and is not opened anew. */
function isBornHere(core: Core, { row, genesis }: SpaceRuntime): boolean {
  return row.gen === 0 && row.hub === genesis.hub && row.hub === core.me().node;
}

const ASK_AFTER = 4;
/** After four tries, and then after twice as long each time: those who are asked may not know it yet. */
function asksNow(attempts: number): boolean {
  const n = attempts + ASK_AFTER;
  return attempts >= ASK_AFTER && (n & (n - 1)) === 0;
}
const UNREACHED: ReadonlySet<string> = new Set(["target_unreachable", "timeout", "log_not_found"]);
const codeOf = (error: unknown) => (error instanceof ProtocolError ? error.code : "");

/** Decisions of several stewards, where there is anything to see to. */
async function decide(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  if (!(await hasDecisions(core, space))) return [];
  return (await import("../leading/lead.ts")).tendLeading(core, space);
}

/** Guests whose time is over go. */
async function tendGuests(core: Core, space: SpaceRuntime): Promise<void> {
  if (!maySend(space)) return;
  const row = await core.store.get("SELECT 1 AS one FROM role_ends WHERE log_id = ? LIMIT 1", [
    space.logId,
  ]);
  if (row === undefined) return;
  await (await import("../people/people-work.ts")).tendGuests(core, space);
}

/** What this device says of working groups is put right. It goes on by itself: it posts in other spaces, which have their own queues. */
async function tendGroups(core: Core, space: SpaceRuntime): Promise<void> {
  if (!maySend(space)) return;
  const row = await core.store.get(
    "SELECT 1 AS one FROM group_links WHERE log_id = ?1 OR group_id = ?1 LIMIT 1",
    [space.logId],
  );
  if (row === undefined) return;
  void import("../people/lazy.ts")
    .then((people) => people.tendGroups(core, space.logId))
    .catch((error: unknown) => core.report(error));
}

/** Whether other nodes keep copies of the space. */
async function hasCopies(core: Core, { logId }: SpaceRuntime): Promise<boolean> {
  const row = await core.store.get("SELECT 1 AS one FROM space_mirrors WHERE log_id = ? LIMIT 1", [
    logId,
  ]);
  return row !== undefined;
}

/** Sees to the copies that other nodes keep, where there are any. */
async function tendCopies(core: Core, space: SpaceRuntime): Promise<void> {
  if (await hasCopies(core, space))
    await (await import("../mirrors/mirrors.ts")).tendMirrors(core, space);
}

/** A hand-over that this device carries out. */
async function isCarried(core: Core, { logId }: SpaceRuntime): Promise<boolean> {
  const row = await core.store.get("SELECT 1 AS one FROM hub_moves WHERE log_id = ? AND mine = 1", [
    logId,
  ]);
  return row !== undefined;
}

/** Goes over to another hub, where that is decided. */
async function goOver(core: Core, space: SpaceRuntime): Promise<void> {
  const row = await core.store.get(
    `SELECT 1 AS one FROM proposals WHERE log_id = ?1 AND about = 'move' AND gen = ?2
     UNION ALL SELECT 1 FROM hub_moves WHERE log_id = ?1 AND gen = ?2
     UNION ALL SELECT 1 FROM heard_moves WHERE log_id = ?1`,
    [space.logId, space.row.gen + 1],
  );
  if (row !== undefined) await (await import("../handover/move.ts")).tendMove(core, space);
}
