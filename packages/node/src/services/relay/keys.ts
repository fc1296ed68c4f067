/**
 * The gateway's keys: a new one each month, and the one before it is still good. Older seeds are deleted, so what was
 * sealed to them stays sealed, whoever takes the node over later.
 */
import type { GatewayKeys } from "@baraza/crypto";
import { gatewayKeys, openAead, randomBytes, sealAead } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LABELS, LIMITS, uint64 } from "@baraza/protocol";
import type { Store } from "../../store/port.ts";

export type GatewayKeyRing = {
  /** Newest first. */
  all: () => readonly GatewayKeys[];
  /** Makes a new key where the newest is older than a month. */
  rotate: () => Promise<void>;
};

const KEEP = 2;
const LABEL = { label: LABELS.gatewaySeed };

/** Reads the keys from the store, and makes the first. */
export async function openGatewayKeys(deps: {
  store: Pick<Store, "admin">;
  secret: Bytes;
  now: () => number;
}): Promise<GatewayKeyRing> {
  const { store, secret, now } = deps;
  let ring: { keys: GatewayKeys; created: number }[] = await Promise.all(
    (await store.admin.gatewayKeys(null)).map(async ({ keyId, sealedSeed, created }) => ({
      created,
      keys: await gatewayKeys(await openAead(secret, sealedSeed, uint64(created), LABEL), keyId),
    })),
  );

  const rotate = async () => {
    const newest = ring[0];
    const created = now();
    if (newest !== undefined && created - newest.created < LIMITS.gatewayKeyMs) return;
    const keyId = newest === undefined ? 1 : (newest.keys.keyId + 1) & 255;
    const seed = randomBytes(32);
    const sealedSeed = await sealAead(secret, seed, uint64(created), LABEL);
    await store.admin.addGatewayKey({ keyId, sealedSeed, created, keep: KEEP });
    ring = [{ created, keys: await gatewayKeys(seed, keyId) }, ...ring].slice(0, KEEP);
  };
  await rotate();
  return { all: () => ring.map(({ keys }) => keys), rotate };
}
