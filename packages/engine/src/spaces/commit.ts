/**
 * Changing who is in a space. What is wanted is stored as an *intent* first; this device then makes one commit for
 * the intents that wait, stores {state after it, exact bytes} in one transaction, sends it, and takes the new state when the
 * commit is seen in the log. When another commit came first, it is thrown away and made anew from the intents.
 */
import {
  appendDigest,
  commit,
  contextExtension,
  encodeGroup,
  headerHash,
  ownMember,
  MlsRefused,
  randomBytes,
  readKeyPackage,
  signAppend,
  standsUnder,
} from "@baraza/crypto";
import type { Bytes, DecisionProof, Reply } from "@baraza/protocol";
import {
  bytes,
  bytes16,
  bytes32,
  decisionProof,
  decodeCbor,
  encodeCbor,
  equalBytes,
  LIMITS,
  logsAppend,
  nodeName,
  object,
  ProtocolError,
  readAs,
  reply,
  time,
  toHex,
  uint,
  writeAs,
} from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { canHaveSlot, secretToKeep, slotFor } from "../slots/claim.ts";
import { ownRejoinKey } from "../slots/keys.ts";
import { contextToTell, givesHistory } from "../people/context.ts";
import {
  isBanned,
  keepsOrder,
  LISTED_ROLES,
  mayAdmit,
  entryOf,
  roleOf,
  ruleIntent,
} from "../people/rules.ts";
import type { RuleFields } from "../people/moderate.ts";
import type { RuleIntent } from "../people/rules.ts";
import { need } from "../util.ts";
import type { FollowUp } from "./draft.ts";
import { encodeContext, keepContext, readContext } from "./events.ts";
import { flush, maySend, resend } from "./flush.ts";
import { applyEntries, GapError } from "./process.ts";
import { checksFor, infoOf, rosterOf, stewardKeyOf, stewardsOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { keysOf } from "./runtime.ts";
import { prepare } from "./post.ts";
import { asStored, chainOf, sealOne, seenOf } from "./seal.ts";
import { checkedHead, sync } from "./sync.ts";
import type { PendingCommit } from "./welcome.ts";

/**
 * Somebody to add: their devices' key packages and how to reach them. `gone`: devices of theirs that these replace. `cardId`: the
 * link that they came by; without one, they are members already.
 *
 * [Note: Who asked before a removal] Letters and logs come by different ways: somebody may ask for a place after they were put
 * out, and the device that they ask may hear of the removal later. So what was right when the letter was read is asked once
 * more when the commit is made, by the group as it is then: whoever is no member comes in by a link that stands, or not at all.
 */
export const addIntent = object({
  keyPackages: v.array(bytes(LIMITS.keyPackageBytes)),
  reply,
  cardId: v.optional(bytes16),
  /** This person has said yes to them. */
  accepted: v.optional(v.boolean()),
  /** What they become, where that is something else than a member. */
  role: v.optional(v.picklist(LISTED_ROLES)),
  until: v.optional(time),
  gone: v.optional(v.array(bytes32)),
});
export const removeIntent = object({ identityId: bytes32 });
export const roleIntent = object({ identityId: bytes32, role: v.picklist(["steward", "member"]) });

/** What a majority of the stewards signed: somebody's lead is taken away, or they are removed. */
export const decidedIntent = object({
  about: v.picklist(["unlead", "remove"]),
  identityId: bytes32,
  decision: decisionProof,
});
/** Whose the space is: an organisation's, by its node, or its members'. */
const belongsIntent = object({ organisation: v.nullable(nodeName) });
/** A better rejoin slot; `after`: not before (ms since 1970), since somebody else may do it. */
export const slotIntent = object({ after: uint() });
/** One's own devices that were cut off, with what they knew of the steward's key. */
export const cutOffIntent = object({});
export const takeDeviceIntent = object({ device: bytes32 });

const INTENTS = {
  add: addIntent,
  remove: removeIntent,
  role: roleIntent,
  decided: decidedIntent,
  belongs: belongsIntent,
  slot: slotIntent,
  cutOff: cutOffIntent,
  takeDevice: takeDeviceIntent,
  rules: ruleIntent,
} as const;
type IntentKind = keyof typeof INTENTS;

type Plan = {
  add: { keyPackage: Bytes; ref: Bytes; reply: Reply; seatKey: Bytes }[];
  remove: Set<number>;
  context: Bytes | null;
  decision: DecisionProof | null;
  /** One's own keys are renewed, though nothing else asks for it. */
  update: boolean;
  done: number[];
};

/** Puts something to do to a space's membership; this device does it as soon as it can. */
export async function intend<K extends IntentKind>(
  core: Core,
  logId: string,
  kind: K,
  data: v.InferInput<(typeof INTENTS)[K]>,
): Promise<void> {
  await core.store.run("INSERT INTO intents (log_id, kind, data) VALUES (?, ?, ?)", [
    logId,
    kind,
    writeAs(INTENTS[kind], data),
  ]);
  core.kick({ space: logId });
}

/** How many intents one commit takes up. */
const INTENTS_AT_ONCE = 200;

/** Carries out what waits. Call it inside the space's queue. */
export async function carryOut(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  const after: FollowUp[] = await resend(core, space);
  let most = INTENTS_AT_ONCE;
  for (let tries = 0; tries < 16 && after.length === 0 && maySend(space); tries++) {
    const stored = await pendingOf(core, space);
    if (stored !== undefined) {
      after.push(...(await sendCommit(core, space, stored)));
      continue;
    }
    const intents = await core.store.all<{ id: number; kind: string; data: Bytes }>(
      "SELECT id, kind, data FROM intents WHERE log_id = ? AND kind IN ('add', 'remove', 'role', 'decided', 'belongs', 'slot', 'cutOff', 'takeDevice', 'rules') ORDER BY id LIMIT ?",
      [space.logId, most],
    );
    if (intents.length === 0) break;
    const plan = await planOf(core, space, intents);
    if (plan.add.length === 0 && plan.remove.size === 0 && plan.context === null && !plan.update) {
      if (plan.done.length === 0) break;
      await finish(core, plan.done);
      continue;
    }
    // What was written before goes first: the commit ends the epoch it was sealed for.
    after.push(...(await flush(core, space)));
    if (after.length > 0 || !maySend(space)) break;
    try {
      after.push(...(await sendCommit(core, space, await makeCommit(core, space, plan))));
    } catch (error) {
      if (!(error instanceof MlsRefused)) throw error;
      // Nothing that this group takes in (a bad key package, a role that one has not): not tried again. Those who
      // asked together with somebody whose key package is bad must not wait outside for it.
      if (plan.done.length > 1) most = Math.floor(plan.done.length / 2);
      else await finish(core, plan.done);
    }
  }
  return after;
}

/** Sends the commit that was made before and not answered, if there is one. Call it inside the space's queue. */
export async function sendPending(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  const after = await resend(core, space);
  if (after.length > 0) return after;
  const stored = await pendingOf(core, space);
  return stored === undefined ? [] : sendCommit(core, space, stored);
}

function pendingOf(core: Core, space: SpaceRuntime): Promise<PendingCommit | undefined> {
  return core.store.get<PendingCommit>("SELECT * FROM pending_commits WHERE log_id = ?", [
    space.logId,
  ]);
}

async function finish(core: Core, ids: readonly number[]): Promise<void> {
  await core.store.transaction((tx) => {
    for (const id of ids) tx.run("DELETE FROM intents WHERE id = ?", [id]);
  });
}

async function planOf(
  core: Core,
  space: SpaceRuntime,
  intents: readonly { id: number; kind: string; data: Bytes }[],
): Promise<Plan> {
  const group = need(space.group, "group");
  const members = await rosterOf(group);
  let stewards = stewardsOf(group);
  let rules: ReturnType<typeof readContext> = readContext(contextExtension(group));
  const ownRole = roleOf(rules, core.me().id);
  let fields: RuleFields | null = null;
  const change = async (wish: RuleIntent | null, gone?: Bytes) => {
    const area = await import("../people/moderate.ts");
    const next =
      wish === null
        ? area.withoutEntry(rules, toHex(gone ?? new Uint8Array()))
        : area.withRule(rules, wish);
    if (next === null) return;
    fields = next;
    rules = { ...rules, ...next };
    plan.context ??= encodeContext(stewards);
  };
  const plan: Plan = {
    add: [],
    remove: new Set(),
    context: null,
    decision: null,
    update: false,
    done: [],
  };
  const kinds = new Set<string>();
  for (const intent of intents) {
    // A removal goes alone: what is added with it would wait for nothing, and its seats are cleared right after.
    if (kinds.size > 0 && !kinds.has(intent.kind)) break;
    if (intent.kind === "role" && (await waitsForKey(core, space, intent.data))) continue;
    if (intent.kind === "slot" && !isDue(core, space.logId, intent.data)) continue;
    // Nobody could tell why the devices go before the roll stands in the log.
    if (intent.kind === "cutOff" && !rollStands(core, space)) continue;
    if (plan.add.length >= LIMITS.commitSeats || plan.decision !== null) break;
    kinds.add(intent.kind);
    plan.done.push(intent.id);
    const data = decodeCbor(intent.data);
    if (intent.kind === "slot") plan.update ||= space.row.slot_good === 0 && canHaveSlot(group);
    else if (intent.kind === "add") {
      const { keyPackages, reply: to, gone, ...came } = v.parse(addIntent, data);
      const { cardId, accepted = false, role, until } = came;
      const invited =
        mayAdmit(rules, ownRole) &&
        !isBanned(rules, toHex(to.identityId)) &&
        (role === undefined || ownRole === "steward") &&
        (accepted || (cardId !== undefined && (await linkStands(core, space.logId, cardId))));
      for (const keyPackage of keyPackages) {
        const view = await readKeyPackage(keyPackage).catch(() => null);
        if (view === null || view.suite !== space.genesis.mlsSuite) continue;
        const { device, id, certificate } = await infoOf(view.credential, view.signatureKey);
        const roll = space.rolls.get(id);
        if (roll !== undefined && !standsUnder(roll, certificate)) continue;
        if (!invited && !members.some((one) => one.info.id === id)) continue;
        const there = members.find((one) => one.info.device === device);
        // Several were asked, and another member's device was first.
        if (there !== undefined && equalBytes(there.seatKey, view.seatKey)) continue;
        // The same device asks again because it could not follow: its old place goes. Taking places away is for stewards.
        const may = isSteward(core, group) || id === core.me().id;
        if (there !== undefined && !may) continue;
        if (there !== undefined) plan.remove.add(there.leaf);
        for (const one of members)
          if (may && one.info.id === id && gone?.some((hash) => toHex(hash) === one.info.device))
            plan.remove.add(one.leaf);
        for (const one of members)
          if (one.info.id === id && space.leavingDevices.has(one.info.device))
            plan.remove.add(one.leaf);
        if (plan.add.some((one) => equalBytes(one.ref, view.ref))) continue;
        plan.add.push({ keyPackage, ref: view.ref, reply: to, seatKey: view.seatKey });
        // What somebody was before they went counts no more.
        if (
          ownRole === "steward" &&
          (role !== undefined || entryOf(rules, id) !== undefined) &&
          !members.some((one) => one.info.id === id)
        )
          await change({ op: "role", identityId: to.identityId, role, until });
      }
    } else if (intent.kind === "cutOff") {
      const me = core.me();
      const roll = space.rolls.get(me.id);
      for (const one of members)
        if (one.info.id === me.id && roll && !standsUnder(roll, one.info.certificate))
          plan.remove.add(one.leaf);
      // What the other device knew opens no rejoin slot any more once every leaf of this account names the new key.
      const rejoin = await ownRejoinKey(core, space.genesis.nonce, space.genesis.mlsSuite);
      plan.update ||= !equalBytes(ownMember(group).rejoinKey ?? new Uint8Array(), rejoin);
      const { publicKey } = stewardKeyOf(me.identityKey, space.genesis.nonce);
      const mine = stewards.find((one) => equalBytes(one.identityId, me.identityId));
      if (mine !== undefined && !equalBytes(mine.key, publicKey)) {
        // The hub takes new keys at the end of the list only.
        stewards = [
          ...stewards.filter((one) => one !== mine),
          { identityId: me.identityId, key: publicKey },
        ];
        plan.context = encodeContext(stewards);
      }
    } else if (intent.kind === "takeDevice") {
      const { device } = v.parse(takeDeviceIntent, data);
      const leaf = members.find((one) => one.info.device === toHex(device));
      // The last one of a person is that person's place, and waits for the next.
      const stays = (one: (typeof members)[number]) =>
        one.info.id === leaf?.info.id && !space.leavingDevices.has(one.info.device);
      if (leaf !== undefined && members.some(stays)) plan.remove.add(leaf.leaf);
    } else if (intent.kind === "remove") {
      const { identityId } = v.parse(removeIntent, data);
      for (const one of members)
        if (equalBytes(one.info.identity, identityId)) plan.remove.add(one.leaf);
      if (isSteward(core, group) && entryOf(rules, toHex(identityId)) !== undefined)
        await change(null, identityId);
      if (stewards.some((one) => equalBytes(one.identityId, identityId))) {
        stewards = stewards.filter((one) => !equalBytes(one.identityId, identityId));
        if (stewards.length > 0 && isSteward(core, group)) plan.context = encodeContext(stewards);
      }
    } else if (intent.kind === "decided") {
      const { about, identityId, decision } = v.parse(decidedIntent, data);
      if (about === "remove")
        for (const one of members)
          if (equalBytes(one.info.identity, identityId)) plan.remove.add(one.leaf);
      const rest = stewards.filter((one) => !equalBytes(one.identityId, identityId));
      if (rest.length === stewards.length && plan.remove.size === 0) continue;
      stewards = rest;
      plan.context = encodeContext(stewards);
      plan.decision = decision;
    } else if (intent.kind === "rules") {
      const rule = v.parse(ruleIntent, data);
      const id = rule.identityId === undefined ? "" : toHex(rule.identityId);
      if (rule.op === "ban" && !keepsOrder(roleOf(rules, id)))
        for (const one of members) if (one.info.id === id) plan.remove.add(one.leaf);
      await change(rule);
    } else if (intent.kind === "belongs") {
      plan.context = encodeContext(stewards, v.parse(belongsIntent, data));
    } else {
      const { identityId, role } = v.parse(roleIntent, data);
      const row = await core.store.get<{ steward_key: Bytes | null }>(
        "SELECT steward_key FROM members WHERE log_id = ? AND identity_id = ? AND present = 1",
        [space.logId, toHex(identityId)],
      );
      const without = stewards.filter((one) => !equalBytes(one.identityId, identityId));
      const key = row?.steward_key;
      // Stewards keep the order in which they were named: the hub goes by it.
      const isOne = without.length < stewards.length;
      if (role === "steward" && key && !isOne) stewards = [...stewards, { identityId, key }];
      else if (role === "member" && without.length > 0) stewards = without;
      plan.context = encodeContext(stewards);
      if (role === "steward" && entryOf(rules, toHex(identityId)) !== undefined)
        await change(null, identityId);
    }
  }
  if (plan.context !== null) plan.context = keepContext(contextExtension(group), plan.context);
  if (plan.context !== null && fields !== null)
    plan.context = keepContext(plan.context, encodeContext(stewards, fields));
  return plan;
}

/** Whether a link into a space has not ended since: a removal ends all of them. */
async function linkStands(core: Core, logId: string, cardId: Bytes): Promise<boolean> {
  const card = await core.store.get("SELECT 1 AS one FROM cards WHERE card_id = ? AND log_id = ?", [
    toHex(cardId),
    logId,
  ]);
  return card !== undefined;
}

function isDue(core: Core, logId: string, data: Bytes): boolean {
  const wait = v.parse(slotIntent, decodeCbor(data)).after - core.platform.clock.now();
  if (wait > 0) core.platform.clock.setTimer(wait, () => core.kick({ space: logId }));
  return wait <= 0;
}

function rollStands(core: Core, space: SpaceRuntime): boolean {
  const me = core.me();
  const roll = space.rolls.get(me.id);
  return roll !== undefined && roll.identity.seq >= me.identity.seq;
}

/** A steward's key comes with the member's first entry: until then the role waits. */
async function waitsForKey(core: Core, space: SpaceRuntime, data: Bytes): Promise<boolean> {
  const { identityId, role } = v.parse(roleIntent, decodeCbor(data));
  const row = await core.store.get<{ steward_key: Bytes | null }>(
    "SELECT steward_key FROM members WHERE log_id = ? AND identity_id = ? AND present = 1",
    [space.logId, toHex(identityId)],
  );
  return role === "steward" && row !== undefined && row.steward_key === null;
}

function isSteward(core: Core, group: Parameters<typeof stewardsOf>[0]): boolean {
  return stewardsOf(group).some((one) => equalBytes(one.identityId, core.me().identityId));
}

async function makeCommit(core: Core, space: SpaceRuntime, plan: Plan): Promise<PendingCommit> {
  const group = need(space.group, "group");
  const leaving = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM members WHERE log_id = ? AND leaving = 1",
    [space.logId],
  );
  const present = await ownRejoinKey(core, space.genesis.nonce, space.genesis.mlsSuite);
  const announced = ownMember(group).rejoinKey;
  const renews = plan.update || plan.remove.size > 0 || plan.context !== null;
  const made = await commit(
    group,
    {
      add: plan.add.map((one) => one.keyPackage),
      remove: [...plan.remove],
      ...(plan.update ? { update: true } : {}),
      ...(renews && (announced === null || !equalBytes(announced, present))
        ? { rejoinKey: present }
        : {}),
      ...(plan.context === null ? {} : { contextExtension: plan.context }),
      now: core.platform.clock.now(),
    },
    checksFor(group, new Set(leaving.map((row) => row.identity_id)), {
      devices: space,
      logId: space.id,
      founders: space.genesis.stewards,
      ...(plan.decision === null ? {} : { decision: plan.decision, at: core.platform.clock.now() }),
    }),
  );
  const next = await keysOf(made.pending);
  const slot = await slotFor(made.pending, {
    logId: space.id,
    secret: secretToKeep(space, group, made.pending),
    seen: seenOf(space),
    keys: space.keys,
    contentKey: next.contentKey,
    all: givesHistory(space.genesis, made.pending),
  });
  const told = contextToTell(group, made.pending);
  const event = prepare(core, {
    type: "space.commit",
    payload: {
      mls: made.message,
      ...(slot === null ? {} : { slot: slot.claim }),
      ...(plan.decision === null ? {} : { decision: plan.decision }),
      ...(told === undefined ? {} : { context: told }),
    },
  });
  const eventId = toHex(randomBytes(16));
  const sealed = await sealOne(
    core,
    space,
    chainOf(space),
    space.row.epoch,
    "commit",
    {
      event_id: eventId,
      type: event.type,
      type_version: event.version,
      at: core.platform.clock.now(),
      payload: event.payload,
    },
    {
      nextPostingKey: next.posting.publicKey,
      seatId: space.row.seat_id,
      ...(slot === null ? { slotHash: null } : slot.parts),
      ...(plan.add.length === 0 ? {} : { addSeats: plan.add.map((one) => one.seatKey) }),
    },
  );
  const digest = appendDigest([headerHash(sealed.header)]);
  const posting = need(space.posting, "posting key");
  const request = {
    logId: space.id,
    entries: [{ header: sealed.header, body: sealed.body }],
    sigs: {
      posting: await signAppend(posting.privateKey, digest),
      seat: await signAppend(space.row.seat_key, digest),
      next: await signAppend(next.posting.privateKey, digest),
    },
    ...(slot === null ? {} : { slot: slot.bytes }),
    seen: space.row.seq,
  };
  const pending: PendingCommit = {
    log_id: space.logId,
    event_id: eventId,
    request: encodeCbor(request),
    state: encodeGroup(made.pending),
    epoch: made.epochAfter,
    letters: encodeCbor({
      welcome: made.welcome,
      tree: made.tree,
      to: plan.add.map((one) => ({ reply: one.reply, ref: one.ref })),
    }),
    intents: plan.done.join(","),
  };
  await core.store.run("INSERT INTO pending_commits VALUES (?, ?, ?, ?, ?, ?, ?)", [
    pending.log_id,
    pending.event_id,
    pending.request,
    pending.state,
    pending.epoch,
    pending.letters,
    pending.intents,
  ]);
  return pending;
}

const LOST_RACE: ReadonlySet<string> = new Set([
  "stale_epoch",
  "stale_generation",
  "log_moved",
  "bad_signature",
  "seat_unknown",
  "seat_conflict",
]);

async function sendCommit(
  core: Core,
  space: SpaceRuntime,
  pending: PendingCommit,
): Promise<FollowUp[]> {
  const request = readAs(logsAppend.request, pending.request, LIMITS.appendBytes);
  try {
    const answer = await core.remote.call(space.row.hub, "logs.append", request);
    const head = await checkedHead(space, answer.head);
    return await applyEntries(core, space, asStored(request, answer.seqs[0] ?? 0), head);
  } catch (error) {
    if (error instanceof GapError) return sync(core, space);
    if (!(error instanceof ProtocolError) || !LOST_RACE.has(error.code)) throw error;
    const after = await sync(core, space);
    // Another commit came first. Unless ours is in the log after all, it is forgotten and made anew.
    await core.store.run("DELETE FROM pending_commits WHERE log_id = ? AND event_id = ?", [
      space.logId,
      pending.event_id,
    ]);
    return after;
  }
}
