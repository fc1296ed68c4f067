/** The operations of node invitations: links that let somebody open an account. */
import type { Bytes, InvitationKind } from "@baraza/protocol";
import type { Act } from "./port-roll.ts";

/**
 * A code is not stored in clear: its hash finds it, `sealed` gives it back to whoever made it. `label` is sealed by the
 * maker's device.
 */
export type NewInvitation = {
  codeHash: Bytes;
  sealed: Bytes;
  kind: InvitationKind;
  label: Bytes | null;
  expires: number;
  uses: number;
};

export type InvitationRow = NewInvitation & {
  number: number;
  created: number;
  usesLeft: number;
  revoked: boolean;
  /** True for the account that asks. */
  mine: boolean;
  /** Name of the maker; null for the console. */
  by: string | null;
  usedBy: string[];
};

export type InvitationsOperations = {
  write: {
    /**
     * All or none; codes that stand already are left as they are. `journal`: an administrator's act.
     * @throws quota_exceeded when the maker's open invitations would allow more than `maxUses`; forbidden when a code is
     * another's.
     */
    create(arg: Act & { invitations: NewInvitation[]; maxUses: number; journal: boolean }): null;
    /** Takes back those that stand: anybody's with `everybody`, else one's own. */
    revoke(arg: Act & { ids: Bytes[]; everybody: boolean }): null;
    /** Forgets those that ended `keepMs` ago. */
    sweep(arg: { now: number; keepMs: number; limit: number }): number;
  };
  read: {
    /** Newest first, below `before`. */
    list(arg: {
      accountId: Bytes;
      everybody: boolean;
      kind: InvitationKind;
      before: number;
      limit: number;
    }): InvitationRow[];
  };
};
