/** Invitations to open an account: whoever may invite makes, sees and takes back their own; administrators see all. */
import { openAead, sealAead } from "@baraza/crypto";
import { ProtocolError } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { NewInvitation } from "../../store/port-invitations.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { INVITATION_LIFE, limitsFor, mayInvite } from "./rules.ts";

export type InvitationDeps = {
  store: Pick<Store, "invitations" | "roll">;
  secrets: Pick<NodeSecrets, "storeSecret">;
  now: () => number;
};

/** How a code is sealed at the node. */
export const INVITATION_SEAL = { label: "baraza/node/invitation/1" };
const PAGE = 100;

/** The routes. */
export function invitationRoutes({ store, secrets, now }: InvitationDeps): Handlers {
  return {
    "invitations.create": async ({ invitations }, { account, limit }) => {
      limit("invitations.create", { perMinute: 60, burst: 120 }, accountKey(account));
      const { accountId, role } = account;
      const found = await store.roll.limits({ accountId });
      if (!mayInvite(role, found.settings)) throw new ProtocolError("forbidden");
      const at = now();
      const rows: NewInvitation[] = [];
      for (const { invitation, expires, uses, kind, label } of invitations) {
        if (expires <= at || expires > at + INVITATION_LIFE[role])
          throw new ProtocolError("malformed", { data: { field: "expires" } });
        if (uses < 1) throw new ProtocolError("malformed", { data: { field: "uses" } });
        const codeHash = sha256(invitation);
        const sealed = await sealAead(secrets.storeSecret, invitation, codeHash, INVITATION_SEAL);
        rows.push({ codeHash, sealed, kind, label: label ?? null, expires, uses });
      }
      await store.invitations.create({
        by: accountId,
        now: at,
        invitations: rows,
        maxUses: limitsFor(role, found).invitations,
        journal: role === "administrator" && rows.some(({ kind }) => kind === "person"),
      });
      return {};
    },
    "invitations.list": async ({ kind, everybody, before, limit: wanted }, { account, limit }) => {
      limit("invitations.list", { perMinute: 120, burst: 240 }, accountKey(account));
      const { accountId, role } = account;
      if (everybody === true && role !== "administrator") throw new ProtocolError("forbidden");
      const count = Math.max(1, wanted ?? PAGE);
      const rows = await store.invitations.list({
        accountId,
        everybody: everybody ?? false,
        kind,
        before: before ?? Number.MAX_SAFE_INTEGER,
        limit: count + 1,
      });
      const page = rows.slice(0, count);
      return {
        more: rows.length > count,
        invitations: await Promise.all(
          page.map(async ({ codeHash, sealed, label, mine, by, ...rest }) => ({
            ...rest,
            id: codeHash,
            ...(by === null ? {} : { by }),
            // The code is a key to the door: only whoever made it gets it back.
            ...(mine
              ? {
                  invitation: await openAead(
                    secrets.storeSecret,
                    sealed,
                    codeHash,
                    INVITATION_SEAL,
                  ),
                }
              : {}),
            ...(mine && label !== null ? { label } : {}),
          })),
        ),
      };
    },
    "invitations.revoke": async ({ ids }, { account, limit }) => {
      limit("invitations.revoke", { perMinute: 60, burst: 120 }, accountKey(account));
      const { accountId, role } = account;
      const everybody = role === "administrator";
      await store.invitations.revoke({ by: accountId, now: now(), ids, everybody });
      return {};
    },
  };
}
