/** Invitation cards: sealed bytes under a random name. The node knows whose they are, and not what they invite to. */
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Handlers, Service } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";

export type CardsDeps = { store: Pick<Store, "cards">; now: () => number };

const DAY = 24 * 60 * 60_000;
const LONGEST = 366 * DAY;
const PER_ACCOUNT = 500;
const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 1000;

/** Starts the service. Close it before the store. */
export function createCards({ store, now }: CardsDeps): Service {
  const timer = setInterval(() => {
    store.cards.sweep({ now: now(), limit: SWEEP_AT_ONCE }).catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();
  const routes: Handlers = {
    "cards.put": async ({ cardId, sealed, expires }, { account, limit }) => {
      limit("cards.put", { perMinute: 60, burst: 120 }, accountKey(account));
      if (sealed.length > LIMITS.cardBytes || expires <= now() || expires > now() + LONGEST)
        throw new ProtocolError("malformed", { data: { field: "expires" } });
      const { accountId } = account;
      await store.cards.put({ accountId, cardId, sealed, expires, max: PER_ACCOUNT, now: now() });
      return {};
    },
    "cards.get": async ({ cardId }, { limit }) => {
      limit("cards.get", { perMinute: 3000, burst: 1000 });
      return { sealed: await store.cards.get({ cardId, now: now() }) };
    },
    "cards.delete": async ({ cardId }, { account }) => {
      await store.cards.remove({ accountId: account.accountId, cardId });
      return {};
    },
  };
  return {
    routes,
    close: () => {
      clearInterval(timer);
    },
  };
}
