/**
 * Signals that a hub sends to push addresses of this node. They go to devices that listen at this moment; for all others they are
 * dropped. No mark is kept and nobody is woken: the store is asked only whether an address stands.
 */
import { verifySignalRequest } from "@baraza/crypto/signals";
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import { createRateLimits } from "../../http/rate-limits.ts";
import type { Handlers } from "../../http/registry.ts";
import type { KnownAddress } from "./addresses.ts";
import type { Live } from "./live.ts";
import { createOnce } from "./once.ts";

export type SignalDoorDeps = {
  openFor: (hub: string, address: Bytes) => KnownAddress | null;
  standing: (opened: readonly KnownAddress[]) => Promise<ReadonlySet<KnownAddress>>;
  live: Pick<Live, "signal">;
  name: () => string;
  nodeKeyOf: (hub: string, fresh: boolean) => Promise<Bytes>;
  now: () => number;
};

export type SignalDelivery = { address: Bytes; body: Bytes };

/** Nonces that are remembered at once. */
const NONCES = 100_000;
/** What one address may get: as much as a hub lets through for one log. */
export const SIGNAL_RATE = { perMinute: 240, burst: 80 };

export function createSignalDoor(deps: SignalDoorDeps): {
  routes: Handlers;
  deliver: (hub: string, deliveries: readonly SignalDelivery[]) => Promise<void>;
} {
  const { now } = deps;
  const once = createOnce({ keepMs: 2 * LIMITS.clockSkewMs, max: NONCES, now });
  const limits = createRateLimits(now);
  const mayHave = ({ name }: KnownAddress) => {
    try {
      limits.take("signal", name, SIGNAL_RATE);
      return true;
    } catch {
      return false;
    }
  };
  const deliver = async (hub: string, deliveries: readonly SignalDelivery[]) => {
    const opened = deliveries.map(({ address }) => deps.openFor(hub, address));
    const stands = await deps.standing(opened.filter((address) => address !== null));
    for (const [index, { body }] of deliveries.entries()) {
      const address = opened[index];
      if (address === null || address === undefined) continue;
      if (stands.has(address) && mayHave(address)) deps.live.signal(address, body);
    }
  };
  const verify = async (request: CheckedRequestOf<"signals.deliver">): Promise<void> => {
    for (const fresh of [false, true])
      if (await verifySignalRequest(await deps.nodeKeyOf(request.hub, fresh), request)) return;
    throw new ProtocolError("bad_signature");
  };
  return {
    deliver,
    routes: {
      "signals.deliver": async (request, { limit }) => {
        const { hub, to, time, nonce, deliveries } = request;
        limit("signals.deliver", { perMinute: 12_000, burst: 2000 });
        if (to !== deps.name()) throw new ProtocolError("malformed", { data: { field: "to" } });
        // The clocks of nodes may differ; how late a signal is, its reader sees by the hub's own date inside.
        if (Math.abs(time - now()) > LIMITS.clockSkewMs) throw new ProtocolError("replayed");
        // Only a hub to which one of this node's boxes gave an address makes this node ask for its record.
        if (deliveries.every(({ address }) => deps.openFor(hub, address) === null)) return {};
        await verify(request);
        if (!once.take(`${hub} ${toHex(nonce)}`)) throw new ProtocolError("replayed");
        await deliver(hub, deliveries);
        return {};
      },
    },
  };
}
