/** Inviting: a card that only the link opens, and the link. */
import { cardKeys, randomBytes, sealCard } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeJoinFragment, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { deviceReply } from "../account/boxes.ts";
import { tend } from "../spaces/tend.ts";
import { needSpace } from "../spaces/runtime.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Makes a link into a space. Its secret is in the fragment and never reaches a server by itself; the card lies sealed
 * at one's own node. Whoever comes by it is let in by this account's device while it lasts.
 */
export async function invite(
  core: Core,
  logId: string,
  days: number,
): Promise<{ link: string; expires: number }> {
  await needSpace(core, logId);
  await hearFirst(core, logId);
  const space = await needSpace(core, logId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  if (space.row.kind === "personal") throw new EngineError("invalid");
  const me = core.me();
  const secret = randomBytes(32);
  const { cardId, key } = cardKeys(secret);
  const expires = core.platform.clock.now() + Math.min(Math.max(days, 1), 365) * DAY_MS;
  const sealed = await sealCard(key, {
    v: 1,
    logId: space.id,
    title: space.row.title,
    kind: space.row.kind,
    inviter: me.profile,
    inviterIdentity: me.identity,
    reply: await deviceReply(core),
    expires,
    groupId: space.genesis.nonce,
  });
  // Stored before the card is out: an ask that comes at once must find it.
  await core.store.run("INSERT INTO cards VALUES (?, ?, ?, ?)", [
    toHex(cardId),
    logId,
    secret,
    expires,
  ]);
  await core.own.call("cards.put", { cardId, sealed, expires });
  const fragment = encodeJoinFragment({
    node: me.node,
    secret,
    inviter: me.identityId,
    invitation: await accountCode(core, expires),
  });
  return { link: `/join#${fragment}`, expires };
}

/** How long making a link waits for the space's hub. */
const PATIENCE_MS = 3000;

/** A removal ends the links that are out when a device learns of it: one that has been made is learnt of before the link is. */
async function hearFirst(core: Core, logId: string): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = core.platform.clock.setTimer(PATIENCE_MS, resolve);
  });
  await Promise.race([late, tend(core, logId, { fetch: true })]);
  cancel();
}

/** A node invitation that goes with the link, for guests without an account; none where this account may not give one. */
async function accountCode(core: Core, expires: number): Promise<Bytes | null> {
  try {
    const invitation = randomBytes(16);
    await core.own.call("invitations.create", {
      invitations: [{ invitation, expires, uses: 10, kind: "space" }],
    });
    return invitation;
  } catch (error) {
    if (
      error instanceof ProtocolError &&
      ["forbidden", "quota_exceeded", "rate_limited"].includes(error.code)
    )
      return null;
    throw error;
  }
}
