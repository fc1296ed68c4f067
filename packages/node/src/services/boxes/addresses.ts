/** Opening box addresses, with a memory: a hub uses the same one for every push to a seat. */
import type { OpenedBoxAddress } from "@baraza/crypto";
import { addressIsFor, openBoxAddress } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";

/** An opened address, with short texts that stand for it and its box in maps while the process lives. */
export type KnownAddress = OpenedBoxAddress & { name: string; boxName: string };

export type Addresses = {
  /** Null for anything that this node did not seal. */
  open: (address: Bytes) => KnownAddress | null;
  /** True when pushes of that hub may use the address. */
  isFor: (address: KnownAddress, hub: string) => boolean;
  /** True when the store said so a moment ago; `now` in milliseconds. */
  stood: (address: KnownAddress, now: number) => boolean;
  stands: (address: KnownAddress, now: number) => void;
  /** It was revoked. */
  forget: (address: Pick<OpenedBoxAddress, "boxId" | "addressId">) => void;
};

/** How long an answer of the store is believed. Revoking in this process counts at once. */
const BELIEVE_MS = 10_000;

const REMEMBERED = 20_000;

/** Addresses under the node's 32-byte secret. */
export function createAddresses(secret: Bytes): Addresses {
  const known = new Map<string, KnownAddress>();
  /** By the array itself as well: the hub in this process gives the same one each time. */
  const seen = new WeakMap<Bytes, KnownAddress>();
  const hubs = new WeakMap<KnownAddress, string>();
  const standing = new Map<string, number>();
  return {
    open: (address) => {
      const same = seen.get(address);
      if (same !== undefined) return same;
      const key = textOf(address);
      let hit = known.get(key);
      if (hit === undefined) {
        const opened = openBoxAddress(secret, address);
        if (opened === null) return null;
        const boxName = textOf(opened.boxId);
        hit = { ...opened, boxName, name: boxName + textOf(opened.addressId) };
        if (known.size >= REMEMBERED) known.clear();
        known.set(key, hit);
      }
      seen.set(address, hit);
      return hit;
    },
    isFor: (address, hub) => {
      if (hubs.get(address) === hub) return true;
      if (!addressIsFor(address, hub)) return false;
      hubs.set(address, hub);
      return true;
    },
    stood: (address, now) => (standing.get(address.name) ?? 0) > now,
    stands: (address, now) => {
      if (standing.size >= REMEMBERED) standing.clear();
      standing.set(address.name, now + BELIEVE_MS);
    },
    forget: ({ boxId, addressId }) => {
      standing.delete(textOf(boxId) + textOf(addressId));
    },
  };
}

/** Bytes as the key of a map. */
export function textOf(bytes: Bytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
