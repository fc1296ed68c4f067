/** Key rings: the content keys of a space's epochs, kept so that history can be read and handed to newcomers. */
import type { Bytes, KeyRing } from "@baraza/protocol";
import { concat, equalBytes, keyRing, LABELS, LIMITS, pad, utf8, writeAs } from "@baraza/protocol";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import { AEAD_OVERHEAD, needBytes, openAead, sealAead } from "./primitives.ts";
import { readRecord } from "./records.ts";

/** A ring without keys. */
export function emptyRing(): KeyRing {
  return { epochs: [] };
}

/**
 * The ring with the key of one more epoch, in order of epochs. A known epoch with the same key changes nothing.
 * @throws CryptoError `bad_input` when the epoch has another key already (as after a void: see {@link replaceInRing}).
 */
export function addToRing(ring: KeyRing, epoch: number, key: Bytes): KeyRing {
  needBytes(key, 32);
  const known = keyOf(ring, epoch);
  if (known === undefined) return replaceInRing(ring, epoch, key);
  if (!equalBytes(known, key)) throw new CryptoError("bad_input");
  return ring;
}

/** The ring with `key` for the epoch, whatever it held before. */
export function replaceInRing(ring: KeyRing, epoch: number, key: Bytes): KeyRing {
  needBytes(key, 32);
  const others = ring.epochs.filter((item) => item.epoch !== epoch);
  return { ...ring, epochs: [...others, { epoch, key }].sort((a, b) => a.epoch - b.epoch) };
}

/** The content key of an epoch, if the ring has it. */
export function keyOf(ring: KeyRing, epoch: number): Bytes | undefined {
  return ring.epochs.find((item) => item.epoch === epoch)?.key;
}

/** Only the epochs from `fromEpoch` on: what a newcomer may read. */
export function restrictRing(ring: KeyRing, fromEpoch: number): KeyRing {
  return { epochs: ring.epochs.filter((item) => item.epoch >= fromEpoch) };
}

/** Both rings together. @throws CryptoError `bad_input` when they disagree about an epoch. */
export function mergeRings(a: KeyRing, b: KeyRing): KeyRing {
  return b.epochs.reduce((ring, { epoch, key }) => addToRing(ring, epoch, key), a);
}

/** Seals a ring, padded and bound to its log. `salt` is for vectors only. */
export function sealRing(key: Bytes, ring: KeyRing, logId: Bytes, salt?: Bytes): Promise<Bytes> {
  const plain = pad(writeAs(keyRing, ring), AEAD_OVERHEAD);
  const options = { label: LABELS.ring, ...(salt === undefined ? {} : { salt }) };
  return sealAead(key, plain, ringAad(logId), options);
}

/** @throws CryptoError `open_failed`. */
export async function openRing(key: Bytes, sealed: Bytes, logId: Bytes): Promise<KeyRing> {
  const padded = await openAead(key, sealed, ringAad(logId), { label: LABELS.ring });
  const plain = unpadExactly(padded, AEAD_OVERHEAD);
  return readRecord(keyRing, plain, "open_failed", LIMITS.commitBodyBytes);
}

function ringAad(logId: Bytes): Bytes {
  needBytes(logId, 32);
  return concat(utf8(LABELS.ring), logId);
}
