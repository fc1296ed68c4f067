/**
 * Becoming a new device: what a copied profile or a restored backup does, since its old device goes on elsewhere. The old
 * device's place in every space is given up, and members are asked for a new one. Nothing that the copy has stays this device's
 * own: neither the session nor the way by which it opens a renewed vault. So whoever removes the old device shuts the copy out.
 */
import { createDevice, deviceCredential, NO_EVENT } from "@baraza/crypto";
import { fromHex, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { openDeviceSession } from "../devices/open-session.ts";
import { askForPlace } from "../letters/ask.ts";
import { forgetRuntime } from "../spaces/runtime.ts";
import { createOwnWay, keepOwnWay } from "./ways-store.ts";

export async function renewDevice(core: Core): Promise<void> {
  const me = core.me();
  const former = fromHex(me.deviceHash);
  const device = await createDevice(me.identity, me.identityKey, core.platform.clock.now());
  const certificate = deviceCredential(device.certificate);
  const deviceHash = toHex(device.hash);
  const spaces = await core.store.all<{ log_id: string }>(
    "SELECT log_id FROM spaces WHERE state = 'active'",
  );
  await core.store.transaction((tx) => {
    tx.run("UPDATE account SET device_cert = ?, device_hash = ?, device_key = ?", [
      certificate,
      deviceHash,
      device.privateKey,
    ]);
    tx.run("DELETE FROM device_boxes");
    keepOwnWay(tx, createOwnWay());
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    // A new chain of events; what waits is sealed anew by the new device.
    tx.run("UPDATE spaces SET counter = 0, own_hash = ?, trouble = 'cloned'", [NO_EVENT]);
    tx.run("DELETE FROM append_requests");
    tx.run("DELETE FROM pending_commits");
    tx.run("DELETE FROM outbox WHERE type = 'space.steward'");
    tx.run("UPDATE outbox SET request_id = NULL");
    tx.afterCommit(() => {
      core.setMe({ ...me, device, deviceHash });
      for (const { log_id } of spaces) forgetRuntime(core, log_id);
    });
  });
  await core.own.call("devices.grant", { deviceCert: certificate });
  const { session } = await openDeviceSession(core, {
    node: me.node,
    deviceId: device.hash,
    privateKey: device.privateKey,
  });
  await core.store.transaction((tx) => {
    tx.run("UPDATE account SET session = ?", [session]);
    tx.afterCommit(() => core.setMe({ ...core.me(), session }));
  });
  core.kick({ vault: true, boxes: true });
  // The copy has the former one too. Should it fail, the copy's session ends with the old device.
  await core.own.call("accounts.signOut", {}, { session: me.session }).catch((error: unknown) => {
    if (!(error instanceof ProtocolError)) throw error;
  });
  for (const { log_id } of spaces) await askForPlace(core, log_id, { gone: [former] });
}
