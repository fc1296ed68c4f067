/**
 * Requests to any node, without telling it who asks: through one's own node as relay, sealed to the other's gateway
 * (Oblivious HTTP, RFC 9458). For one's own node the request goes straight there, and nothing is claimed.
 *
 * [Note: Pinned node keys] The first record seen of a node pins its key, unless an invitation or a welcome brought
 * the key already. A record signed by another key is refused with `bad_signature`, never accepted silently.
 */
import {
  CryptoError,
  decapsulateResponse,
  encapsulateRequest,
  readKeyConfigs,
  verifyNodeRecord,
} from "@baraza/crypto";
import type { Bytes, NodeRecord, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import { decodeResponse, encodeRequest, LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import type { Clock, SqlStore } from "../ports.ts";
import type { OwnNode } from "./own-node.ts";

const FRESH_MS = 60 * 60_000;

export type Remote = {
  /** Calls a gateway route of a node. @throws ProtocolError as that node answered, or of the relay on the way. */
  call<N extends RouteName>(node: string, name: N, request: RequestOf<N>): Promise<ResponseOf<N>>;
  /** The key of a node, pinned at first contact. */
  nodeKey(node: string): Promise<Bytes>;
  /** The public key of a node's blind tokens. */
  tokenKey(node: string): Promise<Bytes>;
  /** Pins a key that came with an invitation or a welcome. @throws ProtocolError `bad_signature` when another is pinned. */
  pin(node: string, key: Bytes): Promise<void>;
};

/** What a node or the relay makes up is that node's failure, not ours: whatever else waits goes on. @throws ProtocolError */
async function asAnswer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProtocolError(cause.code === "key_changed" ? "bad_signature" : "unavailable", {
      cause,
    });
  }
}

export function createRemote(
  own: OwnNode,
  store: SqlStore,
  clock: Clock,
  ownName: () => string | null,
): Remote {
  const cache = new Map<string, { record: NodeRecord; fetched: number }>();

  async function pinned(node: string): Promise<Bytes | undefined> {
    const row = await store.get<{ node_key: Bytes }>("SELECT node_key FROM nodes WHERE name = ?", [
      node,
    ]);
    return row?.node_key;
  }

  async function record(node: string, fresh: boolean): Promise<NodeRecord> {
    const known = cache.get(node);
    if (!fresh && known !== undefined && known.fetched + FRESH_MS > clock.now())
      return known.record;
    const answer = await own.call("relay.node", fresh ? { target: node, fresh } : { target: node });
    const key = await pinned(node);
    const now = clock.now();
    // A record that is out of date may name a gateway key whose private half somebody has by now.
    const checked = await verifyNodeRecord(answer.record, key, now - LIMITS.clockSkewMs);
    if (checked.name !== node) throw new ProtocolError("bad_signature");
    if (key === undefined)
      await store.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, ?)", [
        node,
        checked.nodeKey,
        answer.record,
        now,
      ]);
    cache.set(node, { record: checked, fetched: now });
    return checked;
  }

  async function forward<N extends RouteName>(
    node: string,
    name: N,
    request: RequestOf<N>,
    fresh: boolean,
  ): Promise<ResponseOf<N>> {
    const { gatewayKeys } = await record(node, fresh);
    const [config] = readKeyConfigs(gatewayKeys);
    if (config === undefined) throw new ProtocolError("gateway_key_unknown");
    const sealed = await encapsulateRequest(config, {
      path: PATHS.api + name,
      body: encodeRequest(name, request),
    });
    const { encapsulated } = await own.call("relay.forward", {
      target: node,
      encapsulated: sealed.encapsulated,
    });
    const { status, body } = await decapsulateResponse(sealed.context, encapsulated);
    return decodeResponse(name, status, body);
  }

  return {
    async call(node, name, request) {
      if (node === ownName()) return own.call(name, request);
      return asAnswer(async () => {
        try {
          return await forward(node, name, request, false);
        } catch (error) {
          if (!(error instanceof ProtocolError) || error.code !== "gateway_key_unknown")
            throw error;
          return forward(node, name, request, true);
        }
      });
    },
    async nodeKey(node) {
      return (await pinned(node)) ?? (await asAnswer(() => record(node, false))).nodeKey;
    },
    async tokenKey(node) {
      return (await asAnswer(() => record(node, false))).tokenKey;
    },
    async pin(node, key) {
      await store.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, 0)", [
        node,
        key,
        new Uint8Array(),
      ]);
      const known = await pinned(node);
      if (known === undefined || known.some((byte, i) => byte !== key[i]))
        throw new ProtocolError("bad_signature");
    },
  };
}
