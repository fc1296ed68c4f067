/**
 * The push service of a hub: after an append every live seat gets the entry, wrapped under its own key, in an order
 * that says nothing. Nobody knows who posted, so the sender's own seat gets it too.
 *
 * [Note: Seats that are behind] A push that could not be delivered is remembered by the seat's number only, durably.
 * When its node answers again, each such seat gets one push that names its log's newest entry; the member reads the
 * rest.
 */
import type { Bytes, Head } from "@baraza/protocol";
import { toHex } from "@baraza/protocol";
import type { PushKey } from "../../crypto-fast.ts";
import { createSigner, pushKey, randomBytes, wrapPush, wrapPushes } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Store } from "../../store/port.ts";
import type { Appended } from "../logs/index.ts";
import { contentsOf, noticeOf } from "./content.ts";
import type { Delivery, NodeQueue, Outcome } from "./node-queue.ts";
import { createNodeQueue, outcomeOf } from "./node-queue.ts";

export type PushDeps = {
  store: Pick<Store, "logs">;
  name: string;
  /** 32-byte seed of the node's key. */
  nodeKey: Bytes;
  outbound: Outbound;
  /** Delivers to boxes of this node; gives the places of those whose address is gone. */
  deliverLocal(deliveries: readonly { address: Bytes; body: Bytes }[]): Promise<number[]>;
  headOf(logId: Bytes): Promise<Head>;
  now: () => number;
  /** First wait before a node is tried again, milliseconds; it doubles up to `retryMaxMs`. */
  retryMs?: number;
  retryMaxMs?: number;
  /** Above this many, nodes for which nothing waits are forgotten. */
  knownNodes?: number;
};

export type PushService = {
  /** Takes an append over for delivery; returns at once. */
  appended(appended: Appended): void;
  /** Forgets what it knows of a log's seats. */
  seatsChanged(logId: Bytes): void;
  /** Resolves when nothing waits that can be delivered now. */
  idle(): Promise<void>;
  /** Nodes of which it holds something in memory. */
  known(): number;
  /** Nodes that did not answer and have not caught up since. */
  waitingFor(): number;
  close(): Promise<void>;
};

type Target = { ref: number; node: string; address: Bytes; key: PushKey };

/**
 * An append with the seats that it goes to: those of its own moment, so that a device hears of its removal even if its seat goes
 * right after.
 */
type Waiting = { appended: Appended; seats: Promise<Target[]> };

/** Seats that are wrapped for in one turn of the event loop. */
const AT_ONCE = 64;
const KNOWN_LOGS = 2000;
const KNOWN_NODES = 1000;
/** Appends of one log that wait for their turn; when there are more, only the newest is told of. */
const PER_LOG = 64;
const RETRY_BATCH = 128;
const MARKS_AFTER_MS = 50;

export function createPush(deps: PushDeps): PushService {
  const { store, retryMs = 1000, retryMaxMs = 5 * 60_000, knownNodes = KNOWN_NODES } = deps;
  const sign = createSigner(deps.nodeKey);
  const targets = new Map<string, Promise<Target[]>>();
  const logs = new Map<string, Waiting[]>();
  const nodes = new Map<
    string,
    { queue: NodeQueue; wait: number; timer: NodeJS.Timeout | undefined }
  >();
  const behind = new Map<number, number>();
  const gone = new Map<number, Bytes>();
  const working = new Set<Promise<void>>();
  let marksTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const track = (work: Promise<void>) => {
    const safe = work.catch(() => {
      // The store is closing; what was not delivered is found again by its marks.
    });
    working.add(safe);
    void safe.finally(() => working.delete(safe));
  };

  const targetsOf = (logId: Bytes): Promise<Target[]> => {
    const name = toHex(logId);
    let known = targets.get(name);
    if (known === undefined) {
      known = store.logs.pushSeats({ logId }).then((seats) =>
        seats.map(({ ref, target }) => ({
          ref,
          node: target.node,
          address: target.address,
          key: pushKey(target.wrapKey),
        })),
      );
      known.catch(() => targets.delete(name));
      targets.set(name, known);
      if (targets.size > KNOWN_LOGS) targets.delete(targets.keys().next().value ?? "");
    }
    return known;
  };

  const note = () => {
    marksTimer ??= setTimeout(() => {
      track(saveMarks());
    }, MARKS_AFTER_MS);
  };
  const saveMarks = async (done: { ref: number; seq: number }[] = []) => {
    clearTimeout(marksTimer);
    marksTimer = undefined;
    if (behind.size + gone.size + done.length === 0) return;
    const marks = {
      behind: [...behind].map(([ref, seq]) => ({ ref, seq })),
      gone: [...gone].map(([ref, address]) => ({ ref, address })),
      done,
    };
    behind.clear();
    if (gone.size > 0) targets.clear();
    gone.clear();
    await store.logs.pushMarks(marks);
  };
  const settle = (node: string, { gone: lost, failed }: Outcome) => {
    for (const { ref, address } of lost) gone.set(ref, address);
    for (const { ref, seq } of failed) behind.set(ref, Math.max(seq, behind.get(ref) ?? 0));
    if (lost.length + failed.length > 0) note();
    if (failed.length > 0) waitFor(node);
  };

  const stateOf = (node: string) => {
    let state = nodes.get(node);
    if (state === undefined) {
      if (nodes.size >= knownNodes) forgetIdle();
      const queue = createNodeQueue({
        node,
        hub: deps.name,
        sign,
        outbound: deps.outbound,
        now: deps.now,
        onOutcome: (outcome) => {
          settle(node, outcome);
        },
      });
      state = { queue, wait: 0, timer: undefined };
      nodes.set(node, state);
    }
    return state;
  };
  /** What was only a note that a node was reached once need not be kept: it is made again with the next push. */
  const forgetIdle = () => {
    for (const [name, { queue, wait, timer }] of nodes)
      if (wait === 0 && timer === undefined && queue.quiet()) nodes.delete(name);
  };
  /** Waits longer each time, by a random part, so that nodes do not all come back at once. */
  const waitFor = (node: string) => {
    const state = stateOf(node);
    if (closed || state.timer !== undefined) return;
    state.wait = Math.min(retryMaxMs, state.wait === 0 ? retryMs : state.wait * 2);
    state.timer = setTimeout(
      () => {
        state.timer = undefined;
        track(catchUp(node));
      },
      state.wait * (0.5 + Math.random() / 2),
    );
    state.timer.unref();
    state.queue.pause();
  };
  const catchUp = async (node: string): Promise<void> => {
    const state = stateOf(node);
    await saveMarks();
    let after = 0;
    for (;;) {
      const seats = await store.logs.pushBehind({ node, after, limit: RETRY_BATCH });
      const deliveries: Delivery[] = [];
      for (const { ref, logId, target, end } of seats) {
        const { seq, padded } = noticeOf(logId, end.seq, await deps.headOf(logId));
        deliveries.push({
          ref,
          seq,
          address: target.address,
          body: wrapPush(pushKey(target.wrapKey), padded),
        });
        after = ref;
      }
      if (deliveries.length === 0) break;
      const outcome = await send(node, deliveries);
      settle(node, outcome);
      await saveMarks(outcome.delivered.map(({ ref, seq }) => ({ ref, seq })));
      if (outcome.failed.length > 0) return;
    }
    state.wait = 0;
    state.queue.resume();
  };
  const send = (node: string, deliveries: readonly Delivery[]): Promise<Outcome> =>
    node === deps.name ? deliverHere(deliveries) : stateOf(node).queue.send(deliveries);
  const deliverHere = async (deliveries: readonly Delivery[]): Promise<Outcome> => {
    try {
      return outcomeOf(deliveries, await deps.deliverLocal(deliveries));
    } catch {
      return { delivered: [], gone: [], failed: deliveries };
    }
  };

  const deliverAll = async (waiting: readonly Waiting[]): Promise<void> => {
    for (const { appended, seats } of waiting) await deliver(appended, await seats);
  };
  const deliver = async (appended: Appended, seats: readonly Target[]): Promise<void> => {
    if (seats.length === 0) return;
    for (const { seq, padded } of contentsOf(appended)) {
      const order = shuffled(seats);
      for (let at = 0; at < order.length; at += AT_ONCE) {
        const here: Delivery[] = [];
        const some = order.slice(at, at + AT_ONCE);
        const keys = some.map(({ key }) => key);
        for (const [index, body] of wrapPushes(keys, padded).entries()) {
          const { ref, node, address } = some[index] as Target;
          const delivery = { ref, seq, address, body };
          if (node === deps.name) here.push(delivery);
          else if (!stateOf(node).queue.push(delivery))
            settle(node, { delivered: [], gone: [], failed: [delivery] });
        }
        if (here.length > 0) settle(deps.name, await deliverHere(here));
        if (order.length > AT_ONCE) await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  /** One log's appends go out one after the other. */
  const drain = async (name: string): Promise<void> => {
    try {
      for (;;) {
        const waiting = logs.get(name) ?? [];
        if (waiting.length === 0) return;
        logs.set(name, []);
        await deliverAll(waiting);
      }
    } finally {
      logs.delete(name);
    }
  };

  track(
    store.logs.pushNodesBehind(null).then((names) => {
      for (const name of names) waitFor(name);
    }),
  );

  return {
    appended: (appended) => {
      if (closed) return;
      const name = toHex(appended.logId);
      const waiting = logs.get(name);
      const one = { appended, seats: targetsOf(appended.logId) };
      if (waiting !== undefined) {
        // Members fetch what lies between by themselves.
        if (waiting.length >= PER_LOG) waiting.length = 0;
        waiting.push(one);
        return;
      }
      logs.set(name, [one]);
      track(drain(name));
    },
    seatsChanged: (logId) => {
      targets.delete(toHex(logId));
    },
    idle: async () => {
      while (working.size > 0) await Promise.all(working);
      await Promise.all([...nodes.values()].map(({ queue }) => queue.idle()));
      await saveMarks();
    },
    known: () => nodes.size,
    waitingFor: () => [...nodes.values()].filter(({ wait }) => wait > 0).length,
    close: async () => {
      closed = true;
      for (const { queue, timer } of nodes.values()) {
        clearTimeout(timer);
        queue.pause();
      }
      await Promise.all(working);
      await saveMarks();
    },
  };
}

/** Fisher and Yates, in a new array; the order must not be guessed, so it comes from the platform's randomness. */
function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items];
  const random = new Uint32Array(randomBytes(4 * out.length).buffer);
  for (let i = out.length - 1; i > 0; i--) {
    const j = (random[i] ?? 0) % (i + 1);
    const kept = out[i] as T;
    out[i] = out[j] as T;
    out[j] = kept;
  }
  return out;
}
