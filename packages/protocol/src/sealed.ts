/** What is inside the seals, which no node ever reads: identities, certificates, events, letters, cards, the vault. */
import * as v from "valibot";
import { historyPolicy, mlsSuite, spaceKind } from "./log.ts";
import { keyLogHead } from "./keylog.ts";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import {
  bytes,
  bytes16,
  bytes32,
  nodeName,
  object,
  signature,
  text,
  time,
  uint,
} from "./schema.ts";
import { vaultWay, vaultWrap } from "./ways.ts";

/**
 * Who someone is, in public. `identityId = H(firstKey)`; keys rotate beneath it by signed succession.
 * Signed by the current key over `"baraza/identity/1" || H(cbor without sig)`.
 */
export const identityRecord = object({
  v: v.literal(1),
  firstKey: bytes32,
  key: bytes32,
  seq: uint(),
  /** Each step signed by the former key over the same label and H(cbor{from, to}). */
  succession: v.pipe(v.array(object({ to: bytes32, sig: signature })), v.maxLength(32)),
  sig: signature,
});
export type IdentityRecord = Infer<typeof identityRecord>;

/** A device of an identity; its key signs events and is the signature key of its MLS leaves. Signed by the identity. */
export const deviceCertificate = object({
  v: v.literal(1),
  identity: identityRecord,
  deviceKey: bytes32,
  createdAt: time,
  sig: signature,
});
export type DeviceCertificate = Infer<typeof deviceCertificate>;

/**
 * The rotating public key of an account's box, signed by the identity. HPKE with X-Wing (1,216 bytes). It carries
 * the identity's record, since the id alone names only the first of the keys.
 */
export const boxKeyRecord = object({
  v: v.literal(1),
  identityId: bytes32,
  identity: identityRecord,
  id: bytes16,
  seq: uint(),
  notBefore: time,
  notAfter: time,
  hpkeKey: bytes(2048, 32),
  sig: signature,
});
export type BoxKeyRecord = Infer<typeof boxKeyRecord>;

/**
 * An event: the plaintext of every log entry (padded, then sealed). `payload` is the CBOR of the type's own schema.
 * Signed by the device over the fields that protocol.md of the project names; see crypto `signEvent`.
 */
export const event = object({
  v: v.literal(1),
  eventId: bytes16,
  deviceCertHash: bytes32,
  /** Counts this device's events in this log from 1; with `prevOwnHash` it makes clones and replays visible. */
  counter: uint(),
  prevOwnHash: bytes32,
  /**
   * A head that the device had seen when it wrote, with the date and signature that the hub gave it: so the others can tell a
   * hub that shows two histories from a member who only says so.
   */
  seen: object({
    gen: uint(),
    seq: uint(),
    head: bytes32,
    time: v.optional(time),
    sig: v.optional(signature),
  }),
  type: v.pipe(v.string(), v.regex(/^[a-z]+(?:\.[a-z][a-zA-Z]*)+$/), v.maxLength(64)),
  typeVersion: uint(255),
  /** Only for display and expiry: order is the log's. */
  at: time,
  payload: bytes(LIMITS.commitBodyBytes),
  sig: signature,
});
export type SealedEvent = Infer<typeof event>;

/** How to reach a person: a letters address of their box, at their node, and the box key to seal to. */
export const reply = object({
  node: nodeName,
  address: bytes(256, 16),
  identityId: bytes32,
  boxKey: bytes(LIMITS.recordBytes),
});
export type Reply = Infer<typeof reply>;

/** What is shown of a person: the name they chose and the address, both their own claims. */
export const profile = object({ name: text(LIMITS.displayNameLength, 1), address: text(400, 3) });
export type Profile = Infer<typeof profile>;

/** A letter's content, padded and sealed with HPKE to the box key. The signature covers recipient, box key id, enc, letter id and body hash. */
export const letter = object({
  v: v.literal(1),
  letterId: bytes16,
  from: deviceCertificate,
  to: bytes32,
  boxKeyId: bytes16,
  at: time,
  kind: v.picklist([
    "ask",
    "enrol",
    "welcome",
    "refused",
    "note",
    "share",
    "shareTaken",
    "shareGone",
    "shareAsk",
    "moved",
    "leading",
    "report",
    "request",
    "nodeReport",
  ]),
  body: bytes(LIMITS.letterBytes),
  sig: signature,
});
export type Letter = Infer<typeof letter>;

/** The sealed form: which box key opens it, the HPKE encapsulation and the ciphertext. */
export const sealedLetter = object({
  v: v.literal(1),
  boxKeyId: bytes16,
  enc: bytes(2048, 32),
  ct: bytes(LIMITS.letterBytes),
});

/** "I have your link and would like to come in": proof is a MAC under the card's secret over the asker's identity and key packages. */
export const askBody = object({
  cardId: bytes16,
  proof: bytes32,
  profile,
  reply,
  keyPackages: v.pipe(v.array(bytes(LIMITS.keyPackageBytes)), v.minLength(1), v.maxLength(16)),
});
/**
 * The newest vault that a device has seen at its node: its version, and crypto's `vaultHash` of it. One's own devices tell each other, so that a
 * node cannot show one of them an older vault than the others.
 */
export const vaultSeen = object({ node: nodeName, version: uint(), hash: bytes32 });
export type VaultSeen = Infer<typeof vaultSeen>;

/** "This is a new device of mine (or mine lost its place): put it back into the space." For identities on the roster. */
export const enrolBody = object({
  logId: bytes32,
  reply,
  keyPackages: v.pipe(v.array(bytes(LIMITS.keyPackageBytes)), v.minLength(1), v.maxLength(16)),
  /** Devices of the same identity that this one replaces: hashes of their certificates. */
  gone: v.optional(v.pipe(v.array(bytes32), v.maxLength(64))),
  /** Only to a device of the same identity. */
  vault: v.optional(vaultSeen),
});
/** Keys of epochs whose entries the newcomer may read. */
export const keyRing = object({ epochs: v.array(object({ epoch: uint(), key: bytes32 })) });
export type KeyRing = Infer<typeof keyRing>;
export const welcomeBody = object({
  logId: bytes32,
  genesis: bytes(LIMITS.genesisBytes),
  hub: nodeName,
  hubKey: bytes32,
  title: text(200),
  welcome: bytes(LIMITS.letterBytes),
  /** The ratchet tree that goes with the welcome. */
  tree: bytes(LIMITS.letterBytes),
  keyPackageRef: bytes32,
  gen: uint(),
  /** The commit that added, and the head right after it. */
  seq: uint(),
  head: bytes32,
  /** From where the newcomer reads: 0 for all, else `seq`. */
  readFrom: uint(),
  ring: keyRing,
  /** Only to a device of the same identity. */
  vault: v.optional(vaultSeen),
  /** The secret of the rejoin slot that came with the commit. */
  slotSecret: v.optional(bytes32),
  /**
   * For whoever does not read the history: what the others are called and how to reach those who lead, as the member who
   * lets one in knows it.
   */
  people: v.optional(
    v.pipe(
      v.array(
        object({ identityId: bytes32, profile, stewardKey: bytes32, reply: v.optional(reply) }),
      ),
      v.maxLength(LIMITS.members),
    ),
  ),
  /** For the same: the steward keys that the hub goes by. */
  leads: v.optional(v.pipe(v.array(bytes32), v.maxLength(LIMITS.stewards))),
});
export const refusedBody = object({
  cardId: v.optional(bytes16),
  logId: v.optional(bytes32),
  reason: v.picklist(["expired", "declined", "full", "unknown", "used", "banned"]),
});

/** "Look at this": a member tells those who keep order about a person, and what they chose to show of it. */
export const reportBody = object({
  logId: bytes32,
  /** Who it is about. */
  person: bytes32,
  /** The message that it is about; none: the person alone. */
  eventId: v.optional(bytes16),
  note: text(1000),
});

/** An invitation card: what a link shows before one asks to come in. */
export const card = object({
  v: v.literal(1),
  logId: bytes32,
  title: text(200),
  kind: spaceKind,
  inviter: profile,
  inviterIdentity: identityRecord,
  reply,
  expires: time,
  /** The space's group id: the guest's rejoin key derives from it. */
  groupId: v.optional(bytes32),
  /** Somebody looks at who asks before they are let in. */
  approval: v.optional(v.boolean()),
  /** Who may answer beside the inviter: those who keep order in the space. */
  hosts: v.optional(v.pipe(v.array(bytes32), v.maxLength(LIMITS.stewards))),
});
export type Card = Infer<typeof card>;

/** A space as the vault knows it: what a new device needs to come into it. */
export const vaultSpace = object({
  logId: bytes32,
  hub: nodeName,
  hubKey: bytes32,
  title: text(200),
  /** It is the space of one's own devices. */
  personal: v.optional(v.boolean()),
  /** The highest head known: a log that does not extend it has been rolled back. */
  seen: object({ gen: uint(), seq: uint(), head: bytes32 }),
  /** Members to ask for a place when this device is new. */
  contacts: v.array(reply),
  /** What it takes to come back without them, by the rejoin slot. */
  groupId: v.optional(bytes32),
  /** When something last happened there, for the order of coming back. */
  at: v.optional(time),
  /** Where newcomers get no history: what this person knew, so that they read it again. */
  ring: v.optional(keyRing),
  people: v.optional(
    v.pipe(
      v.array(object({ identityId: bytes32, profile, stewardKey: bytes32 })),
      v.maxLength(LIMITS.members),
    ),
  ),
});

/** A device as one's own devices tell each other. `used`: days since 1970, 0 for never. `named`: when it was given its name. */
export const vaultDevice = object({
  id: bytes32,
  name: text(LIMITS.displayNameLength),
  named: time,
  added: time,
  used: uint(),
  gone: v.optional(v.boolean()),
});

/** The vault's content: what an account is made of. `prevHash` chains versions. */
export const vault = object({
  v: v.literal(1),
  version: uint(),
  prevHash: bytes32,
  identity: identityRecord,
  identityKey: bytes32,
  profile,
  boxKeys: v.array(object({ record: bytes(LIMITS.recordBytes), privateKey: bytes(4096, 16) })),
  spaces: v.array(vaultSpace),
  /** Secrets from which the rejoin keys in all spaces derive, the present one first; former ones until no slot names them. */
  rejoin: v.optional(
    v.pipe(v.array(object({ version: uint(0xffff_ffff), secret: bytes32 })), v.maxLength(4)),
  ),
  /** Node keys pinned at first contact. */
  /** With the newest head of each one's key log that was seen: a new device knows what was there before. */
  nodes: v.array(object({ name: nodeName, nodeKey: bytes32, keyLog: v.optional(keyLogHead) })),
  devices: v.optional(v.pipe(v.array(vaultDevice), v.maxLength(256))),
  /** The roll that stands (devices.ts), where a device was ever removed. */
  roll: v.optional(bytes(LIMITS.rollBytes)),
  /** The CBOR of `vaultRecovery` (recovery.ts). */
  recovery: v.optional(bytes(LIMITS.vaultBytes)),
  /** The CBOR of `vaultSharing` (sharing.ts). */
  sharing: v.optional(bytes(LIMITS.vaultBytes)),
  /** Every way in: the only word on which there are, since a node can neither read nor write it. */
  ways: v.pipe(v.array(vaultWay), v.maxLength(LIMITS.ways)),
  /** Keys of what one notes for oneself and keeps sealed at the node, such as whom an invitation is for. */
  notesKeys: v.optional(v.pipe(v.array(bytes32), v.maxLength(8))),
  /** Signed `movedStatement`s (moving.ts): where the person has been, oldest first. */
  moves: v.optional(v.pipe(v.array(bytes(LIMITS.recordBytes)), v.maxLength(64))),
});
export type Vault = Infer<typeof vault>;

/** The vault as a node keeps it. */
export const sealedVault = object({
  v: v.literal(1),
  wraps: v.pipe(v.array(vaultWrap), v.minLength(1), v.maxLength(LIMITS.ways)),
  body: bytes(LIMITS.vaultBytes),
});

export const spaceSettings = object({ kind: spaceKind, history: historyPolicy, mlsSuite });
