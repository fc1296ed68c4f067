/**
 * The boxes that this device reads: the account's own, and one of its own.
 *
 * [Note: Two boxes] A letter is deleted by the first device that reads it. What any device of the account can act upon (a
 * member's new device asks for its place) goes to the account's box. What only one device can act upon (it made the
 * link, or the key package) goes to that device's box, and so do the pushes of its seats.
 */
import type { Bytes, Reply } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { movedAway } from "../moving/own-moves.ts";
import { currentBoxKey } from "./box-keys.ts";

/** The boxes to listen at. A device box is there from the first time on that something was to go to it. */
export async function ownBoxes(core: Core): Promise<Bytes[]> {
  const own = await stored(core);
  // Letters to an account that its person has left are passed on by the node: whoever reads them here would keep them from there.
  const shared = (await movedAway(core)) === null ? [core.me().boxId] : [];
  return own === undefined ? shared : [...shared, own];
}

/** This device's own box, made when it is first needed. An account with too many shares one. */
export async function deviceBox(core: Core): Promise<Bytes> {
  const there = await stored(core);
  if (there !== undefined) return there;
  let made: Bytes;
  try {
    ({ boxId: made } = await core.own.call("boxes.create", {}));
  } catch (error) {
    if (!(error instanceof ProtocolError) || !SHARED.has(error.code)) throw error;
    return core.me().boxId;
  }
  const kept = await core.store.transaction((tx) => {
    tx.run("INSERT OR IGNORE INTO device_boxes (one, box_id) VALUES (1, ?)", [made]);
    return tx.get<{ box_id: Bytes }>("SELECT box_id FROM device_boxes");
  });
  core.kick({ boxes: true });
  return kept?.box_id ?? made;
}

/** The node does not know this device's box (it was put back from a backup): another one is made, and told to the hubs. */
export async function replaceDeviceBox(core: Core): Promise<void> {
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM device_boxes");
    tx.run("UPDATE spaces SET push_until = 0");
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  for (const loading of core.spaces.values()) {
    const space = await loading;
    await space?.queue(async () => {
      space.row = { ...space.row, push_until: 0 };
    });
  }
  await deviceBox(core);
}

const SHARED: ReadonlySet<string> = new Set(["quota_exceeded", "rate_limited"]);

async function stored(core: Core): Promise<Bytes | undefined> {
  return (await core.store.get<{ box_id: Bytes }>("SELECT box_id FROM device_boxes"))?.box_id;
}

/** How to reach this very device: another address for everybody who is given one. */
export async function deviceReply(core: Core): Promise<Reply> {
  const me = core.me();
  const { addresses } = await core.own.call("boxes.addresses", {
    boxId: await deviceBox(core),
    scope: "letters",
    expires: core.platform.clock.now() + LIMITS.letterAddressMs - 60_000,
    count: 1,
  });
  const [made] = addresses;
  if (made === undefined) throw new ProtocolError("unavailable");
  return {
    node: me.node,
    address: made.address,
    identityId: me.identityId,
    boxKey: await currentBoxKey(core),
  };
}
