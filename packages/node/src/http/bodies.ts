/**
 * How much of unfinished requests may lie in memory. Large bodies (appends, pushes) are read before anybody has proved
 * anything, so without a bound a few slow connections could fill the node's memory.
 */
import { ProtocolError } from "@baraza/protocol";

/** Bytes of one request. */
export type BodyShare = {
  /** Takes more. @throws ProtocolError `busy` when too much waits already; what was taken stays taken until `end`. */
  take(bytes: number): void;
  /** Gives all of it back. Calling it again does nothing. */
  end(): void;
};

export type Bodies = {
  /** `of` stands for who sends. */
  open(of: () => string): BodyShare;
  /** Bytes that count at present. */
  held(): number;
};

/** All in bytes. Up to `free` of each request do not count: what is small is always read. */
export type BodyBounds = { free: number; perSender: number; inAll: number };

const MiB = 1024 * 1024;
export const BODY_BOUNDS: BodyBounds = { free: 64 * 1024, perSender: 96 * MiB, inAll: 256 * MiB };

export function createBodies(bounds: BodyBounds = BODY_BOUNDS): Bodies {
  const bySender = new Map<string, number>();
  let all = 0;
  return {
    held: () => all,
    open: (of) => {
      let length = 0;
      let counted = 0;
      let sender: string | null = null;
      let ended = false;
      const change = (by: number) => {
        sender ??= of();
        const left = (bySender.get(sender) ?? 0) + by;
        if (left > 0) bySender.set(sender, left);
        else bySender.delete(sender);
        counted += by;
        all += by;
        return left;
      };
      return {
        take: (bytes) => {
          if (ended) return;
          length += bytes;
          const more = Math.max(0, length - bounds.free) - counted;
          if (more <= 0) return;
          if (change(more) > bounds.perSender || all > bounds.inAll)
            throw new ProtocolError("busy");
        },
        end: () => {
          if (ended) return;
          ended = true;
          if (counted > 0) change(-counted);
        },
      };
    },
  };
}
