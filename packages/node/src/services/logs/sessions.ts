/** Log sessions: tokens that the node checks without keeping them, `seatId(16) || expires(8) || MAC(32)`. */
import type { Bytes } from "@baraza/protocol";
import { concat, LIMITS, ProtocolError, uint64, utf8 } from "@baraza/protocol";
import { hmac, sameSecret } from "../../crypto-fast.ts";

const LABEL = utf8("baraza/log-session-token/1");
const SEAT = 16;
const EXPIRES = 8;
const MAC = 32;

export type LogSessions = {
  open(logId: Bytes, seatId: Bytes, now: number): { token: Bytes; expires: number };
  /** The seat that the token was given to. @throws ProtocolError `session_expired` when it is not, or no longer, good. */
  seatOf(logId: Bytes, token: Bytes, now: number): Bytes;
};

/** Tokens bound to a log and a seat under the node's secret. */
export function createLogSessions(secret: Bytes): LogSessions {
  const mac = (logId: Bytes, claims: Uint8Array) => hmac(secret, LABEL, logId, claims);
  return {
    open: (logId, seatId, now) => {
      const expires = now + LIMITS.logSessionMs;
      const claims = concat(seatId, uint64(expires));
      return { token: concat(claims, mac(logId, claims)), expires };
    },
    seatOf: (logId, token, now) => {
      const claims = token.subarray(0, SEAT + EXPIRES);
      if (
        token.length !== SEAT + EXPIRES + MAC ||
        !sameSecret(mac(logId, claims), token.subarray(SEAT + EXPIRES))
      )
        throw new ProtocolError("session_expired");
      const view = new DataView(token.buffer, token.byteOffset + SEAT, EXPIRES);
      if (Number(view.getBigUint64(0)) <= now) throw new ProtocolError("session_expired");
      return token.slice(0, SEAT);
    },
  };
}
