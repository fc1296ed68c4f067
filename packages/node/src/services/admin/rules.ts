/** What holds on a node until an administrator sets it, and what follows from it for one account. */
import type { AccountLimits, NodeRules, Role } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import type { NodeSettings } from "../../store/port-admin.ts";

const DAY = 24 * 60 * 60_000;

/** How long an invitation may stand. */
export const INVITATION_LIFE: Record<Role, number> = {
  member: 30 * DAY,
  administrator: 366 * DAY,
};

/** Uses that an administrator's open invitations may have, unless a limit of their own says otherwise. */
const ADMINISTRATOR_INVITATIONS = 10_000;

/** `registration` and `files` come from the configuration. */
export const RULES: Omit<NodeRules, "registration" | "files"> = {
  membersInvite: true,
  letters: LIMITS.boxBytes,
  invitations: 20,
  spaces: 200,
  keepDays: 90,
};

/** True when somebody of that role may invite. */
export function mayInvite(role: Role, settings: Partial<NodeSettings>): boolean {
  return role === "administrator" || (settings.membersInvite ?? RULES.membersInvite);
}

/** What one account may take. */
export function limitsFor(
  role: Role,
  { settings, limits }: { settings: Partial<NodeSettings>; limits: AccountLimits },
): { letters: number; invitations: number; spaces: number } {
  const everybodys =
    role === "administrator"
      ? ADMINISTRATOR_INVITATIONS
      : (settings.invitations ?? RULES.invitations);
  return {
    letters: limits.letters ?? settings.letters ?? RULES.letters,
    invitations: limits.invitations ?? everybodys,
    spaces: limits.spaces ?? settings.spaces ?? RULES.spaces,
  };
}
