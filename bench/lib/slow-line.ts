/**
 * A slow line in front of a node, for all that a browser does, its workers included: so many kbit/s each way, shared by all
 * connections, and a round trip that every connection pays for its opening too. Losses and TCP's slow start are left out.
 */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export type SlowLine = {
  /** Where browsers connect. */
  readonly port: number;
  /** The paths of all GET requests so far, in order. */
  readonly asked: readonly string[];
  /** Where the node listens. */
  target(port: number): void;
  /** From now on this slow; without numbers as fast as it can. */
  limit(limits?: { kbit: number; roundTripMs: number }): void;
  /** Nothing passes any more. */
  cut(): void;
  close(): Promise<void>;
};

/** What one packet carries. */
const PACKET = 1448;
/** How much of one connection may wait at a time: more is left with the sender. */
const WAITING = 64 * 1024;

/** Opens the line, at first as fast as it can be. */
export async function openSlowLine(): Promise<SlowLine> {
  let to = 0;
  let isCut = false;
  let limits: { kbit: number; roundTripMs: number } | null = null;
  const open = new Set<Socket>();
  const asked: string[] = [];
  const up = createWay(() => limits);
  const down = createWay(() => limits);

  const server = createServer({ noDelay: true }, (near) => {
    near.on("error", () => undefined);
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: to, host: "127.0.0.1", noDelay: true });
    far.on("error", () => near.destroy());
    const opened = performance.now() + (limits?.roundTripMs ?? 0);
    near.on("data", (chunk: Buffer) => {
      for (const [, path] of chunk.toString("latin1").matchAll(/^GET (\S+) HTTP\/1\.1\r$/gm))
        if (path !== undefined) asked.push(path);
    });
    up.pass(near, far, opened);
    down.pass(far, near, opened);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
      });
    }
    near.on("close", () => far.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    target: (port) => {
      to = port;
    },
    limit: (next) => {
      limits = next ?? null;
    },
    cut: () => {
      isCut = true;
      endAll();
    },
    close: async () => {
      endAll();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

type Queue = { packets: Buffer[]; size: number; into: Socket; from: Socket; notBefore: number };

/** One direction: packets of all connections in turn, each taking its time on the line, and then half a round trip. */
function createWay(limits: () => { kbit: number; roundTripMs: number } | null): {
  pass(from: Socket, into: Socket, notBefore: number): void;
} {
  const waiting: Queue[] = [];
  let running = false;
  let free = 0;
  /** On the line, in order: with a timer for each, one that is late could overtake another of the same connection. */
  const flying: { packet: Buffer; into: Socket; arrives: number }[] = [];
  let landing = false;

  const land = (): void => {
    for (let next = flying[0]; next !== undefined; next = flying[0]) {
      const ms = next.arrives - performance.now();
      landing = ms > 0;
      if (landing) {
        setTimeout(land, ms);
        return;
      }
      flying.shift();
      next.into.write(next.packet);
    }
  };

  const run = (): void => {
    const queue = waiting.shift();
    const packet = queue?.packets.shift();
    if (queue === undefined || packet === undefined) {
      running = waiting.length > 0;
      if (running) run();
      return;
    }
    queue.size -= packet.length;
    if (queue.packets.length > 0) waiting.push(queue);
    if (queue.size < WAITING) queue.from.resume();
    const limit = limits();
    const now = performance.now();
    const start = Math.max(free, now, queue.notBefore);
    free = limit === null ? now : start + (packet.length * 8) / limit.kbit;
    const arrives = limit === null ? now : free + limit.roundTripMs / 2;
    flying.push({ packet, into: queue.into, arrives });
    if (!landing) land();
    after(free - now, run);
  };
  return {
    pass: (from, into, notBefore) => {
      const queue: Queue = { packets: [], size: 0, into, from, notBefore };
      from.on("data", (chunk: Buffer) => {
        if (queue.packets.length === 0) waiting.push(queue);
        for (let at = 0; at < chunk.length; at += PACKET)
          queue.packets.push(chunk.subarray(at, at + PACKET));
        queue.size += chunk.length;
        if (queue.size > WAITING) from.pause();
        if (!running) {
          running = true;
          run();
        }
      });
    },
  };
}

function after(ms: number, what: () => void): void {
  if (ms <= 0) what();
  else setTimeout(what, ms);
}
