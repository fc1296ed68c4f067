/** Argon2id (RFC 9106) for passphrases that people choose. In a file of its own: it is large, slow, and seldom needed. */
import { argon2idAsync } from "@noble/hashes/argon2.js";
import type { Bytes } from "@baraza/protocol";
import { utf8 } from "@baraza/protocol";

/** What it costs; `memory` in KiB. */
export type StretchCost = { memory: number; passes: number; lanes: number };

/** RFC 9106's second recommended option: 64 MiB. Takes seconds. */
export const STRETCH_COST: StretchCost = { memory: 65_536, passes: 3, lanes: 4 };

/** 32 bytes from a passphrase and a salt. The same passphrase typed on different keyboards is the same bytes. */
export async function stretch(passphrase: string, salt: Bytes, cost: StretchCost): Promise<Bytes> {
  const { memory: m, passes: t, lanes: p } = cost;
  const key = await argon2idAsync(utf8(passphrase.normalize("NFKC")), salt, { t, m, p, dkLen: 32 });
  return key as Bytes;
}
