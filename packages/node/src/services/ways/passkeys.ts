/**
 * Passkeys: this node as a WebAuthn relying party. Challenges are random, used once and short-lived; the host is the exact
 * one of the node, so that no neighbour below the same domain can ask for its passkeys.
 */
import { randomBytes, verifyNewPasskey, verifyPasskeyAnswer } from "@baraza/crypto";
import type { Bytes, NewPasskey, WayEntry } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import { hostOf, isLocalHost } from "../../http/headers.ts";
import type { Handlers } from "../../http/registry.ts";
import type { PasskeyRow } from "../../store/port-passkeys.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { checked, demand } from "../accounts/checks.ts";
import { openSession } from "../accounts/signed-in.ts";
import { createPending } from "./pending.ts";

export type PasskeysDeps = {
  store: Pick<Store, "accounts" | "passkeys">;
  name: () => string;
  now: () => number;
};

export type Passkeys = {
  routes: Handlers;
  /**
   * Checks a passkey that is to be kept. Its challenge is used up by `kept`: until then whoever made it may try again, with
   * another name or on top of a newer vault. @throws ProtocolError `malformed`
   */
  check(passkey: NewPasskey): Promise<{ row: PasskeyRow; kept: () => void }>;
  close(): void;
};

const START = { perMinute: 60, burst: 300 };
/** Wrong answers of one address; right ones cost nothing. */
const WRONG = { perMinute: 6, burst: 60 };
/** One may have to find the key in a drawer. */
const PENDING_MS = 5 * 60_000;
/** Compared with where nothing is known, so that the answer takes the same work. */
const NOBODY: PasskeyRow = {
  credentialId: new Uint8Array(1),
  publicKey: new Uint8Array(32),
  algorithm: -8,
  counter: 0,
};

/** The routes, and what registration needs. */
export function createPasskeys({ store, name, now }: PasskeysDeps): Passkeys {
  const pending = createPending<Bytes>({ now, lifetimeMs: PENDING_MS });
  const expectation = (challenge: Bytes | null) => {
    const host = hostOf(name());
    return {
      rpId: host,
      origins: [`https://${name()}`, ...(isLocalHost(host) ? [`http://${name()}`] : [])],
      challenge: challenge ?? randomBytes(32),
    };
  };
  const check: Passkeys["check"] = async (passkey) => {
    const challenge = pending.peek(passkey.createId);
    demand(challenge !== null, "createId");
    const { counter } = await checked("passkey", () =>
      verifyNewPasskey(passkey, expectation(challenge)),
    );
    const { credentialId, publicKey, algorithm } = passkey;
    return {
      row: { credentialId, publicKey, algorithm, counter },
      kept: () => void pending.take(passkey.createId),
    };
  };

  const routes: Handlers = {
    "passkeys.createStart": (_request, { limit, limitKey }) => {
      limit("passkey-create", START);
      const challenge = randomBytes(32);
      const createId = pending.add(challenge, limitKey);
      return { createId, challenge, userHandle: randomBytes(32), rpId: hostOf(name()) };
    },
    "passkeys.list": async (_request, { account: { accountId } }) => ({
      passkeys: await store.passkeys.list({ accountId }),
    }),
    "passkeys.put": async ({ passkey, way, vault, version }, { account, limit }) => {
      limit("ways", { perMinute: 30, burst: 60 }, accountKey(account));
      demandPasskeyWay(way);
      const { row, kept } = await check(passkey);
      const { accountId } = account;
      const max = LIMITS.passkeys;
      await store.passkeys.put({ accountId, way, passkey: row, vault, version, max });
      kept();
      return { version };
    },
    "passkeys.signInStart": (_request, { limit, limitKey }) => {
      limit("passkey-sign-in", START);
      const challenge = randomBytes(32);
      return { signInId: pending.add(challenge, limitKey), challenge, rpId: hostOf(name()) };
    },
    "passkeys.signInFinish": async ({ signInId, answer }, { limit }) => {
      const challenge = pending.take(signInId);
      const found = await store.passkeys.find({ credentialId: answer.credentialId });
      try {
        const stored = found ?? NOBODY;
        const holds = verifyPasskeyAnswer(stored, answer, expectation(challenge));
        const { counter } = await checked("answer", () => holds, "wrong_credentials");
        if (found === null || challenge === null) throw new ProtocolError("wrong_credentials");
        await store.passkeys.used({ credentialId: answer.credentialId, counter });
        const signedIn = await openSession(store, found.accountId, now());
        return { wayId: found.wayId, signedIn };
      } catch (error) {
        if (error instanceof ProtocolError && error.code === "wrong_credentials")
          limit("passkey-wrong", WRONG);
        throw error;
      }
    },
  };
  return { routes, check, close: () => pending.close() };
}

/** @throws ProtocolError `malformed` */
function demandPasskeyWay({ way, signKey }: WayEntry): void {
  demand(way === "passkey" && signKey === undefined, "way");
}
