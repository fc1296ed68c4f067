/** The two cipher suites, and Ed25519 by WebCrypto where the platform has it, else by noble. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { defaultCryptoProvider, getCiphersuiteFromName } from "./library.ts";
import type { CiphersuiteImpl, CiphersuiteName, Signature } from "./library.ts";
import { MlsRefused } from "./errors.ts";

/** `xwing` is safe against quantum computers and meant for up to about 200 devices; `x25519` above. */
export type SuiteName = "x25519" | "xwing";

/** A suite with what the tree needs beside the library's primitives. Sizes in bytes. */
export interface Suite {
  readonly name: SuiteName;
  readonly mlsName: CiphersuiteName;
  readonly cs: CiphersuiteImpl;
  /** The suite's hash without a promise: a tree of 1,000 devices takes 2,000 hashes. */
  readonly hash: (data: Uint8Array) => Bytes;
  readonly publicKeyBytes: number;
}

const NAMES = {
  x25519: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  xwing: "MLS_256_XWING_AES256GCM_SHA512_Ed25519",
} as const satisfies Record<SuiteName, CiphersuiteName>;

const loaded = new Map<SuiteName, Promise<Suite>>();

/** The suite of that name; its code is loaded on first use. */
export function suiteOf(name: SuiteName): Promise<Suite> {
  let suite = loaded.get(name);
  if (suite === undefined) {
    suite = load(name);
    loaded.set(name, suite);
  }
  return suite;
}

/** The suite of a name in a message. @throws MlsRefused `wrong_suite` for any other. */
export function suiteNameOf(mlsName: string): SuiteName {
  if (mlsName === NAMES.x25519) return "x25519";
  if (mlsName === NAMES.xwing) return "xwing";
  throw new MlsRefused("wrong_suite");
}

async function load(name: SuiteName): Promise<Suite> {
  const mlsName = NAMES[name];
  const [cs, signature] = await Promise.all([
    defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName(mlsName)),
    bestEd25519(),
  ]);
  const hash = name === "x25519" ? sha256 : sha512;
  return {
    name,
    mlsName,
    cs: { ...cs, signature },
    hash: (data) => hash(data) as Bytes,
    publicKeyBytes: name === "x25519" ? 32 : 1216,
  };
}

async function bestEd25519(): Promise<Signature> {
  const native = nativeEd25519(globalThis.crypto.subtle);
  try {
    const { publicKey, signKey } = await nobleEd25519.keygen();
    const message = new Uint8Array(1);
    return (await native.verify(publicKey, message, await native.sign(signKey, message)))
      ? native
      : nobleEd25519;
  } catch {
    // Browsers of 2024 and earlier have no Ed25519 in WebCrypto.
    return nobleEd25519;
  }
}

/** PKCS #8 of a raw Ed25519 private key is this and the key (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/** Ed25519 with raw 32-byte keys over WebCrypto. Exported for the test that compares both. */
export function nativeEd25519(subtle: SubtleCrypto): Signature {
  return {
    async sign(signKey, message) {
      const pkcs8 = new Uint8Array(PKCS8.length + 32);
      pkcs8.set(PKCS8);
      pkcs8.set(signKey, PKCS8.length);
      const key = await subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
      return new Uint8Array(await subtle.sign("Ed25519", key, message as Bytes));
    },
    async verify(publicKey, message, signature) {
      const key = await subtle.importKey("raw", publicKey as Bytes, "Ed25519", false, ["verify"]);
      return subtle.verify("Ed25519", key, signature as Bytes, message as Bytes);
    },
    keygen: () => nobleEd25519.keygen(),
  };
}

/** Ed25519 with raw 32-byte keys over noble. `zip215: false` refuses what RFC 8032 refuses, as WebCrypto does. */
export const nobleEd25519: Signature = {
  sign: async (signKey, message) => ed25519.sign(message, signKey),
  verify: async (publicKey, message, signature) =>
    ed25519.verify(signature, message, publicKey, { zip215: false }),
  keygen: async () => {
    const signKey = ed25519.utils.randomSecretKey();
    return { signKey, publicKey: ed25519.getPublicKey(signKey) };
  },
};
