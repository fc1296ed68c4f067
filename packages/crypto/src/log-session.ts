/** What a seat signs towards its hub: opening a reading session, and where its pushes go. */
import type { Bytes, PushTarget, RequestOf } from "@baraza/protocol";
import { LABELS, logsPush, logsSession } from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

export type LogSessionRequest = RequestOf<"logs.session">;
export type SeatPushRequest = RequestOf<"logs.push">;

/** A signed request for a session at `hub`. `time` in milliseconds. */
export async function signLogSession(
  seatKey: Signer,
  fields: { logId: Bytes; seatId: Bytes; hub: string; time: number },
): Promise<LogSessionRequest> {
  const { logId, seatId, time } = fields;
  const sig = await signWith(seatKey, LABELS.logSession, logSessionDigest(fields));
  return readRecord(logsSession.request, { logId, seatId, time, sig }, "bad_input");
}

/** True when the seat signed the request for this hub. The time is the caller's to check. */
export async function verifyLogSession(
  seatPublicKey: Bytes,
  hub: string,
  request: LogSessionRequest,
): Promise<boolean> {
  try {
    const digest = logSessionDigest({ ...request, hub });
    return await verifyWith(seatPublicKey, LABELS.logSession, digest, request.sig);
  } catch {
    return false;
  }
}

/** `H(cbor{logId, seatId, hub, time})`, with whatever fields of a later version the request has besides; never `sig`. */
export function logSessionDigest(fields: {
  logId: Bytes;
  seatId: Bytes;
  hub: string;
  time: number;
}): Bytes {
  return recordDigest(fields);
}

/** Says where pushes for the seat go; null stops them. `time` in milliseconds, later than that of the former one. */
export async function signSeatPush(
  seatKey: Signer,
  fields: { logId: Bytes; seatId: Bytes; push: PushTarget | null; time: number },
): Promise<SeatPushRequest> {
  const sig = await signWith(seatKey, LABELS.seatPush, seatPushDigest(fields));
  return readRecord(logsPush.request, { ...fields, sig }, "bad_input");
}

/** True when the seat signed the request. The time is the caller's to check. */
export async function verifySeatPush(
  seatPublicKey: Bytes,
  request: SeatPushRequest,
): Promise<boolean> {
  try {
    return await verifyWith(seatPublicKey, LABELS.seatPush, seatPushDigest(request), request.sig);
  } catch {
    return false;
  }
}

/** `H(cbor{logId, seatId, push, time})`, and fields of a later version. */
export function seatPushDigest(fields: Without<SeatPushRequest, "sig">): Bytes {
  return recordDigest(fields);
}
