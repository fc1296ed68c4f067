/** Key packages (RFC 9420, section 10): made by a device for others to add it, one per seat. */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { MLS_LIMITS, MlsRefused, limitSize, refusing, refusingSync } from "./errors.ts";
import {
  capabilitiesOf,
  checkLeafShape,
  checkLeafSignature,
  leafExtensions,
  memberOf,
} from "./leaf.ts";
import type { Member } from "./leaf.ts";
import {
  decodeMessage,
  encodeMessage,
  generateKeyPackageWithKey,
  makeKeyPackageRef,
  verifyKeyPackage,
} from "./library.ts";
import type { Extension, KeyPackage, PrivateKeyPackage } from "./library.ts";
import { pack, unpack } from "./pack.ts";
import { suiteNameOf, suiteOf } from "./suites.ts";
import type { Suite, SuiteName } from "./suites.ts";

const PRIVATE_VERSION = 1;
const DAY_SECONDS = 86_400;
/** How far clocks may differ, in seconds. */
const SKEW_SECONDS = DAY_SECONDS;
/** No key package may say that it lives longer, in seconds: 30 days and two days of skew. */
const MAX_LIFETIME_SECONDS = 32 * DAY_SECONDS;
/** Marks the device's last-resort package: it may be handed out more than once (private use). */
const LAST_RESORT_EXTENSION = 0xf0b3;

export interface KeyPackageRequest {
  readonly suite: SuiteName;
  /** The device certificate. */
  readonly credential: Bytes;
  /** The device's Ed25519 key, which the certificate certifies: raw, 32 bytes each. */
  readonly signatureKey: { readonly publicKey: Bytes; readonly privateKey: Bytes };
  /** The public half of the seat key: Ed25519, 32 bytes, a new one for each key package. */
  readonly seatKey: Bytes;
  /** The identity's rejoin key in the space that this is for, as slots.ts announces it. */
  readonly rejoinKey?: Bytes;
  readonly lifetimeDays?: number;
  readonly lastResort?: boolean;
  /** Milliseconds since 1970; the clock when left out. */
  readonly now?: number;
}

/** What a key package says, for whoever chooses one. */
export interface KeyPackageView extends Omit<Member, "leaf"> {
  readonly suite: SuiteName;
  readonly ref: Bytes;
  readonly lastResort: boolean;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * Makes a key package. `privateParts` holds its private keys: store it before publishing, and destroy it in the
 * transaction that joins. `ref` is the hash by which a welcome names it.
 */
export async function createKeyPackage(
  request: KeyPackageRequest,
): Promise<{ keyPackage: Bytes; privateParts: Bytes; ref: Bytes }> {
  const { credential, signatureKey, seatKey, lifetimeDays = 30, lastResort = false } = request;
  const suite = await suiteOf(request.suite);
  limitSize(credential, MLS_LIMITS.credentialBytes, "credential");
  if (
    seatKey.length !== 32 ||
    signatureKey.publicKey.length !== 32 ||
    signatureKey.privateKey.length !== 32
  ) {
    throw new RangeError("Ed25519 keys are 32 bytes");
  }
  if (!(lifetimeDays > 0 && lifetimeDays <= 30))
    throw new RangeError("a key package lives 30 days at most");
  const now = Math.floor((request.now ?? Date.now()) / 1000);
  const lifetime = {
    notBefore: BigInt(now - SKEW_SECONDS),
    notAfter: BigInt(now + Math.floor(lifetimeDays * DAY_SECONDS)),
  };
  const extensions: Extension[] = lastResort
    ? [{ extensionType: LAST_RESORT_EXTENSION, extensionData: new Uint8Array() }]
    : [];
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: "basic", identity: credential.slice() },
    capabilitiesOf(suite),
    lifetime,
    extensions,
    { signKey: signatureKey.privateKey, publicKey: signatureKey.publicKey.slice() },
    suite.cs,
    leafExtensions(seatKey, request.rejoinKey ?? null),
  );
  return {
    keyPackage: encodeKeyPackage(publicPackage),
    privateParts: pack(PRIVATE_VERSION, [
      privatePackage.initPrivateKey,
      privatePackage.hpkePrivateKey,
      privatePackage.signaturePrivateKey,
    ]),
    ref: new Uint8Array(await makeKeyPackageRef(publicPackage, suite.cs.hash)),
  };
}

/**
 * Reads a key package and verifies its signatures and shape, not its certificate and not its lifetime.
 * @throws MlsRefused
 */
export async function readKeyPackage(bytes: Uint8Array): Promise<KeyPackageView> {
  const keyPackage = decodeKeyPackage(bytes);
  const suite = await suiteOf(suiteNameOf(keyPackage.cipherSuite));
  await checkKeyPackage(keyPackage, suite);
  const { leaf: _leaf, ...member } = memberOf(0, keyPackage.leafNode);
  return {
    ...member,
    suite: suite.name,
    ref: await refOf(keyPackage, suite),
    lastResort: keyPackage.extensions.length > 0,
    notAfter: Number(lifetimeOf(keyPackage).notAfter) * 1000,
  };
}

/** The hash by which a welcome names a key package (5.2). */
export async function refOf(keyPackage: KeyPackage, suite: Suite): Promise<Bytes> {
  return new Uint8Array(await makeKeyPackageRef(keyPackage, suite.cs.hash));
}

/** @throws MlsRefused `too_large`, `bad_message` */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  limitSize(bytes, MLS_LIMITS.keyPackageBytes, "key package");
  const message = refusingSync("bad_message", () => decodeMessage(bytes.slice()));
  if (message?.wireformat !== "mls_key_package") throw new MlsRefused("bad_message");
  return message.keyPackage;
}

/** As an MLSMessage (section 6). */
export function encodeKeyPackage(keyPackage: KeyPackage): Bytes {
  return encodeMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage });
}

/** The private keys of a stored `privateParts`. @throws MlsRefused `bad_state` */
export function decodePrivateParts(bytes: Uint8Array): PrivateKeyPackage {
  const [initPrivateKey, hpkePrivateKey, signaturePrivateKey] = unpack(PRIVATE_VERSION, 3, bytes);
  if (!initPrivateKey || !hpkePrivateKey || !signaturePrivateKey) throw new MlsRefused("bad_state");
  return { initPrivateKey, hpkePrivateKey, signaturePrivateKey };
}

/** Checks shape and signatures (10.1). @throws MlsRefused */
export async function checkKeyPackage(keyPackage: KeyPackage, suite: Suite): Promise<void> {
  if (keyPackage.cipherSuite !== suite.mlsName) throw new MlsRefused("wrong_suite");
  checkLeafShape(keyPackage.leafNode, suite);
  const { notBefore, notAfter } = lifetimeOf(keyPackage);
  if (notAfter - notBefore > MAX_LIFETIME_SECONDS || notAfter <= notBefore) {
    throw new MlsRefused("expired_key_package", "a lifetime of more than 30 days");
  }
  if (
    keyPackage.extensions.some(({ extensionType }) => extensionType !== LAST_RESORT_EXTENSION) ||
    keyPackage.initKey.length !== suite.publicKeyBytes ||
    equalBytes(keyPackage.initKey, keyPackage.leafNode.hpkePublicKey)
  ) {
    throw new MlsRefused("bad_message", "key package");
  }
  await refusing("bad_message", async () => {
    const [valid] = await Promise.all([
      verifyKeyPackage(keyPackage, suite.cs.signature),
      checkLeafSignature(keyPackage.leafNode, new Uint8Array(), 0, suite),
    ]);
    if (!valid) throw new MlsRefused("bad_message", "key package signature");
  });
}

/** Refuses a key package that does not live at this time (milliseconds since 1970). @throws MlsRefused */
export function checkLifetime(keyPackage: KeyPackage, at: number): void {
  const { notBefore, notAfter } = lifetimeOf(keyPackage);
  const seconds = BigInt(Math.floor(at / 1000));
  if (seconds < notBefore || seconds > notAfter) throw new MlsRefused("expired_key_package");
}

function lifetimeOf(keyPackage: KeyPackage): { notBefore: bigint; notAfter: bigint } {
  const leaf = keyPackage.leafNode;
  if (leaf.leafNodeSource !== "key_package") throw new MlsRefused("bad_message");
  return leaf.lifetime;
}
