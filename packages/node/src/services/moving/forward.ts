/**
 * Passing letters on to where their recipient went: sealed as they came, to the address that the recipient gave. A letter
 * is taken away here when the other node has it; one that the other node refuses for good waits until the account ends.
 */
import { decodeResponse, encodeRequest, LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import type { Outbound } from "../../edges/outbound.ts";
import type { ForwardedLetter } from "../../store/port-moving.ts";
import type { Store } from "../../store/port.ts";

export type Forwarder = {
  /** Looks whether there is something to pass on, soon. */
  wake: () => void;
  /** Passes on what is due; resolves when it has been tried. */
  round: () => Promise<void>;
  close: () => Promise<void>;
};

const AT_ONCE = 20;
const RETRY_MS = 30_000;
const RETRY_MAX_MS = 60 * 60_000;

export function createForwarder(deps: {
  store: Pick<Store, "moving">;
  outbound: Outbound;
  name: () => string;
  now: () => number;
  retry?: { retryMs: number; retryMaxMs: number };
}): Forwarder {
  const { store, outbound, now } = deps;
  const first = deps.retry?.retryMs ?? RETRY_MS;
  const longest = deps.retry?.retryMaxMs ?? RETRY_MAX_MS;
  /** How often in a row each account's letters were not taken. */
  const failures = new Map<number, number>();
  let closed = false;
  let running: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  const pass = async ({ node, address, letterId, letter }: ForwardedLetter): Promise<void> => {
    const answer = await outbound.send(node, {
      method: "POST",
      path: `${PATHS.api}boxes.put`,
      type: "application/cbor",
      body: encodeRequest("boxes.put", { address, letterId, letter }),
      maxBytes: LIMITS.requestBytes,
    });
    decodeResponse("boxes.put", answer.status, answer.body);
  };

  const round = async (): Promise<void> => {
    for (;;) {
      const due = await store.moving.due({ now: now(), limit: AT_ONCE });
      const stopped = new Set<number>();
      for (const letter of due) {
        if (closed) return;
        if (stopped.has(letter.account)) continue;
        try {
          await pass(letter);
          failures.delete(letter.account);
          await store.moving.passed({ box: letter.box, seq: letter.seq, now: now() });
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          const count = failures.get(letter.account) ?? 0;
          failures.set(letter.account, count + 1);
          stopped.add(letter.account);
          const wait = Math.min(longest, first * 2 ** Math.min(count, 20));
          await store.moving.failed({ account: letter.account, nextAt: now() + wait });
        }
      }
      if (due.length < AT_ONCE) return;
    }
  };
  const work = async (): Promise<void> => {
    do {
      again = false;
      await round();
    } while (again && !closed);
    const next = await store.moving.nextDue(null);
    if (closed || next === null) return;
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(50, Math.min(next - now(), longest)));
    timer.unref();
  };
  const wake = (): void => {
    again = true;
    if (closed || running !== null) return;
    running = work()
      .catch(() => {
        // The store is closing or out of order: its health check says so.
      })
      .finally(() => {
        running = null;
      });
  };
  wake();
  return {
    wake,
    round: async () => {
      await running;
      await round();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
