/** Sessions by a device's own key. */
import { signDeviceSession } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";

/** A session for a device of the account, by its own key. @throws ProtocolError device_removed, unauthenticated, not_found, unavailable */
export async function openDeviceSession(
  core: Core,
  device: { node: string; deviceId: Bytes; privateKey: Bytes; withVault?: boolean },
) {
  const { node, deviceId, privateKey, withVault } = device;
  const { challenge } = await core.own.call("devices.sessionStart", { deviceId });
  const sig = await signDeviceSession(privateKey, { node, deviceId, challenge });
  return core.own.call("devices.sessionFinish", {
    deviceId,
    challenge,
    sig,
    ...(withVault === undefined ? {} : { withVault }),
  });
}
