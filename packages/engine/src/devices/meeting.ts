/** One side's end of a meeting place at the node: puts its messages, waits for the other's, outlives a lost line. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { PairingFailure } from "./api.ts";

/** It came to nothing, for a reason that a person is told. */
export class PairingEnd extends Error {
  override readonly name = "PairingEnd";
  readonly failure: PairingFailure;
  constructor(failure: PairingFailure) {
    super(failure);
    this.failure = failure;
  }
}

export type Meeting = {
  readonly code: string;
  readonly expires: number;
  put(index: number, message: Bytes): Promise<void>;
  /** The other side's message number `index`, as soon as it is there. @throws PairingEnd */
  next(index: number): Promise<Bytes>;
  /** Tells the other side. What fails is left: its minutes end it. */
  close(refused: boolean): Promise<void>;
  /** Ends the waiting. */
  stop(): void;
};

const LOOK_EVERY_MS = 400;
const RETRY_MS = 1500;

export function meetingAt(
  core: Core,
  at: { code: string; token: Bytes; expires: number },
  onLine: (offline: boolean) => void,
): Meeting {
  const { code, token } = at;
  const started = core.platform.clock.now();
  let stopped = false;
  let wake = () => {};

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = core.platform.clock.setTimer(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  /** Tries until there is an answer; a code that the node does not know (any more) has run out. */
  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      if (stopped) throw new PairingEnd("ended");
      try {
        const value = await work();
        onLine(false);
        return value;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        if (error.code === "not_found") throw new PairingEnd("expired");
        if (!WAITS.has(error.code)) throw error;
        onLine(error.code !== "rate_limited");
        // By this device's own clock, of which only the difference counts.
        if (core.platform.clock.now() - started > LONGEST_MS) throw new PairingEnd("expired");
        await pause(RETRY_MS);
      }
    }
  };

  return {
    code,
    expires: at.expires,
    put: async (index, message) => {
      await persist(() => core.own.call("devices.pairPut", { code, token, index, message }));
    },
    next: async (index) => {
      for (;;) {
        const got = await persist(() =>
          core.own.call("devices.pairGet", { code, token, from: index }),
        );
        const [message] = got.messages;
        if (message !== undefined) return message;
        if (got.closed !== undefined) throw new PairingEnd(got.closed);
        await pause(LOOK_EVERY_MS);
      }
    },
    close: async (refused) => {
      try {
        await core.own.call("devices.pairClose", { code, token, refused });
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    },
    stop: () => {
      stopped = true;
      wake();
    },
  };
}

/** What passes by itself. */
const WAITS: ReadonlySet<string> = new Set([
  "unavailable",
  "busy",
  "timeout",
  "internal",
  "rate_limited",
]);
/** Somewhat longer than a code is good for. */
const LONGEST_MS = 11 * 60_000;
