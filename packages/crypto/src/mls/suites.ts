/** The two cipher suites. */
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { ed25519Generate, signWith, verifyWith } from "../ed25519.ts";
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
  const cs = await defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName(mlsName));
  const hash = name === "x25519" ? sha256 : sha512;
  return {
    name,
    mlsName,
    cs: { ...cs, signature },
    hash: (data) => hash(data) as Bytes,
    publicKeyBytes: name === "x25519" ? 32 : 1216,
  };
}

/**
 * Ed25519 as everywhere in this package: one verdict on every platform. MLS has its own labels (RFC 9420, 5.1.2),
 * so none is added here.
 */
const signature: Signature = {
  sign: (privateKey, message) => signWith(privateKey as Bytes, "", message as Bytes),
  verify: (publicKey, message, made) =>
    verifyWith(publicKey as Bytes, "", message as Bytes, made as Bytes),
  keygen: async () => {
    const { publicKey, privateKey } = ed25519Generate();
    return { signKey: privateKey, publicKey };
  },
};
