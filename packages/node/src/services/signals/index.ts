/**
 * The hub's side of signals: it passes on what some current member says to the seats that listen at this moment. All that it
 * keeps is in memory: which seats listen, and what is on its way for some seconds. Nothing is stored, tried again or made up for.
 */
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, LABELS, LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import {
  createSigner,
  createVerifier,
  padPush,
  pushKey,
  sha256,
  wrapPushes,
} from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Service } from "../../http/registry.ts";
import type { PushSeat } from "../../store/port-logs.ts";
import type { Store } from "../../store/port.ts";
import { SIGNAL_RATE } from "../boxes/signals.ts";
import type { SignalDelivery } from "../boxes/signals.ts";
import { createListeners } from "./listeners.ts";
import { createSignalQueue } from "./node-queue.ts";
import type { SignalQueue } from "./node-queue.ts";

export type SignalsDeps = {
  store: Pick<Store, "logs">;
  name: string;
  /** 32-byte seed of the node's key. */
  nodeKey: Bytes;
  outbound: Outbound;
  /** The seat of a log session. @throws ProtocolError `session_expired`, ... */
  sessionSeat: (logId: Bytes, token: Bytes) => Promise<{ seatId: Bytes; removed: boolean }>;
  /** Gives signals to devices of this node. */
  deliverLocal: (deliveries: readonly SignalDelivery[]) => Promise<void>;
  now: () => number;
};

export type SignalsService = Service & {
  /** Seats that listen. */
  listening: () => number;
  /** Resolves when nothing is on its way. */
  idle: () => Promise<void>;
};

/** Nodes that a queue is kept for. */
const NODES = 1000;

export function createSignals(deps: SignalsDeps): SignalsService {
  const { store, now } = deps;
  const verify = createVerifier();
  const sign = createSigner(deps.nodeKey);
  const listeners = createListeners(now);
  const queues = new Map<string, SignalQueue>();
  const working = new Set<Promise<void>>();

  const queueOf = (node: string): SignalQueue => {
    let queue = queues.get(node);
    if (queue === undefined) {
      if (queues.size >= NODES)
        for (const [name, one] of queues) if (one.quiet()) queues.delete(name);
      queue = createSignalQueue({
        node,
        hub: deps.name,
        sign,
        outbound: deps.outbound,
        now,
      });
      queues.set(node, queue);
    }
    return queue;
  };
  const pass = async (logId: Bytes, content: Bytes): Promise<void> => {
    const wanted = listeners.of(logId);
    if (wanted.size === 0) return;
    const seats = (await store.logs.pushSeats({ logId })).filter(({ seatId }) =>
      wanted.has(toHex(seatId)),
    );
    const bodies = wrapPushes(
      seats.map(({ target }) => pushKey(target.wrapKey)),
      padPush(content),
    );
    const here: SignalDelivery[] = [];
    for (const [index, body] of bodies.entries()) {
      const { target } = seats[index] as PushSeat;
      if (target.node === deps.name) here.push({ address: target.address, body });
      else queueOf(target.node).push({ address: target.address, body });
    }
    if (here.length > 0) await deps.deliverLocal(here);
  };
  const track = (work: Promise<void>) => {
    const safe = work.catch(() => {
      // The store is closing: nobody waits for a signal.
    });
    working.add(safe);
    void safe.finally(() => working.delete(safe));
  };

  return {
    routes: {
      "signals.listen": async ({ logId, token, stop = false }, { limit }) => {
        const { seatId, removed } = await deps.sessionSeat(logId, token);
        if (removed) throw new ProtocolError("seat_removed");
        limit("signals.listen", { perMinute: 12, burst: 24 }, toHex(seatId));
        return { until: listeners.set(logId, seatId, stop) };
      },
      "signals.send": async (request, { limit }) => {
        const { logId, gen, epoch, time, body, sig } = request;
        limit("signals.send", SIGNAL_RATE, toHex(logId));
        if (Math.abs(time - now()) > LIMITS.signalLateMs)
          throw new ProtocolError("session_expired", { data: { now: now() } });
        const stands = await store.logs.posting({ logId });
        if (stands === null || stands.gen !== gen || stands.epoch !== epoch)
          throw new ProtocolError("stale_epoch");
        const digest = sha256(encodeCbor({ ...request, sig: undefined }));
        if (!verify(stands.postingKey, LABELS.signalSend, digest, sig))
          throw new ProtocolError("bad_signature");
        track(pass(logId, encodeCbor({ logId, gen, epoch, body })));
        return {};
      },
    },
    listening: listeners.size,
    idle: async () => {
      while (working.size > 0) await Promise.all(working);
      await Promise.all([...queues.values()].map((queue) => queue.idle()));
    },
    close: async () => {
      await Promise.all(working);
    },
  };
}
