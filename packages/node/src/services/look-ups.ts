/** How often somebody may ask for an account, by whichever route. */
import type { Context } from "../http/registry.ts";

/**
 * [Note: Trying names] Whoever knows a name may ask for its public keys: that is what an address is for. To find out which
 * names there are by trying is slow: per caller, and through relays per relay, whose users share the allowance. Names that
 * nobody has use up a smaller one, so that honest questions go on while somebody guesses; both answers come from one
 * look-up in the same index.
 */
const IDS = { perMinute: 6000, burst: 2000 };
const NAMES = {
  direct: { perMinute: 60, burst: 120 },
  relayed: { perMinute: 600, burst: 600 },
} as const;
const MISSES = {
  direct: { perMinute: 6, burst: 30 },
  relayed: { perMinute: 30, burst: 120 },
} as const;

/**
 * Counts one question; the routes that answer one share what is allowed. `missed`: call it when nobody has the name.
 * @throws ProtocolError `rate_limited`
 */
export function lookUps(
  byName: boolean,
  { limit, sealed }: Pick<Context, "limit" | "sealed">,
): { missed: () => void } {
  const way = sealed ? "relayed" : "direct";
  limit(byName ? "identity.lookup" : "identity.lookup-id", byName ? NAMES[way] : IDS);
  return {
    missed: () => {
      if (byName) limit("identity.miss", MISSES[way]);
    },
  };
}
