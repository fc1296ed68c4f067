/**
 * Drop places for recovery: where trusted people leave sealed help for a device that has nothing yet. The node knows when
 * one is opened and how many things are left; not for whom, by whom, or what.
 */
import { rescueReader } from "@baraza/crypto/recovery";
import { LIMITS, toHex } from "@baraza/protocol";
import type { Handlers, Service } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";

export type RecoveryDeps = { store: Pick<Store, "recovery">; now: () => number };

const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 1000;

/** Starts the service. Close it before the store. */
export function createRecovery({ store, now }: RecoveryDeps): Service {
  const timer = setInterval(() => {
    store.recovery.sweep({ now: now(), limit: SWEEP_AT_ONCE }).catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();
  const routes: Handlers = {
    "recovery.open": async ({ dropId, reader, request }, { limit }) => {
      // Devices open theirs again when they look, in case that it had to make room.
      limit("recovery.open", { perMinute: 30, burst: 60 });
      const expires = await store.recovery.open({
        dropId,
        reader,
        request,
        expires: now() + LIMITS.dropMs,
        now: now(),
        max: LIMITS.drops,
      });
      return { expires };
    },
    "recovery.see": async ({ dropId }, { limit }) => {
      limit("recovery.see", { perMinute: 600, burst: 300 });
      return store.recovery.see({ dropId, now: now() });
    },
    "recovery.put": async ({ dropId, item }, { limit }) => {
      limit("recovery.put", { perMinute: 20, burst: 60 }, toHex(dropId));
      await store.recovery.put({ dropId, item, now: now(), max: LIMITS.dropItems });
      return {};
    },
    "recovery.get": async ({ dropId, secret }, { limit }) => {
      limit("recovery.get", { perMinute: 600, burst: 300 });
      return store.recovery.items({ dropId, reader: rescueReader(secret), now: now() });
    },
    "recovery.close": async ({ dropId, secret }, { limit }) => {
      limit("recovery.open", { perMinute: 30, burst: 60 });
      await store.recovery.close({ dropId, reader: rescueReader(secret) });
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
