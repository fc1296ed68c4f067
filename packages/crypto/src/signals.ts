/**
 * Signals: sealed under the epoch's content key like entries, with a label of their own, all of one length; signed inside by the
 * device for that log and epoch, outside by the posting key, so that a hub learns "some current member".
 */
import type { Bytes, RequestOf, Signal } from "@baraza/protocol";
import {
  encodeCbor,
  LABELS,
  LIMITS,
  readAs,
  signal as signalSchema,
  signalsDeliver,
  signalsSend,
  unpad,
  writeAs,
} from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { AEAD_OVERHEAD, needBytes, openAead, sealAead, sha256 } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

/** Where a signal belongs: it opens nowhere else. */
export type SignalPlace = { logId: Bytes; gen: number; epoch: number };

const PLAIN = LIMITS.signalBytes - AEAD_OVERHEAD;

/** Signs a signal as this device. `device.hash` is that of its certificate. @throws CryptoError `bad_input` */
export async function signSignal(
  place: SignalPlace,
  device: { hash: Bytes; privateKey: Bytes },
  fields: Without<Signal, "v" | "device" | "sig">,
): Promise<Signal> {
  const unsigned = { v: 1 as const, device: device.hash, ...fields };
  const sig = await signWith(device.privateKey, LABELS.signal, digestOf(place, unsigned));
  return readRecord(signalSchema, { ...unsigned, sig }, "bad_input");
}

/** True when the device signed it for that log and epoch. Never throws on hostile input. */
export async function verifySignal(
  place: SignalPlace,
  signal: Signal,
  deviceKey: Bytes,
): Promise<boolean> {
  try {
    return await verifyWith(deviceKey, LABELS.signal, digestOf(place, signal), signal.sig);
  } catch {
    return false;
  }
}

/** Seals to `LIMITS.signalBytes`. `salt` is for vectors only. @throws CryptoError `bad_input` where it does not fit */
export async function sealSignal(
  place: SignalPlace,
  contentKey: Bytes,
  signal: Signal,
  salt?: Bytes,
): Promise<Bytes> {
  needBytes(contentKey, 32);
  const plain = writeAs(signalSchema, signal);
  if (plain.length >= PLAIN) throw new CryptoError("bad_input");
  const padded = new Uint8Array(PLAIN);
  padded.set(plain);
  padded[plain.length] = 0x80;
  return sealAead(contentKey, padded, aadOf(place), {
    label: LABELS.signalKey,
    ...(salt === undefined ? {} : { salt }),
  });
}

/** Opens a body; {@link verifySignal} has to follow. @throws CryptoError `open_failed`, ProtocolError `malformed` */
export async function openSignal(
  place: SignalPlace,
  contentKey: Bytes,
  body: Bytes,
): Promise<Signal> {
  if (body.length !== LIMITS.signalBytes) throw new CryptoError("open_failed");
  const padded = await openAead(contentKey, body, aadOf(place), { label: LABELS.signalKey });
  return readAs(signalSchema, unpad(padded).slice(), PLAIN);
}

export type SignalSend = RequestOf<"signals.send">;

/** The request that brings a signal to its hub, signed by the epoch's posting key. `time` in ms by the hub's clock. */
export async function signSignalSend(
  posting: Signer,
  fields: Without<SignalSend, "sig">,
): Promise<SignalSend> {
  const sig = await signWith(posting, LABELS.signalSend, recordDigest(fields));
  return readRecord(signalsSend.request, { ...fields, sig }, "bad_input");
}

/** True when the hub's node signed the delivery. Who it is for, its time and nonce are the caller's to check. */
export async function verifySignalRequest(
  nodePublicKey: Bytes,
  request: RequestOf<"signals.deliver">,
): Promise<boolean> {
  try {
    return await verifyWith(
      nodePublicKey,
      LABELS.signalRequest,
      recordDigest(request),
      request.sig,
    );
  } catch {
    return false;
  }
}

/** Signs a delivery from node to node, as a hub does. */
export async function signSignalRequest(
  nodeKey: Signer,
  fields: Without<RequestOf<"signals.deliver">, "sig">,
): Promise<RequestOf<"signals.deliver">> {
  const sig = await signWith(nodeKey, LABELS.signalRequest, recordDigest(fields));
  return readRecord(signalsDeliver.request, { ...fields, sig }, "bad_input", LIMITS.appendBytes);
}

const aadOf = ({ logId, gen, epoch }: SignalPlace): Bytes =>
  encodeCbor({ signal: 1, logId, gen, epoch });

function digestOf({ logId, gen, epoch }: SignalPlace, signal: Without<Signal, "sig">): Bytes {
  return sha256(encodeCbor({ ...signal, sig: undefined, logId, gen, epoch }));
}
