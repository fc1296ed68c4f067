/**
 * OPAQUE (RFC 9807), the node's part; a device plays it too, for its own lock. Apart from the client's, since apps are built with a
 * WebAssembly for each of them (see build/opaque-apart.ts). Messages are base64url text.
 */
import { ready, server } from "@serenity-kit/opaque";
import type { Bytes } from "@baraza/protocol";
import { fromBase64url } from "@baraza/protocol";
import { failing } from "./errors.ts";

/** Node: its long-term secret, made once. Without it no record opens anything. */
export async function createServerSetup(): Promise<string> {
  await ready;
  return server.createSetup();
}

/** Node: answers {@link startRegistration}. `name` is the account name. @throws CryptoError `bad_input`. */
export async function registrationResponse(
  setup: string,
  name: string,
  request: string,
): Promise<string> {
  await ready;
  return failing(
    "bad_input",
    () =>
      server.createRegistrationResponse({
        serverSetup: setup,
        userIdentifier: name,
        registrationRequest: request,
      }).registrationResponse,
  );
}

/**
 * Node: answers {@link startSignIn}. With `record` null (no such account) the answer looks the same, so that names
 * cannot be tried out. `state` stays at the node for one sign-in, a short time.
 * @throws CryptoError `bad_input`.
 */
export async function signInResponse(
  setup: string,
  record: string | null,
  name: string,
  request: string,
): Promise<{ state: string; response: string }> {
  await ready;
  return failing("bad_input", () => {
    const { serverLoginState: state, loginResponse: response } = server.startLogin({
      serverSetup: setup,
      userIdentifier: name,
      registrationRecord: record,
      startLoginRequest: request,
    });
    return { state, response };
  });
}

/** Node: the last step; only who knows the passphrase gets here. @throws CryptoError `wrong_passphrase`. */
export async function signInFinish(state: string, finish: string): Promise<{ sessionKey: Bytes }> {
  await ready;
  return failing("wrong_passphrase", () => {
    const { sessionKey } = server.finishLogin({
      serverLoginState: state,
      finishLoginRequest: finish,
    });
    return { sessionKey: fromBase64url(sessionKey) };
  });
}
