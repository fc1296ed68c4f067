/** Large chunks, written to new files and hashed by a thread of their own. It is started by the first one. */
import { close, fsync } from "node:fs";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { Bytes } from "@baraza/protocol";
import type { Done, Order } from "./write-worker.ts";

/** A file that is written, and not synced. */
export type Written = { sync: () => Promise<void>; close: () => Promise<void> };
export type Hashed = Written & { hash: Bytes };

export type LargeWrites = {
  /** Takes the buffer that the chunk is in. @throws what the system said; there is no file then */
  write: (path: string, chunk: Bytes) => Promise<Hashed>;
  /** What is under way fails. */
  close: () => Promise<void>;
};

type Waiting = { done: (written: Hashed) => void; failed: (cause: unknown) => void };

const syncFd = promisify(fsync);
const closeFd = promisify(close);

export function createLargeWrites(): LargeWrites {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let next = 0;

  const failAll = (cause: unknown) => {
    worker = null;
    for (const { failed } of waiting.values()) failed(cause);
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(new URL("./write-worker.ts", import.meta.url), {
      // Files are opened there and closed here: a thread that ends would close whatever has their numbers by then.
      trackUnmanagedFds: false,
    });
    started.on("message", (done: Done) => {
      const one = waiting.get(done.id);
      waiting.delete(done.id);
      if ("failed" in done) one?.failed(done.failed);
      else
        one?.done({
          hash: done.hash,
          sync: () => syncFd(done.fd),
          close: () => closeFd(done.fd),
        });
    });
    let cause: unknown = new Error("the thread that writes chunks has ended");
    started.on("error", (error) => {
      cause = error;
    });
    // It comes after an error too: what is given to it in between fails as well.
    started.on("exit", () => failAll(cause));
    started.unref();
    return started;
  };

  return {
    write: (path, chunk) =>
      new Promise((done, failed) => {
        worker ??= start();
        const id = next++;
        waiting.set(id, { done, failed });
        worker.postMessage({ id, path, chunk } satisfies Order, [chunk.buffer]);
      }),
    close: async () => void (await worker?.terminate()),
  };
}
