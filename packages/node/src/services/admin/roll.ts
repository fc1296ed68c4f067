/** The roll of accounts: what an administrator sees and decides of them, and what each one sees of how it stands. */
import type { Bytes, ErrorCode } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Account, Handlers } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { limitsFor, mayInvite } from "./rules.ts";

export type RollDeps = {
  store: Pick<Store, "roll">;
  now: () => number;
  /** An account has another role now, or none of its sessions is good any more. */
  onChanged: () => void;
  /** All sessions of an account have ended, for this reason. */
  onEnded: (accountId: Bytes, code: ErrorCode) => void;
};

const PAGE = 50;
const DAY = 24 * 60 * 60_000;
/** A membership ends within two years, or is not about to end. */
const LONGEST_LEAVE = 730 * DAY;

/** The routes. */
export function rollRoutes({ store, now, onChanged, onEnded }: RollDeps): Handlers {
  const act = (account: Account, limit: (bucket: string, rate: Rate, key?: string) => void) => {
    limit("admin", { perMinute: 120, burst: 240 }, accountKey(account));
    return { by: account.accountId, now: now() };
  };
  return {
    "admin.accounts": async ({ search, show, after, limit: wanted }, { account, limit }) => {
      act(account, limit);
      const count = Math.max(1, wanted ?? PAGE);
      const { accounts, total } = await store.roll.page({
        search: search?.toLowerCase() ?? "",
        show: show ?? "all",
        after: after ?? "",
        limit: count + 1,
      });
      return { accounts: accounts.slice(0, count), total, more: accounts.length > count };
    },
    "admin.account": ({ name }) => store.roll.entry({ name }),
    "admin.role": async ({ name, role }, { account, limit }) => {
      await store.roll.setRole({ ...act(account, limit), name, role });
      onChanged();
      return store.roll.entry({ name });
    },
    "admin.suspend": async ({ name, suspended }, { account, limit }) => {
      const { accountId } = await store.roll.suspend({ ...act(account, limit), name, suspended });
      onChanged();
      if (suspended) onEnded(accountId, "suspended");
      return store.roll.entry({ name });
    },
    "admin.limits": async ({ name, limits }, { account, limit }) => {
      await store.roll.setLimits({ ...act(account, limit), name, limits });
      return store.roll.entry({ name });
    },
    "admin.leave": async ({ name, at = null }, { account, limit }) => {
      // Whoever leaves has time to take everything along.
      if (at !== null && (at < now() || at > now() + LONGEST_LEAVE))
        throw new ProtocolError("malformed", { data: { field: "at" } });
      await store.roll.setLeaving({ ...act(account, limit), name, at });
      onChanged();
      return store.roll.entry({ name });
    },
    "accounts.standing": async (_request, { account }) => {
      const { accountId } = account;
      const [standing, { settings }] = await Promise.all([
        store.roll.standing({ accountId, now: now() }),
        store.roll.limits({ accountId }),
      ]);
      const { role, letters, invited, leaves, journal, limits } = standing;
      const most = limitsFor(role, { settings, limits });
      return {
        role,
        journal,
        mayInvite: mayInvite(role, settings),
        letters: { used: letters, max: most.letters },
        invitations: Math.max(0, most.invitations - invited),
        ...(leaves === null ? {} : { leaves }),
      };
    },
    "journal.list": async ({ after, limit: wanted }, { account, limit }) => {
      limit("journal.list", { perMinute: 120, burst: 240 }, accountKey(account));
      const count = Math.max(1, wanted ?? PAGE);
      const entries = await store.roll.journal({ after, limit: count + 1 });
      return { entries: entries.slice(0, count), more: entries.length > count };
    },
  };
}

type Rate = { perMinute: number; burst: number };
