/**
 * Looking after one space: fetch, send, change who is in it, repair; once now, and again when something happens or a
 * pause is over. Everything in here runs inside the space's queue, one step at a time, and each step can be cut off
 * anywhere: what it had to remember is in the store.
 */
import { randomBytes, signSeatPush } from "@baraza/crypto";
import { fromHex, LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { askForPlace } from "../letters/ask.ts";
import { backoff, drop } from "../util.ts";
import { rebuildSpace } from "./apply.ts";
import { carryOut, intend } from "./commit.ts";
import { createAtHub } from "./create.ts";
import type { FollowUp } from "./draft.ts";
import { flush, maySend } from "./flush.ts";
import { ForkError, GapError } from "./process.ts";
import { stewardsOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { keysOf, runtimeOf } from "./runtime.ts";
import { decide, postDecisions } from "./steward.ts";
import { setTrouble, sync } from "./sync.ts";

/** How long a stuck device waits for a steward's void before it asks to be let in again. */
const VOID_PATIENCE_MS = 4000;

export type TendOptions = {
  /** Read the log first. Left out when only something of one's own has to go out. */
  fetch: boolean;
};

/** Does everything that there is to do for a space. Never throws: what fails is tried again later. */
export async function tend(core: Core, logId: string, options: TendOptions): Promise<void> {
  const space = await runtimeOf(core, logId);
  if (space === null || space.row.state !== "active") return;
  await space.queue(async () => {
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
  if (options.fetch || space.row.seq < space.row.read_from)
    await followUp(core, space, await sync(core, space));
  for (let round = 0; round < 8; round++) {
    const after = [
      ...(await postDecisions(core, space)),
      ...(await flush(core, space)),
      ...(await carryOut(core, space)),
    ];
    if (after.length === 0) break;
    await followUp(core, space, after);
  }
  await placePush(core, space);
}

/** Does what processed entries ask for. */
export async function followUp(
  core: Core,
  space: SpaceRuntime,
  list: readonly FollowUp[],
): Promise<void> {
  for (const one of list) {
    if (one.do === "rebuild")
      await core.store.transaction((tx) => rebuildSpace(tx, core, space.logId));
    else if (one.do === "void" && space.group !== null) {
      const { posting } = await keysOf(space.group);
      await decide(core, space.logId, {
        op: "void",
        seq: one.seq,
        epoch: one.epoch,
        postingKey: posting.publicKey,
      });
    } else if (one.do === "mend" && space.posting !== null) {
      await decide(core, space.logId, {
        op: "mend",
        epoch: one.epoch,
        postingKey: space.posting.publicKey,
      });
    } else if (one.do === "removeSeats") {
      for (const seatId of one.seatIds)
        await decide(core, space.logId, { op: "removeSeat", seatId });
    } else if (one.do === "takeOut") await takeOut(core, space, one.identityId);
    else if (one.do === "enrol") {
      core.platform.clock.setTimer(VOID_PATIENCE_MS, () => {
        if (space.row.trouble === "stuck") drop(askForPlace(core, space.logId));
      });
    }
  }
}

/** Somebody asked to leave: a steward's device takes them out; without a steward, anybody's. */
async function takeOut(core: Core, space: SpaceRuntime, identityId: string): Promise<void> {
  const me = core.me();
  if (space.group === null || identityId === me.id) return;
  const others = stewardsOf(space.group)
    .map((one) => toHex(one.identityId))
    .filter((id) => id !== identityId);
  if (others.length > 0 && !others.includes(me.id)) return;
  await intend(core, space.logId, "remove", { identityId: fromHex(identityId) });
}

/** Tells the hub where to push news of this space; renewed before the address runs out. */
async function placePush(core: Core, space: SpaceRuntime): Promise<void> {
  const now = core.platform.clock.now();
  if (!maySend(space) || space.row.push_until > now + LIMITS.pushAddressMs / 3) return;
  const me = core.me();
  const expires = now + LIMITS.pushAddressMs;
  const { addresses } = await core.own.call("boxes.addresses", {
    boxId: me.boxId,
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
    expires,
  ]);
  const request = await signSeatPush(space.row.seat_key, {
    logId: space.id,
    seatId: space.row.seat_id,
    push: { node: me.node, address: made.address, wrapKey },
    time: now,
  });
  await core.remote.call(space.row.hub, "logs.push", request);
  await core.store.run("UPDATE spaces SET push_until = ? WHERE log_id = ?", [expires, space.logId]);
  space.row = { ...space.row, push_until: expires };
}

async function failed(core: Core, space: SpaceRuntime, error: unknown): Promise<void> {
  if (error instanceof ForkError) return setTrouble(core, space, "forked");
  if (error instanceof GapError) return setTrouble(core, space, "behind");
  if (!(error instanceof ProtocolError)) {
    core.report(error);
    return;
  }
  if (error.code === "seat_removed" || error.code === "seat_unknown") {
    // The hub does not know this device's place any more, and no entry said why.
    if (space.row.trouble === null) await setTrouble(core, space, "stuck");
    return;
  }
  const pause = backoff(space.attempts++);
  core.platform.clock.setTimer(pause, () => core.kick({ space: space.logId }));
}
