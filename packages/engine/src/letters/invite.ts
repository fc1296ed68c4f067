/** Inviting: a card that only the link opens, and the link. */
import { cardKeys, contextExtension, randomBytes, sealCard } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeJoinFragment, equalBytes, LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { deviceReply } from "../account/boxes.ts";
import { mayAdmit, roleOf } from "../people/rules.ts";
import { readContext } from "../spaces/events.ts";
import { tend } from "../spaces/tend.ts";
import { needSpace } from "../spaces/runtime.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

const DAY_MS = 24 * 60 * 60_000;

/** What a link is to be like: good for so many days and people (null: any number), and what it makes of who comes by it. */
export type LinkWish = {
  days: number;
  most?: number | null | undefined;
  approval?: boolean | undefined;
  role?: "guest" | "observer" | undefined;
  /** When a guest's time is over, ms since 1970. */
  until?: number | undefined;
  /** Only those come by it who are in this space (a larger one, that lists the group). */
  within?: string | undefined;
};

/**
 * Makes a link into a space. Its secret is in the fragment and never reaches a server by itself; the card lies sealed
 * at one's own node. Whoever comes by it is let in by this account's device while it lasts.
 */
export async function invite(
  core: Core,
  logId: string,
  wish: LinkWish,
): Promise<{ link: string; expires: number; linkId: string }> {
  const { days, most = null, role, until } = wish;
  await needSpace(core, logId);
  await hearFirst(core, logId);
  const space = await needSpace(core, logId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  if (space.row.kind === "personal") throw new EngineError("invalid");
  const rules = readContext(contextExtension(space.group));
  const mine = roleOf(rules, core.me().id);
  if (mine === "guest" || mine === "observer") throw new EngineError("not_steward");
  if (role !== undefined && mine !== "steward") throw new EngineError("not_steward");
  // Where others let people in, they look at who comes by this link, too.
  const approval = wish.approval === true || !mayAdmit(rules, mine);
  const me = core.me();
  const secret = randomBytes(32);
  const { cardId, key } = cardKeys(secret);
  const now = core.platform.clock.now();
  const expires = now + Math.min(Math.max(days, 1), 365) * DAY_MS;
  const sealed = await sealCard(key, {
    v: 1,
    logId: space.id,
    title: (await isUntitled(core, space)) ? me.profile.name : space.row.title,
    kind: space.row.kind,
    inviter: me.profile,
    inviterIdentity: me.identity,
    reply: await deviceReply(core),
    expires,
    groupId: space.genesis.nonce,
    ...(approval ? { approval, hosts: hostsOf(rules, me.identityId) } : {}),
  });
  // Stored before the card is out: an ask that comes at once must find it.
  const id = toHex(cardId);
  await core.store.run("INSERT INTO cards VALUES (?, ?, ?, ?)", [id, logId, secret, expires]);
  await core.own.call("cards.put", { cardId, sealed, expires });
  const fragment = encodeJoinFragment({
    node: me.node,
    secret,
    inviter: me.identityId,
    // Who is in the larger space has an account.
    invitation: wish.within === undefined ? await accountCode(core, expires) : null,
  });
  const link = `/join#${fragment}`;
  await core.store.run("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
    id,
    logId,
    link,
    now,
    expires,
    most,
    Number(approval),
    role ?? null,
    until ?? null,
    wish.within ?? null,
  ]);
  return { link, expires, linkId: id };
}

/** Those who keep order: any of their devices may let in who asks by this link. */
function hostsOf(rules: ReturnType<typeof readContext>, me: Bytes): Bytes[] {
  const moderators = (rules.roles ?? []).filter((one) => one.role === "moderator");
  return [...rules.stewards, ...moderators]
    .map((one) => one.identityId)
    .filter((one) => !equalBytes(one, me))
    .slice(0, LIMITS.stewards);
}

/** A conversation of two that nobody has given a title is called by the other's name. */
async function isUntitled(core: Core, { row, logId }: SpaceRuntime): Promise<boolean> {
  if (row.kind !== "pair") return false;
  const titled = await core.store.get(
    `SELECT 1 AS one FROM events WHERE log_id = ?1 AND type = 'space.title'
     UNION ALL SELECT 1 FROM outbox WHERE log_id = ?1 AND type = 'space.title' LIMIT 1`,
    [logId],
  );
  return titled === undefined;
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
