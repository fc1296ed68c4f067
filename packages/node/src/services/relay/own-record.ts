/** What this node says of itself, signed by its key, at /.well-known/baraza. */
import type { Ed25519KeyPair } from "@baraza/crypto";
import { encodeKeyConfigs, signNodeRecord } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { PROTOCOL_MIN_VERSION, PROTOCOL_VERSION } from "@baraza/protocol";
import type { Store } from "../../store/port.ts";
import type { GatewayKeyRing } from "./keys.ts";

export type OwnRecordDeps = {
  store: Pick<Store, "admin">;
  nodeKey: Ed25519KeyPair;
  name: () => string;
  tokenKey: Bytes;
  software: string;
  keys: GatewayKeyRing;
  now: () => number;
};

/** A gateway key is good for a month after its last record was signed, so a week is safe. */
const VALID_MS = 7 * 24 * 60 * 60_000;
const RENEW_MS = 60 * 60_000;

/** The record, signed anew every hour and whenever the gateway's key or the name has changed. */
export function createOwnRecord(deps: OwnRecordDeps): { bytes: () => Promise<Bytes> } {
  let signed: { bytes: Promise<Bytes>; at: number; of: string } | undefined;
  const sign = async (): Promise<Bytes> => {
    const restored = await deps.store.admin.restoredAt(null);
    const [newest] = deps.keys.all();
    return signNodeRecord(deps.nodeKey, {
      v: PROTOCOL_VERSION,
      minVersion: PROTOCOL_MIN_VERSION,
      maxVersion: PROTOCOL_VERSION,
      name: deps.name(),
      gatewayKeys: encodeKeyConfigs(newest === undefined ? [] : [newest]),
      tokenKey: deps.tokenKey,
      notAfter: deps.now() + VALID_MS,
      software: deps.software,
      // A hint for people who look; clients notice by the heads of their logs.
      ...(restored === null ? {} : { restored }),
    });
  };
  return {
    bytes: () => {
      const at = deps.now();
      const of = `${deps.name()} ${deps.keys.all()[0]?.keyId ?? ""}`;
      if (signed === undefined || signed.of !== of || Math.abs(at - signed.at) > RENEW_MS) {
        const bytes = sign();
        signed = { bytes, at, of };
        bytes.catch(() => {
          signed = undefined;
        });
      }
      return signed.bytes;
    },
  };
}
