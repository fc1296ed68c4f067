/**
 * The encrypted archive that a person takes along: a header in clear, then sealed chunks of records. The file's layout
 * is written down in docs/archive-format.md; what seals it is in crypto's archive.ts.
 */
import * as v from "valibot";
import { historyPolicy, spaceKind } from "./log.ts";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  nodeName,
  object,
  text,
  time,
  uint,
} from "./schema.ts";
import { profile, reply } from "./sealed.ts";

/** The first 16 bytes of the file: what it is, and the version of its layout. */
export const ARCHIVE_MAGIC = "baraza-archive/1";

/** One way to open an archive: Argon2id (RFC 9106) over a passphrase that was typed for it. `memory` in KiB. */
export const archiveWrap = object({
  way: v.literal("passphrase"),
  salt: bytes32,
  memory: v.pipe(uint(LIMITS.archiveMemoryKiB), v.minValue(8)),
  passes: v.pipe(uint(16), v.minValue(1)),
  lanes: v.pipe(uint(16), v.minValue(1)),
  wrapped: bytes(256, 32),
});
export type ArchiveWrap = Infer<typeof archiveWrap>;

/** In clear at the beginning of the file; its hash is bound into every chunk. It says nothing of whose archive it is. */
export const archiveHeader = object({
  v: v.literal(1),
  id: bytes16,
  wraps: v.pipe(v.array(archiveWrap), v.minLength(1), v.maxLength(8)),
});
export type ArchiveHeader = Infer<typeof archiveHeader>;

const logId = bytes32;
const large = bytes(LIMITS.appendBytes);

/** What an archive is made of, in this order; `account` stands alone in the first chunk, `end` is the last of all. */
export const archiveRecords = {
  /** The vault's content as canonical CBOR, and which account it was of. */
  account: object({
    t: v.literal("account"),
    name: accountName,
    node: nodeName,
    made: time,
    vault: bytes(LIMITS.vaultBytes),
  }),
  person: object({
    t: v.literal("person"),
    identityId: bytes32,
    name: text(LIMITS.displayNameLength),
    address: text(400),
    state: text(32),
    since: time,
  }),
  space: object({
    t: v.literal("space"),
    logId,
    hub: nodeName,
    hubKey: bytes32,
    genesis: bytes(LIMITS.genesisBytes),
    kind: spaceKind,
    history: historyPolicy,
    title: text(200),
    state: text(32),
    created: time,
    gen: uint(),
    seq: uint(),
    head: bytes32,
    readFrom: uint(),
    epoch: uint(),
    /** How far the person had read. */
    read: v.optional(uint()),
  }),
  /** Content keys, so that raw entries can be opened again. */
  epochs: object({
    t: v.literal("epochs"),
    logId,
    epochs: v.pipe(v.array(object({ epoch: uint(), key: bytes32 })), v.maxLength(1000)),
  }),
  member: object({
    t: v.literal("member"),
    logId,
    identityId: bytes32,
    profile: v.nullable(profile),
    role: text(32),
    present: v.boolean(),
    stewardKey: v.optional(bytes32),
    reply: v.optional(reply),
  }),
  device: object({
    t: v.literal("device"),
    logId,
    device: bytes32,
    identityId: bytes32,
    certificate: bytes(LIMITS.recordBytes),
    counter: uint(),
    ownHash: bytes32,
  }),
  /** An event that this device opened and verified. */
  event: object({
    t: v.literal("event"),
    logId,
    eventId: bytes16,
    seq: uint(),
    epoch: uint(),
    author: bytes32,
    device: bytes32,
    type: text(64),
    typeVersion: uint(255),
    at: time,
    payload: large,
  }),
  /** An entry byte for byte as the hub gave it, with the head there. */
  entry: object({
    t: v.literal("entry"),
    logId,
    seq: uint(),
    head: bytes32,
    name: v.optional(text(64)),
    stored: large,
  }),
  /** Lines that stand for no event: who left, who was taken out. */
  notice: object({
    t: v.literal("notice"),
    logId,
    eventId: bytes16,
    position: uint(),
    at: time,
    kind: text(32),
    subject: bytes32,
    by: v.optional(bytes32),
  }),
  end: object({ t: v.literal("end"), spaces: uint(), events: uint(), entries: uint() }),
} as const;

/** Any record of this version. */
export type ArchiveRecord = {
  [K in keyof typeof archiveRecords]: Infer<(typeof archiveRecords)[K]>;
}[keyof typeof archiveRecords];
