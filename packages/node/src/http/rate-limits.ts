/** Token buckets in memory, by a hash of the caller's address under a key that no one else has and that ends with the process. */
import { ProtocolError } from "@baraza/protocol";
import { hmac, randomBytes } from "../crypto-fast.ts";

export type Rate = { perMinute: number; burst: number };
export type RateLimits = {
  /** What stands for an address: it cannot be turned back, and is worth nothing after a restart. */
  keyOf(address: string): string;
  /** Takes one. @throws ProtocolError `rate_limited` with `seconds` until the next. */
  take(bucket: string, key: string, rate: Rate): void;
};

/** Above this many, buckets that are full again are forgotten. */
const SWEEP_AT = 20_000;

/** `now` in milliseconds. */
export function createRateLimits(now: () => number): RateLimits {
  const secret = randomBytes(32);
  const buckets = new Map<string, { left: number; at: number; fullAt: number }>();
  const sweep = (at: number) => {
    for (const [name, bucket] of buckets) if (bucket.fullAt <= at) buckets.delete(name);
  };
  return {
    keyOf: (address) =>
      Buffer.from(hmac(secret, Buffer.from(subnet(address))).subarray(0, 12)).toString("base64url"),
    take: (bucket, key, { perMinute, burst }) => {
      const at = now();
      if (buckets.size > SWEEP_AT) sweep(at);
      const name = `${bucket} ${key}`;
      const old = buckets.get(name) ?? { left: burst, at };
      const left = Math.min(burst, old.left + (Math.max(0, at - old.at) * perMinute) / 60_000) - 1;
      if (left < 0)
        throw new ProtocolError("rate_limited", {
          data: { seconds: Math.ceil((-left * 60) / perMinute) },
        });
      buckets.set(name, { left, at, fullAt: at + ((burst - left) * 60_000) / perMinute });
    },
  };
}

/** One customer has a /64 of IPv6: its addresses share a bucket. */
function subnet(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = "", after] = address.split("::", 2);
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...tail]
    .slice(0, 4)
    .join(":");
}
