/**
 * Ways into an account: which there are, and signing in by the key of one. What a way opens lies in the vault, where the
 * node cannot look.
 *
 * [Note: Guessing by key] A start names nobody, and an end names a public key that came from at least 128 random bits. So
 * a guess is a guess at all accounts at once and hits nobody's limit: it slows down only the address it comes from.
 */
import { isPassphrase, randomBytes, verifyChallenge } from "@baraza/crypto";
import type { Bytes, WayEntry } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Handlers } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { demand } from "../accounts/checks.ts";
import { openSession } from "../accounts/signed-in.ts";
import { createPending } from "./pending.ts";

export type WaysDeps = {
  store: Pick<Store, "accounts" | "ways">;
  name: () => string;
  now: () => number;
};

const START = { perMinute: 60, burst: 300 };
/** Wrong answers of one address. Right ones cost nothing, so people behind one address do not wait for each other. */
const WRONG = { perMinute: 6, burst: 60 };
const PENDING_MS = 2 * 60_000;

/** The routes. */
export function waysRoutes({ store, name, now }: WaysDeps): {
  routes: Handlers;
  close: () => void;
} {
  const pending = createPending<Bytes>({ now, lifetimeMs: PENDING_MS });
  const routes: Handlers = {
    "ways.list": async (_request, { account: { accountId } }) => {
      const [ways, { version }] = await Promise.all([
        store.ways.list({ accountId }),
        store.accounts.vault({ accountId }),
      ]);
      return { ways, version };
    },
    "ways.put": async ({ way, replaces, vault, version }, { account, limit }) => {
      limit("ways", { perMinute: 30, burst: 60 }, accountKey(account));
      demandSignedWay(way);
      const { accountId } = account;
      const max = LIMITS.ways;
      await store.ways.put({ accountId, way, replaces: replaces ?? [], vault, version, max });
      return { version };
    },
    "ways.remove": async ({ id, vault, version }, { account, limit }) => {
      limit("ways", { perMinute: 30, burst: 60 }, accountKey(account));
      await store.ways.remove({ accountId: account.accountId, id, vault, version });
      return { version };
    },
    "ways.signInStart": (_request, { limit, limitKey }) => {
      limit("way-sign-in", START);
      const challenge = randomBytes(32);
      return { signInId: pending.add(challenge, limitKey), challenge };
    },
    "ways.signInFinish": async ({ signInId, signKey, sig }, { limit }) => {
      const challenge = pending.take(signInId);
      const signed = { node: name(), signInId, challenge: challenge ?? new Uint8Array(32) };
      const [holds, found] = await Promise.all([
        verifyChallenge(signKey, signed, sig),
        store.ways.byKey({ signKey }),
      ]);
      if (challenge === null || !holds || found === null) {
        limit("way-sign-in-wrong", WRONG);
        throw new ProtocolError("wrong_credentials");
      }
      return openSession(store, found.accountId, now());
    },
  };
  return { routes, close: () => pending.close() };
}

/** Passphrases come with their OPAQUE record and passkeys with their registration, not by this route. @throws ProtocolError `malformed` */
export function demandSignedWay({ way }: WayEntry): void {
  demand(!isPassphrase(way) && way !== "passkey", "way");
}
