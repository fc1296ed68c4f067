/** Administration: the first administrator, settings, invitations to open an account. */
import { openAead, randomBytes, sealAead } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { NodeSettings, Registration } from "../../store/port-admin.ts";
import type { Store } from "../../store/port.ts";
import { INVITATION_QUOTA, mayInvite, MEMBERS_INVITE } from "./rules.ts";
import { accountKey } from "../account-key.ts";

export type AdminDeps = {
  store: Pick<Store, "admin">;
  secrets: Pick<NodeSecrets, "storeSecret">;
  registration: Registration;
  version: string;
  now: () => number;
  /** An account has another role now. */
  onRoleChanged?: () => void;
};

const LABEL = { label: "baraza/node/invitation/1" };
const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 1000;

/** Starts the service. Close it before the store. */
export function createAdmin(deps: AdminDeps): Service {
  const { store, secrets, now } = deps;
  const settled = (settings: Partial<NodeSettings>): NodeSettings => ({
    registration: settings.registration ?? deps.registration,
    membersInvite: settings.membersInvite ?? MEMBERS_INVITE,
  });
  const timer = setInterval(() => {
    store.admin.sweep({ now: now(), limit: SWEEP_AT_ONCE }).catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();

  const routes: Handlers = {
    "admin.claim": async ({ setup }, { account, limit }) => {
      limit("admin.claim", { perMinute: 10, burst: 20 }, accountKey(account));
      const { accountId } = account;
      await store.admin.claim({ accountId, codeHash: sha256(setup), now: now() });
      deps.onRoleChanged?.();
      return { role: "administrator" };
    },
    "admin.settings": async (changes) => {
      const { registration, membersInvite } = changes;
      await store.admin.changeSettings({
        ...(registration === undefined ? {} : { registration }),
        ...(membersInvite === undefined ? {} : { membersInvite }),
      });
      return settled(await store.admin.settings(null));
    },
    "admin.status": async () => ({
      ...(await store.admin.counts(null)),
      version: deps.version,
    }),
    "invitations.create": async ({ expires, uses }, { account, limit }) => {
      limit("invitations.create", { perMinute: 60, burst: 120 }, accountKey(account));
      const { accountId, role } = account;
      if (!mayInvite(role, await store.admin.settings(null))) throw new ProtocolError("forbidden");
      const quota = INVITATION_QUOTA[role];
      if (expires <= now() || expires > now() + quota.lifeMs)
        throw new ProtocolError("malformed", { data: { field: "expires" } });
      if (uses < 1) throw new ProtocolError("malformed", { data: { field: "uses" } });
      const code = randomBytes(16);
      const codeHash = sha256(code);
      const sealed = await sealAead(secrets.storeSecret, code, codeHash, LABEL);
      await store.admin.createInvitation({
        accountId,
        invitation: { codeHash, sealed, expires, usesLeft: uses },
        maxUses: quota.uses,
        now: now(),
      });
      return { invitation: code };
    },
    "invitations.list": async (_request, { account }) => {
      const { accountId, role } = account;
      const rows = await store.admin.invitations({ accountId, role, now: now() });
      const invitations = await Promise.all(
        rows.map(async ({ codeHash, sealed, expires, usesLeft }) => ({
          invitation: await openAead(secrets.storeSecret, sealed, codeHash, LABEL),
          expires,
          usesLeft,
        })),
      );
      return { invitations };
    },
    "invitations.revoke": async ({ invitation }, { account }) => {
      const { accountId, role } = account;
      await store.admin.revokeInvitation({ accountId, role, codeHash: sha256(invitation) });
      return {};
    },
  };
  return {
    routes,
    close: () => {
      clearInterval(timer);
    },
  };
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
