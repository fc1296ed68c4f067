/** Opening box addresses, with a memory: a hub uses the same one for every push to a seat. */
import type { OpenedBoxAddress } from "@baraza/crypto";
import { openBoxAddress } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";

export type Addresses = {
  /** Null for anything that this node did not seal. */
  open(address: Bytes): OpenedBoxAddress | null;
  /** A short text that stands for an address while the process lives. */
  nameOf(address: Pick<OpenedBoxAddress, "boxId" | "addressId">): string;
};

const REMEMBERED = 20_000;

/** Addresses under the node's 32-byte secret. */
export function createAddresses(secret: Bytes): Addresses {
  const known = new Map<string, OpenedBoxAddress>();
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
    nameOf: ({ boxId, addressId }) => Buffer.concat([boxId, addressId]).toString("latin1"),
  };
}
