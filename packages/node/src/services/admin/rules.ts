/** Who may invite how many. */
import type { Role } from "@baraza/protocol";
import type { NodeSettings } from "../../store/port-admin.ts";

const DAY = 24 * 60 * 60_000;

/** Uses left over all of one's open invitations, and how long one may stand. */
export const INVITATION_QUOTA = {
  member: { uses: 20, lifeMs: 30 * DAY },
  administrator: { uses: 10_000, lifeMs: 366 * DAY },
} as const satisfies Record<Role, { uses: number; lifeMs: number }>;

/** What holds until an administrator sets it. */
export const MEMBERS_INVITE = true;

/** True when somebody of that role may invite. */
export function mayInvite(role: Role, settings: Partial<NodeSettings>): boolean {
  return role === "administrator" || (settings.membersInvite ?? MEMBERS_INVITE);
}
