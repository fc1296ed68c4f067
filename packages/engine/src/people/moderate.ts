/** Changing the rules, and what of them moderators may change: apart, since most spaces have none. */
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, LIMITS, toHex } from "@baraza/protocol";
import type { Listed, RuleIntent, Rules } from "./rules.ts";
import { entryOf, isBanned, keepsOrder, roleOf } from "./rules.ts";

/**
 * Whether a moderator may make this change of the context: silence and let speak, and ban, those who do not keep order
 * themselves. Nothing else of it changes, also nothing that a later version put there.
 */
export function mayModerate(before: Rules, after: Rules): boolean {
  const rest = (rules: Rules) =>
    toHex(encodeCbor({ ...rules, ...fieldsOf(rules), roles: [], banned: [] }));
  if (rest(before) !== rest(after)) return false;
  const { banned = [] } = before;
  if (banned.some((one) => !isBanned(after, toHex(one)))) return false;
  const added = (after.banned ?? []).map(toHex).filter((id) => !isBanned(before, id));
  if (added.some((id) => keepsOrder(roleOf(before, id)))) return false;
  const ids = [...(before.roles ?? []), ...(after.roles ?? [])].map((one) => toHex(one.identityId));
  return ids.every((id) => {
    const [was, is] = [entryOf(before, id), entryOf(after, id)];
    if (keepsOrder(roleOf(before, id)) || keepsOrder(roleOf(after, id)))
      return was !== undefined && is !== undefined && same(was, is);
    if (isBanned(after, id) && is === undefined) return true;
    return was?.until === is?.until && was?.fresh === is?.fresh;
  });
}

export const same = (one: Listed, other: Listed): boolean =>
  toHex(encodeCbor(one)) === toHex(encodeCbor(other));

/** The fields of the context that are about people, all of them. */
export type RuleFields = { roles: Listed[]; banned: Bytes[]; announce: boolean; approve: boolean };
export const fieldsOf = (rules: Rules): RuleFields => ({
  roles: [...(rules.roles ?? [])],
  banned: [...(rules.banned ?? [])],
  announce: rules.announce ?? false,
  approve: rules.approve ?? false,
});

/** The rules after a change; null when it changes nothing, or there is no more room in the list. */
export function withRule(rules: Rules, change: RuleIntent): RuleFields | null {
  const next = fieldsOf(rules);
  const { op, identityId } = change;
  const id = identityId === undefined ? "" : toHex(identityId);
  if (op === "announce" || op === "approve") {
    if (next[op] === (change.on ?? false)) return null;
    return { ...next, [op]: change.on ?? false };
  }
  if (identityId === undefined) return null;
  const others = next.roles.filter((one) => toHex(one.identityId) !== id);
  if (op === "unban") {
    next.banned = next.banned.filter((one) => toHex(one) !== id);
    return next.banned.length === (rules.banned ?? []).length ? null : next;
  }
  if (op === "ban") {
    if (isBanned(rules, id) || next.banned.length >= LIMITS.banned) return null;
    return { ...next, roles: others, banned: [...next.banned, identityId] };
  }
  const was = entryOf(rules, id);
  const role = change.role ?? "member";
  const fresh = role === "guest" || (was?.fresh === true && role === "observer");
  const until = role === "guest" ? change.until : role === "observer" ? was?.until : undefined;
  const entry: Listed | null =
    role === "member"
      ? null
      : {
          identityId,
          role,
          ...(until === undefined ? {} : { until }),
          ...(fresh ? { fresh } : {}),
        };
  if (was === undefined ? entry === null : entry !== null && same(was, entry)) return null;
  if (entry !== null && others.length >= LIMITS.listedRoles) return null;
  return { ...next, roles: entry === null ? others : [...others, entry] };
}

/** Takes somebody out of the list who is out of the space; null when they are not in it. */
export function withoutEntry(rules: Rules, id: string): RuleFields | null {
  if (entryOf(rules, id) === undefined) return null;
  const next = fieldsOf(rules);
  return { ...next, roles: next.roles.filter((one) => toHex(one.identityId) !== id) };
}
