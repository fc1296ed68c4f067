/**
 * Giving files to people outside, and taking files from them. A _handout_ names blobs of a log that anybody with its link may
 * read; an _intake_ is a place at an account's own node where anybody with its link leaves sealed files.
 *
 * Everything comes from a secret in the link's fragment. The node is shown ids and secrets that are derived from it, keeps
 * hashes of them, and can open nothing.
 */
import * as v from "valibot";
import type { Bytes } from "./bytes.ts";
import { concat, fromBase64url, toBase64url } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes16, bytes32, nodeName, object, text, time, uint } from "./schema.ts";

const media = text(LIMITS.mediaTypeLength);
const fileName = text(LIMITS.fileNameLength, 1);
const chunkIndex = uint(LIMITS.blobChunks - 1);

/** What is behind a handout's link, sealed under its key: the node has the ids of the blobs beside it, and nothing else. */
export const handoutManifest = object({
  v: v.literal(1),
  title: text(LIMITS.handoutTitleLength),
  files: v.pipe(
    v.array(object({ name: fileName, type: media, size: uint(), blobId: bytes16, key: bytes32 })),
    v.minLength(1),
    v.maxLength(LIMITS.handoutFiles),
  ),
});
export type HandoutManifest = Infer<typeof handoutManifest>;

/** What an intake says to whoever opens its link, sealed under the link's key. `publicKey`: X-Wing, 1,216 bytes. */
export const intakeNotice = object({
  v: v.literal(1),
  title: text(LIMITS.handoutTitleLength),
  text: text(LIMITS.intakeTextLength),
  publicKey: bytes(1216, 1216),
});
export type IntakeNotice = Infer<typeof intakeNotice>;

/** What goes with a file that was left in an intake, sealed to its public key. `from` is what the sender says. */
export const intakeNote = object({
  v: v.literal(1),
  name: fileName,
  type: media,
  size: uint(),
  key: bytes32,
  from: text(LIMITS.displayNameLength),
});
export type IntakeNote = Infer<typeof intakeNote>;

/** HPKE's encapsulation and ciphertext of an {@link intakeNote}. */
export const sealedIntakeNote = object({
  v: v.literal(1),
  enc: bytes(1120, 1120),
  ct: bytes(LIMITS.intakeNoteBytes, 16),
});

/**
 * Makes a handout of blobs that are complete in a log of which one has a session. `reader` and `owner` are hashes of the
 * secrets that open and manage it. The same again changes nothing; another one of that id is `forbidden`.
 */
export const handoutsCreate = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    handoutId: bytes16,
    reader: bytes32,
    owner: bytes32,
    manifest: bytes(LIMITS.handoutManifestBytes, 1),
    blobIds: v.pipe(v.array(bytes16), v.minLength(1), v.maxLength(LIMITS.handoutFiles)),
    expires: time,
    /** How often it may be downloaded; absent: as often as anybody likes. */
    takes: v.optional(v.pipe(uint(LIMITS.handoutTakes), v.minValue(1))),
  }),
  response: object({ expires: time }),
};

/** `expired`: its time is over; `used_up`: it was downloaded as often as it may be; `locked`: too many wrong passphrases. */
export const handoutState = v.picklist(["open", "expired", "used_up", "locked"]);

/** How a handout stands, for whoever has its owner's secret. `tries`: wrong passphrases so far. */
export const handoutsState = {
  request: object({ handoutId: bytes16, owner: bytes32 }),
  response: object({
    state: handoutState,
    expires: time,
    takes: v.nullable(uint()),
    taken: uint(),
    tries: uint(),
  }),
};
/** Other limits; `unlock` forgets wrong passphrases. */
export const handoutsChange = {
  request: object({
    handoutId: bytes16,
    owner: bytes32,
    expires: v.optional(time),
    takes: v.optional(v.nullable(v.pipe(uint(LIMITS.handoutTakes), v.minValue(1)))),
    unlock: v.optional(v.boolean()),
  }),
  response: object({}),
};
/** Forgets it at once. */
export const handoutsEnd = {
  request: object({ handoutId: bytes16, owner: bytes32 }),
  response: object({}),
};
/**
 * The sealed manifest, for whoever shows the link's secret. `left`: downloads that are left; null: without limit.
 * `wrong_credentials` (with `left`, tries) counts; after LIMITS.handoutTries of them it is `handout_ended`, `locked`.
 */
export const handoutsOpen = {
  request: object({ handoutId: bytes16, reader: bytes32 }),
  response: object({
    manifest: bytes(LIMITS.handoutManifestBytes),
    expires: time,
    left: v.nullable(uint()),
  }),
};
/** Counts one download. Chunks can be read with the ticket (random, the caller's choice) until it expires; a repeat is not counted. */
export const handoutsTake = {
  request: object({ handoutId: bytes16, reader: bytes32, ticket: bytes16 }),
  response: object({ expires: time }),
};
export const handoutsChunk = {
  request: object({ handoutId: bytes16, ticket: bytes16, blobId: bytes16, index: chunkIndex }),
  response: object({ chunk: bytes(LIMITS.chunkBytes) }),
};

/** Opens an intake for one's account. `bytes` and `files` bound what can be left in it. The same again changes nothing. */
export const intakesOpen = {
  request: object({
    intakeId: bytes16,
    writer: bytes32,
    notice: bytes(LIMITS.intakeNoteBytes, 1),
    bytes: v.pipe(uint(), v.minValue(1)),
    files: v.pipe(uint(LIMITS.intakeFiles), v.minValue(1)),
    expires: time,
  }),
  response: object({ expires: time }),
};
/** The account's intakes. `used`, `left`: files, unfinished ones included, and those that are whole. */
export const intakesList = {
  request: object({}),
  response: object({
    intakes: v.pipe(
      v.array(
        object({
          intakeId: bytes16,
          expires: time,
          bytes: uint(),
          files: uint(),
          usedBytes: uint(),
          usedFiles: uint(),
          whole: uint(),
        }),
      ),
      v.maxLength(LIMITS.intakes),
    ),
  }),
};
/** Files that were left and are whole, oldest first, behind the `at` of the last one that one has seen. */
export const intakesItems = {
  request: object({ intakeId: bytes16, after: uint() }),
  response: object({
    items: v.pipe(
      v.array(
        object({
          itemId: bytes16,
          /** Counts what came to this node's intakes; for `after`. */
          position: uint(),
          note: bytes(LIMITS.intakeNoteBytes),
          chunks: uint(LIMITS.blobChunks),
          bytes: uint(),
          at: time,
        }),
      ),
      v.maxLength(LIMITS.intakePage),
    ),
    more: v.boolean(),
  }),
};
export const intakesChunk = {
  request: object({ intakeId: bytes16, itemId: bytes16, index: chunkIndex }),
  response: object({ chunk: bytes(LIMITS.chunkBytes) }),
};
export const intakesDelete = {
  request: object({ intakeId: bytes16, itemId: bytes16 }),
  response: object({}),
};
/** Nothing can be left there any more; with `discard` what is in it goes, too, and the intake with it. */
export const intakesClose = {
  request: object({ intakeId: bytes16, discard: v.boolean() }),
  response: object({}),
};
/** For whoever shows the link's secret: the sealed notice, and what still fits. */
export const intakesSee = {
  request: object({ intakeId: bytes16, writer: bytes32 }),
  response: object({
    notice: bytes(LIMITS.intakeNoteBytes),
    expires: time,
    bytesLeft: uint(),
    filesLeft: uint(),
  }),
};
/** Announces a file of `chunks` chunks, or finds it again: then it says what is there (as `blobs.create`). */
export const intakesAnnounce = {
  request: object({
    intakeId: bytes16,
    writer: bytes32,
    itemId: bytes16,
    chunks: v.pipe(uint(LIMITS.blobChunks), v.minValue(1)),
    bytes: uint(),
  }),
  response: object({ have: bytes(LIMITS.blobChunks / 8), whole: v.boolean() }),
};
export const intakesPut = {
  request: object({
    intakeId: bytes16,
    writer: bytes32,
    itemId: bytes16,
    index: chunkIndex,
    chunk: bytes(LIMITS.chunkBytes, 1),
    hash: bytes32,
  }),
  response: object({ complete: v.boolean() }),
};
/** Hands it in, with its sealed note, once all chunks are there. A repeat gives the same time. */
export const intakesLeave = {
  request: object({
    intakeId: bytes16,
    writer: bytes32,
    itemId: bytes16,
    note: bytes(LIMITS.intakeNoteBytes, 1),
  }),
  response: object({ at: time }),
};

const vaultShares = <const S extends v.GenericSchema>(of: S) =>
  v.pipe(v.array(of), v.maxLength(LIMITS.vaultShares));

/** What an account's vault keeps of its links, newest first. From the seed comes all that is secret in one. `gone`: it was ended. */
export const vaultSharing = object({
  handouts: vaultShares(
    object({
      seed: bytes32,
      spaceId: bytes32,
      hub: nodeName,
      title: text(LIMITS.handoutTitleLength),
      files: uint(LIMITS.handoutFiles),
      bytes: uint(),
      passphrase: v.boolean(),
      made: time,
      expires: time,
      takes: v.optional(uint()),
      /** What was chosen, so that it can be said of a file that it is given; of many, some. */
      chosen: v.optional(v.pipe(v.array(bytes16), v.maxLength(LIMITS.vaultShareFiles))),
      gone: v.optional(v.literal(true)),
    }),
  ),
  intakes: vaultShares(
    object({
      seed: bytes32,
      node: nodeName,
      title: text(LIMITS.handoutTitleLength),
      text: text(LIMITS.intakeTextLength),
      bytes: uint(),
      files: uint(),
      made: time,
      expires: time,
      /** For which folder of which space (without a folder: its top) the files are meant. */
      into: v.optional(object({ spaceId: bytes32, folder: v.optional(bytes16) })),
      gone: v.optional(v.literal(true)),
    }),
  ),
});
export type VaultSharing = Infer<typeof vaultSharing>;

/**
 * What stands in the fragment of a `/share` page: `f` (files), `p` (files behind a passphrase) or `d` (a drop box), then base64url
 * of the secret; for a drop box also of its public key's hash, so that nobody who has the link can put another key there.
 */
export type ShareLink =
  | { kind: "files"; passphrase: boolean; secret: Bytes }
  | { kind: "drop"; secret: Bytes; keyHash: Bytes };

/** The fragment of a `/share` page, without `#`. */
export function encodeShareFragment(link: ShareLink): string {
  if (link.kind === "drop") return `d${toBase64url(concat(link.secret, link.keyHash))}`;
  return `${link.passphrase ? "p" : "f"}${toBase64url(link.secret)}`;
}

/** Reads a fragment, with or without what stands before its `#`. @throws ProtocolError `malformed`. */
export function decodeShareFragment(fragment: string): ShareLink {
  const plain = fragment.slice(fragment.indexOf("#") + 1).trim();
  const kind = plain.slice(0, 1);
  if (plain.length > 200 || !["f", "p", "d"].includes(kind)) throw new ProtocolError("malformed");
  try {
    const rest = fromBase64url(plain.slice(1));
    if (rest.length !== (kind === "d" ? 64 : 32)) throw new RangeError("length");
    const secret = rest.slice(0, 32);
    if (kind === "d") return { kind: "drop", secret, keyHash: rest.slice(32) };
    return { kind: "files", passphrase: kind === "p", secret };
  } catch (cause) {
    throw new ProtocolError("malformed", { cause });
  }
}
