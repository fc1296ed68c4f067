/**
 * What a relying party checks of passkeys (WebAuthn level 3, sections 7.1 and 7.2), for the profile that nodes use: no
 * attestation, the exact host, user verification required, and the three algorithms that browsers make.
 *
 * [Note: Why not a library] With no attestation asked for there is no certificate, no ASN.1 and no CBOR to read: browsers
 * hand out the public key as SubjectPublicKeyInfo and the authenticator data as bytes of a fixed layout. What is left are
 * the comparisons below and one signature, where a library brings some twenty packages.
 */
import type { Bytes, NewPasskey, PasskeyAnswer } from "@baraza/protocol";
import { concat, equalBytes, fromUtf8, LABELS, toBase64url, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { sha256 } from "./primitives.ts";

/** What the relying party expects: its host, its origins and the challenge it gave. */
export type PasskeyExpectation = { rpId: string; origins: readonly string[]; challenge: Bytes };

/** A passkey as the relying party keeps it. `counter` 0: the authenticator does not count. */
export type StoredPasskey = { publicKey: Bytes; algorithm: number; counter: number };

/** What PRF is evaluated at: the same for every passkey, since a person who signs in has not said which. 32 bytes. */
export function passkeyPrfInput(): Bytes {
  return sha256(utf8(LABELS.passkeyPrf));
}

/** Where the fields of authenticator data lie (section 6.1). */
const FLAGS = 32;
const COUNTER = 33;
const CREDENTIAL_LENGTH = 53;
const CREDENTIAL = 55;
const USER_PRESENT = 1;
const USER_VERIFIED = 4;
const HAS_CREDENTIAL = 64;

/**
 * Checks a new passkey (section 7.1). @returns its counter. @throws CryptoError `bad_passkey`.
 */
export async function verifyNewPasskey(
  passkey: NewPasskey,
  expected: PasskeyExpectation,
): Promise<{ counter: number }> {
  const { authData, clientData, credentialId, publicKey, algorithm } = passkey;
  checkClientData(clientData, "webauthn.create", expected);
  const counter = checkAuthData(authData, expected.rpId);
  const flags = authData[FLAGS] ?? 0;
  const length = ((authData[CREDENTIAL_LENGTH] ?? 0) << 8) | (authData[CREDENTIAL_LENGTH + 1] ?? 0);
  demand((flags & HAS_CREDENTIAL) !== 0);
  demand(equalBytes(authData.subarray(CREDENTIAL, CREDENTIAL + length), credentialId));
  // A key that cannot be used would lock its owner out: it is imported now.
  await importKey(publicKey, algorithm);
  return { counter };
}

/**
 * Checks an answer to a challenge (section 7.2). @returns the new counter. @throws CryptoError `bad_passkey`, also when the
 * counter went back: a copy of the authenticator is in use.
 */
export async function verifyPasskeyAnswer(
  { publicKey, algorithm, counter: known }: StoredPasskey,
  { authData, clientData, signature }: PasskeyAnswer,
  expected: PasskeyExpectation,
): Promise<{ counter: number }> {
  checkClientData(clientData, "webauthn.get", expected);
  const counter = checkAuthData(authData, expected.rpId);
  demand((counter === 0 && known === 0) || counter > known);
  const key = await importKey(publicKey, algorithm);
  const signed = concat(authData, sha256(clientData));
  const sig = algorithm === -7 ? rawEcdsa(signature) : signature;
  const { subtle } = globalThis.crypto;
  demand(await subtle.verify(ALGORITHMS[algorithm]?.verify ?? "", key, sig, signed));
  return { counter };
}

type Algorithm = {
  import: { name: string; namedCurve?: string; hash?: string };
  verify: { name: string; hash?: string };
};
const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  [-8]: { import: { name: "Ed25519" }, verify: { name: "Ed25519" } },
  [-7]: {
    import: { name: "ECDSA", namedCurve: "P-256" },
    verify: { name: "ECDSA", hash: "SHA-256" },
  },
  [-257]: {
    import: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    verify: { name: "RSASSA-PKCS1-v1_5" },
  },
};

async function importKey(publicKey: Bytes, algorithm: number): Promise<CryptoKey> {
  const known = ALGORITHMS[algorithm];
  if (known === undefined) throw new CryptoError("bad_passkey");
  try {
    const { subtle } = globalThis.crypto;
    return await subtle.importKey("spki", publicKey, known.import, false, ["verify"]);
  } catch (cause) {
    throw new CryptoError("bad_passkey", cause);
  }
}

function checkClientData(bytes: Bytes, type: string, expected: PasskeyExpectation): void {
  let data: { type?: unknown; challenge?: unknown; origin?: unknown; crossOrigin?: unknown };
  try {
    data = JSON.parse(fromUtf8(bytes)) as typeof data;
  } catch (cause) {
    throw new CryptoError("bad_passkey", cause);
  }
  demand(typeof data === "object" && data !== null);
  demand(data.type === type && data.challenge === toBase64url(expected.challenge));
  demand(typeof data.origin === "string" && expected.origins.includes(data.origin));
  demand(data.crossOrigin !== true);
}

/** @returns the counter */
function checkAuthData(authData: Bytes, rpId: string): number {
  demand(authData.length >= 37);
  demand(equalBytes(authData.subarray(0, 32), sha256(utf8(rpId))));
  const flags = authData[FLAGS] ?? 0;
  demand((flags & USER_PRESENT) !== 0 && (flags & USER_VERIFIED) !== 0);
  return new DataView(authData.buffer, authData.byteOffset).getUint32(COUNTER);
}

/** ECDSA signatures travel as ASN.1 (two integers); WebCrypto wants the two as 32 bytes each. */
function rawEcdsa(der: Bytes): Bytes {
  const out = new Uint8Array(64);
  let at = 2;
  demand(der[0] === 0x30 && der[1] === der.length - 2);
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    let integer = der.subarray(at + 2, at + 2 + length);
    demand(der[at] === 2 && length > 0 && integer.length === length);
    while (integer.length > 32 && integer[0] === 0) integer = integer.subarray(1);
    demand(integer.length <= 32);
    out.set(integer, end - integer.length);
    at += 2 + length;
  }
  demand(at === der.length);
  return out;
}

function demand(holds: boolean): asserts holds {
  if (!holds) throw new CryptoError("bad_passkey");
}
