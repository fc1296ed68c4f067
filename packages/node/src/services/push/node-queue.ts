/**
 * Deliveries for one other node: in order, in signed batches, one request at a time. What cannot be delivered is not
 * kept: its seats are marked as behind, and get one push for the newest entry when the node is back.
 */
import type { Bytes } from "@baraza/protocol";
import { decodeResponse, encodeCbor, LABELS, LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";

/** A wrapped push for a seat. */
export type Delivery = { ref: number; seq: number; address: Bytes; body: Bytes };

export type Outcome = {
  delivered: readonly Delivery[];
  gone: readonly Delivery[];
  failed: readonly Delivery[];
};

export type NodeQueue = {
  /** False when the queue is full or the node is being waited for: then the delivery has failed already. */
  push(delivery: Delivery): boolean;
  /** Sends now what is given, past the queue and the waiting. */
  send(deliveries: readonly Delivery[]): Promise<Outcome>;
  /** Deliveries that wait. */
  length(): number;
  /** True when nothing waits or is being sent. */
  quiet(): boolean;
  /** After this no delivery is taken until `resume`. */
  pause(): void;
  resume(): void;
  idle(): Promise<void>;
};

export type NodeQueueDeps = {
  node: string;
  /** This node's name, and its signature. */
  hub: string;
  sign(label: string, digest: Uint8Array): Bytes;
  outbound: Outbound;
  now: () => number;
  /** Told of every batch from the queue. */
  onOutcome(outcome: Outcome): void;
};

/** What waits for one node at most. */
const LONGEST = 4096;
const BATCH_BYTES = LIMITS.appendBytes;
const ANSWER_BYTES = 16 * 1024;

export function createNodeQueue(deps: NodeQueueDeps): NodeQueue {
  let waiting: Delivery[] = [];
  let paused = false;
  /** Requests that are under way. */
  let sending = 0;
  let running: Promise<void> | undefined;

  const send = async (deliveries: readonly Delivery[]): Promise<Outcome> => {
    sending += 1;
    try {
      return outcomeOf(deliveries, await deliver(deps, deliveries));
    } catch {
      return { delivered: [], gone: [], failed: deliveries };
    } finally {
      sending -= 1;
    }
  };
  const run = async () => {
    while (waiting.length > 0 && !paused) {
      const batch = waiting.splice(0, batchLength(waiting));
      // One after the other: a seat's pushes keep their order.
      deps.onOutcome(await send(batch));
    }
    running = undefined;
  };
  return {
    push: (delivery) => {
      if (paused || waiting.length >= LONGEST) return false;
      waiting.push(delivery);
      // What comes in the same turn goes in the same request.
      running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(run);
      return true;
    },
    send,
    length: () => waiting.length,
    quiet: () => waiting.length === 0 && running === undefined && sending === 0,
    pause: () => {
      paused = true;
      const failed = waiting;
      waiting = [];
      if (failed.length > 0) deps.onOutcome({ delivered: [], gone: [], failed });
    },
    resume: () => {
      paused = false;
    },
    idle: async () => {
      await running;
    },
  };
}

/** Deliveries apart by whether their address is gone; `gone` are places. */
export function outcomeOf(deliveries: readonly Delivery[], gone: readonly number[]): Outcome {
  if (gone.length === 0) return { delivered: deliveries, gone: [], failed: [] };
  const lost = new Set(gone);
  return {
    delivered: deliveries.filter((_, index) => !lost.has(index)),
    gone: deliveries.filter((_, index) => lost.has(index)),
    failed: [],
  };
}

function batchLength(waiting: readonly Delivery[]): number {
  let bytes = 0;
  let count = 0;
  for (const { body } of waiting) {
    bytes += body.length + 300;
    if (count > 0 && (count === LIMITS.pushesPerRequest || bytes > BATCH_BYTES)) break;
    count += 1;
  }
  return count;
}

/** One signed request. Gives the places of deliveries whose address is gone. @throws ProtocolError */
async function deliver(deps: NodeQueueDeps, deliveries: readonly Delivery[]): Promise<number[]> {
  const fields = {
    hub: deps.hub,
    to: deps.node,
    time: deps.now(),
    nonce: randomBytes(16),
    deliveries: deliveries.map(({ address, body }) => ({ address, body })),
  };
  const sig = deps.sign(LABELS.pushRequest, sha256(encodeCbor(fields)));
  const { status, body } = await deps.outbound.send(deps.node, {
    method: "POST",
    path: `${PATHS.api}push.deliver`,
    type: "application/cbor",
    body: encodeCbor({ ...fields, sig }),
    maxBytes: ANSWER_BYTES,
  });
  const { gone } = decodeResponse("push.deliver", status, body);
  if (gone.some((index) => index >= deliveries.length)) throw new ProtocolError("malformed");
  return gone;
}
