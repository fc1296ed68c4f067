/**
 * The accounts service: who this node's own users are, their sealed vaults and their public keys. It never sees a
 * passphrase (OPAQUE, RFC 9807), what is in a vault, or whom anybody talks to.
 */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Registration } from "../../store/port-admin.ts";
import type { Store } from "../../store/port.ts";
import { placeOfName } from "../keylog/index.ts";
import { mayInvite } from "../admin/rules.ts";
import { keyRoutes } from "./keys.ts";
import { registrationRoutes } from "./registration.ts";
import type { Sessions } from "./sessions.ts";
import { createSessions } from "./sessions.ts";
import { signInRoutes } from "./sign-in.ts";
import { createTokens } from "./tokens.ts";
import { accountKey } from "../account-key.ts";
import type { MovingService } from "../moving/index.ts";
import { restingName } from "../moving/index.ts";
import { waysRoutes } from "../ways/index.ts";
import { createPasskeys } from "../ways/passkeys.ts";

export type AccountsDeps = {
  store: Pick<Store, "accounts" | "admin" | "roll" | "ways" | "passkeys">;
  secrets: Pick<NodeSecrets, "opaqueSetup" | "tokenSeed" | "vrfSeed" | "storeSecret">;
  /** The node's name: a function, since it may be known only after listening. */
  name: () => string;
  /** Who may register until an administrator sets it. */
  registration: Registration;
  version: string;
  now: () => number;
  /** Where somebody went who had an account here. */
  moved: MovingService["moved"];
  /** Told when sessions end before their time, so that live connections end too. Null: all but `keep`, of the account. */
  onSessionsEnded?: (ended: { accountId: Bytes; sessionId: Bytes | null; keep?: Bytes }) => void;
};

export type AccountsService = Service & {
  authenticate: Sessions["authenticate"];
  /** The account and end of a session, for the live connection. */
  sessionOf: Sessions["sessionOf"];
  /** Public key of the blind tokens, for the node record. */
  tokenKey: Bytes;
  /** True when this node issued the token. That it is spent once is the store's to see to. */
  redeemToken: (token: { input: Bytes; output: Bytes }) => boolean;
  /** Forgets cached sessions: roles have changed. */
  forgetSessions: () => void;
};

/** Most rows that one sweep deletes of each kind: it shares the writer with everybody. */
const SWEEP_AT_ONCE = 1000;
const SWEEP_EVERY = 10 * 60_000;

/** Starts the service. Close it before the store. */
export function createAccounts(deps: AccountsDeps): AccountsService {
  const { store, now } = deps;
  const sessions = createSessions(store, now);
  const tokens = createTokens({ store, seed: deps.secrets.tokenSeed, now });
  const signIn = signInRoutes({ store, opaqueSetup: deps.secrets.opaqueSetup, now });
  const ways = waysRoutes({ store, name: deps.name, now });
  const passkeys = createPasskeys({ store, name: deps.name, now });
  const timer = setInterval(() => {
    store.accounts.sweep({ now: now(), limit: SWEEP_AT_ONCE }).catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();

  const routes: Handlers = {
    ...registrationRoutes({
      store,
      sessions,
      opaqueSetup: deps.secrets.opaqueSetup,
      registration: deps.registration,
      checkPasskey: (passkey) => passkeys.check(passkey),
      now,
      name: deps.name,
      restingName: (name, identityId) => restingName(deps.secrets, name, identityId),
      placeOf: (name) => placeOfName(deps.secrets, name),
      onPassphraseChanged: (accountId, keep) => {
        deps.onSessionsEnded?.({ accountId, sessionId: null, keep });
      },
    }),
    ...signIn.routes,
    ...ways.routes,
    ...passkeys.routes,
    ...keyRoutes({ store, now, moved: deps.moved }),
    ...tokens.routes,
    "accounts.policy": async () => {
      const settings = await store.admin.settings(null);
      return {
        node: deps.name(),
        registration: settings.registration ?? deps.registration,
        setup: !(await store.admin.hasAdministrator(null)),
        version: deps.version,
      };
    },
    "accounts.me": async (_request, { account }) => {
      const row = await store.accounts.account({ accountId: account.accountId });
      if (row === null) throw new ProtocolError("unauthenticated");
      const [{ version }, settings] = await Promise.all([
        store.accounts.vault({ accountId: account.accountId }),
        store.admin.settings(null),
      ]);
      const { name, role, boxId } = row;
      const moved = await deps.moved({ identityId: row.identityId });
      return {
        name,
        role,
        boxId,
        vaultVersion: version,
        mayInvite: mayInvite(role, settings),
        ...(moved === null ? {} : { moved }),
      };
    },
    "accounts.signOut": async (_request, { account }) => {
      const { accountId, sessionId } = account;
      await store.accounts.signOut({ sessionId, now: now() });
      sessions.forget();
      deps.onSessionsEnded?.({ accountId, sessionId });
      return {};
    },
    "vault.get": (_request, { account }) => store.accounts.vault({ accountId: account.accountId }),
    "vault.put": async ({ vault, version }, { account, limit }) => {
      limit("vault.put", { perMinute: 60, burst: 120 }, accountKey(account));
      await store.accounts.putVault({ accountId: account.accountId, vault, version });
      return { version };
    },
  };
  return {
    routes,
    authenticate: sessions.authenticate,
    sessionOf: sessions.sessionOf,
    tokenKey: tokens.publicKey,
    redeemToken: tokens.redeem,
    forgetSessions: sessions.forget,
    close: () => {
      clearInterval(timer);
      signIn.close();
      ways.close();
      passkeys.close();
    },
  };
}
