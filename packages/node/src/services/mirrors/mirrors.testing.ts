/** For tests: nodes with logs and mirrors alone, over real SQLite files, that reach each other in this process. */
import { join } from "node:path";
import { ed25519FromSeed } from "@baraza/crypto";
import type { Bytes, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import { decodeResponse, encodeRequest, PATHS, ProtocolError } from "@baraza/protocol";
import { randomBytes } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import { createDispatcher } from "../../http/dispatch.ts";
import { temporaryDirectory } from "../../http/frame.testing.ts";
import { createMetrics } from "../../http/metrics.ts";
import { createRateLimits } from "../../http/rate-limits.ts";
import { openSqliteStore } from "../../store/sqlite/index.ts";
import { createLogs } from "../logs/index.ts";
import type { Keys, TestLog } from "../logs/log.testing.ts";
import { createMirrors } from "./index.ts";

export type World = {
  node(name: string, options?: { quota?: { log: number; all: number } }): Promise<TestNode>;
  /** Nodes that do not answer. */
  readonly gone: Set<string>;
  /** From now on a node gets nothing, and nobody is told so. @returns what ends that */
  slow(name: string): () => void;
  readonly clock: { now: number };
  close(): Promise<void>;
};
export type TestNode = Awaited<ReturnType<typeof startNode>>;

export const token = () => ({ input: randomBytes(32), output: new Uint8Array(64) });

export function world(): World {
  const nodes = new Map<string, TestNode>();
  const gone = new Set<string>();
  const clock = { now: Date.now() };
  const slow = new Map<string, Promise<void>>();
  return {
    gone,
    slow: (name) => {
      let end = () => {};
      slow.set(
        name,
        new Promise((resolve) => {
          end = resolve;
        }),
      );
      return () => {
        slow.delete(name);
        end();
      };
    },
    clock,
    node: async (name, options = {}) => {
      const one = await startNode(name, { nodes, gone, slow, clock, ...options });
      nodes.set(name, one);
      return one;
    },
    close: async () => {
      for (const one of nodes.values()) await one.close();
    },
  };
}

async function startNode(
  name: string,
  given: {
    nodes: Map<string, { keys: Keys; answer: (route: string, body: Bytes) => Promise<Answer> }>;
    gone: Set<string>;
    slow: Map<string, Promise<void>>;
    clock: { now: number };
    quota?: { log: number; all: number };
  },
) {
  const { nodes, gone, slow, clock, quota = { log: 1e9, all: 1e9 } } = given;
  const directory = await temporaryDirectory();
  const store = await openSqliteStore(join(directory.path, "store.sqlite"));
  const nodeKey = randomBytes(32);
  const now = () => clock.now;
  const reach = (target: string) => {
    const other = nodes.get(target);
    if (other === undefined || gone.has(target) || gone.has(name))
      throw new ProtocolError("target_unreachable");
    return other;
  };
  const outbound: Outbound = {
    check: () => undefined,
    close: () => undefined,
    send: async (target, { path, body = new Uint8Array() }) => {
      await slow.get(target);
      const answer = await reach(target).answer(path.slice(PATHS.api.length), body);
      return { ...answer, type: "application/cbor" };
    },
  };
  const logs = createLogs({
    store,
    name,
    nodeKey,
    logSessionSecret: randomBytes(32),
    redeemToken: () => true,
    copied: (logId, seq) => mirrors.appended(logId, seq),
    onMirrors: (logId) => {
      mirrors.changed(logId);
    },
    now,
  });
  const mirrors = await createMirrors({
    store,
    name,
    nodeKey,
    outbound,
    copyOf: (logId, after) => logs.copy(logId, after),
    nodeKeyOf: async (target) => reach(target).keys.publicKey,
    redeemToken: ({ output }) => output[0] !== 0xff,
    quota,
    now,
    retryMs: 5,
    retryMaxMs: 50,
    // Long enough for a busy machine.
    patienceMs: 20_000,
  });
  const faults: unknown[] = [];
  const dispatcher = createDispatcher({
    handlers: { ...logs.routes, ...mirrors.routes },
    limits: createRateLimits(Date.now),
    metrics: createMetrics(),
    now,
    onFault: (_route, error) => faults.push(error),
  });
  const answer = (route: string, body: Bytes) =>
    dispatcher.call(route, body, { account: () => null, limitKey: "k", sealed: false });
  const call = async <N extends RouteName>(
    route: N,
    request: RequestOf<N>,
  ): Promise<ResponseOf<N>> => {
    const { status, body } = await answer(route, encodeRequest(route, request));
    return decodeResponse(route, status, body);
  };
  return {
    name,
    keys: ed25519FromSeed(nodeKey),
    store,
    /** Where its store lies. */
    file: join(directory.path, "store.sqlite"),
    mirrors,
    logs,
    answer,
    call,
    faults,
    /** Reads as a seat of the log. */
    read: async (log: TestLog, seat: Keys = log.seat) => {
      const session = await log.session(seat, clock.now, name);
      const { token: reading, ...opened } = await call("logs.session", session);
      return {
        opened,
        ...(await call("logs.read", { logId: log.logId, token: reading, after: 0 })),
      };
    },
    close: async () => {
      await mirrors.close();
      await logs.close();
      await store.close();
      await directory.remove();
    },
  };
}

type Answer = { status: number; body: Bytes };
