/** The SQLite store as the main thread sees it: it hands calls to a writer and a reader, each in its own thread. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ProtocolError } from "@baraza/protocol";
import type { Operations, Store, StoreStats } from "../port.ts";
import { StoreVersionError } from "./migrations/index.ts";
import { OPERATIONS } from "./operations.ts";
import type { FromWorker, WireCall, WireReply, WorkerData } from "./wire.ts";

type Waiting = { resolve: (value: unknown) => void; reject: (error: unknown) => void };
type Channel = {
  call(name: string, arg: unknown): Promise<unknown>;
  stats(): StoreStats;
  /** Takes no more calls. */
  refuse(): void;
  close(): Promise<void>;
};

/** More operations than this wait for no one: the node is `busy`. */
const LONGEST_QUEUE = 20_000;

/**
 * Opens (and where needed creates or upgrades) the store in a file.
 * @throws StoreVersionError when a newer version of the program wrote it.
 */
export async function openSqliteStore(path: string): Promise<Store> {
  const writer = await openChannel({ path, role: "writer" });
  const reader = await openChannel({ path, role: "reader" });
  const services: Record<string, Record<string, (arg: unknown) => Promise<unknown>>> = {};
  for (const [service, { write, read }] of Object.entries(OPERATIONS)) {
    const calls: Record<string, (arg: unknown) => Promise<unknown>> = {};
    for (const name of Object.keys(write))
      calls[name] = (arg) => writer.call(`${service}.${name}`, arg);
    for (const name of Object.keys(read))
      calls[name] = (arg) => reader.call(`${service}.${name}`, arg);
    services[service] = calls;
  }
  return {
    ...(services as unknown as Pick<Store, keyof Operations>),
    health: async () => {
      await Promise.all([writer.call("store.check", null), reader.call("store.check", null)]);
    },
    backup: async (to) => {
      await writer.call("store.backup", to);
    },
    scrub: async () => {
      await writer.call("store.scrub", null);
    },
    stats: () => {
      const { queue, commits, writes } = writer.stats();
      return { queue: queue + reader.stats().queue, commits, writes };
    },
    close: async () => {
      // Both take nothing more from now on. The writer closes last: that folds the log into the file.
      writer.refuse();
      await reader.close();
      await writer.close();
    },
  };
}

async function openChannel(workerData: WorkerData): Promise<Channel> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  const [first] = (await once(worker, "message")) as [FromWorker];
  if ("failed" in first) {
    await worker.terminate();
    throw first.version ? new StoreVersionError(first.failed) : new Error(first.failed);
  }
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let batch: WireCall[] = [];
  let refusing = false;
  let closed = false;
  let commits = 0;
  let writes = 0;

  const settle = ([id, ok, value]: WireReply) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (ok) one?.resolve(value);
    else if ("code" in value) one?.reject(new ProtocolError(value.code, { data: value.data }));
    else one?.reject(new Error(value.message));
  };
  const fail = () => {
    closed = true;
    for (const one of waiting.values()) one.reject(new ProtocolError("unavailable"));
    waiting.clear();
  };
  worker.on("message", (message: FromWorker) => {
    if (!("replies" in message)) return;
    ({ commits, writes } = message);
    for (const reply of message.replies) settle(reply);
  });
  worker.on("error", fail);
  worker.on("exit", fail);

  const flush = () => {
    const calls = batch;
    batch = [];
    if (calls.length > 0) worker.postMessage(calls);
  };
  return {
    call: (name, arg) => {
      if (closed || refusing) return Promise.reject(new ProtocolError("unavailable"));
      if (waiting.size >= LONGEST_QUEUE) return Promise.reject(new ProtocolError("busy"));
      return new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        if (batch.length === 0) setImmediate(flush);
        batch.push([id, name, arg]);
      });
    },
    stats: () => ({ queue: waiting.size, commits, writes }),
    refuse: () => {
      refusing = true;
    },
    close: async () => {
      if (closed) return;
      refusing = true;
      closed = true;
      flush();
      const ended = once(worker, "exit");
      worker.postMessage("close");
      await ended;
    },
  };
}
