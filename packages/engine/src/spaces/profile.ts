/** How this account shows itself in a space: its name, its address, how to reach it, and its steward key there. */
import { deviceCredential } from "@baraza/crypto";
import type { Bytes, Reply } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import { currentBoxKey } from "../account/box-keys.ts";
import type { Core } from "../core.ts";
import { moveToTell } from "../moving/own-moves.ts";
import { stewardKeyOf } from "./roster.ts";

/** The payload of this device's profile event for the space with that nonce. */
export async function profilePayload(core: Core, nonce: Bytes) {
  const me = core.me();
  const moved = await moveToTell(core);
  return {
    ...(moved === undefined ? {} : { moved }),
    profile: me.profile,
    reply: await ownReply(core),
    certificate: deviceCredential(me.device.certificate),
    stewardKey: stewardKeyOf(me.identityKey, nonce).publicKey,
  };
}

/** Addresses fetched at once, ahead of need. */
const STOCK = 16;

/** A letters address of this account's box that nobody else has: two people cannot find out that they write to one box. */
export async function ownReply(core: Core): Promise<Reply> {
  const me = core.me();
  const address = (await takeSpare(core)) ?? (await fetchSpares(core));
  return { node: me.node, address, identityId: me.identityId, boxKey: await currentBoxKey(core) };
}

async function takeSpare(core: Core): Promise<Bytes | undefined> {
  const soon = core.platform.clock.now() + LIMITS.letterAddressMs / 2;
  const row = await core.store.transaction((tx) => {
    tx.run("DELETE FROM spare_addresses WHERE expires < ?", [soon]);
    return tx.get<{ address: Bytes }>(
      "DELETE FROM spare_addresses WHERE address = (SELECT address FROM spare_addresses LIMIT 1) RETURNING address",
    );
  });
  return row?.address;
}

/** Fills the stock. @returns one address that is not in it */
export async function fetchSpares(core: Core): Promise<Bytes> {
  const expires = core.platform.clock.now() + LIMITS.letterAddressMs - 60_000;
  const { addresses } = await core.own.call("boxes.addresses", {
    boxId: core.me().boxId,
    scope: "letters",
    expires,
    count: STOCK,
  });
  const [first, ...spare] = addresses;
  if (first === undefined) throw new ProtocolError("unavailable");
  await core.store.transaction((tx) => {
    for (const { address } of spare)
      tx.run("INSERT OR IGNORE INTO spare_addresses VALUES (?, ?)", [address, expires]);
  });
  return first.address;
}

/** Gets what is needed to make a space later without a line: addresses, and the key of one's own node. */
export async function stockUp(core: Core): Promise<void> {
  const row = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM spare_addresses",
  );
  if ((row?.count ?? 0) < 4) await fetchSpares(core);
  await core.remote.nodeKey(core.me().node);
}
