/** What this package's tests share: scale, seeded randomness, people to seal things for. Not exported. */
import { readFileSync } from "node:fs";
import type { Bytes } from "@baraza/protocol";
import { fromHex, ProtocolError } from "@baraza/protocol";
import { expect } from "vitest";
import { createBoxKey } from "./box-keys.ts";
import type { CryptoErrorCode } from "./errors.ts";
import { CryptoError } from "./errors.ts";
import { createDevice, createIdentity, identityIdOf } from "./identity.ts";

/** `sample` in an ordinary run, `full` when BARAZA_SOAK=1. */
export function scale(sample: number, full: number): number {
  return process.env["BARAZA_SOAK"] === "1" ? full : sample;
}

/** Random numbers in [0, below) that repeat with the seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** `length` bytes that count up from `first`. */
export function counting(first: number, length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (first + i) & 255);
}

/** The bytes with one bit changed. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Bytes {
  const out = new Uint8Array(bytes);
  out[at] = (out[at] ?? 0) ^ (1 << bit);
  return out;
}

export const NOW = 1_700_000_000_000;

/** A person with a device and a box key. */
export async function person(now: number = NOW) {
  const identity = await createIdentity();
  const device = await createDevice(identity.record, identity.privateKey, now);
  const boxKey = await createBoxKey(identity, 1, now);
  return { identity, device, boxKey, id: identityIdOf(identity.record) };
}

/** Expects a CryptoError with one of the codes, from a call or a promise. */
export async function refuses(
  work: () => unknown,
  ...codes: readonly CryptoErrorCode[]
): Promise<void> {
  const error = await failureOf(work);
  expect(error).toBeInstanceOf(CryptoError);
  if (error instanceof CryptoError) expect(codes).toContain(error.code);
}

/** What a call threw; null when it threw nothing. */
export async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return null;
}

/** True for the errors that hostile input may cause. */
export function isTyped(error: unknown): boolean {
  return error instanceof CryptoError || error instanceof ProtocolError;
}

/** A vector file of this package, or of protocol. */
export function vectors<T>(name: string, folder: "crypto" | "protocol" = "crypto"): T {
  const url = new URL(`../../${folder}/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

/** Bytes of a vector. */
export const hex = fromHex;
