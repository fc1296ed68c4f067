/** Which seats listen for signals at this moment: in memory, for some minutes each. */
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";

export type Listeners = {
  /** A seat listens from now on, or no longer. @returns until when. @throws ProtocolError `busy` where too many do */
  set: (logId: Bytes, seatId: Bytes, stop: boolean) => number;
  /** The seats of a log that listen, hexadecimal. */
  of: (logId: Bytes) => ReadonlySet<string>;
  size: () => number;
};

const LOGS = 50_000;
/** Devices in one log: signals are for small spaces. */
const PER_LOG = 256;

export function createListeners(now: () => number): Listeners {
  const logs = new Map<string, Map<string, number>>();
  const fresh = (name: string) => {
    const seats = logs.get(name);
    for (const [seat, until] of seats ?? []) if (until <= now()) seats?.delete(seat);
    if (seats?.size === 0) logs.delete(name);
    return logs.get(name);
  };
  const sweep = () => {
    for (const name of logs.keys()) fresh(name);
  };
  return {
    set: (logId, seatId, stop) => {
      const name = toHex(logId);
      const seats = fresh(name) ?? new Map<string, number>();
      if (stop) {
        seats.delete(toHex(seatId));
        if (seats.size === 0) logs.delete(name);
        return now();
      }
      if (logs.size >= LOGS) sweep();
      const full = seats.size >= PER_LOG && !seats.has(toHex(seatId));
      if (full || (logs.size >= LOGS && !logs.has(name))) throw new ProtocolError("busy");
      const until = now() + LIMITS.signalListenMs;
      seats.set(toHex(seatId), until);
      logs.set(name, seats);
      return until;
    },
    of: (logId) => new Set(fresh(toHex(logId))?.keys()),
    size: () => {
      sweep();
      let count = 0;
      for (const seats of logs.values()) count += seats.size;
      return count;
    },
  };
}
