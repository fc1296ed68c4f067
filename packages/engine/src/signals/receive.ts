/**
 * What comes in. It counts only from a device that is in the group now, of somebody who may write there, in the present epoch, of
 * this moment, and once: what is late, said twice or too much is dropped without a word.
 */
import { CryptoError, roster, unwrapPush } from "@baraza/crypto";
import { openSignal, verifySignal } from "@baraza/crypto/signals";
import type { Bytes, Signal } from "@baraza/protocol";
import { equalBytes, LIMITS, ProtocolError, readAs, signalContent, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { runtimeOf } from "../spaces/runtime.ts";

export type Heard = { spaceId: string; identityId: string; name: string; device: string } & Pick<
  Signal,
  "kind" | "on" | "ask"
>;

/** Frames of one space that are opened in ten seconds. */
const OPENED = 80;
const WINDOW_MS = 10_000;

export type Receiver = (addressId: Bytes, body: Bytes) => Promise<Heard | null>;

export function createReceiver(core: Core): Receiver {
  const { clock } = core.platform;
  /** The last `at` of a device in a space. */
  const lastAt = new Map<string, number>();
  const opened = new Map<string, { since: number; count: number }>();

  const tooMany = (spaceId: string): boolean => {
    const now = clock.now();
    const window = opened.get(spaceId);
    if (window === undefined || Math.abs(now - window.since) > WINDOW_MS) {
      opened.set(spaceId, { since: now, count: 1 });
      return false;
    }
    window.count += 1;
    return window.count > OPENED;
  };

  const take: Receiver = async (addressId, wrapped) => {
    const row = await core.store.get<{ log_id: string; wrap_key: Bytes }>(
      "SELECT log_id, wrap_key FROM push_addresses WHERE address_id = ?",
      [toHex(addressId)],
    );
    if (row === undefined || tooMany(row.log_id)) return null;
    const space = await runtimeOf(core, row.log_id);
    if (space === null || space.group === null || space.row.state !== "active") return null;
    const content = readAs(
      signalContent,
      unwrapPush(row.wrap_key, wrapped),
      LIMITS.signalPushBytes,
    );
    const { gen, epoch, hub } = space.row;
    const key = space.keys.get(epoch);
    if (
      key === undefined ||
      !equalBytes(content.logId, space.id) ||
      content.gen !== gen ||
      content.epoch !== epoch
    )
      return null;
    const place = { logId: space.id, gen, epoch };
    const signal = await openSignal(place, key, content.body);
    const name = toHex(signal.device);
    const device = space.devices.get(name);
    if (device === undefined || device.identity === core.me().id) return null;
    const inGroup = roster(space.group).some(({ signatureKey }) =>
      equalBytes(signatureKey, device.deviceKey),
    );
    if (!inGroup || !(await verifySignal(place, signal, device.deviceKey))) return null;
    const late = clock.now() + (core.clocks.get(hub) ?? 0) - signal.at;
    const once = `${space.logId} ${name}`;
    if (Math.abs(late) > LIMITS.signalLateMs || signal.at <= (lastAt.get(once) ?? 0)) return null;
    lastAt.set(once, signal.at);
    const member = await core.store.get<{ name: string; role: string; present: number }>(
      `SELECT name, role, present FROM members WHERE log_id = ?1 AND identity_id = ?2 AND NOT EXISTS (
         SELECT 1 FROM marks WHERE kind = 'block' AND key = ?2 AND value IS NOT NULL)`,
      [space.logId, device.identity],
    );
    // Nothing of somebody whom one blocks.
    if (member?.present !== 1 || member.role === "observer") return null;
    const { kind, on, ask } = signal;
    return {
      spaceId: space.logId,
      identityId: device.identity,
      name: member.name,
      device: name,
      kind,
      on,
      ...(ask === undefined ? {} : { ask }),
    };
  };
  return async (addressId, body) => {
    try {
      return await take(addressId, body);
    } catch (error) {
      if (error instanceof CryptoError || error instanceof ProtocolError) return null;
      throw error;
    }
  };
}
