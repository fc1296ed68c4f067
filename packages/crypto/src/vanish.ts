/**
 * The keys of what disappears: a one-way ratchet by the hour, for each epoch of a space.
 *
 * [Note: An hour's key] The hours since 1970 are the leaves of a binary tree whose root comes from the epoch's vanish secret; a
 * node's key gives those of its two children, and nothing gives a parent's. A device keeps the few nodes that cover the hours
 * which it still needs: {@link forgetBefore} replaces what covers older ones by what is left of it, and from then on nobody who
 * takes the device can open what was sealed in them. A chain of hours would do the same, but everybody would have to
 * agree where it begins, and to walk along it for thousands of steps.
 */
import type { Bytes } from "@baraza/protocol";
import { concat, encodeCbor, LABELS, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { hkdf, needBytes, openAead, sealAead } from "./primitives.ts";

export const HOUR_MS = 60 * 60_000;
/** 2^20 hours: until the year 2089. */
const LEVELS = 20;
const NO_SALT = new Uint8Array();

/** A node of the tree: it covers `2^level` hours from `index * 2^level` on. */
export type VanishNode = { level: number; index: number; key: Bytes };

/** What a sealed event is bound to. `from` is when its time begins, ms since 1970; `ms` how long that is. */
export type VanishBinding = {
  logId: Bytes;
  epoch: number;
  eventId: Bytes;
  from: number;
  ms: number;
};

/** The whole tree of an epoch. `secret` is what `takeVanishSecret` gives; `groupId` binds it to the space. */
export function vanishTree(secret: Bytes, groupId: Bytes): VanishNode[] {
  return [{ level: LEVELS, index: 0, key: hkdf(secret, groupId, LABELS.vanishRoot, 32) }];
}

/** The nodes that cover the hours from `hour` on, and nothing before. */
export function forgetBefore(nodes: readonly VanishNode[], hour: number): VanishNode[] {
  return forgetBetween(nodes, 0, hour);
}

/** The nodes without the hours from `from` to before `to`. */
export function forgetBetween(
  nodes: readonly VanishNode[],
  from: number,
  to: number,
): VanishNode[] {
  if (from >= to) return [...nodes];
  return nodes.flatMap((node) => {
    const width = 2 ** node.level;
    const first = node.index * width;
    if (first >= to || first + width <= from) return [node];
    return first >= from && first + width <= to ? [] : forgetBetween(children(node), from, to);
  });
}

function children({ level, index, key }: VanishNode): [VanishNode, VanishNode] {
  const child = (which: 0 | 1, label: string): VanishNode => ({
    level: level - 1,
    index: 2 * index + which,
    key: hkdf(key, NO_SALT, label, 32),
  });
  return [child(0, LABELS.vanishLeft), child(1, LABELS.vanishRight)];
}

/** The hour of a time in ms since 1970, within what the tree covers. */
export function hourOf(ms: number): number {
  return Math.max(0, Math.min(2 ** LEVELS - 1, Math.floor(ms / HOUR_MS)));
}

/** The key of one hour; undefined when no node covers it (any more). */
export function hourKey(nodes: readonly VanishNode[], hour: number): Bytes | undefined {
  let node = nodes.find(({ level, index }) => Math.floor(hour / 2 ** level) === index);
  while (node !== undefined && node.level > 0) {
    const [left, right] = children(node);
    node = Math.floor(hour / 2 ** left.level) === left.index ? left : right;
  }
  return node?.key;
}

/**
 * Seals what is to disappear under the key of the hour of `from`. `salt` is for vectors only.
 * @throws CryptoError `bad_input` when the hour's key is gone
 */
export async function sealVanishing(
  nodes: readonly VanishNode[],
  binding: VanishBinding,
  plain: Bytes,
  salt?: Bytes,
): Promise<Bytes> {
  const key = hourKey(nodes, hourOf(binding.from));
  if (key === undefined) throw new CryptoError("bad_input");
  const options = { label: LABELS.vanishSeal, ...(salt === undefined ? {} : { salt }) };
  return sealAead(key, plain, aadOf(binding), options);
}

/** @throws CryptoError `open_failed`, also when the hour's key is gone */
export async function openVanishing(
  nodes: readonly VanishNode[],
  binding: VanishBinding,
  sealed: Bytes,
): Promise<Bytes> {
  const key = hourKey(nodes, hourOf(binding.from));
  if (key === undefined) throw new CryptoError("open_failed");
  return openAead(key, sealed, aadOf(binding), { label: LABELS.vanishSeal });
}

function aadOf({ logId, epoch, eventId, from, ms }: VanishBinding): Bytes {
  needBytes(logId, 32);
  needBytes(eventId, 16);
  return concat(utf8(LABELS.vanishSeal), encodeCbor([logId, epoch, eventId, from, ms]));
}
