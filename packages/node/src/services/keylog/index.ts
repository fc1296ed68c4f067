/**
 * The key log service: signed heads, proofs for whoever looks an account up, an account's own entries, and what other
 * nodes' logs looked like. Leaves are written by the store, in the transaction of what they speak of.
 */
import { keyLogPlace, signKeyLogHead, vrfPublicKey } from "@baraza/crypto";
import type { Bytes, KeyLogHead } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import type { Outbound } from "../../edges/outbound.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import { openParts } from "../../store/keylog-leaf.ts";
import type { KeyLogPlace, KeyLogState } from "../../store/port-keylog.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { lookUpName } from "../look-ups.ts";
import { demand } from "../accounts/checks.ts";
import { createGossip } from "./gossip.ts";

export type KeyLogDeps = {
  store: Pick<Store, "keylog">;
  secrets: Pick<NodeSecrets, "nodeKey" | "vrfSeed">;
  /** The node's name: a function, since it may be known only after listening. */
  name: () => string;
  outbound: Outbound;
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  now: () => number;
};

export type KeyLogService = Service & {
  /** Hides the names of accounts that have no place in the log yet. Runs at the start. */
  enterAll: () => Promise<void>;
  /** Tells other nodes what this one has seen, and hears what they have. Runs by itself. */
  gossip: () => Promise<void>;
  /** Another node that this one has to do with: its log is watched from now on. */
  met: (node: string) => void;
};

/** A head is signed anew after this, so that its time tells that it is not an old one. */
const RENEW_MS = 10 * 60_000;
const ENTER_AT_ONCE = 100;

/** Where an account's name is hidden in this node's log. */
export function placeOfName(secrets: Pick<NodeSecrets, "vrfSeed">, name: string): KeyLogPlace {
  return keyLogPlace(secrets.vrfSeed, name);
}

/** Starts the service. Close it before the store. */
export function createKeyLog(deps: KeyLogDeps): KeyLogService {
  const { store, secrets, now } = deps;
  const vrfKey = vrfPublicKey(secrets.vrfSeed);
  let signed: { of: string; at: number; head: Promise<KeyLogHead> } | undefined;

  const headOf = ({ size, root, index }: KeyLogState): Promise<KeyLogHead> => {
    const time = now();
    const of = `${deps.name()} ${size} ${toHex(root)}`;
    if (signed === undefined || signed.of !== of || Math.abs(time - signed.at) > RENEW_MS) {
      const fields = { v: 1 as const, node: deps.name(), size, root, index, vrfKey, time };
      const head = signKeyLogHead(secrets.nodeKey, fields);
      signed = { of, at: time, head };
    }
    return signed.head;
  };
  const ownHead = async () => headOf(await store.keylog.state(null));
  const gossip = createGossip({ ...deps, ownHead });

  const routes: Handlers = {
    "keylog.head": async ({ node }, { limit }) => {
      limit("keylog.head", { perMinute: 3000, burst: 1000 });
      if (node === undefined || node === deps.name()) return { head: await ownHead() };
      const head = await gossip.seen(node);
      if (head === null) throw new ProtocolError("not_found");
      return { head };
    },
    "keylog.lookup": async ({ identityId, name, device, since }, { limit, sealed }) => {
      limit("keylog.lookup", { perMinute: 3000, burst: 1000 });
      demand((identityId === undefined) !== (name === undefined), "name");
      const asked = name === undefined ? null : lookUpName("keylog.lookup", { limit, sealed });
      const by = identityId === undefined ? { name: name ?? "" } : { identityId };
      const found = await store.keylog
        .lookup({ ...by, since: since ?? null })
        .catch((error: unknown) => {
          if (error instanceof ProtocolError && error.code === "not_found") asked?.missed();
          throw error;
        });
      const parts = openParts(found.content);
      const named = device !== undefined && has(parts.devices.devices, device);
      return {
        name: found.name,
        identity: found.identity,
        head: await headOf(found.state),
        place: found.place,
        ...found.latest,
        inIndex: found.inIndex,
        opened: parts.identity,
        ...(named ? { devices: parts.devices } : {}),
        ...(found.consistency === null ? {} : { consistency: found.consistency }),
      };
    },
    "keylog.consistency": async ({ from, to }, { limit }) => {
      limit("keylog.consistency", { perMinute: 3000, burst: 1000 });
      return { proof: await store.keylog.consistency({ from, to }) };
    },
    "keylog.leaves": async ({ start, count }, { limit }) => {
      limit("keylog.leaves", { perMinute: 600, burst: 2000 });
      return { leaves: await store.keylog.leaves({ start, count }) };
    },
    "keylog.own": async ({ after, since }, { account, limit }) => {
      limit("keylog.own", { perMinute: 60, burst: 120 }, accountKey(account));
      const { found, before, leaves, more } = await store.keylog.own({
        accountId: account.accountId,
        after,
        limit: LIMITS.keyLogOwnLeaves,
        since: since ?? null,
      });
      return {
        head: await headOf(found.state),
        place: found.place,
        inIndex: found.inIndex,
        latest: found.latest,
        ...(before === null
          ? {}
          : { before: { ...open(before), identity: openParts(before.content).identity } }),
        leaves: leaves.map((one) => ({ ...open(one), ...openParts(one.content) })),
        more,
        ...(found.consistency === null ? {} : { consistency: found.consistency }),
      };
    },
    "keylog.gossip": ({ heads }, { limit }) => {
      limit("keylog.gossip", { perMinute: 60, burst: 60 });
      return gossip.answer(heads);
    },
  };
  return {
    routes,
    enterAll: async () => {
      for (;;) {
        const rows = await store.keylog.withoutPlace({ limit: ENTER_AT_ONCE });
        if (rows.length === 0) return;
        for (const { accountId, name } of rows) {
          const place = placeOfName(secrets, name);
          await store.keylog.enter({ accountId, place, now: now() });
        }
      }
    },
    gossip: gossip.round,
    met: gossip.met,
    close: gossip.close,
  };
}

const open = ({ at, leaf, path }: { at: number; leaf: Bytes; path: Bytes }) => ({ at, leaf, path });

function has(devices: readonly Bytes[], device: Bytes): boolean {
  const name = toHex(device);
  return devices.some((one) => toHex(one) === name);
}
