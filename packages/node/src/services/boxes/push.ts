/** Pushes: wrapped entries that a hub sends to push addresses of this node, over the network or in the same process. */
import { verifyPushRequest } from "@baraza/crypto";
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import type { Handlers } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import type { Addresses, KnownAddress } from "./addresses.ts";
import type { Live } from "./live.ts";
import { createOnce } from "./once.ts";

export type Deliver = (
  hub: string,
  deliveries: readonly { address: Bytes; body: Bytes }[],
) => Promise<number[]>;

export type PushDeps = {
  store: Pick<Store, "boxes">;
  addresses: Addresses;
  live: Pick<Live, "push">;
  name: () => string;
  nodeKeyOf: (hub: string, fresh: boolean) => Promise<Bytes>;
  now: () => number;
  /** Told of boxes that had something while nobody listened. */
  onMissed: (boxIds: readonly Bytes[]) => void;
};

/** Nonces that are remembered at once; a hub that sends more in twenty minutes waits. */
const NONCES = 200_000;

/** The route between nodes, and the way in for this node's own logs. */
export function createPushes(deps: PushDeps): {
  routes: Handlers;
  deliver: Deliver;
  /** The push address, if it is one of this node that this hub may use. */
  openFor: (hub: string, address: Bytes) => KnownAddress | null;
  standing: (opened: readonly KnownAddress[]) => Promise<ReadonlySet<KnownAddress>>;
} {
  const { store, addresses, live, now } = deps;
  const once = createOnce({ keepMs: 2 * LIMITS.clockSkewMs, max: NONCES, now });

  const openFor = (hub: string, address: Bytes): KnownAddress | null => {
    const opened = addresses.open(address);
    const good =
      opened !== null &&
      opened.scope === "push" &&
      opened.expires > now() &&
      opened.hubHash !== null &&
      addresses.isFor(opened, hub);
    return good ? opened : null;
  };

  /** Those of the addresses whose box stands and that were not revoked. */
  const standing = async (opened: readonly KnownAddress[]): Promise<ReadonlySet<KnownAddress>> => {
    const unsure = opened.filter((address) => !addresses.stood(address, now()));
    if (unsure.length === 0) return new Set(opened);
    const answers = await store.boxes.standing({
      addresses: unsure.map(({ boxId, addressId }) => ({ boxId, addressId })),
    });
    const fallen = new Set<KnownAddress>();
    for (const [index, address] of unsure.entries())
      if (answers[index] === true) addresses.stands(address, now());
      else fallen.add(address);
    return new Set(opened.filter((address) => !fallen.has(address)));
  };

  const deliver: Deliver = async (hub, deliveries) => {
    const opened = deliveries.map(({ address }) => openFor(hub, address));
    const stands = await standing(opened.filter((address) => address !== null));
    const gone: number[] = [];
    const wakes: { boxId: Bytes; addressId: Bytes }[] = [];
    for (const [index, { body }] of deliveries.entries()) {
      const address = opened[index];
      if (address === null || address === undefined || !stands.has(address)) {
        gone.push(index);
        continue;
      }
      if (live.push(address, body)) continue;
      const { boxId, addressId } = address;
      wakes.push({ boxId, addressId });
    }
    if (wakes.length > 0) {
      await store.boxes.wake({ wakes });
      deps.onMissed(wakes.map(({ boxId }) => boxId));
    }
    return gone;
  };

  const verify = async (request: CheckedRequestOf<"push.deliver">): Promise<void> => {
    for (const fresh of [false, true])
      if (await verifyPushRequest(await deps.nodeKeyOf(request.hub, fresh), request)) return;
    throw new ProtocolError("bad_signature");
  };

  return {
    deliver,
    openFor,
    standing,
    routes: {
      "push.deliver": async (request, { limit }) => {
        const { hub, to, time, nonce, deliveries } = request;
        limit("push.deliver", { perMinute: 60_000, burst: 10_000 });
        if (to !== deps.name()) throw new ProtocolError("malformed", { data: { field: "to" } });
        if (Math.abs(time - now()) > LIMITS.clockSkewMs) throw new ProtocolError("replayed");
        // Only a hub to which one of this node's boxes gave an address makes this node ask for its record.
        if (deliveries.every(({ address }) => openFor(hub, address) === null))
          return { gone: deliveries.map((_delivery, index) => index) };
        await verify(request);
        if (!once.take(`${hub} ${toHex(nonce)}`)) throw new ProtocolError("replayed");
        return { gone: await deliver(hub, deliveries) };
      },
    },
  };
}
