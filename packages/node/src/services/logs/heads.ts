/**
 * Receipts: the node's signature over where a log stands.
 *
 * [Note: Dates of heads] Members take a later date on a lower position as proof of a rollback, so dates must never
 * contradict positions. A read is dated before it is asked of the store; an append is dated when it is known to be
 * durable; and while a removal is under way nothing of its log is dated after it, because its own head is given to the
 * removed seat with that date for 90 days. Dates do not go back with the clock.
 */
import type { Bytes, Head } from "@baraza/protocol";
import { LABELS, toHex } from "@baraza/protocol";
import { headMessage } from "../../crypto-fast.ts";
import type { LogEnd } from "../../store/port-logs.ts";

export type Heads = {
  /** The node's clock, which never goes back while the process lives. */
  clock(): number;
  /** A date for a read of this log that starts now. */
  readDate(logId: Bytes): number;
  /** The receipt of an end that was read, under its date. `fixed`: the end of a removed seat keeps its own. */
  sign(logId: Bytes, end: LogEnd, date: number, fixed?: boolean): Head;
  /** The receipt of an append: one signature for all appends of a log that became durable together. */
  receipt(logId: Bytes, end: LogEnd): Promise<Head>;
  /** Holds dates back while `work` removes a seat. */
  removing<T>(logId: Bytes, date: number, work: () => Promise<T>): Promise<T>;
};

/** Signs with the node's key. `now` in milliseconds. */
export function createHeads(
  signWithNodeKey: (label: string, digest: Uint8Array) => Bytes,
  now: () => number,
): Heads {
  /** What became durable since the last turn of the event loop, by log. */
  const fresh = new Map<string, { end: LogEnd; head: Promise<Head> }>();
  const removals = new Map<string, number[]>();
  let latest = 0;

  const clock = () => (latest = Math.max(latest, now()));
  const dateFor = (logId: Bytes) => {
    const date = clock();
    return removals.size === 0 ? date : Math.min(date, ...(removals.get(toHex(logId)) ?? []));
  };
  const sign = (logId: Bytes, end: LogEnd, date: number, fixed = false): Head => {
    const { gen, seq, head } = end;
    const time = fixed ? end.time : Math.max(date, end.time);
    return {
      logId,
      gen,
      seq,
      head,
      time,
      sig: signWithNodeKey(LABELS.head, headMessage(logId, gen, seq, head, time)),
    };
  };
  return {
    clock,
    readDate: dateFor,
    sign,
    receipt: (logId, end) => {
      const name = toHex(logId);
      const group = fresh.get(name);
      if (group !== undefined) {
        if (end.seq > group.end.seq) group.end = end;
        return group.head;
      }
      const one = {
        end,
        head: new Promise<Head>((resolve) => {
          setImmediate(() => {
            fresh.delete(name);
            resolve(sign(logId, one.end, dateFor(logId)));
          });
        }),
      };
      fresh.set(name, one);
      return one.head;
    },
    removing: async (logId, date, work) => {
      const name = toHex(logId);
      removals.set(name, [...(removals.get(name) ?? []), date]);
      try {
        return await work();
      } finally {
        const left = (removals.get(name) ?? []).filter((other) => other !== date);
        if (left.length === 0) removals.delete(name);
        else removals.set(name, left);
      }
    },
  };
}
