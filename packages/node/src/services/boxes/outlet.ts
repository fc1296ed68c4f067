/**
 * The way out of one live connection: bounded in memory, cut when its reader is too slow.
 *
 * A frame that has been handed to the socket may still wait in this process. More than `bufferBytes` never wait; when
 * none of it leaves for too long, the reader is cut off with an error and comes back when
 * it can.
 */
import type { Bytes, ErrorCode, LiveDown } from "@baraza/protocol";
import { encodeCbor } from "@baraza/protocol";
import type { WebSocket } from "ws";

/** All in milliseconds. */
export type LiveTimes = {
  /** For the first frame. */
  helloMs: number;
  /** Between two pings of the node when all is quiet. */
  pingMs: number;
  /** From a push to the ping that confirms it. */
  confirmMs: number;
  /** Without a pong, the other side is gone. */
  pongMs: number;
  /** For a frame to leave, and for what waits at `slowest` bytes per millisecond. */
  slowMs: number;
  slowest: number;
  /** From an error to the end of the connection. */
  lingerMs: number;
};

export const LIVE_TIMES: LiveTimes = {
  helloMs: 10_000,
  pingMs: 25_000,
  confirmMs: 1500,
  pongMs: 30_000,
  slowMs: 30_000,
  slowest: 8,
  lingerMs: 3000,
};

/** Most bytes that wait for a reader; a single frame may be larger. */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Above this much, what is worth something only now is not sent. */
const IDLE_BYTES = 64 * 1024;

export type Outlet = {
  /** Sends a frame; resolves to true when it has left this process, false when it will not. */
  sent: (frame: LiveDown) => Promise<boolean>;
  /** Sends a small frame and does not wait. */
  send: (frame: LiveDown) => void;
  /** The same with a frame that is encoded already. */
  sendBytes: (frame: Bytes) => void;
  /** True while more may be sent without waiting. */
  hasRoom: () => boolean;
  /** True while hardly anything waits: what is sent now leaves now. */
  idle: () => boolean;
  /** True until the connection is cut or closed. */
  open: () => boolean;
  /** Says why, then ends the connection. */
  cut: (code: ErrorCode) => void;
  /** Pings; `confirmed` is called when the pong is back, so everything sent before has arrived. */
  ping: (confirmed: () => void) => void;
  /** Told by the owner that the socket has closed. */
  closed: () => void;
};

/** WebSocket close codes (RFC 6455, section 7.4.1): 1008 policy, 1013 try again later. */
const CLOSE = { policy: 1008, later: 1013 };

/** What trying again later does not mend. */
const POLICY: ReadonlySet<ErrorCode> = new Set([
  "unauthenticated",
  "malformed",
  "suspended",
  "account_closed",
]);

const nothing = () => {};

/** Wraps an accepted socket. */
export function createOutlet(socket: WebSocket, times: LiveTimes): Outlet {
  let open = true;
  let waiting = 0;
  /** When something last left, or began to wait. One timer looks at it now and then: one per frame would cost more than the frame. */
  let movedAt = 0;
  let watching: NodeJS.Timeout | undefined;
  let pong: { timer: NodeJS.Timeout; confirmed: () => void } | undefined;

  const patience = () => movedAt + times.slowMs + waiting / times.slowest - performance.now();
  function watch(): void {
    watching = setTimeout(() => {
      watching = undefined;
      if (waiting === 0 || !open) return;
      if (patience() <= 0) cut("timeout");
      else watch();
    }, Math.ceil(patience()));
    watching.unref();
  }
  const write = (bytes: Bytes, done: (left: boolean) => void) => {
    if (waiting === 0) movedAt = performance.now();
    waiting += bytes.length;
    if (watching === undefined) watch();
    socket.send(bytes, (error) => {
      waiting -= bytes.length;
      movedAt = performance.now();
      done(error === undefined || error === null);
    });
  };
  const cut = (code: ErrorCode) => {
    if (!open) return;
    write(encodeCbor({ t: "error", code }), () => {});
    open = false;
    clearTimeout(watching);
    socket.close(POLICY.has(code) ? CLOSE.policy : CLOSE.later);
    setTimeout(() => {
      socket.terminate();
    }, times.lingerMs).unref();
  };
  socket.on("pong", () => {
    const answered = pong;
    pong = undefined;
    clearTimeout(answered?.timer);
    answered?.confirmed();
  });

  return {
    sent: (frame) =>
      new Promise((resolve) => {
        if (open) write(encodeCbor(frame), resolve);
        else resolve(false);
      }),
    send: (frame) => {
      if (open) write(encodeCbor(frame), nothing);
    },
    sendBytes: (frame) => {
      if (open) write(frame, nothing);
    },
    idle: () => open && waiting < IDLE_BYTES,
    hasRoom: () => open && waiting < BUFFER_BYTES,
    open: () => open,
    cut,
    ping: (confirmed) => {
      if (!open || pong !== undefined) return;
      const timer = setTimeout(() => {
        socket.terminate();
      }, times.pongMs);
      pong = { timer, confirmed };
      socket.ping();
    },
    closed: () => {
      open = false;
      clearTimeout(watching);
      clearTimeout(pong?.timer);
    },
  };
}
