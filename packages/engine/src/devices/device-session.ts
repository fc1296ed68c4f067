/** What a device does when its node does not know its session any more. */
import { CryptoError, continuesIdentity, standsUnder, verifyRoll } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { openDeviceSession } from "./open-session.ts";

/**
 * renewed: it had run out, and the device has opened another by its own key. removed: another device of the account has
 * cut this one off, and signed so. ended: a person has to sign in again. later: the node cannot be asked now.
 */
export type SessionOutcome = "renewed" | "removed" | "ended" | "later";

export async function renewSession(core: Core): Promise<SessionOutcome> {
  const me = core.me();
  try {
    const { session } = await openDeviceSession(core, {
      node: me.node,
      deviceId: me.device.hash,
      privateKey: me.device.privateKey,
    });
    await core.store.transaction((tx) => {
      tx.run("UPDATE account SET session = ?", [session]);
      tx.afterCommit(() => {
        if (core.signedIn()) core.setMe({ ...core.me(), session });
      });
    });
    return "renewed";
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "device_removed") return (await wasRemoved(core)) ? "removed" : "ended";
    return WAITS.has(error.code) ? "later" : "ended";
  }
}

const WAITS: ReadonlySet<string> = new Set(["unavailable", "busy", "timeout", "rate_limited"]);

/** Nothing is destroyed on the node's word alone: the identity itself has to have said that this device counts no more. */
async function wasRemoved(core: Core): Promise<boolean> {
  const { device, identity, identityId } = core.me();
  let bytes: Bytes | null;
  try {
    ({ roll: bytes } = await core.own.call("devices.roll", { deviceId: device.hash }));
    if (bytes === null) return false;
    const roll = await verifyRoll(bytes);
    return (
      equalBytes(roll.identityId, identityId) &&
      continuesIdentity(identity, roll.identity) &&
      !standsUnder(roll, device.certificate)
    );
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return false;
    throw error;
  }
}
