/** The live connection to one's own node: says hello, hands on what arrives, and comes back by itself after a break. */
import type { Bytes, LiveDown } from "@baraza/protocol";
import { encodeCbor, LIMITS, liveDown, PATHS, readAs } from "@baraza/protocol";
import type { Clock, LiveConnection, Transport } from "../ports.ts";
import { backoff } from "../util.ts";

/** Why nobody may sign in with an account. */
export type Shut = "suspended" | "account_closed";

export type LiveEvents = {
  /** Everything from before the break can be fetched now; what comes later is handed to `arrived`. */
  ready: () => void;
  arrived: (message: Exclude<LiveDown, { t: "ready" | "pong" | "error" }>) => void;
  line: (line: "online" | "connecting" | "offline") => void;
  /** The node does not know the session any more; `why` where it says that nobody may sign in with the account. */
  signedOut: (why: Shut | null) => void;
  /** The node does not know one of the boxes. */
  boxLost: () => void;
};

export type Live = {
  /** Tries now instead of after the pause. */
  nudge(): void;
  /** Says hello anew: what it listens to has changed. */
  renew(): void;
  stop(): void;
};

const PING_MS = 25_000;
const SILENCE_MS = 60_000;

export function startLive(
  transport: Transport,
  clock: Clock,
  hello: () => Promise<{ session: Bytes; boxes: { boxId: Bytes; after: number }[] } | null>,
  events: LiveEvents,
): Live {
  let attempts = 0;
  let stopped = false;
  let connection: LiveConnection | null = null;
  let cancelTimer = () => {};

  const later = (ms: number, fn: () => void) => {
    cancelTimer();
    cancelTimer = clock.setTimer(ms, fn);
  };

  async function connect(): Promise<void> {
    if (stopped || connection !== null) return;
    const greeting = await hello();
    if (stopped || connection !== null || greeting === null) return;
    events.line("connecting");
    let heard = clock.now();
    const beat = () => {
      if (clock.now() - heard > SILENCE_MS) mine.close();
      else {
        mine.send(encodeCbor({ t: "ping" }));
        later(PING_MS, beat);
      }
    };
    const mine = transport.live(PATHS.live, {
      open: () => mine.send(encodeCbor({ t: "hello", ...greeting })),
      message: (bytes) => {
        heard = clock.now();
        let message: LiveDown;
        try {
          message = readAs(liveDown, bytes, LIMITS.letterBytes + LIMITS.requestBytes);
        } catch {
          return;
        }
        if (message.t === "ready") {
          attempts = 0;
          events.line("online");
          later(PING_MS, beat);
          events.ready();
        } else if (message.t === "error") {
          if (message.code === "unauthenticated") {
            stopped = true;
            events.signedOut(null);
          } else if (message.code === "suspended" || message.code === "account_closed") {
            stopped = true;
            events.signedOut(message.code);
          } else if (message.code === "not_found") events.boxLost();
        } else if (message.t !== "pong") events.arrived(message);
      },
      close: () => {
        if (connection !== mine) return;
        connection = null;
        if (stopped) return;
        events.line("offline");
        later(backoff(attempts++), () => void connect());
      },
    });
    connection = mine;
  }

  void connect();
  return {
    nudge() {
      attempts = 0;
      if (connection === null) later(0, () => void connect());
    },
    renew() {
      attempts = 0;
      const former = connection;
      if (former === null) return;
      connection = null;
      former.close();
      later(0, () => void connect());
    },
    stop() {
      stopped = true;
      cancelTimer();
      connection?.close();
      connection = null;
    },
  };
}
