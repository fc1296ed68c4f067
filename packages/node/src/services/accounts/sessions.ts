/** Sessions: 32 random bytes at the client, their hash here. */
import { randomBytes } from "@baraza/crypto";
import type { Bytes, Role } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Account } from "../../http/registry.ts";
import type { NewSession } from "../../store/port-accounts.ts";
import type { Store } from "../../store/port.ts";

export type Sessions = {
  /** The account of a session; null when there is none or it has ended. */
  authenticate: (session: Bytes) => Promise<Account | null>;
  sessionOf: (session: Bytes) => Promise<(Account & { expires: number }) | null>;
  /** Forgets what was looked up: call it when sessions end or roles change. */
  forget: () => void;
};

type Found = { accountId: Bytes; role: Role; expires: number };

/** How long a look-up is believed. Everything that ends a session in this process forgets it at once. */
const BELIEVE_MS = 5000;
const REMEMBERED = 10_000;
const DAY = 24 * 60 * 60_000;

/** A new session and the row for it. */
export function newSession(now: number): { session: Bytes; row: NewSession } {
  const session = randomBytes(32);
  return { session, row: { sessionId: sha256(session), expires: now + LIMITS.sessionMs } };
}

/** Looks sessions up, with a short memory. */
export function createSessions(
  store: Pick<Store, "accounts" | "roll">,
  now: () => number,
): Sessions {
  /** The last day (since 1970) that is noted of an account: one write a day, and no finer time is kept. */
  const seen = new Map<string, number>();
  const noteUse = (accountId: Bytes, at: number) => {
    const day = Math.floor(at / DAY);
    const account = Buffer.from(accountId).toString("latin1");
    if (seen.get(account) === day) return;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(account, day);
    store.roll.seen({ accountId, day }).catch(() => {
      // The store is closing: the next request notes it.
      seen.delete(account);
    });
  };
  const known = new Map<string, { found: Found; until: number }>();
  /** Counts calls of `forget`: an answer that was on its way meanwhile is not remembered. */
  let era = 0;

  const sessionOf: Sessions["sessionOf"] = async (session) => {
    const sessionId = sha256(session);
    const key = Buffer.from(sessionId).toString("latin1");
    const at = now();
    const hit = known.get(key);
    if (hit !== undefined && hit.until > at && hit.found.expires > at)
      return { ...hit.found, sessionId };
    const asked = era;
    const found = await store.accounts.session({ sessionId, now: at });
    if (found === null) return null;
    noteUse(found.accountId, at);
    if (asked === era) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, { found, until: at + BELIEVE_MS });
    }
    return { ...found, sessionId };
  };
  return {
    sessionOf,
    authenticate: async (session) => {
      const found = await sessionOf(session);
      if (found === null) return null;
      const { accountId, role, sessionId } = found;
      return { accountId, role, sessionId };
    },
    forget: () => {
      era += 1;
      known.clear();
    },
  };
}
