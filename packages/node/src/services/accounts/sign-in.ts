/**
 * Signing in: the key exchange of OPAQUE (RFC 9807, section 6).
 *
 * [Note: Guessing] A client learns from the node's first answer whether its passphrase was right, so each start counts
 * as one guess, whether or not it is finished. An unknown name gets an answer of the same shape after the same work
 * (section 6.3.2.2). Guesses are counted per address and, so that many addresses do not help, per name. An address
 * that has signed in with that name before counts apart: strangers who use up the name's guesses do not keep its
 * owner out.
 */
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError, toHex } from "@baraza/protocol";
import type { Handlers } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { checked } from "./checks.ts";
import { openSession } from "./signed-in.ts";

export type SignInDeps = {
  store: Pick<Store, "accounts">;
  opaqueSetup: string;
  now: () => number;
};

/** What the node keeps between the two steps. `accountId` is null for a name that nobody has. */
type Pending = {
  state: string;
  accountId: Bytes | null;
  known: string;
  limitKey: string;
  until: number;
};

/** The client stretches the passphrase between the steps; a slow phone takes half a minute. */
const PENDING_MS = 2 * 60_000;
const PENDING = 10_000;
const PENDING_PER_ADDRESS = 1000;
const PER_ADDRESS = { perMinute: 60, burst: 300 };
const PER_NAME = { perMinute: 2, burst: 30 };
/** Addresses that have signed in with a name, as hashes in memory only. */
const KNOWN = 20_000;

/** The routes. */
export function signInRoutes({ store, opaqueSetup, now }: SignInDeps): {
  routes: Handlers;
  close: () => void;
} {
  const pending = new Map<string, Pending>();
  const perAddress = new Map<string, number>();
  const known = new Set<string>();

  const drop = (id: string, one: Pending) => {
    pending.delete(id);
    const left = (perAddress.get(one.limitKey) ?? 1) - 1;
    if (left > 0) perAddress.set(one.limitKey, left);
    else perAddress.delete(one.limitKey);
  };
  const dropOld = () => {
    // In the order of their ends: a Map keeps the order in which they came.
    for (const [id, one] of pending) {
      if (one.until > now()) return;
      drop(id, one);
    }
  };

  const routes: Handlers = {
    "accounts.signInStart": async ({ name, request }, { limit, limitKey }) => {
      const knownKey = `${limitKey}/${name}`;
      limit("sign-in", PER_ADDRESS);
      limit("sign-in-name", PER_NAME, known.has(knownKey) ? knownKey : name);
      dropOld();
      if (pending.size >= PENDING || (perAddress.get(limitKey) ?? 0) >= PENDING_PER_ADDRESS)
        throw new ProtocolError("busy");
      const account = await store.accounts.credentials({ name });
      const { signInResponse } = await import("@baraza/crypto/opaque-server");
      const { state, response } = await checked("request", () =>
        signInResponse(opaqueSetup, account?.record ?? null, name, request),
      );
      const signInId = randomBytes(16);
      pending.set(toHex(signInId), {
        state,
        accountId: account?.accountId ?? null,
        known: knownKey,
        limitKey,
        until: now() + PENDING_MS,
      });
      perAddress.set(limitKey, (perAddress.get(limitKey) ?? 0) + 1);
      return { signInId, response };
    },
    "accounts.signInFinish": async ({ signInId, finish }) => {
      dropOld();
      const id = toHex(signInId);
      const started = pending.get(id);
      if (started === undefined) throw new ProtocolError("wrong_credentials");
      drop(id, started);
      const { signInFinish } = await import("@baraza/crypto/opaque-server");
      await checked("finish", () => signInFinish(started.state, finish), "wrong_credentials");
      const answer = await openSession(store, started.accountId, now());
      if (known.size >= KNOWN) known.clear();
      known.add(started.known);
      return answer;
    },
  };
  return {
    routes,
    close: () => {
      pending.clear();
      perAddress.clear();
    },
  };
}
