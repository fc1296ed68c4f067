/** The gateway: opens encapsulated requests, has them answered, and seals the answers, errors too. */
import {
  CryptoError,
  decapsulateMessage,
  decodeHttpRequest,
  encapsulateResponse,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { PATHS, ProtocolError } from "@baraza/protocol";
import type { Answer, Caller } from "../../http/dispatch.ts";
import { errorAnswer } from "../../http/dispatch.ts";
import { createOnce } from "../boxes/once.ts";
import type { GatewayKeyRing } from "./keys.ts";

export type GatewayDeps = {
  keys: GatewayKeyRing;
  dispatch: (route: string, body: Bytes, caller: Caller) => Promise<Answer>;
  now: () => number;
};

/**
 * [Note: Replays] Each honest request has an encapsulation of its own; one that comes again within this time is
 * refused (RFC 9458, section 6.5). Later it is taken, which does little: letters, appends and tokens are recognised by
 * their own ids, sessions and signed requests end, and the answer can be read by the first sender only. So the memory
 * need not survive a restart: what a relay could repeat then costs the callee at most a key package of a person whose
 * capability the first sender held, and the last resort is never used up.
 */
const REPLAY_MS = 5 * 60_000;
const REMEMBERED = 500_000;
/** Of 32 random bytes: enough to tell half a million apart. */
const NAME_BYTES = 10;

/** A gateway with the keys of a ring. */
export function createGateway({ keys, dispatch, now }: GatewayDeps): {
  /**
   * One encapsulated request to one encapsulated response.
   * @throws ProtocolError `gateway_key_unknown`, `malformed`, `replayed`, `busy`: what cannot be said inside the seal.
   */
  handle: (encapsulated: Bytes, limitKey: string) => Promise<Bytes>;
} {
  const once = createOnce({ keepMs: REPLAY_MS, max: REMEMBERED, now });
  const answer = (message: Bytes, limitKey: string): Promise<Answer> | Answer => {
    try {
      const { method, path, body } = decodeHttpRequest(message);
      const route = method === "POST" && path.startsWith(PATHS.api);
      const name = route ? path.slice(PATHS.api.length) : "";
      return dispatch(name, body, { account: () => null, limitKey, sealed: true });
    } catch (cause) {
      if (cause instanceof CryptoError)
        return errorAnswer(new ProtocolError("malformed", { cause }));
      throw cause;
    }
  };
  return {
    handle: async (encapsulated, limitKey) => {
      const { message, context } = await open(keys, encapsulated);
      if (!once.take(Buffer.from(context.enc.slice(0, NAME_BYTES)).toString("latin1")))
        throw new ProtocolError("replayed");
      return encapsulateResponse(context, await answer(message, limitKey));
    },
  };
}

async function open(keys: GatewayKeyRing, encapsulated: Bytes) {
  try {
    return await decapsulateMessage(keys.all(), encapsulated);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    const unknown = cause.code === "bad_gateway_key";
    throw new ProtocolError(unknown ? "gateway_key_unknown" : "malformed", { cause });
  }
}
