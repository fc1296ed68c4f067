/** Signals for one other node: in signed batches, one request at a time. What is late, or does not arrive, is dropped. */
import { decodeResponse, encodeCbor, LABELS, LIMITS, PATHS } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { SignalDelivery } from "../boxes/signals.ts";

export type SignalQueue = {
  push: (delivery: SignalDelivery) => void;
  quiet: () => boolean;
  idle: () => Promise<void>;
};

export type SignalQueueDeps = {
  node: string;
  /** This node's name, and its signature. */
  hub: string;
  sign: (label: string, digest: Uint8Array) => Bytes;
  outbound: Outbound;
  now: () => number;
};

/** What waits at most, and how long it is worth anything, milliseconds. */
const LONGEST = 512;
const WORTH_MS = 4000;
/** After a node did not answer, nothing is sent to it for as long. */
const PAUSE_MS = 30_000;
const ANSWER_BYTES = 4 * 1024;

export function createSignalQueue(deps: SignalQueueDeps): SignalQueue {
  let waiting: (SignalDelivery & { at: number })[] = [];
  let pausedUntil = 0;
  let running: Promise<void> | undefined;

  const send = async (deliveries: readonly SignalDelivery[]): Promise<void> => {
    const fields = {
      hub: deps.hub,
      to: deps.node,
      time: deps.now(),
      nonce: randomBytes(16),
      deliveries: deliveries.map(({ address, body }) => ({ address, body })),
    };
    const sig = deps.sign(LABELS.signalRequest, sha256(encodeCbor(fields)));
    const { status, body } = await deps.outbound.send(deps.node, {
      method: "POST",
      path: `${PATHS.api}signals.deliver`,
      type: "application/cbor",
      body: encodeCbor({ ...fields, sig }),
      maxBytes: ANSWER_BYTES,
    });
    decodeResponse("signals.deliver", status, body);
  };
  const run = async () => {
    while (waiting.length > 0) {
      const good = waiting
        .splice(0, LIMITS.pushesPerRequest)
        .filter(({ at }) => deps.now() - at < WORTH_MS);
      if (good.length === 0) continue;
      try {
        await send(good);
      } catch {
        pausedUntil = deps.now() + PAUSE_MS;
        waiting = [];
      }
    }
    running = undefined;
  };
  return {
    push: (delivery) => {
      const at = deps.now();
      if (at < pausedUntil || waiting.length >= LONGEST) return;
      waiting.push({ ...delivery, at });
      // What comes in the same turn goes in the same request.
      running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(run);
    },
    quiet: () => running === undefined && deps.now() >= pausedUntil,
    idle: async () => {
      await running;
    },
  };
}
