/** The two cipher suites. */
import {
  Aes128Gcm,
  Aes256Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  HkdfSha512,
} from "@hpke/core";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { ed25519Generate, signWith, verifyWith } from "../ed25519.ts";
import { aesGcmOpen, aesGcmSeal } from "../primitives.ts";
import { getCiphersuiteFromName, makeGenericHpke, makeHashImpl, makeKdfImpl } from "./library.ts";
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
    // Its code may not have arrived: the next caller tries again.
    suite.catch(() => loaded.delete(name));
  }
  return suite;
}

/** The suite of a name in a message. @throws MlsRefused `wrong_suite` for any other. */
export function suiteNameOf(mlsName: string): SuiteName {
  if (mlsName === NAMES.x25519) return "x25519";
  if (mlsName === NAMES.xwing) return "xwing";
  throw new MlsRefused("wrong_suite");
}

/**
 * The parts are put together here instead of by the library's own provider, which would pull the code of all its
 * suites into the app.
 */
async function load(name: SuiteName): Promise<Suite> {
  const mlsName = NAMES[name];
  const { hash, hpke } = getCiphersuiteFromName(mlsName);
  const kdf = name === "x25519" ? new HkdfSha256() : new HkdfSha512();
  const kem =
    name === "x25519"
      ? new DhkemX25519HkdfSha256()
      : new (await import("@hpke/hybridkem-x-wing")).XWing();
  const aead = name === "x25519" ? new Aes128Gcm() : new Aes256Gcm();
  const syncHash = name === "x25519" ? sha256 : sha512;
  return {
    name,
    mlsName,
    cs: {
      name: mlsName,
      kdf: makeKdfImpl(kdf),
      hash: makeHashImpl(globalThis.crypto.subtle, hash),
      hpke: await makeGenericHpke(hpke, aesGcm, new CipherSuite({ kem, kdf, aead })),
      signature,
      rng: { randomBytes: (size) => globalThis.crypto.getRandomValues(new Uint8Array(size)) },
    },
    hash: (data) => syncHash(data) as Bytes,
    publicKeyBytes: name === "x25519" ? 32 : 1216,
  };
}

/** What encrypts a welcome's GroupInfo; the key's length says which AES. */
const aesGcm: Parameters<typeof makeGenericHpke>[1] = {
  encrypt: (key, nonce, aad, plain) =>
    aesGcmSeal(key as Bytes, nonce as Bytes, plain as Bytes, aad as Bytes),
  decrypt: (key, nonce, aad, sealed) =>
    aesGcmOpen(key as Bytes, nonce as Bytes, sealed as Bytes, aad as Bytes),
};

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
