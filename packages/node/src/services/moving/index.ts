/**
 * Moving to and from this node, and closing an account. All that is asked here is signed by a person's identity, so it may
 * come from anywhere: from a device at the new node too.
 *
 * The node learns: who of its own went to which node, and when; for a package that lies here, its size. It does not learn
 * what is in a package, nor what it passes on.
 */
import { continuesIdentity, readIdentity } from "@baraza/crypto";
import {
  receiptSubject,
  signReceipt,
  verifyClose,
  verifyMoved,
  verifyMoveRequest,
} from "@baraza/crypto/moving";
import type { Bytes, IdentityRecord } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import { hmac, sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Registration } from "../../store/port-admin.ts";
import type { Store } from "../../store/port.ts";
import { checked, demand } from "../accounts/checks.ts";
import { createForwarder } from "./forward.ts";

export type MovingDeps = {
  store: Pick<Store, "accounts" | "moving" | "admin" | "scrub">;
  secrets: Pick<NodeSecrets, "nodeKey" | "storeSecret">;
  name: () => string;
  registration: Registration;
  outbound: Outbound;
  now: () => number;
  /** Told when an account is gone: its sessions and connections end. */
  onClosed: (accountId: Bytes) => void;
  /** First and longest wait before a node that did not take a letter is tried again. */
  retry?: { retryMs: number; retryMaxMs: number };
};

export type MovingService = Service & {
  /** Where an account of this node went. */
  moved: (by: { identityId: Bytes } | { name: string }) => Promise<Bytes | null>;
  /** A letter came into a box: it may be one that is passed on. */
  letterCame: () => void;
};

const DAY = 24 * 60 * 60_000;
const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 100;
/** A request is signed when somebody decides, and may wait for a node that is away. */
const OLDEST_REQUEST = LIMITS.forwardDays * DAY;

/** What stands for a name, and for who had it, once the account is closed. */
export function restingName(
  { storeSecret }: Pick<NodeSecrets, "storeSecret">,
  name: string,
  identityId: Bytes,
): { name: Bytes; owner: Bytes } {
  return {
    name: nameHash(storeSecret, name),
    owner: hmac(storeSecret, Buffer.from("baraza/node/resting-owner/1"), identityId),
  };
}

function nameHash(secret: Bytes, name: string): Bytes {
  return hmac(secret, Buffer.from("baraza/node/resting-name/1"), Buffer.from(name));
}

/** Starts the service. Close it before the store. */
export function createMoving(deps: MovingDeps): MovingService {
  const { store, secrets, now } = deps;
  const forwarder = createForwarder(deps);
  const timer = setInterval(() => {
    store.moving
      .sweep({ now: now(), limit: SWEEP_AT_ONCE })
      .then((gone) => (gone > 0 ? store.scrub() : undefined))
      .catch(() => {
        // The store is closing or out of order: its health check says so.
      });
  }, SWEEP_EVERY);
  timer.unref();

  const mayCome = async (invitation: Bytes | undefined): Promise<void> => {
    if (invitation === undefined) {
      const settings = await store.admin.settings(null);
      if ((settings.registration ?? deps.registration) !== "open")
        throw new ProtocolError("invitation_needed");
    } else if (!(await store.admin.codeStands({ codeHash: sha256(invitation), now: now() })))
      throw new ProtocolError("invitation_invalid");
  };

  /**
   * [Note: Only the newest key] A device that was removed knows a former key of the identity, and can hand that on to as many
   * keys of its own as it likes: how often a key was handed on says nothing. What counts has to go on from the record that
   * stands here, or, once the account is gone, from the one by which its owner said where they went.
   * @returns the account's record that was gone by @throws ProtocolError `bad_signature`
   */
  const judged = async (identityId: Bytes, by: IdentityRecord): Promise<Bytes | null> => {
    const account = await store.accounts.find({ identityId });
    if (account !== null) {
      if (!continuesIdentity(await readIdentity(account.identity), by))
        throw new ProtocolError("bad_signature");
      return account.identity;
    }
    const went = await store.moving.moved({ identityId });
    if (went !== null && !continuesIdentity((await verifyMoved(went)).statement.identity, by))
      throw new ProtocolError("bad_signature");
    return null;
  };

  const routes: Handlers = {
    "moves.leave": async ({ dropId, sealed, invitation }, { limit }) => {
      limit("moves.leave", { perMinute: 30, burst: 60 });
      await mayCome(invitation);
      const expires = await store.moving.leave({
        dropId,
        sealed,
        expires: now() + LIMITS.moveDropMs,
        now: now(),
        max: LIMITS.moveDrops,
      });
      return { expires };
    },
    "moves.take": async ({ dropId }, { limit }) => {
      limit("moves.take", { perMinute: 300, burst: 300 });
      return store.moving.take({ dropId, now: now() });
    },
    "moves.publish": async ({ request: bytes }, { limit }) => {
      limit("moves.publish", { perMinute: 120, burst: 120 });
      const { request, statement, identityId } = await checked(
        "request",
        () => verifyMoveRequest(bytes),
        "bad_signature",
      );
      limit("moves.publish-one", { perMinute: 6, burst: 30 }, toHex(identityId));
      demand(request.audience === deps.name(), "audience");
      demand(statement.from.node === deps.name(), "statement");
      demand(isRecent(request.time, now(), OLDEST_REQUEST), "time");
      const { to } = statement;
      const keepUntil = now() + request.keepDays * DAY;
      const { accountId } = await store.moving.publish({
        identityId,
        former: await judged(identityId, statement.identity),
        name: statement.from.name,
        nameHash: nameHash(secrets.storeSecret, statement.from.name),
        statement: request.statement,
        forward: request.forward === undefined ? null : { node: to.node, address: request.forward },
        asked: request.time,
        keepUntil,
        until: now() + LIMITS.movedMs,
      });
      if (request.keepDays === 0) {
        // What waits goes along first, as far as the new node takes it.
        await forwarder.round();
        await store.moving.sweep({ now: now(), limit: SWEEP_AT_ONCE });
        if (accountId !== null) deps.onClosed(accountId);
        await store.scrub();
      } else forwarder.wake();
      return { until: keepUntil };
    },
    "accounts.close": async ({ request: bytes }, { limit }) => {
      limit("accounts.close", { perMinute: 10, burst: 20 });
      const { request, identityId } = await checked(
        "request",
        () => verifyClose(bytes),
        "bad_signature",
      );
      demand(request.node === deps.name(), "node");
      demand(isRecent(request.time, now(), LIMITS.closeReceiptMs), "time");
      const subject = receiptSubject(identityId, request.nonce);
      const closed = await store.moving.close({
        identityId,
        former: await judged(identityId, request.identity),
        name: request.name,
        subject,
        rests: {
          ...restingName(secrets, request.name, identityId),
          until: now() + LIMITS.nameRestMs,
        },
        now: now(),
        keepReceiptUntil: now() + LIMITS.closeReceiptMs,
      });
      if (closed.accountId !== null) deps.onClosed(closed.accountId);
      await store.scrub();
      const { deleted, time, nameRests } = closed;
      const receipt = await signReceipt(secrets.nodeKey, {
        node: deps.name(),
        subject,
        deleted,
        time,
        nameRests,
      });
      return { receipt };
    },
  };
  return {
    routes,
    moved: (by) =>
      store.moving.moved("name" in by ? { nameHash: nameHash(secrets.storeSecret, by.name) } : by),
    letterCame: forwarder.wake,
    close: async () => {
      clearInterval(timer);
      await forwarder.close();
    },
  };
}

/** Not from the future, and not older than `oldest`. */
function isRecent(time: number, now: number, oldest: number): boolean {
  return time <= now + LIMITS.clockSkewMs && time > now - oldest;
}
