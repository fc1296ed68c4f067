/** Administration: the first administrator, settings, invitations to open an account, the roll of accounts. */
import { randomBytes } from "@baraza/crypto";
import type { Bytes, ErrorCode } from "@baraza/protocol";
import { adminSettings, check, LIMITS } from "@baraza/protocol";
import * as v from "valibot";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { NodeSettings, Registration } from "../../store/port-admin.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { invitationRoutes } from "./invitations.ts";
import { rollRoutes } from "./roll.ts";
import { RULES } from "./rules.ts";

export type AdminDeps = {
  store: Pick<Store, "admin" | "invitations" | "roll">;
  secrets: Pick<NodeSecrets, "storeSecret">;
  registration: Registration;
  /** Bytes of files that a space may have until an administrator sets it. */
  files: number;
  version: string;
  now: () => number;
  /** An account has another role now, or none of its sessions is good any more. */
  onChanged?: () => void;
  /** All sessions of an account have ended, for this reason. */
  onEnded?: (accountId: Bytes, code: ErrorCode) => void;
};

/** Fields of later versions are not settings of this one. */
const changesOf = v.object(adminSettings.request.entries);
const SWEEP_EVERY = 60_000;
const SWEEP_AT_ONCE = 1000;
const DAY = 24 * 60 * 60_000;
/** How long its maker sees what became of an invitation. */
const KEEP_INVITATIONS = 60 * DAY;

export type AdminService = Service & {
  /** Ends memberships whose time has come, and deletes what was kept long enough. Happens by itself every minute. */
  sweep: () => Promise<void>;
};

/** Starts the service. Close it before the store. */
export function createAdmin(deps: AdminDeps): AdminService {
  const { store, secrets, now, onChanged = () => {}, onEnded = () => {} } = deps;
  const settled = (settings: Partial<NodeSettings>): NodeSettings => ({
    ...RULES,
    registration: deps.registration,
    files: deps.files,
    ...settings,
  });
  const sweep = async () => {
    const at = now();
    const closed = await store.roll.closeDue({ now: at, limit: SWEEP_AT_ONCE });
    if (closed.length > 0) onChanged();
    for (const accountId of closed) onEnded(accountId, "account_closed");
    const { keepDays } = settled(await store.admin.settings(null));
    await store.roll.emptyDue({ now: at, keepMs: keepDays * DAY, limit: SWEEP_AT_ONCE });
    const keepMs = KEEP_INVITATIONS;
    await store.invitations.sweep({ now: at, keepMs, limit: SWEEP_AT_ONCE });
  };
  const timer = setInterval(() => {
    sweep().catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();

  const routes: Handlers = {
    ...invitationRoutes({ store, secrets, now }),
    ...rollRoutes({ store, now, onChanged, onEnded }),
    "admin.claim": async ({ setup }, { account, limit }) => {
      limit("admin.claim", { perMinute: 10, burst: 20 }, accountKey(account));
      const { accountId } = account;
      await store.admin.claim({ accountId, codeHash: sha256(setup), now: now() });
      onChanged();
      return { role: "administrator" };
    },
    "admin.settings": async (request, { account }) => {
      const changes = given(check(changesOf, request));
      if (Object.keys(changes).length > 0)
        await store.admin.changeSettings({ by: account.accountId, now: now(), changes });
      return settled(await store.admin.settings(null));
    },
    "admin.status": async () => ({
      ...(await store.admin.counts(null)),
      version: deps.version,
    }),
  };
  return {
    routes,
    sweep,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** The fields that have a value. */
function given(settings: { [K in keyof NodeSettings]?: NodeSettings[K] | undefined }) {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<NodeSettings>;
}

/**
 * Makes the code of the setup link: single use, for `minutes`. The former code ends.
 * @returns null when there is an administrator already, unless `always` is set.
 */
export async function createSetupCode(
  store: Pick<Store, "admin">,
  options: { now: number; minutes?: number; always?: boolean },
): Promise<Bytes | null> {
  const { now, minutes, always = false } = options;
  const code = randomBytes(16);
  const life = minutes === undefined ? LIMITS.setupLinkMs : minutes * 60_000;
  const made = await store.admin.setSetupCode({
    codeHash: sha256(code),
    expires: now + life,
    always,
  });
  return made ? code : null;
}
