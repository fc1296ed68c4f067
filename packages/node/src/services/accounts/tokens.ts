/**
 * Blind tokens for opening logs (RFC 9497, VOPRF): an account gets so many a day, and the hub that redeems one cannot
 * tell whose it was.
 */
import { evaluateTokens, redeemToken, tokenKeyPair } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { Handlers } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { checked } from "./checks.ts";
import { accountKey } from "../account-key.ts";
import { limitsFor } from "../admin/rules.ts";

const DAY = 24 * 60 * 60_000;
/** The route, and what the logs service needs to redeem. */
export function createTokens({
  store,
  seed,
  now,
}: {
  store: Pick<Store, "accounts" | "roll">;
  seed: Bytes;
  now: () => number;
}): {
  routes: Handlers;
  publicKey: Bytes;
  redeem: (token: { input: Bytes; output: Bytes }) => boolean;
} {
  const keys = tokenKeyPair(seed);
  return {
    publicKey: keys.publicKey,
    redeem: (token) => redeemToken(keys, token),
    routes: {
      "tokens.issue": async ({ blinded }, { account, limit }) => {
        limit("tokens.issue", { perMinute: 60, burst: 120 }, accountKey(account));
        const answer = await checked("blinded", () => evaluateTokens(keys, blinded));
        const { accountId, role } = account;
        const { spaces } = limitsFor(role, await store.roll.limits({ accountId }));
        await store.accounts.allowTokens({
          accountId,
          day: Math.floor(now() / DAY),
          count: blinded.length,
          max: spaces,
        });
        return answer;
      },
    },
  };
}
