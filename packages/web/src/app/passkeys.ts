/**
 * WebAuthn in the page: the engine says what to ask, the browser asks the person, and what came goes back as plain bytes.
 *
 * [Note: PRF] PRF gives the secret that opens the vault. It is always asked for. Some authenticators refuse a request
 * with it, so a refusal that is not the person's is tried again without; some tell it only when they are asked a second
 * time, right after they were made.
 */
import type {
  AnsweredPasskey,
  CreatedPasskey,
  PasskeyToAsk,
  PasskeyToCreate,
} from "@baraza/engine";

/** The person closed the browser's window, or no passkey here fits. */
export class PasskeyCancelled extends Error {
  override readonly name = "PasskeyCancelled";
}

type Bytes = Uint8Array<ArrayBuffer>;

/** COSE's numbers for Ed25519, ES256 and RS256. */
const ALGORITHMS = [-8, -7, -257];
const TIMEOUT_MS = 4 * 60_000;

/** False where the browser has no passkeys, or the page no secure origin. */
export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === "function" && globalThis.isSecureContext;
}

/** What a person may close without it being a fault. */
export async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PasskeyCancelled) return undefined;
    throw error;
  }
}

/** Makes a passkey. `listed` false: browsers need not offer it to whoever signs in. @throws PasskeyCancelled */
export async function createPasskey(
  ask: PasskeyToCreate,
  { listed = true }: { listed?: boolean } = {},
): Promise<CreatedPasskey> {
  const options: PublicKeyCredentialCreationOptions = {
    rp: { id: ask.rpId, name: "Baraza" },
    user: { id: ask.userHandle, name: ask.userName, displayName: ask.displayName },
    challenge: ask.challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: {
      residentKey: listed ? "required" : "discouraged",
      userVerification: "required",
    },
    excludeCredentials: ask.exclude.map((id) => ({ type: "public-key", id })),
    attestation: "none",
    timeout: TIMEOUT_MS,
  };
  const make = (extensions: AuthenticationExtensionsClientInputs) =>
    navigator.credentials.create({ publicKey: { ...options, extensions } });
  const made = await withoutPrfIfNeeded(
    () => make({ prf: { eval: { first: ask.prf } } }),
    () => make({}),
  );
  if (!(made?.response instanceof AuthenticatorAttestationResponse)) throw new PasskeyCancelled();
  const { response } = made;
  const publicKey = response.getPublicKey();
  if (publicKey === null) throw new PasskeyCancelled();
  const { prf } = made.getClientExtensionResults();
  const later = prf?.enabled === true && prf.results?.first === undefined;
  return {
    createId: ask.createId,
    credentialId: new Uint8Array(made.rawId),
    publicKey: new Uint8Array(publicKey),
    algorithm: response.getPublicKeyAlgorithm(),
    authData: new Uint8Array(response.getAuthenticatorData()),
    clientData: new Uint8Array(response.clientDataJSON),
    prf: later ? await prfOf(ask, new Uint8Array(made.rawId)) : bytesOf(prf?.results?.first),
  };
}

/** Lets the person choose a passkey for this host. @throws PasskeyCancelled */
export async function askPasskey(ask: PasskeyToAsk): Promise<AnsweredPasskey> {
  const got = await withoutPrfIfNeeded(
    () => get(ask, { prf: { eval: { first: ask.prf } } }),
    () => get(ask, {}),
  );
  if (!(got?.response instanceof AuthenticatorAssertionResponse)) throw new PasskeyCancelled();
  const { response } = got;
  return {
    signInId: ask.signInId,
    answer: {
      credentialId: new Uint8Array(got.rawId),
      authData: new Uint8Array(response.authenticatorData),
      clientData: new Uint8Array(response.clientDataJSON),
      signature: new Uint8Array(response.signature),
    },
    prf: bytesOf(got.getClientExtensionResults().prf?.results?.first),
  };
}

/** PRF's output of a passkey that was just made; null when it gives none after all. */
async function prfOf(ask: PasskeyToCreate, credentialId: Bytes): Promise<Bytes | null> {
  // Nobody checks this answer: it is asked for what PRF gives along with it.
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  try {
    const got = await get(
      { rpId: ask.rpId, challenge, allow: [credentialId] },
      { prf: { eval: { first: ask.prf } } },
    );
    if (!(got instanceof PublicKeyCredential)) return null;
    return bytesOf(got.getClientExtensionResults().prf?.results?.first);
  } catch {
    return null;
  }
}

function get(
  ask: Pick<PasskeyToAsk, "rpId" | "challenge" | "allow">,
  extensions: AuthenticationExtensionsClientInputs,
) {
  return navigator.credentials.get({
    publicKey: {
      rpId: ask.rpId,
      challenge: ask.challenge,
      allowCredentials: ask.allow.map((id) => ({ type: "public-key", id })),
      userVerification: "required",
      timeout: TIMEOUT_MS,
      extensions,
    },
  });
}

/** @throws PasskeyCancelled */
async function withoutPrfIfNeeded(
  first: () => Promise<Credential | null>,
  then: () => Promise<Credential | null>,
): Promise<PublicKeyCredential | null> {
  const asCredential = (one: Credential | null) =>
    one instanceof PublicKeyCredential ? one : null;
  try {
    return asCredential(await first());
  } catch (error) {
    if (isByPerson(error)) throw new PasskeyCancelled();
  }
  try {
    return asCredential(await then());
  } catch {
    throw new PasskeyCancelled();
  }
}

/** Closed, timed out, or there is one already: asking once more would only annoy. */
function isByPerson(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    ["NotAllowedError", "InvalidStateError", "AbortError"].includes(error.name)
  );
}

function bytesOf(value: BufferSource | undefined): Bytes | null {
  if (value === undefined) return null;
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
}
