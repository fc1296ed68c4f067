/**
 * Looking after one space: fetch, send, change who is in it, repair; once now, and again when something happens or a
 * pause is over. Everything in here runs inside the space's queue, one step at a time, and each step can be cut off
 * anywhere: what it had to remember is in the store.
 */
import { randomBytes, signSeatPush } from "@baraza/crypto";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import { deviceBox } from "../account/boxes.ts";
import type { Core } from "../core.ts";
import { tendConfirmation } from "../leading/confirm.ts";
import { tendLeading } from "../leading/tend.ts";
import { backoff } from "../util.ts";
import { carryOut, sendPending } from "./commit.ts";
import { createAgain, createAtHub } from "./create.ts";
import { flush, maySend } from "./flush.ts";
import { followUp } from "./follow-up.ts";
import { ForkError, GapError } from "./process.ts";
import { forked } from "./proof.ts";
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
  if (space.row.seq < space.row.read_from && !space.fetched) await newestFirst(core, space);
  // [Note: Read before writing] A store that was put back from a backup learns so before it says anything with old numbers.
  if (options.fetch || !space.fetched || space.row.seq < space.row.read_from)
    followUp(core, space, await sync(core, space));
  if (space.row.trouble === "stuck") followUp(core, space, [{ do: "enrol" }]);
  for (let round = 0; round < 8; round++) {
    const after = [
      ...(await sendPending(core, space)),
      ...(await postDecisions(core, space)),
      ...(await flush(core, space)),
      ...(await carryOut(core, space)),
      ...(await tendLeading(core, space)),
    ];
    if (after.length === 0) break;
    followUp(core, space, after);
  }
  await placePush(core, space);
  if (maySend(space)) await tendConfirmation(core, space);
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
  const expires = now + LIMITS.pushAddressMs;
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
  // What came between the last reading and now was pushed to nobody.
  space.fetched = false;
  core.kick({ space: space.logId });
}

async function failed(core: Core, space: SpaceRuntime, error: unknown): Promise<void> {
  if (error instanceof ForkError) return forked(core, space, error.head);
  const { trouble } = space.row;
  const calm = trouble === null || trouble === "offender" || trouble === "unconfirmed";
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
  } else if (error.code === "log_not_found" && space.row.hub === core.me().node) {
    if (calm) await setTrouble(core, space, "rolledBack");
    await createAgain(core, space);
  }
  const pause = backoff(space.attempts++);
  space.fetched = false;
  core.platform.clock.setTimer(pause, () => core.kick({ space: space.logId }));
}
