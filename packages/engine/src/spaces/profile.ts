/** How this account shows itself in a space: its name, its address, how to reach it, and its steward key there. */
import { deviceCredential } from "@baraza/crypto";
import type { Bytes, Reply } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import { currentBoxKey } from "../account/box-keys.ts";
import type { Core } from "../core.ts";
import { stewardKeyOf } from "./roster.ts";

/** The payload of this device's profile event for the space with that nonce. */
export async function profilePayload(core: Core, nonce: Bytes) {
  const me = core.me();
  return {
    profile: me.profile,
    reply: await ownReply(core),
    certificate: deviceCredential(me.device.certificate),
    stewardKey: stewardKeyOf(me.identityKey, nonce).publicKey,
  };
}

/** A fresh letters address of this account's box: another one for everybody, so that nobody can compare. */
export async function ownReply(core: Core): Promise<Reply> {
  const me = core.me();
  const { addresses } = await core.own.call("boxes.addresses", {
    boxId: me.boxId,
    scope: "letters",
    expires: core.platform.clock.now() + LIMITS.letterAddressMs - 60_000,
    count: 1,
  });
  const [made] = addresses;
  if (made === undefined) throw new Error("the node made no address");
  return {
    node: me.node,
    address: made.address,
    identityId: me.identityId,
    boxKey: await currentBoxKey(core),
  };
}
