/** A TCP proxy in front of a node: everybody reaches the node through it, so it can be cut off, slowed, or lose connections. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export type Proxy = {
  /** Where it listens: the port in the node's name. */
  readonly port: number;
  /** Where it passes things on to. */
  target(port: number): void;
  /** Ends all connections and takes no new one until {@link Proxy} mend. */
  cut(): void;
  /** Passes each piece on only after this time, in order. 0 ends it. */
  delay(ms: number): void;
  /** Ends every n-th new connection at once. 0 ends it. */
  drop(everyNth: number): void;
  /** Undoes cut, delay and drop. */
  mend(): void;
  /** Ends all connections, as when a process dies. */
  tear(): void;
  close(): Promise<void>;
};

/** Told of every piece that passes: which connection (counted from 1), and whether it goes to the node or comes from it. */
export type Tap = (connection: number, direction: "to" | "from", bytes: Buffer) => void;

/** Starts a proxy on loopback. @param port 0 takes a free one */
export async function startProxy(port = 0, tap?: Tap): Promise<Proxy> {
  let to = 0;
  let isCut = false;
  let delayMs = 0;
  let dropNth = 0;
  let count = 0;
  const open = new Set<Socket>();

  const server = createServer({ noDelay: true }, (near) => {
    count += 1;
    if (isCut || to === 0 || (dropNth > 0 && count % dropNth === 0)) {
      near.on("error", () => undefined);
      near.resetAndDestroy();
      return;
    }
    const connection = count;
    const far = connect({ port: to, host: "127.0.0.1", noDelay: true });
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      let pending = Promise.resolve();
      from.on("data", (chunk: Buffer) => {
        tap?.(connection, from === near ? "to" : "from", chunk);
        if (delayMs === 0) {
          if (!into.write(chunk)) {
            from.pause();
            into.once("drain", () => from.resume());
          }
          return;
        }
        const wait = delayMs;
        pending = pending.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, wait));
          into.write(chunk);
        });
      });
      from.on("end", () => void pending.then(() => into.end()));
      from.on("error", () => into.destroy());
      from.on("close", () => {
        open.delete(from);
        into.destroy();
      });
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  const endAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    target: (port) => {
      to = port;
    },
    cut: () => {
      isCut = true;
      endAll();
    },
    delay: (ms) => {
      delayMs = ms;
    },
    drop: (everyNth) => {
      dropNth = everyNth;
    },
    mend: () => {
      isCut = false;
      delayMs = 0;
      dropNth = 0;
    },
    tear: endAll,
    close: async () => {
      endAll();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
