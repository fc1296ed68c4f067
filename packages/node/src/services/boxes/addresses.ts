/** Opening box addresses, with a memory: a hub uses the same one for every push to a seat. */
import type { OpenedBoxAddress } from "@baraza/crypto";
import { openBoxAddress } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";

export type Addresses = {
  /** Null for anything that this node did not seal. */
  open: (address: Bytes) => OpenedBoxAddress | null;
  /** A short text that stands for an address while the process lives. */
  nameOf: (address: Name) => string;
  /** True when the store said so a moment ago; `now` in milliseconds. */
  stood: (address: Name, now: number) => boolean;
  stands: (address: Name, now: number) => void;
  /** It was revoked. */
  forget: (address: Name) => void;
};

type Name = Pick<OpenedBoxAddress, "boxId" | "addressId">;

/** How long an answer of the store is believed. Revoking in this process counts at once. */
const BELIEVE_MS = 10_000;

const REMEMBERED = 20_000;

/** Addresses under the node's 32-byte secret. */
export function createAddresses(secret: Bytes): Addresses {
  const known = new Map<string, OpenedBoxAddress>();
  const standing = new Map<string, number>();
  return {
    open: (address) => {
      const key = Buffer.from(address).toString("latin1");
      const hit = known.get(key);
      if (hit !== undefined) return hit;
      const opened = openBoxAddress(secret, address);
      if (opened === null) return null;
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, opened);
      return opened;
    },
    nameOf,
    stood: (address, now) => (standing.get(nameOf(address)) ?? 0) > now,
    stands: (address, now) => {
      if (standing.size >= REMEMBERED) standing.clear();
      standing.set(nameOf(address), now + BELIEVE_MS);
    },
    forget: (address) => {
      standing.delete(nameOf(address));
    },
  };
}

function nameOf({ boxId, addressId }: Name): string {
  return Buffer.concat([boxId, addressId]).toString("latin1");
}
