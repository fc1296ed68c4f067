/** One engine's line to its node, with faults; and what stands between, for a node that lies. */
import type { LiveConnection, Transport } from "@baraza/engine";
import { TransportError } from "@baraza/engine";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor } from "@baraza/protocol";
import { pause } from "./until.ts";

/** An answer of the node on its way to the engine. */
export type Answer = { status: number; body: Bytes };
/** Sees each request and may answer it otherwise, later, or not at all (by throwing). `pass` asks the node. */
export type Between = (
  path: string,
  body: Bytes,
  pass: (body?: Bytes) => Promise<Answer>,
) => Promise<Answer>;

export type Line = {
  /** Nothing gets through, and the live connection ends. */
  cut(): void;
  /** Every request waits so long before it is sent. */
  delay(ms: number): void;
  /** The answers of this share of requests are lost, although the node has done what was asked. */
  loseAnswers(share: number, random: () => number): void;
  mend(): void;
  /** The live connection stands, but nothing that it brings is heard. */
  deaf(on: boolean): void;
  /** Puts something between engine and node; null takes it away. */
  between(between: Between | null): void;
  /** How many requests the engine has made. */
  readonly requests: () => number;
};

/** A transport whose line can fail. `dead`: the engine is dead, and nothing ever answers it. */
export function faultyTransport(
  inner: Transport,
  dead: () => boolean,
  onRequest: () => void,
): Transport & { line: Line } {
  let isCut = false;
  let delayMs = 0;
  let lose: (() => boolean) | null = null;
  let between: Between | null = null;
  let count = 0;
  let isDeaf = false;
  const lives = new Set<LiveConnection>();
  const never = new Promise<never>(() => undefined);

  return {
    request: async (path, body, options) => {
      count += 1;
      onRequest();
      if (dead()) return never;
      if (delayMs > 0) await pause(delayMs);
      if (isCut) throw new TransportError("offline");
      const pass = (other?: Bytes) => inner.request(path, other ?? body, options);
      const answer = await (between === null ? pass() : between(path, body, pass));
      if (dead()) return never;
      if (isCut || lose?.() === true) throw new TransportError("offline");
      return answer;
    },
    live: (path, handlers) => {
      if (isCut || dead()) {
        setTimeout(() => handlers.close(1006), 0);
        return { send: () => undefined, close: () => undefined };
      }
      const live = inner.live(path, {
        open: () => {
          if (!dead()) handlers.open?.();
        },
        message: (bytes) => {
          if (!dead() && !(isDeaf && NEWS.has(kindOf(bytes)))) handlers.message(bytes);
        },
        close: (code) => {
          lives.delete(live);
          if (!dead()) handlers.close(code);
        },
      });
      lives.add(live);
      return live;
    },
    line: {
      cut: () => {
        isCut = true;
        for (const live of lives) live.close();
      },
      delay: (ms) => {
        delayMs = ms;
      },
      loseAnswers: (share, random) => {
        lose = share === 0 ? null : () => random() < share;
      },
      mend: () => {
        isCut = false;
        delayMs = 0;
        lose = null;
      },
      deaf: (on) => {
        isDeaf = on;
      },
      between: (one) => {
        between = one;
      },
      requests: () => count,
    },
  };
}

const NEWS: ReadonlySet<unknown> = new Set(["letter", "push", "wake"]);

function kindOf(frame: Bytes): unknown {
  return (decodeCbor(frame) as { t?: unknown }).t;
}
