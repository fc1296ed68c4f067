/** Leaves: what every device's leaf must look like, its seat key, and the view of it that callers get. */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { MLS_LIMITS, MlsRefused } from "./errors.ts";
import { verifyLeafNodeSignature, verifyLeafNodeSignatureKeyPackage } from "./library.ts";
import type { Capabilities, Extension, LeafNode } from "./library.ts";
import type { Suite } from "./suites.ts";
import { leavesOf } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** Leaf extension that binds the seat key (private use, RFC 9420, 17.3). */
export const SEAT_EXTENSION = 0xf0b1;
/** Leaf extension with the rejoin key of the device's identity in this space: its version and an HPKE public key of the suite (private use). */
export const REJOIN_EXTENSION = 0xf0b4;
/** Before the key: which of the identity's rejoin keys it is. */
export const REJOIN_VERSION_BYTES = 4;
/** Group-context extension with the bytes that the space keeps there. */
export const CONTEXT_EXTENSION = 0xf0b2;

/** A device in a group, as its leaf says. */
export interface Member {
  /** Leaf index. It stays while the device is in the group; after its removal another may get it. */
  readonly leaf: number;
  /** The device certificate. */
  readonly credential: Bytes;
  /** Ed25519, 32 bytes. */
  readonly signatureKey: Bytes;
  /** Ed25519, 32 bytes. */
  readonly seatKey: Bytes;
  /** Where the secret of rejoin slots is sealed to, version first (see slots.ts); null for a device that gives none. */
  readonly rejoinKey: Bytes | null;
}

/** The capabilities that every leaf of ours declares. */
export function capabilitiesOf(suite: Suite): Capabilities {
  return {
    versions: ["mls10"],
    ciphersuites: [suite.mlsName],
    extensions: [SEAT_EXTENSION, CONTEXT_EXTENSION, REJOIN_EXTENSION],
    proposals: [],
    credentials: ["basic"],
  };
}

/** The view of a leaf. The arrays are shared: do not write to them. @throws MlsRefused `bad_message` */
export function memberOf(leafIndex: number, leaf: LeafNode): Member {
  if (leaf.credential.credentialType !== "basic") throw new MlsRefused("bad_credential");
  return {
    leaf: leafIndex,
    credential: leaf.credential.identity as Bytes,
    signatureKey: leaf.signaturePublicKey as Bytes,
    seatKey: seatKeyOf(leaf),
    rejoinKey: rejoinKeyOf(leaf),
  };
}

/** The seat key in a leaf. @throws MlsRefused `bad_message` when it is not the first extension, or others than ours are there. */
export function seatKeyOf(leaf: LeafNode): Bytes {
  const [extension, second] = leaf.extensions;
  if (
    extension === undefined ||
    leaf.extensions.length > 2 ||
    (second !== undefined && second.extensionType !== REJOIN_EXTENSION) ||
    extension.extensionType !== SEAT_EXTENSION ||
    extension.extensionData.length !== 32
  ) {
    throw new MlsRefused("bad_message", "leaf without a seat key");
  }
  return extension.extensionData as Bytes;
}

/** The rejoin key in a leaf, null when it has none. */
export function rejoinKeyOf(leaf: LeafNode): Bytes | null {
  return (leaf.extensions[1]?.extensionData as Bytes | undefined) ?? null;
}

/** The extensions of a leaf of ours. */
export function leafExtensions(seatKey: Bytes, rejoinKey: Bytes | null): Extension[] {
  const extensions = [{ extensionType: SEAT_EXTENSION, extensionData: seatKey.slice() }];
  if (rejoinKey !== null)
    extensions.push({ extensionType: REJOIN_EXTENSION, extensionData: rejoinKey.slice() });
  return extensions;
}

/** The bytes of the group-context extension. @throws MlsRefused unless it is the only extension there. */
export function contextBytesOf(extensions: readonly Extension[]): Bytes {
  const extension = extensions[0];
  if (
    extension === undefined ||
    extensions.length !== 1 ||
    extension.extensionType !== CONTEXT_EXTENSION ||
    extension.extensionData.length > MLS_LIMITS.contextExtensionBytes
  ) {
    throw new MlsRefused("bad_message", "group context with other extensions");
  }
  return extension.extensionData as Bytes;
}

/** The group-context extensions that hold these bytes. @throws MlsRefused `too_large` */
export function contextExtensionsOf(bytes: Bytes): Extension[] {
  if (bytes.length > MLS_LIMITS.contextExtensionBytes) throw new MlsRefused("too_large");
  return [{ extensionType: CONTEXT_EXTENSION, extensionData: bytes.slice() }];
}

/** Checks a leaf's shape (RFC 9420, 7.3, without signature and credential). @throws MlsRefused */
export function checkLeafShape(leaf: LeafNode, suite: Suite): void {
  if (leaf.credential.credentialType !== "basic") throw new MlsRefused("bad_credential");
  if (leaf.credential.identity.length > MLS_LIMITS.credentialBytes)
    throw new MlsRefused("too_large");
  if (leaf.signaturePublicKey.length !== 32 || leaf.hpkePublicKey.length !== suite.publicKeyBytes) {
    throw new MlsRefused("bad_message", "leaf with keys of another suite");
  }
  seatKeyOf(leaf);
  const rejoinKey = rejoinKeyOf(leaf);
  if (rejoinKey !== null && rejoinKey.length !== REJOIN_VERSION_BYTES + suite.publicKeyBytes)
    throw new MlsRefused("bad_message", "a rejoin key of another suite");
  const { versions, ciphersuites, extensions, credentials } = leaf.capabilities;
  if (
    !versions.includes("mls10") ||
    !ciphersuites.includes(suite.mlsName) ||
    !extensions.includes(SEAT_EXTENSION) ||
    !extensions.includes(CONTEXT_EXTENSION) ||
    !credentials.includes("basic")
  ) {
    throw new MlsRefused("bad_message", "leaf without the needed capabilities");
  }
}

/** Verifies a leaf's own signature (7.2). @throws MlsRefused `bad_message` */
export async function checkLeafSignature(
  leaf: LeafNode,
  groupId: Uint8Array,
  leafIndex: number,
  suite: Suite,
): Promise<void> {
  const { signature } = suite.cs;
  const valid =
    leaf.leafNodeSource === "key_package"
      ? await verifyLeafNodeSignatureKeyPackage(leaf, signature)
      : leaf.leafNodeSource === "commit" &&
        (await verifyLeafNodeSignature(leaf, groupId, leafIndex, signature));
  if (!valid) throw new MlsRefused("bad_message", "leaf signature");
}

/** Refuses a tree in which two leaves share a seat, a signature key or an encryption key (7.3, 7.9). */
export function checkUniqueKeys(tree: Tree): void {
  const seats = new Set<string>();
  const keys = new Set<string>();
  for (const [, leaf] of leavesOf(tree)) {
    const texts = keyTextsOf(leaf);
    if (seats.has(texts.seat)) throw new MlsRefused("duplicate_seat");
    if (keys.has(texts.signature) || keys.has(texts.encryption))
      throw new MlsRefused("duplicate_key");
    seats.add(texts.seat);
    keys.add(texts.signature);
    keys.add(texts.encryption);
  }
}

/** Refuses encryption keys that are anywhere in the tree, or twice among themselves or in it (12.4.2, 7.9). */
export function checkFreshKeys(tree: Tree, fresh: readonly Uint8Array[]): void {
  const keys = new Set<string>();
  const add = (text: string): void => {
    if (keys.has(text)) throw new MlsRefused("duplicate_key");
    keys.add(text);
  };
  for (const node of tree.nodes) {
    if (node?.nodeType === "leaf") add(keyTextsOf(node.leaf).encryption);
    else if (node?.nodeType === "parent") add(textOf(node.parent.hpkePublicKey));
  }
  for (const key of fresh) add(textOf(key));
}

/** Whether two leaves are the same device at the same seat: only then may one replace the other. */
export function isSameDevice(a: LeafNode, b: LeafNode): boolean {
  return (
    equalBytes(a.signaturePublicKey, b.signaturePublicKey) && equalBytes(seatKeyOf(a), seatKeyOf(b))
  );
}

interface KeyTexts {
  readonly seat: string;
  readonly signature: string;
  readonly encryption: string;
}

const keyTexts = new WeakMap<LeafNode, KeyTexts>();

/** A leaf's keys as map keys, kept beside the leaf. */
function keyTextsOf(leaf: LeafNode): KeyTexts {
  let texts = keyTexts.get(leaf);
  if (texts === undefined) {
    texts = {
      seat: textOf(seatKeyOf(leaf)),
      signature: textOf(leaf.signaturePublicKey),
      encryption: textOf(leaf.hpkePublicKey),
    };
    keyTexts.set(leaf, texts);
  }
  return texts;
}

/** One character per byte: a string that stands for the bytes in a Set. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
