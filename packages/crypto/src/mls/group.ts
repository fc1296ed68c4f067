/**
 * A group as one device sees it in one epoch.
 *
 * A `Group` is immutable: every change makes a new one, and the old stays usable until it is forgotten.
 * [Note: What a state does not hold] Application messages are not sent through MLS (entries are sealed
 * under keys from the exporter), so there is no secret tree, and nothing of past epochs is retained:
 * a stolen state opens its own epoch and those after it, until the next path from its owner.
 */
import type { Bytes } from "@baraza/protocol";
import { MLS_LIMITS, MlsRefused, limitSize, refusingSync } from "./errors.ts";
import { contextBytesOf, memberOf } from "./leaf.ts";
import type { Member } from "./leaf.ts";
import {
  decodeContext,
  decodeTreeNodes,
  encodeGroupContext,
  encodeTreeNodes,
  mlsExporter,
} from "./library.ts";
import type { GroupContext, KeySchedule } from "./library.ts";
import { pack, unpack } from "./pack.ts";
import { suiteNameOf, suiteOf } from "./suites.ts";
import type { Suite, SuiteName } from "./suites.ts";
import { leafAt, leavesOf, treeOf } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** The secrets of one epoch (RFC 9420, section 8) that are used here. */
export type EpochSecrets = Readonly<
  Record<
    | "initSecret"
    | "exporterSecret"
    | "externalSecret"
    | "confirmationKey"
    | "membershipKey"
    | "epochAuthenticator"
    | "vanishSecret",
    Bytes
  >
>;

/** Opaque to callers: use the functions of this folder. */
export interface Group {
  readonly suite: Suite;
  readonly context: GroupContext;
  readonly tree: Tree;
  readonly secrets: EpochSecrets;
  readonly confirmationTag: Bytes;
  readonly ownLeaf: number;
  /** HPKE private keys of one's own leaf and of the non-blank nodes above it, by node index. */
  readonly privateKeys: ReadonlyMap<number, Bytes>;
  readonly signaturePrivateKey: Bytes;
}

const STATE_VERSION = 1;
const SECRETS = [
  "initSecret",
  "exporterSecret",
  "externalSecret",
  "confirmationKey",
  "membershipKey",
  "epochAuthenticator",
  "vanishSecret",
] as const;

const encodings = new WeakMap<Group, Bytes>();

/** The state as bytes, secrets included. Made once per state: asking again costs nothing. */
export function encodeGroup(group: Group): Bytes {
  let bytes = encodings.get(group);
  if (bytes === undefined) {
    const keys = [...group.privateKeys].toSorted(([a], [b]) => a - b);
    bytes = pack(STATE_VERSION, [
      encodeGroupContext(group.context),
      pack(
        STATE_VERSION,
        SECRETS.map((name) => group.secrets[name]),
      ),
      group.confirmationTag,
      numberBytes([group.ownLeaf, ...keys.map(([node]) => node)]),
      pack(
        STATE_VERSION,
        keys.map(([, key]) => key),
      ),
      group.signaturePrivateKey,
      encodeTreeNodes(group.tree.nodes),
    ]);
    encodings.set(group, bytes);
  }
  return bytes.slice();
}

/** The state of stored bytes. @throws MlsRefused `bad_state` */
export async function decodeGroup(bytes: Uint8Array): Promise<Group> {
  limitSize(bytes, MLS_LIMITS.stateBytes, "state");
  const parts = refusingSync("bad_state", () => {
    const [
      contextBytes,
      secretBytes,
      confirmationTag,
      indexBytes,
      keyBytes,
      signaturePrivateKey,
      treeBytes,
    ] = unpack(STATE_VERSION, 7, bytes);
    const context = contextBytes && decodeContext(contextBytes);
    const nodes = treeBytes && decodeTreeNodes(treeBytes);
    const [ownLeaf, ...nodesOfKeys] = numbersOf(indexBytes);
    if (
      !context ||
      !nodes ||
      !secretBytes ||
      !keyBytes ||
      !confirmationTag ||
      !signaturePrivateKey
    ) {
      throw new MlsRefused("bad_state");
    }
    if (ownLeaf === undefined) throw new MlsRefused("bad_state");
    const secretParts = unpack(STATE_VERSION, SECRETS.length, secretBytes);
    const keys = unpack(STATE_VERSION, nodesOfKeys.length, keyBytes);
    const suiteName = suiteNameOf(context.cipherSuite);
    const tree = treeOf(nodes);
    const leaf = leafAt(tree, ownLeaf);
    if (leaf === undefined) throw new MlsRefused("bad_state");
    contextBytesOf(context.extensions);
    return {
      suiteName,
      context,
      tree,
      secrets: secretsOf(Object.fromEntries(SECRETS.map((name, i) => [name, secretParts[i]]))),
      confirmationTag,
      ownLeaf,
      privateKeys: new Map(nodesOfKeys.map((node, i) => [node, keys[i] ?? new Uint8Array()])),
      signaturePrivateKey,
    };
  });
  const { suiteName, ...state } = parts;
  return { ...state, suite: await suiteOf(suiteName) };
}

/**
 * The secrets that are kept of a key schedule.
 *
 * [Note: The vanish secret] What disappears is sealed under keys that no state may give back once their time is over, so they
 * cannot come from the exporter, whose secret stays as long as the epoch does. They come from the schedule's sender data
 * secret, which has no other use here (nothing is sent as an MLS PrivateMessage) and is kept only until
 * {@link takeVanishSecret} takes it out of the state.
 */
export function secretsOf(
  given: Partial<KeySchedule> & { vanishSecret?: Uint8Array },
): EpochSecrets {
  const schedule = { ...given, vanishSecret: given.vanishSecret ?? given.senderDataSecret };
  const pick = (name: (typeof SECRETS)[number]): Bytes => {
    const secret = schedule[name];
    if (secret === undefined) throw new MlsRefused("bad_state");
    return secret as Bytes;
  };
  return {
    initSecret: pick("initSecret"),
    exporterSecret: pick("exporterSecret"),
    externalSecret: pick("externalSecret"),
    confirmationKey: pick("confirmationKey"),
    membershipKey: pick("membershipKey"),
    epochAuthenticator: pick("epochAuthenticator"),
    vanishSecret: pick("vanishSecret"),
  };
}

/**
 * The secret of what disappears in this epoch (see [Note: The vanish secret]), and the state without it: whoever stores a state
 * for good stores that one. `secret` is null where it was taken out before.
 */
export function takeVanishSecret(group: Group): { secret: Bytes | null; group: Group } {
  const { vanishSecret } = group.secrets;
  if (vanishSecret.length === 0) return { secret: null, group };
  const secrets = { ...group.secrets, vanishSecret: new Uint8Array() };
  return { secret: vanishSecret, group: { ...group, secrets } };
}

/** All devices of the group, by leaf index. */
export function roster(group: Group): Member[] {
  return Array.from(leavesOf(group.tree), ([leaf, node]) => memberOf(leaf, node));
}

/** One's own device. */
export function ownMember(group: Group): Member {
  const leaf = leafAt(group.tree, group.ownLeaf);
  if (leaf === undefined) throw new MlsRefused("bad_state");
  return memberOf(group.ownLeaf, leaf);
}

export function ownLeaf(group: Group): number {
  return group.ownLeaf;
}

export function suiteName(group: Group): SuiteName {
  return group.suite.name;
}

export function epoch(group: Group): number {
  return Number(group.context.epoch);
}

export function groupId(group: Group): Bytes {
  return new Uint8Array(group.context.groupId);
}

/** The space's bytes in the group context. */
export function contextExtension(group: Group): Bytes {
  return new Uint8Array(contextBytesOf(group.context.extensions));
}

/** Equal for two members if and only if they are in the same state of the group (RFC 9420, 8.7). */
export function epochAuthenticator(group: Group): Bytes {
  return new Uint8Array(group.secrets.epochAuthenticator);
}

export function confirmationTag(group: Group): Bytes {
  return new Uint8Array(group.confirmationTag);
}

/** A secret that all members of this epoch, and nobody else, can derive (RFC 9420, 8.5). Length in bytes. */
export async function exportSecret(
  group: Group,
  label: string,
  context: Uint8Array,
  length: number,
): Promise<Bytes> {
  const secret = await mlsExporter(
    group.secrets.exporterSecret,
    label,
    context,
    length,
    group.suite.cs,
  );
  return new Uint8Array(secret);
}

/** The ratchet tree, which a welcome and a GroupInfo need beside them. Public keys and certificates: seal it. */
export function encodeTree(group: Group): Bytes {
  return encodeTreeNodes(group.tree.nodes);
}

function numberBytes(numbers: readonly number[]): Bytes {
  const out = new Uint8Array(4 * numbers.length);
  const view = new DataView(out.buffer);
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number);
  return out;
}

function numbersOf(bytes: Bytes | undefined): number[] {
  if (bytes === undefined || bytes.length % 4 !== 0) throw new MlsRefused("bad_state");
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i));
}
