/**
 * The boxes service: queues of sealed deliveries. It knows which box gets something, when, and its padded size; not
 * from whom, what, or for which space.
 */
import { randomBytes, sealBoxAddress } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Handlers, LiveHandler, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Store } from "../../store/port.ts";
import { createAddresses } from "./addresses.ts";
import type { EndedSessions, LiveDeps } from "./live.ts";
import { createLive } from "./live.ts";
import type { Deliver } from "./push.ts";
import { createPushes } from "./push.ts";
import { createSignalDoor } from "./signals.ts";
import { accountKey } from "../account-key.ts";

export type BoxesDeps = {
  store: Pick<Store, "boxes">;
  secrets: Pick<NodeSecrets, "addressSecret">;
  /** The node's name: a function, since it may be known only after listening. */
  name: () => string;
  sessionOf: LiveDeps["sessionOf"];
  /** The public node key of a hub. `fresh` asks past the cache. @throws ProtocolError when it cannot be had. */
  nodeKeyOf: (hub: string, fresh: boolean) => Promise<Bytes>;
  now: () => number;
  /** Told of every letter that came. */
  onLetter?: () => void;
  /** Told of boxes that got something which a device may not have heard of. */
  onMissed?: (boxIds: readonly Bytes[]) => void;
  /** Told when a device begins to listen at boxes. */
  onListening?: (boxIds: readonly Bytes[]) => void;
  /** For tests: shorter waits of the live connection. */
  live?: LiveDeps["times"];
};

export type BoxesService = Service & {
  live: LiveHandler;
  /** How many live connections said hello. */
  listening: () => number;
  /** There is a letter in a box: for devices that listen there. */
  letterCame: (boxId: Bytes) => void;
  /** True when a device listens at the box. */
  listensAt: (boxId: Bytes) => boolean;
  /**
   * Takes pushes of a hub for addresses of this node: to a device that listens, else noted as one wake per address.
   * @returns indices of those whose address is no longer good.
   */
  deliver: Deliver;
  /** Takes signals of a hub for addresses of this node: to devices that listen, else to nobody. */
  signal: (hub: string, deliveries: readonly { address: Bytes; body: Bytes }[]) => Promise<void>;
  /** Ends live connections of sessions that ended. */
  endSessions: (ended: EndedSessions) => void;
};

const DAY = 24 * 60 * 60_000;
/** Addresses for letters stand in cards and with contacts. */
const LONGEST_LETTERS = LIMITS.letterAddressMs;
const WAKES = 1000;
/** Bytes of letters in one answer; one letter is always given. */
const READ_BYTES = LIMITS.readBytes;
const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 1000;

/** Starts the service. Close it before the store. */
export function createBoxes(deps: BoxesDeps): BoxesService {
  const { store, secrets, now } = deps;
  const addresses = createAddresses(secrets.addressSecret);
  const live = createLive({
    store,
    sessionOf: deps.sessionOf,
    now,
    ...(deps.onListening === undefined ? {} : { onListening: deps.onListening }),
    ...(deps.onMissed === undefined ? {} : { onMissed: deps.onMissed }),
    ...(deps.live === undefined ? {} : { times: deps.live }),
  });
  const pushes = createPushes({
    store,
    addresses,
    live,
    name: deps.name,
    nodeKeyOf: deps.nodeKeyOf,
    now,
    onMissed: (boxIds) => deps.onMissed?.(boxIds),
  });
  const signals = createSignalDoor({
    openFor: pushes.openFor,
    standing: pushes.standing,
    live,
    name: deps.name,
    nodeKeyOf: deps.nodeKeyOf,
    now,
  });
  const timer = setInterval(() => {
    store.boxes.sweep({ now: now(), limit: SWEEP_AT_ONCE }).catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();

  const routes: Handlers = {
    "boxes.create": async (_request, { account, limit }) => {
      limit("boxes.create", { perMinute: 10, burst: 20 }, accountKey(account));
      const boxId = randomBytes(16);
      const { accountId, sessionId } = account;
      await store.boxes.create({ accountId, boxId, sessionId, max: LIMITS.boxesPerAccount });
      return { boxId };
    },
    "boxes.close": async ({ boxId }, { account, limit }) => {
      limit("boxes.close", { perMinute: 10, burst: 20 }, accountKey(account));
      await store.boxes.close({ accountId: account.accountId, boxId });
      return {};
    },
    "boxes.addresses": async ({ boxId, scope, hub, expires, count }, { account, limit }) => {
      limit("boxes.addresses", { perMinute: 120, burst: 240 }, accountKey(account));
      const longest = scope === "push" ? LIMITS.pushAddressMs + DAY : LONGEST_LETTERS;
      if (expires <= now() || expires > now() + longest)
        throw new ProtocolError("malformed", { data: { field: "expires" } });
      // Pushes come from one hub, which the address names; letters come from anybody.
      if ((scope === "push") !== (hub !== undefined))
        throw new ProtocolError("malformed", { data: { field: "hub" } });
      const { accountId } = account;
      if (!(await store.boxes.owns({ accountId, boxIds: [boxId] })))
        throw new ProtocolError("not_found");
      return {
        addresses: Array.from({ length: count }, () => {
          const addressId = randomBytes(16);
          const fields = { boxId, addressId, scope, hub, expires };
          return { address: sealBoxAddress(secrets.addressSecret, fields), addressId };
        }),
      };
    },
    "boxes.revoke": async ({ boxId, addressId }, { account, limit }) => {
      limit("boxes.revoke", { perMinute: 600, burst: 600 }, accountKey(account));
      const { accountId } = account;
      await store.boxes.revoke({ accountId, boxId, addressId, until: now() + LONGEST_LETTERS });
      addresses.forget({ boxId, addressId });
      return {};
    },
    "boxes.put": async ({ address, letterId, letter }, { limit, sealed, limitKey }) => {
      const to = addresses.open(address);
      if (to === null || to.scope !== "letters") throw new ProtocolError("address_invalid");
      if (to.expires <= now()) throw new ProtocolError("address_expired");
      // Through the gateway everybody comes from the same few relays: there the address bounds it.
      limit("boxes.put", { perMinute: 600, burst: 600 }, sealed ? to.name : limitKey);
      const { boxId, addressId } = to;
      const put = { boxId, addressId, letterId, letter, maxBytes: LIMITS.boxBytes, now: now() };
      const { seq } = await store.boxes.put(put);
      if (seq !== null) {
        live.letterCame(boxId);
        deps.onLetter?.();
        deps.onMissed?.([boxId]);
      }
      return {};
    },
    "boxes.read": ({ boxId, after, limit }, { account }) =>
      store.boxes.letters({
        accountId: account.accountId,
        boxId,
        after,
        limit: Math.max(1, limit ?? 100),
        maxBytes: READ_BYTES,
      }),
    "boxes.delete": async ({ boxId, upTo }, { account }) => {
      await store.boxes.remove({ accountId: account.accountId, boxId, upTo, now: now() });
      return {};
    },
    "boxes.wakes": async ({ boxId, clear }, { account }) => {
      const { accountId } = account;
      if (clear !== undefined) await store.boxes.clearWakes({ accountId, boxId, upTo: clear });
      return store.boxes.wakes({ accountId, boxId, limit: WAKES });
    },
    ...pushes.routes,
    ...signals.routes,
  };

  return {
    routes,
    live: live.handle,
    listening: live.listening,
    letterCame: live.letterCame,
    listensAt: live.listensAt,
    deliver: pushes.deliver,
    signal: signals.deliver,
    endSessions: live.endSessions,
    close: async () => {
      clearInterval(timer);
      await live.close();
    },
  };
}
