/** What a steward's device decides for a space in clear, because the hub has to act on it: voids, mends, seats. */
import { appendDigest, headerHash, randomBytes, signAppend } from "@baraza/crypto";
import type { Bytes, StewardRecord } from "@baraza/protocol";
import { decodeCbor, LIMITS, ProtocolError, stewardRecord, toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { formerIdentityKeys } from "../devices/rolls.ts";
import { need } from "../util.ts";
import type { FollowUp } from "./draft.ts";
import { POINTLESS, resend, submit } from "./flush.ts";
import { prepare } from "./post.ts";
import { stewardKeyOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import type { AppendRequest } from "./seal.ts";
import { chainOf, sealOne } from "./seal.ts";
import { sync } from "./sync.ts";

/** Posts the decisions that wait. Also a stuck steward may: that is how a bad commit is undone. Call it inside the space's queue. */
export async function postDecisions(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  const after: FollowUp[] = await resend(core, space);
  const { row } = space;
  if (after.length > 0 || row.state !== "active" || space.group === null || row.seq < row.read_from)
    return after;
  if (row.trouble === "forked" || row.trouble === "cloned" || row.trouble === "rolledBack")
    return after;
  const waiting = await core.store.all<{ id: number; data: Bytes }>(
    "SELECT id, data FROM intents WHERE log_id = ? AND kind = 'steward' ORDER BY id",
    [space.logId],
  );
  for (const one of waiting) {
    const record = v.parse(stewardRecord, decodeCbor(one.data));
    try {
      const posted = await postByAnyKey(core, space, record);
      after.push(...posted.after);
      if (!posted.done) {
        core.kick({ space: space.logId });
        return after;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError) || !POINTLESS.has(error.code)) throw error;
      // In a pair both have to sign that.
      if (error.code === "steward_majority" && record.op === "removeSeat") {
        const until = core.platform.clock.now() + LIMITS.decisionMs;
        const { proposeRecord } = await import("../leading/lead.ts");
        await proposeRecord(core, space, "removeSeat", { ...record, until }, null);
      }
    }
    await core.store.run("DELETE FROM intents WHERE id = ?", [one.id]);
  }
  return after;
}

/** A decision with the signatures of several: whoever has enough of them posts it, and the posting key covers the entry. */
export async function postGathered(
  core: Core,
  space: SpaceRuntime,
  decided: { id: Bytes; record: StewardRecord; sigs: { key: Bytes; sig: Bytes }[]; gen?: number },
): Promise<FollowUp[]> {
  const { id, record, sigs, gen } = decided;
  try {
    const sign = async (digest: Bytes) => ({
      posting: await signAppend(need(space.posting, "posting key").privateKey, digest),
      stewards: sigs,
    });
    return (
      await postRecord(core, space, record, sign, {
        appendId: id,
        ...(gen === undefined ? {} : { gen }),
      })
    ).after;
  } catch (error) {
    if (!(error instanceof ProtocolError) || !POINTLESS.has(error.code)) throw error;
    // Another commit came first, perhaps: in the next epoch it is tried again.
    return error.code === "stale_epoch" ? sync(core, space) : [];
  }
}

/** The hub may still know this steward by the key of before a device was removed. */
async function postByAnyKey(
  core: Core,
  space: SpaceRuntime,
  record: StewardRecord,
): Promise<{ after: FollowUp[]; done: boolean }> {
  // Members take nothing else that a former key has signed.
  const former = record.op === "stewards" ? await formerIdentityKeys(core) : [];
  for (const [index, key] of [core.me().identityKey, ...former].entries()) {
    try {
      return await postDecision(core, space, record, key);
    } catch (error) {
      const unknown = error instanceof ProtocolError && error.code === "not_steward";
      if (!unknown || index === former.length) throw error;
    }
  }
  throw new ProtocolError("not_steward");
}

async function postDecision(
  core: Core,
  space: SpaceRuntime,
  record: StewardRecord,
  identityKey: Bytes,
): Promise<{ after: FollowUp[]; done: boolean }> {
  const key = stewardKeyOf(identityKey, space.genesis.nonce);
  const { after, eventId } = await postRecord(core, space, record, async (digest) => ({
    stewards: [{ key: key.publicKey, sig: await signAppend(key.privateKey, digest) }],
  }));
  if (record.op !== "removeSeat") return { after, done: true };
  const stands = await core.store.get(
    "SELECT 1 AS one FROM events WHERE log_id = ? AND event_id = ?",
    [space.logId, eventId],
  );
  return { after, done: stands !== undefined };
}

async function postRecord(
  core: Core,
  space: SpaceRuntime,
  record: StewardRecord,
  sign: (digest: Bytes) => Promise<AppendRequest["sigs"]>,
  parts: { appendId?: Bytes; gen?: number } = {},
): Promise<{ after: FollowUp[]; eventId: string }> {
  const event = prepare(core, { type: "space.steward", payload: {} });
  const row = {
    event_id: toHex(randomBytes(16)),
    type: event.type,
    type_version: event.version,
    at: core.platform.clock.now(),
    payload: event.payload,
  };
  // A stuck steward has no keys of the log's epoch: the decision is sealed under its own, which the others kept.
  const epoch = space.keys.has(space.row.epoch) ? space.row.epoch : Math.max(...space.keys.keys());
  const sealed = await sealOne(core, space, chainOf(space), epoch, "steward", row, {
    steward: record,
    ...parts,
  });
  const request = {
    logId: space.id,
    entries: [{ header: sealed.header, body: sealed.body }],
    sigs: await sign(appendDigest([headerHash(sealed.header)])),
    seen: space.row.seq,
  };
  return { after: await submit(core, space, request, [], row), eventId: row.event_id };
}
