/**
 * The slot that goes with each commit: made by the committer, made again by everybody else to see that it is what it should
 * be (see the note in crypto's slots.ts).
 *
 * A bad slot hurts nobody but those who will have lost everything, so it is no reason to refuse a commit: all go into
 * the new epoch, whoever brought it is named, and a member's device soon makes an empty commit with a good one.
 */
import {
  encodeTree,
  epoch,
  groupInfo,
  isSlotGroupInfo,
  makeSlot,
  roster,
  slotEpochsOf,
  slotRecipients,
  slotSecretOf,
} from "@baraza/crypto";
import type { Group } from "@baraza/crypto";
import type { Bytes, EntryHeader, SlotClaim } from "@baraza/protocol";
import { equalBytes, LIMITS, toHex } from "@baraza/protocol";
import { givesHistory } from "../people/context.ts";
import type { Draft } from "../spaces/draft.ts";
import { blame } from "../spaces/draft.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

type Seen = { gen: number; seq: number; head: Bytes };
/** `parts` are for the header; `claim` goes into the commit's event. */
export type NewSlot = {
  bytes: Bytes;
  claim: SlotClaim;
  parts: { slotHash: Bytes; outerKey: Bytes };
};

/**
 * The slot of the epoch that a commit leads to; null when there can be none (see makeSlot). `contentKey` is that of the new epoch.
 * `secret` null: a new one.
 */
export async function slotFor(
  next: Group,
  given: {
    logId: Bytes;
    secret: Bytes | null;
    seen: Seen;
    keys: ReadonlyMap<number, Bytes>;
    contentKey: Bytes;
    all: boolean;
  },
): Promise<NewSlot | null> {
  const present = epoch(next);
  const keys = new Map(given.keys).set(present, given.contentKey);
  const claim: SlotClaim = {
    groupInfo: await groupInfo(next),
    epochs: slotEpochsOf(keys, present, given.all),
    renewed: given.secret === null,
  };
  const made = await makeSlot(next, {
    logId: given.logId,
    secret: given.secret ?? (await slotSecretOf(next)),
    seen: given.seen,
    groupInfo: claim.groupInfo,
    epochs: claim.epochs,
    keys,
  });
  return (
    made && {
      bytes: made.bytes,
      claim,
      parts: { slotHash: made.hash, outerKey: made.outerKey },
    }
  );
}

/** Whether the secret has to be another one: somebody went who knows it, or a key went that it was sealed to. */
export function mustRenew(logId: Bytes, before: Group, next: Group): boolean {
  const seats = new Set(roster(next).map((one) => toHex(one.seatKey)));
  const keys = slotRecipients(next, logId);
  return (
    roster(before).some((one) => !seats.has(toHex(one.seatKey))) ||
    [...slotRecipients(before, logId).keys()].some((tag) => !keys.has(tag))
  );
}

/** The secret to go on with, or null for a new one. */
export function secretToKeep(space: SpaceRuntime, before: Group, next: Group): Bytes | null {
  const { slot_good: good, slot_secret: secret } = space.row;
  return good === 0 || mustRenew(space.id, before, next) ? null : secret;
}

/** Whether this device could make a slot of the present epoch at all. */
export function canHaveSlot(group: Group): boolean {
  return (
    roster(group).some((one) => one.rejoinKey !== null) &&
    encodeTree(group).length < LIMITS.slotBytes * 0.8
  );
}

type Verdict = "good" | "bad" | "missing" | "short" | "unknown";

/**
 * Judges the slot of a commit that was followed into `next`, and notes in the draft what follows from it. `keys` of the draft hold
 * the new epoch's.
 */
export async function followSlot(
  draft: Draft,
  before: Group,
  next: Group,
  given: { header: EntryHeader; claim: SlotClaim | undefined; seen: Seen; by: string },
): Promise<void> {
  const { row } = draft;
  row.slot_before = row.slot_secret;
  const { verdict, secret } = await judgeSlot(draft, before, next, given);
  row.slot_secret = secret;
  row.slot_good = verdict === "good" || verdict === "unknown" ? 1 : 0;
  if (verdict === "bad") blame(draft, given.by);
  if (row.slot_good === 0 && canHaveSlot(next)) draft.after.push({ do: "slot" });
}

async function judgeSlot(
  draft: Draft,
  before: Group,
  next: Group,
  { header, claim, seen }: { header: EntryHeader; claim: SlotClaim | undefined; seen: Seen },
): Promise<{ verdict: Verdict; secret: Bytes | null }> {
  const { space, row, keys } = draft;
  const hash = header.slotHash ?? null;
  if (claim === undefined || hash === null) return { verdict: "missing", secret: null };
  const bad = { verdict: "bad", secret: null } as const;
  if (!claim.renewed && mustRenew(space.id, before, next)) return bad;
  const secret = claim.renewed ? await slotSecretOf(next) : row.slot_secret;
  // Whoever let this device in did not say which: it cannot judge until the secret is renewed.
  if (secret === null) return { verdict: "unknown", secret };
  if (!(await isSlotGroupInfo(next, claim.groupInfo))) return bad;
  const named = new Set<number>();
  for (const { from, count } of claim.epochs)
    for (let one = from; one < from + count; one++) named.add(one);
  const present = epoch(next);
  const all = givesHistory(space.genesis, next);
  if (!named.has(present) || (!all && named.size > 1)) return bad;
  if ([...named].some((one) => !keys.has(one))) return { verdict: "unknown", secret };
  const { groupInfo: info, epochs } = claim;
  const made = await makeSlot(next, {
    logId: space.id,
    secret,
    seen,
    groupInfo: info,
    epochs,
    keys,
  });
  if (made === null || !equalBytes(made.hash, hash)) return bad;
  if (!equalBytes(made.outerKey, header.outerKey ?? new Uint8Array())) return bad;
  const short = all && [...keys.keys()].some((one) => one <= present && !named.has(one));
  return { verdict: short ? "short" : "good", secret };
}

/** After a void: the slot before the commit stands again. */
export function slotGoesBack({ row }: Draft): void {
  row.slot_secret = row.slot_before;
  row.slot_before = null;
  row.slot_good = 1;
}
