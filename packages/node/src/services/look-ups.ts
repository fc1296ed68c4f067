/** How often somebody may ask for an account, by whichever route. */
import type { Context } from "../http/registry.ts";

/**
 * [Note: Trying names] Whoever knows a name may ask for its public keys: that is what an address is for. To find out which
 * names there are by trying is slow: per caller, and through relays per relay, whose users share the allowance. Names that
 * nobody has use up a smaller one, so that honest questions go on while somebody guesses; both answers come from one
 * look-up in the same index.
 */
const NAMES = {
  "identity.lookup": {
    direct: { perMinute: 60, burst: 120 },
    relayed: { perMinute: 600, burst: 600 },
  },
  // Apps look there by themselves at whom they have met; those who type a name do not wait for them.
  "keylog.lookup": {
    direct: { perMinute: 120, burst: 300 },
    relayed: { perMinute: 1200, burst: 1200 },
  },
} as const;
const MISSES = {
  direct: { perMinute: 6, burst: 30 },
  relayed: { perMinute: 30, burst: 120 },
} as const;

/**
 * Counts one question by a name. `missed`: call it when nobody has the name; the routes share what is allowed of that.
 * @throws ProtocolError `rate_limited`
 */
export function lookUpName(
  route: keyof typeof NAMES,
  { limit, sealed }: Pick<Context, "limit" | "sealed">,
): { missed: () => void } {
  const way = sealed ? "relayed" : "direct";
  limit(`${route}-name`, NAMES[route][way]);
  return { missed: () => limit("identity.miss", MISSES[way]) };
}
