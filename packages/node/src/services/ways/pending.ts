/** What the node keeps in memory between the two steps of a sign-in: each is used once, for a short time, in bounds. */
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError, toHex } from "@baraza/protocol";

export type Pending<T> = {
  /** Keeps a value for whoever names the id that this gives. @throws ProtocolError `busy` when too many wait. */
  add(value: T, limitKey: string): Bytes;
  /** The value, which stays. Null when there is none, or its time is over. */
  peek(id: Bytes): T | null;
  /** Gives the value out, once. Null when there is none, or its time is over. */
  take(id: Bytes): T | null;
  close(): void;
};

const MOST = 10_000;
const PER_ADDRESS = 1000;

export function createPending<T>({
  now,
  lifetimeMs,
}: {
  now: () => number;
  lifetimeMs: number;
}): Pending<T> {
  const waiting = new Map<string, { value: T; limitKey: string; until: number }>();
  const perAddress = new Map<string, number>();
  const drop = (id: string, limitKey: string) => {
    waiting.delete(id);
    const left = (perAddress.get(limitKey) ?? 1) - 1;
    if (left > 0) perAddress.set(limitKey, left);
    else perAddress.delete(limitKey);
  };
  const dropOld = () => {
    // In the order of their ends: a Map keeps the order in which they came.
    for (const [id, one] of waiting) {
      if (one.until > now()) return;
      drop(id, one.limitKey);
    }
  };
  return {
    add(value, limitKey) {
      dropOld();
      const mine = perAddress.get(limitKey) ?? 0;
      if (waiting.size >= MOST || mine >= PER_ADDRESS) throw new ProtocolError("busy");
      const id = randomBytes(16);
      waiting.set(toHex(id), { value, limitKey, until: now() + lifetimeMs });
      perAddress.set(limitKey, mine + 1);
      return id;
    },
    peek(id) {
      dropOld();
      return waiting.get(toHex(id))?.value ?? null;
    },
    take(id) {
      dropOld();
      const found = waiting.get(toHex(id));
      if (found === undefined) return null;
      drop(toHex(id), found.limitKey);
      return found.value;
    },
    close() {
      waiting.clear();
      perAddress.clear();
    },
  };
}
