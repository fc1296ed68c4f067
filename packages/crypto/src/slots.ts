/**
 * Rejoin slots (see protocol's slots.ts): what lets a person back into a space who has nothing but the vault.
 *
 * [Note: Slots that everybody can make] A slot is a function of what all members of an epoch know: the group's tree, the
 * content keys, the secret, and the committer's GroupInfo, which the commit carries. Salts and the coins of the envelopes
 * derive from the secret and from what is sealed (as in SIV, RFC 5297, and in the Fujisaki-Okamoto transform), so each
 * member makes the same bytes and compares hashes. No member needs to fetch a slot to see that it is good.
 *
 * The secret is drawn from the exporter of the epoch in which somebody was last removed; who was removed cannot derive it, and
 * newcomers are told it with their welcome. Private halves of rejoin keys derive from a secret in the vault and the
 * group id: nobody can match a person's keys of two spaces.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { Bytes, RejoinSlot, SlotContent, SlotEnvelope, SlotEpochs } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  LABELS,
  LIMITS,
  pad,
  rejoinSlot,
  slotContent,
  toHex,
  uint64,
  utf8,
  writeAs,
} from "@baraza/protocol";
import type { Ed25519KeyPair } from "./ed25519.ts";
import { ed25519FromSeed } from "./ed25519.ts";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import type { KeyPair } from "./hpke.ts";
import { hpkeGenerate, hpkeOpen, hpkeSend } from "./hpke.ts";
import { readDeviceCredential } from "./identity.ts";
import { lru } from "./lru.ts";
import type { Group } from "./mls/index.ts";
import {
  encodeTree,
  epoch,
  exportSecret,
  groupId,
  isGroupInfoOf,
  roster,
  suiteName,
} from "./mls/index.ts";
import {
  AEAD_OVERHEAD,
  hkdf,
  needBytes,
  openAead,
  randomBytes,
  sealAead,
  sha256,
} from "./primitives.ts";
import { readRecord } from "./records.ts";

export type RejoinSuite = "x25519" | "xwing";
export type RejoinKeyPair = { publicKey: Bytes; privateKey: Bytes };

/** A new secret for the vault, from which rejoin keys derive. 32 bytes. */
export function createRejoinSecret(): Bytes {
  return randomBytes(32);
}

/** An identity's rejoin key in the space with that group id. The private half is 32 bytes in both suites. */
export async function rejoinKeyPair(
  secret: Bytes,
  group: Bytes,
  suite: RejoinSuite,
): Promise<RejoinKeyPair> {
  needBytes(secret, 32);
  const seed = hkdf(secret, group, LABELS.rejoinKey, 32);
  if (suite === "xwing") return hpkeGenerate(seed);
  const { kem } = x25519();
  const pair = (await kem.deriveKeyPair(seed.buffer)) as KeyPair;
  return {
    publicKey: new Uint8Array(await kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await kem.serializePrivateKey(pair.privateKey)),
  };
}

/** A rejoin key as leaves announce it: its version (32 bits) and the key. Of one person's keys only those of the highest version count. */
export function announceRejoinKey(version: number, publicKey: Bytes): Bytes {
  return concat(uint64(version).slice(4), publicKey);
}

/**
 * The keys that a slot of this epoch is sealed to, by their tags, in that order. A person whose devices announce keys of several
 * versions gets the newest alone: an older one was given up because somebody else may know it.
 */
export function slotRecipients(group: Group, logId: Bytes): Map<string, Bytes> {
  const newest = new Map<string, { version: number; keys: Bytes[] }>();
  for (const { credential, rejoinKey } of roster(group)) {
    if (rejoinKey === null) continue;
    const version = new DataView(rejoinKey.buffer, rejoinKey.byteOffset).getUint32(0);
    const key = rejoinKey.slice(4);
    const person = personOf(credential);
    const known = newest.get(person);
    if (known === undefined || known.version < version)
      newest.set(person, { version, keys: [key] });
    else if (known.version === version) known.keys.push(key);
  }
  const named: [string, Bytes][] = [];
  for (const { keys } of newest.values())
    for (const key of keys) named.push([toHex(slotTag(logId, key)), key]);
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function personOf(credential: Bytes): string {
  try {
    return toHex(readDeviceCredential(credential).identity.firstKey);
  } catch {
    return toHex(credential);
  }
}

/** The secret of a slot that is renewed with this epoch: all its members can derive it, nobody else. 32 bytes. */
export function slotSecretOf(group: Group): Promise<Bytes> {
  return exportSecret(group, LABELS.slotSecret, groupId(group), 32);
}

/** The key that signs rejoins at the hub for as long as the secret is in use. */
export function slotOuterKey(secret: Bytes, group: Bytes): Ed25519KeyPair {
  return ed25519FromSeed(hkdf(secret, group, LABELS.slotOuter, 32));
}

/** By what an envelope is found. 16 bytes. */
export function slotTag(logId: Bytes, rejoinKey: Bytes): Bytes {
  return sha256(utf8(LABELS.slotTag), logId, rejoinKey).slice(0, 16);
}

/** What a slot is made of beside the group. `keys`: content keys by epoch. */
export type SlotParts = {
  logId: Bytes;
  secret: Bytes;
  seen: { gen: number; seq: number; head: Bytes };
  groupInfo: Bytes;
  epochs: SlotEpochs;
  keys: ReadonlyMap<number, Bytes>;
};

/**
 * Makes the slot for a group's epoch: the same bytes for every member who has the same parts.
 * @returns null when the parts lack a content key that is named, nobody has a rejoin key, or it would be too large
 */
export async function makeSlot(
  group: Group,
  parts: SlotParts,
): Promise<{ bytes: Bytes; hash: Bytes; outerKey: Bytes } | null> {
  const { logId, secret, groupInfo, epochs, keys } = parts;
  const { gen, seq, head } = parts.seen;
  const seen = { gen, seq, head };
  const ring: SlotContent["ring"] = [];
  for (const { from, count } of epochs) {
    const run: Bytes[] = [];
    for (let one = from; one < from + count; one++) {
      const key = keys.get(one);
      if (key === undefined) return null;
      run.push(key);
    }
    ring.push({ from, keys: concat(...run) });
  }
  const tree = encodeTree(group);
  if (tree.length > LIMITS.slotBytes) return null;
  const content: SlotContent = { v: 1, logId, epoch: epoch(group), seen, groupInfo, tree, ring };
  const recipients = slotRecipients(group, logId);
  const slot = await sealSlot(secret, content, {
    groupId: groupId(group),
    suite: suiteName(group),
    recipients,
  });
  return slot === null || slot.bytes.length > LIMITS.slotBytes ? null : slot;
}

/** Seals a slot's content for recipients by their tags: always to the same bytes. @returns null when nobody can open it */
export async function sealSlot(
  secret: Bytes,
  content: SlotContent,
  to: { groupId: Bytes; suite: RejoinSuite; recipients: ReadonlyMap<string, Bytes> },
): Promise<{ bytes: Bytes; hash: Bytes; outerKey: Bytes } | null> {
  const { logId } = content;
  const envelopes: SlotEnvelope[] = [];
  const under = toHex(sha256(secret, logId));
  for (const [name, key] of to.recipients) {
    const envelope = await envelopeFor(`${under}${name}`, key, secret, logId, to.suite);
    if (envelope !== null) envelopes.push(envelope);
  }
  if (envelopes.length === 0) return null;
  const plain = pad(writeAs(slotContent, content), AEAD_OVERHEAD);
  const outerKey = slotOuterKey(secret, to.groupId).publicKey;
  const sealed = await sealAead(secret, plain, slotAad(logId, outerKey), {
    label: LABELS.slot,
    salt: hkdf(secret, sha256(plain), LABELS.slotSalt, 32),
  });
  const bytes = encodeCbor({ v: 1, outerKey, envelopes, sealed } satisfies RejoinSlot);
  return { bytes, hash: sha256(bytes), outerKey };
}

/** Reads what a hub is given as a slot. @throws CryptoError `bad_input` */
export function readSlot(bytes: Bytes): RejoinSlot {
  return readRecord(rejoinSlot, bytes, "bad_input", LIMITS.slotBytes);
}

/** Opens one's envelope. @throws CryptoError `open_failed` */
export async function openSlotEnvelope(
  envelope: SlotEnvelope,
  key: RejoinKeyPair,
  logId: Bytes,
): Promise<Bytes> {
  const info = envelopeInfo(logId);
  if (key.publicKey.length !== 32)
    return hpkeOpen(key.privateKey, envelope.enc, info, envelope.ct, envelope.tag);
  try {
    const { kem } = x25519();
    const recipientKey = await kem.deserializePrivateKey(key.privateKey);
    const context = await x25519().createRecipientContext({
      recipientKey,
      enc: envelope.enc,
      info,
    });
    const secret = new Uint8Array(await context.open(envelope.ct, envelope.tag));
    needBytes(secret, 32);
    return secret;
  } catch {
    throw new CryptoError("open_failed");
  }
}

/** Opens a slot of this log. @throws CryptoError `open_failed`, also for a slot of another log */
export async function openSlot(
  secret: Bytes,
  slot: { outerKey: Bytes; sealed: Bytes },
  logId: Bytes,
): Promise<SlotContent> {
  const aad = slotAad(logId, slot.outerKey);
  const padded = await openAead(secret, slot.sealed, aad, { label: LABELS.slot });
  const plain = unpadExactly(padded, AEAD_OVERHEAD);
  const content = readRecord(slotContent, plain, "open_failed", LIMITS.slotBytes);
  if (!equalBytes(content.logId, logId)) throw new CryptoError("open_failed");
  return content;
}

/** The content keys in a slot, by epoch. @throws CryptoError `open_failed` when they are not whole */
export function slotKeys(content: SlotContent): Map<number, Bytes> {
  const keys = new Map<number, Bytes>();
  for (const run of content.ring) {
    if (run.keys.length % 32 !== 0) throw new CryptoError("open_failed");
    for (let at = 0; at < run.keys.length; at += 32)
      keys.set(run.from + at / 32, run.keys.slice(at, at + 32));
  }
  return keys;
}

/** Which epochs a slot gives the keys of: all that are known where history is for newcomers, else the present one. */
export function slotEpochsOf(
  keys: ReadonlyMap<number, Bytes>,
  present: number,
  all: boolean,
): SlotEpochs {
  const numbers = all ? [...keys.keys()].filter((one) => one <= present) : [present];
  const runs: { from: number; count: number }[] = [];
  for (const one of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.from + last.count === one) last.count += 1;
    else runs.push({ from: one, count: 1 });
  }
  return runs;
}

/** Whether a GroupInfo that a commit carries is one of the epoch that it leads to. */
export const isSlotGroupInfo = isGroupInfoOf;

/** The same secret is sealed to the same keys with every commit: some 0.3 ms each that are spent once. */
const made = lru<SlotEnvelope>(4096);

/** Null for a key that nothing can be sealed to: its owner alone has the loss. */
async function envelopeFor(
  name: string,
  key: Bytes,
  secret: Bytes,
  logId: Bytes,
  suite: RejoinSuite,
): Promise<SlotEnvelope | null> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const tag = slotTag(logId, key);
  const info = envelopeInfo(logId);
  const coins = hkdf(secret, concat(logId, tag), LABELS.slotCoins, suite === "xwing" ? 64 : 32);
  let envelope: SlotEnvelope;
  try {
    if (suite === "xwing") {
      const { enc, seal } = await hpkeSend(key, info, coins);
      envelope = { tag, enc, ct: await seal(secret, tag) };
    } else {
      const { kem } = x25519();
      const context = await x25519().createSenderContext({
        recipientPublicKey: await kem.deserializePublicKey(key),
        info,
        ekm: (await kem.deriveKeyPair(coins.buffer)) as KeyPair,
      });
      envelope = {
        tag,
        enc: new Uint8Array(context.enc),
        ct: new Uint8Array(await context.seal(secret, tag)),
      };
    }
  } catch {
    return null;
  }
  made.set(name, envelope);
  return envelope;
}

const envelopeInfo = (logId: Bytes) => concat(utf8(LABELS.slotEnvelope), logId);
const slotAad = (logId: Bytes, outerKey: Bytes) => concat(utf8(LABELS.slot), logId, outerKey);

let suite: CipherSuite | undefined;
function x25519(): CipherSuite {
  suite ??= new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  return suite;
}
