/**
 * Passkeys (WebAuthn level 3). The node is the relying party: it makes challenges, keeps public keys and checks assertions.
 * What a passkey opens beside (by PRF) it never sees.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes16, bytes32, object, text, uint } from "./schema.ts";
import { signedIn, wayEntry } from "./ways.ts";

/** The COSE algorithms that are taken: Ed25519, ES256 and RS256, as browsers call them (RFC 9053). */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const;

const credentialId = bytes(1023, 1);
const clientData = bytes(4096, 16);
const authData = bytes(2048, 37);

/**
 * A passkey as the browser made it. `publicKey` is a SubjectPublicKeyInfo. No attestation is asked for, so nothing vouches for
 * the authenticator; whoever registers does it for the own account.
 */
export const newPasskey = object({
  createId: bytes16,
  credentialId,
  publicKey: bytes(1024, 32),
  algorithm: v.picklist(PASSKEY_ALGORITHMS),
  authData,
  clientData,
});
export type NewPasskey = Infer<typeof newPasskey>;

/** What an authenticator answered to a challenge. */
export const passkeyAnswer = object({
  credentialId,
  authData,
  clientData,
  signature: bytes(1024, 16),
});
export type PasskeyAnswer = Infer<typeof passkeyAnswer>;

/** A challenge for making a passkey: used once. `rpId` is the node's exact host; the user handle is random and says nothing. */
export const passkeysCreateStart = {
  request: object({}),
  response: object({ createId: bytes16, challenge: bytes32, userHandle: bytes32, rpId: text(253) }),
};

/** The passkeys of the account, so that an authenticator does not make a second one. */
export const passkeysList = {
  request: object({}),
  response: object({ passkeys: v.array(object({ wayId: bytes16, credentialId })) }),
};

/** Adds a passkey with its way and the vault that lists it. */
export const passkeysPut = {
  request: object({
    passkey: newPasskey,
    way: wayEntry,
    vault: bytes(LIMITS.vaultBytes),
    version: uint(),
  }),
  response: object({ version: uint() }),
};

/** No name: the person chooses one of the passkeys that the device offers for this host. */
export const passkeysSignInStart = {
  request: object({}),
  response: object({ signInId: bytes16, challenge: bytes32, rpId: text(253) }),
};
export const passkeysSignInFinish = {
  request: object({ signInId: bytes16, answer: passkeyAnswer }),
  /** `wayId`: which way of the vault this passkey is. */
  response: object({ wayId: bytes16, signedIn }),
};
