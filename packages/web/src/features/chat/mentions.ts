/** Who can be named behind an `@`, and whom that means. */
import type { PersonRow, Role } from "../../app/model.ts";
import { EVERYONE } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { formatNames } from "../../i18n/names.ts";

type Suggestion = { id: string; name: string; detail: string };

/** Roles that are named together. */
const ROLES = ["steward", "moderator", "guest"] as const satisfies readonly Role[];
const ROLE = "role:";
/** People that one message names at most. */
const MOST = 100;
/** Names of those who have a role that are shown beside it. */
const SHOWN = 3;

/** The people whose name, or a later part of it, begins with what was typed after an `@`; in groups roles, and everybody. */
export function suggestPeople(
  query: string,
  people: readonly PersonRow[],
  { group = false, everyone = false } = {},
): Suggestion[] {
  const wanted = fold(query);
  const all =
    everyone && [t("talk.everyone"), "channel", "all"].some((word) => fold(word).startsWith(wanted))
      ? [{ id: EVERYONE, name: t("talk.everyone"), detail: t("talk.everyoneHint") }]
      : [];
  const roles = (group ? ROLES : []).flatMap((role): Suggestion[] => {
    const names = withRole(people, role).map(({ name }) => name);
    const fits = [t(`people.${role}`), role].some((word) => fold(word).startsWith(wanted));
    return names.length === 0 || !fits
      ? []
      : [
          {
            id: ROLE + role,
            name: t(`people.${role}`),
            detail: formatNames(names.slice(0, SHOWN), Math.max(0, names.length - SHOWN)),
          },
        ];
  });
  const named = people
    .filter(
      ({ you, name }) =>
        !you &&
        fold(name)
          .split(/\s+/)
          .some((_, index, words) => words.slice(index).join(" ").startsWith(wanted)),
    )
    .map(({ identityId, name, address }) => ({ id: identityId, name, detail: address }));
  // Of what is found the first six are shown.
  return query === "" ? [...named, ...roles, ...all] : [...all, ...roles, ...named];
}

/** The people that are meant: those who have a role for the role. */
export function meant(mentioned: readonly string[], people: readonly PersonRow[]): string[] {
  const ids = mentioned.flatMap((id) =>
    id.startsWith(ROLE)
      ? withRole(people, id.slice(ROLE.length)).map(({ identityId }) => identityId)
      : [id],
  );
  return [...new Set(ids)].slice(0, MOST);
}

/** What a role is called where it is named, in the reader's language. */
export const roleNames = (): string[] => ROLES.map((role) => t(`people.${role}`));

function withRole(people: readonly PersonRow[], role: string): PersonRow[] {
  return people.filter((one) => one.role === role && !one.you);
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLocaleLowerCase();
}
