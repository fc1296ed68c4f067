/**
 * Who may do what in a space beside those who lead it: moderators, guests and observers, who is banned, whether few write and
 * who lets people in. All of it stands in the group context, so that every member's device judges by the same words, at
 * the same place of the log, and a newcomer has them from the first moment.
 */
import type { Bytes } from "@baraza/protocol";
import { bytes32, LIMITS, object, time, toHex } from "@baraza/protocol";
import * as v from "valibot";

/** What somebody is in a space; `member` stands nowhere. Who leads it stands with the stewards. */
export type MemberRole = "steward" | "moderator" | "member" | "guest" | "observer";
export const LISTED_ROLES = ["moderator", "guest", "observer"] as const;
export type ListedRole = (typeof LISTED_ROLES)[number];

const listed = object({
  identityId: bytes32,
  role: v.picklist(LISTED_ROLES),
  /** Their time here ends then, ms since 1970. */
  until: v.optional(time),
  /** They are given nothing of what was before they came, whatever their role becomes. */
  fresh: v.optional(v.boolean()),
});

/** The fields of the group context that are about people. */
export const RULE_FIELDS = {
  roles: v.optional(v.pipe(v.array(listed), v.maxLength(LIMITS.listedRoles))),
  banned: v.optional(v.pipe(v.array(bytes32), v.maxLength(LIMITS.banned))),
  /** Only those who lead and moderators write. */
  announce: v.optional(v.boolean()),
  /** Only those who lead and moderators let people in. */
  approve: v.optional(v.boolean()),
} as const;

export type Listed = v.InferOutput<typeof listed>;
export type Rules = {
  stewards: readonly { identityId: Bytes }[];
  roles?: Listed[] | undefined;
  banned?: Bytes[] | undefined;
  announce?: boolean | undefined;
  approve?: boolean | undefined;
};

/** What somebody is by these rules. */
export function roleOf(rules: Rules, id: string): MemberRole {
  if (rules.stewards.some((one) => toHex(one.identityId) === id)) return "steward";
  return entryOf(rules, id)?.role ?? "member";
}

/** How somebody is listed, if they are. */
export function entryOf({ roles = [] }: Rules, id: string): Listed | undefined {
  return roles.find((one) => toHex(one.identityId) === id);
}

/** Whether somebody keeps order: leads, or is a moderator. */
export const keepsOrder = (role: string | undefined): boolean =>
  role === "steward" || role === "moderator";

export const isBanned = ({ banned = [] }: Rules, id: string): boolean =>
  banned.some((one) => toHex(one) === id);

/** Somebody is in it who is given nothing of what was before. */
export const hasFresh = ({ roles = [] }: Rules): boolean => roles.some((one) => one.fresh === true);

/** Whether a context says anything about people beside who leads. */
export const hasRules = (rules: Rules): boolean =>
  (rules.roles ?? []).length > 0 ||
  (rules.banned ?? []).length > 0 ||
  rules.announce === true ||
  rules.approve === true;

/** What devices say to each other, and what is for oneself: no role stands in its way. */
const FREE = /^(space|segments|marks)\./;
/** What a space says of itself. */
const ITS_OWN: ReadonlySet<string> = new Set(["space.title", "space.about", "space.picture"]);
/** What those alone may who keep order: what the place is like, for all who are in it. */
const ORDER: ReadonlySet<string> = new Set([
  "chat.channel",
  "chat.channelOrder",
  "chat.ownEmoji",
  "space.groupOff",
]);
/** What those may who do not write where few write: an answer to what was said, not a word of their own. */
const ANSWERS: ReadonlySet<string> = new Set(["chat.reaction", "chat.vote"]);

/** Whether an event of this type counts from somebody with this role. The same on every device, at each place of the log. */
export function mayPost(role: MemberRole, announce: boolean, type: string): boolean {
  if (ORDER.has(type)) return keepsOrder(role);
  if (ITS_OWN.has(type)) return keepsOrder(role) || (!announce && role === "member");
  if (type === "space.ask" || type === "space.group") return keepsOrder(role) || role === "member";
  if (FREE.test(type)) return true;
  if (role === "observer") return false;
  return !announce || keepsOrder(role) || ANSWERS.has(type);
}

/** Whether somebody may bring in people who are not in it yet. */
export function mayAdmit(rules: Rules, role: MemberRole): boolean {
  return keepsOrder(role) || (role === "member" && rules.approve !== true);
}

/** Whether these people may come in. */
export function mayCome(rules: Rules, ids: readonly string[]): boolean {
  return !ids.some((id) => isBanned(rules, id));
}

/** One change of the rules, as a person asks for it. */
export const ruleIntent = object({
  op: v.picklist(["role", "ban", "unban", "announce", "approve"]),
  identityId: v.optional(bytes32),
  role: v.optional(v.picklist(["moderator", "member", "guest", "observer"])),
  until: v.optional(time),
  on: v.optional(v.boolean()),
});
export type RuleIntent = v.InferOutput<typeof ruleIntent>;
