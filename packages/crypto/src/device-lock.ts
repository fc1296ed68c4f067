/**
 * The lock on a device: what a code or a passkey makes of the secret that opens the device's store. Its own entry,
 * `@baraza/crypto/device-lock`, since it brings OPAQUE's WebAssembly: nobody without a lock loads it.
 *
 * [Note: Why OPAQUE for a lock] A code has to go through Argon2id, and the only fast Argon2id here is the one inside OPAQUE: ten times
 * that of one written in JavaScript, so a guess costs whoever copied the device ten times more for the same wait of its owner. The
 * device is client and node at once: what the node would keep (`setup`, `record`) lies beside the sealed secret, and
 * OPAQUE's export key (RFC 9807, section 6.4) seals. Without that part a code cannot even be tried.
 */
import type { Bytes } from "@baraza/protocol";
import { LABELS, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { createServerSetup, registrationResponse, signInResponse } from "./opaque-server.ts";
import {
  finishRegistration,
  finishSignIn,
  startRegistration,
  startSignIn,
  STRETCH_COST,
} from "./opaque.ts";
import type { StretchCost } from "./opaque.ts";
import { hkdf, needBytes, openAead, sealAead } from "./primitives.ts";

export type LockCost = StretchCost;

/** What is kept to try a code against; worth nothing to whoever lacks it. */
export type CodeCheck = { setup: string; record: string; cost: LockCost };

const WHO = "this device";

/** Makes a new check for a code, and the key (32 bytes) that comes of both. Takes as long as one try. */
export async function createCodeCheck(
  code: string,
  cost: LockCost = STRETCH_COST,
): Promise<{ check: CodeCheck; key: Bytes }> {
  const typed = normal(code);
  const setup = await createServerSetup();
  const { state, request } = await startRegistration(typed);
  const response = await registrationResponse(setup, WHO, request);
  const { record, exportKey } = await finishRegistration(typed, state, response, cost);
  return { check: { setup, record, cost }, key: keyOf(exportKey) };
}

/**
 * The key that a code gives with its check. @throws CryptoError `wrong_passphrase`; `bad_input` when it could not be tried: the
 * check was altered, or there was no memory for it.
 */
export async function keyOfCode({ setup, record, cost }: CodeCheck, code: string): Promise<Bytes> {
  const typed = normal(code);
  try {
    const { state, request } = await startSignIn(typed);
    const { response } = await signInResponse(setup, record, WHO, request);
    return keyOf((await finishSignIn(typed, state, response, cost)).exportKey);
  } catch (error) {
    // One with a cause comes of something that was thrown, not of a code that does not fit.
    if (error instanceof CryptoError && error.cause === undefined) throw error;
    throw new CryptoError("bad_input", error);
  }
}

/** The key that a passkey's PRF gives (WebAuthn level 3, section 10.1.4). @throws CryptoError `bad_input` when it is not 32 bytes. */
export function keyOfPrf(prf: Bytes): Bytes {
  needBytes(prf, 32);
  return hkdf(prf, new Uint8Array(), LABELS.lockPasskey, 32);
}

/** Seals a device's secret. `name`: whose secret it is, so that one cannot be put in another's place. */
export function sealForLock(key: Bytes, name: string, secret: Bytes): Promise<Bytes> {
  return sealAead(key, secret, utf8(name), { label: LABELS.lockSealed });
}

/** @throws CryptoError `open_failed` */
export function openForLock(key: Bytes, name: string, sealed: Bytes): Promise<Bytes> {
  return openAead(key, sealed, utf8(name), { label: LABELS.lockSealed });
}

function keyOf(exportKey: Bytes): Bytes {
  return hkdf(exportKey, new Uint8Array(), LABELS.lockCode, 32);
}

/** The same code typed on different keyboards is the same bytes: a PIN in Arabic digits is the one in Latin digits. */
function normal(code: string): string {
  return code
    .normalize("NFKC")
    .replace(/\p{Nd}/gu, (digit) => String(digitOf(digit)))
    .trim();
}

/** The value of a decimal digit of any script: Unicode lays the ten of each out in a row. */
function digitOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return point - zero;
}
