/**
 * OPAQUE (RFC 9807), the client's part: signing in with a passphrase that the node never sees. Its own entry, since its WebAssembly is
 * larger than all the rest: import it when someone signs in. Messages are base64url text. The node's part is in opaque-server.ts.
 */
import { client, ready } from "@serenity-kit/opaque";
import type { Bytes } from "@baraza/protocol";
import { fromBase64url } from "@baraza/protocol";
import { CryptoError, failing } from "./errors.ts";

/** What Argon2id (RFC 9106) costs. `memory` in KiB. */
export type StretchCost = { memory: number; passes: number; lanes: number };
/** RFC 9106's second recommended option, 64 MiB: 0.2 s on a desktop, some 1.5 s on a phone of 60 dollars. What accounts use. */
export const STRETCH_COST: StretchCost = { memory: 65_536, passes: 3, lanes: 4 };

/** Client, first step of registering: `request` goes to the node, `state` stays. */
export async function startRegistration(
  passphrase: string,
): Promise<{ state: string; request: string }> {
  await ready;
  const { clientRegistrationState: state, registrationRequest: request } = client.startRegistration(
    {
      password: normal(passphrase),
    },
  );
  return { state, request };
}

/** Client, second step: `record` goes to the node; `exportKey` (64 bytes) wraps the vault key. @throws CryptoError `bad_input`. */
export async function finishRegistration(
  passphrase: string,
  state: string,
  response: string,
  cost: StretchCost = STRETCH_COST,
): Promise<{ record: string; exportKey: Bytes }> {
  await ready;
  return failing("bad_input", () => {
    const { registrationRecord, exportKey } = client.finishRegistration({
      password: normal(passphrase),
      clientRegistrationState: state,
      registrationResponse: response,
      keyStretching: stretching(cost),
    });
    return { record: registrationRecord, exportKey: fromBase64url(exportKey) };
  });
}

/** Client, first step of signing in. */
export async function startSignIn(passphrase: string): Promise<{ state: string; request: string }> {
  await ready;
  const { clientLoginState: state, startLoginRequest: request } = client.startLogin({
    password: normal(passphrase),
  });
  return { state, request };
}

/** Client, second step. @throws CryptoError `wrong_passphrase`, also for a node that does not know the account. */
export async function finishSignIn(
  passphrase: string,
  state: string,
  response: string,
  cost: StretchCost = STRETCH_COST,
): Promise<{ finish: string; exportKey: Bytes; sessionKey: Bytes }> {
  await ready;
  return failing("wrong_passphrase", () => {
    const result = client.finishLogin({
      password: normal(passphrase),
      clientLoginState: state,
      loginResponse: response,
      keyStretching: stretching(cost),
    });
    if (result === undefined) throw new CryptoError("wrong_passphrase");
    return {
      finish: result.finishLoginRequest,
      exportKey: fromBase64url(result.exportKey),
      sessionKey: fromBase64url(result.sessionKey),
    };
  });
}

function stretching({ memory, passes, lanes }: StretchCost) {
  return { "argon2id-custom": { iterations: passes, memory, parallelism: lanes } };
}

/** The same passphrase typed on different keyboards is the same bytes. */
function normal(passphrase: string): string {
  return passphrase.normalize("NFKC");
}
