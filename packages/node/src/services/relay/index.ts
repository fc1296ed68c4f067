/**
 * Relay and gateway (Oblivious HTTP, RFC 9458). As a relay the node sees that a user of its own sent something to node
 * X; as a gateway it sees what is asked, and not who asks. Neither keeps anything.
 */
import type { Bytes } from "@baraza/protocol";
import { decodeResponse, LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import type { Outbound } from "../../edges/outbound.ts";
import type { Answer, Caller } from "../../http/dispatch.ts";
import type { Handlers, Page, RawRoute, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Store } from "../../store/port.ts";
import { createGateway } from "./gateway.ts";
import { openGatewayKeys } from "./keys.ts";
import { createNodeRecords } from "./node-records.ts";
import { createOwnRecord } from "./own-record.ts";
import { accountKey } from "../account-key.ts";

export type RelayDeps = {
  store: Pick<Store, "admin">;
  secrets: Pick<NodeSecrets, "nodeKey" | "storeSecret">;
  /** The node's name: a function, since it may be known only after listening. */
  name: () => string;
  /** For the node record. */
  tokenKey: Bytes;
  software: string;
  outbound: Outbound;
  /** Answers a request that came through the gateway. */
  dispatch: (route: string, body: Bytes, caller: Caller) => Promise<Answer>;
  /** Told of another node whose record was fetched. */
  onNode?: (node: string) => void;
  now: () => number;
};

export type RelayService = Service & {
  gateway: RawRoute;
  nodeRecord: Page;
  /** The public key of another node (or of this one). @throws ProtocolError `target_refused`, `target_unreachable`. */
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  /** Makes a new gateway key where the newest is a month old. Runs by itself every hour. */
  rotate: () => Promise<void>;
};

export const OHTTP_REQUEST = "message/ohttp-req";
export const OHTTP_RESPONSE = "message/ohttp-res";

const HOUR = 60 * 60_000;
const CBOR_ERROR_BYTES = 4096;

/** Reads or makes the gateway's keys and starts the service. Close it before the store. */
export async function createRelay(deps: RelayDeps): Promise<RelayService> {
  const { name, outbound, now } = deps;
  const keys = await openGatewayKeys({ store: deps.store, secret: deps.secrets.storeSecret, now });
  const own = createOwnRecord({ ...deps, nodeKey: deps.secrets.nodeKey, keys });
  const others = createNodeRecords({ outbound, now });
  const gateway = createGateway({ keys, dispatch: deps.dispatch, now });
  const timer = setInterval(() => {
    keys.rotate().catch(() => {
      // The store is closing or out of order: tried again in an hour, with a month to spare.
    });
  }, HOUR);
  timer.unref();

  const otherNode = async (target: string, fresh: boolean) => {
    const record = await others.get(target, fresh);
    deps.onNode?.(target);
    return record;
  };
  const recordOf = async (target: string, fresh: boolean) => {
    if (target === name()) return own.bytes();
    return (await otherNode(target, fresh)).bytes;
  };
  const routes: Handlers = {
    "relay.forward": async ({ target, encapsulated }, { account, limit }) => {
      limit("relay.forward", { perMinute: 6000, burst: 3000 }, accountKey(account));
      // A gateway behind its own relay would hide nothing, and could be led in circles.
      if (target === name()) throw new ProtocolError("target_refused");
      const answer = await outbound.send(target, {
        method: "POST",
        path: PATHS.gateway,
        type: OHTTP_REQUEST,
        body: encapsulated,
        maxBytes: LIMITS.appendBytes,
      });
      if (answer.status === 200 && answer.type === OHTTP_RESPONSE)
        return { encapsulated: answer.body };
      throw outerError(answer);
    },
    "relay.node": async ({ target, fresh }, { account, limit }) => {
      limit("relay.node", { perMinute: 120, burst: 240 }, accountKey(account));
      return { record: await recordOf(target, fresh ?? false) };
    },
  };
  return {
    routes,
    gateway: {
      path: PATHS.gateway,
      type: OHTTP_REQUEST,
      max: LIMITS.appendBytes,
      handle: async (body, { limitKey }) => ({
        status: 200,
        type: OHTTP_RESPONSE,
        body: await gateway.handle(body, limitKey),
      }),
    },
    nodeRecord: { path: PATHS.nodeRecord, type: "application/cbor", body: own.bytes },
    nodeKeyOf: async (node, fresh) =>
      node === name() ? deps.secrets.nodeKey.publicKey : (await otherNode(node, fresh)).nodeKey,
    rotate: keys.rotate,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** What a gateway may say outside the seal. Everything else it may say inside, where the relay does not read. */
const OUTER = new Set(["gateway_key_unknown", "replayed", "busy", "too_large", "rate_limited"]);

function outerError({ status, body }: { status: number; body: Bytes }): ProtocolError {
  try {
    decodeResponse("relay.forward", status === 200 ? 502 : status, body.slice(0, CBOR_ERROR_BYTES));
  } catch (cause) {
    if (cause instanceof ProtocolError && OUTER.has(cause.code))
      return new ProtocolError(cause.code);
  }
  return new ProtocolError("target_unreachable");
}
