/** What the screens need to know of spaces, people and joins. */
import type { Account, Join, Person, Space, SpaceSummary, Trouble } from "../api.ts";
import type { Core } from "../core.ts";
import { checkOf } from "../trust/queries.ts";
import { accountOf } from "../account/session.ts";
import { isAsked } from "../leading/queries.ts";

type SummaryRow = {
  log_id: string;
  title: string;
  kind: SpaceSummary["kind"];
  state: SpaceSummary["state"];
  history: "none" | "all";
  hub: string;
  created: number;
  trouble: Trouble["kind"] | null;
  trouble_identity: string | null;
  trouble_name: string | null;
  last_text: string | null;
  last_author: string | null;
  last_mine: number | null;
  last_at: number | null;
  unread: number;
  mentions: number;
  people: number;
  my_role: "steward" | "member" | null;
  waiting: number;
  organisation: string | null;
};

const SUMMARY = `
SELECT s.log_id, s.title, s.kind, s.state, s.history, s.hub, s.created, s.trouble, s.trouble_identity,
  (SELECT name FROM members m WHERE m.log_id = s.log_id AND m.identity_id = s.trouble_identity) AS trouble_name,
  a.text AS last_text, a.at AS last_at, a.mine AS last_mine,
  (SELECT name FROM members m WHERE m.log_id = s.log_id AND m.identity_id = a.author) AS last_author,
  (SELECT count(*) FROM (SELECT 1 FROM activity u WHERE u.log_id = s.log_id AND u.mine = 0
     AND u.position > coalesce((SELECT position FROM read_positions r WHERE r.log_id = s.log_id), s.read_from) LIMIT 1000)) AS unread,
  (SELECT count(*) FROM (SELECT 1 FROM activity u WHERE u.log_id = s.log_id AND u.mine = 0 AND u.mention = 1
     AND u.position > coalesce((SELECT position FROM read_positions r WHERE r.log_id = s.log_id), s.read_from) LIMIT 1000)) AS mentions,
  (SELECT count(*) FROM members m WHERE m.log_id = s.log_id AND m.present = 1) AS people,
  (SELECT role FROM members m WHERE m.log_id = s.log_id AND m.identity_id = (SELECT identity_id FROM account)) AS my_role,
  (SELECT count(*) FROM outbox o WHERE o.log_id = s.log_id AND o.type NOT LIKE 'space.%') AS waiting,
  (SELECT node FROM space_organisations b WHERE b.log_id = s.log_id) AS organisation
FROM spaces s LEFT JOIN activity a ON a.log_id = s.log_id
  AND a.event_id = (SELECT event_id FROM activity n WHERE n.log_id = s.log_id ORDER BY position DESC LIMIT 1)
WHERE s.kind <> 'personal'`;

export const SPACES_TABLES = [
  "spaces",
  "activity",
  "members",
  "read_positions",
  "outbox",
  "account",
  "space_organisations",
] as const;

/** The list, newest first. */
export async function listSpaces(core: Core): Promise<SpaceSummary[]> {
  const rows = await core.store.all<SummaryRow>(
    `${SUMMARY} ORDER BY coalesce(a.at, s.created) DESC, s.log_id`,
  );
  return rows.map(summaryOf);
}

/** One space, or null when this device does not have it. */
export async function oneSpace(core: Core, spaceId: string): Promise<Space | null> {
  const row = await core.store.get<SummaryRow>(`${SUMMARY} AND s.log_id = ?`, [spaceId]);
  if (row === undefined) return null;
  const asked =
    row.my_role === "steward" && row.state === "active" && (await isAsked(core, spaceId));
  return {
    ...summaryOf(row),
    asked,
    myRole: row.my_role ?? "member",
    history: row.history,
    hub: row.hub,
    waiting: row.waiting,
    organisation: row.organisation,
  };
}

function summaryOf(row: SummaryRow): SpaceSummary {
  return {
    spaceId: row.log_id,
    title: row.title,
    kind: row.kind,
    state: row.state,
    trouble:
      row.trouble === null
        ? null
        : { kind: row.trouble, identityId: row.trouble_identity, name: row.trouble_name },
    lastText: row.last_text,
    lastAuthor: row.last_mine === 1 ? null : row.last_author,
    lastAt: row.last_at ?? row.created,
    unread: row.unread,
    mentions: row.mentions,
    people: row.people,
  };
}

export const PEOPLE_TABLES = ["members", "people", "person_keys", "account"] as const;

/** Who is in a space, stewards first, then by name. */
export async function listPeople(core: Core, spaceId: string): Promise<Person[]> {
  const rows = await core.store.all<{
    identity_id: string;
    name: string;
    address: string;
    role: Person["role"];
    devices: number;
    state: string | null;
    changed: string | null;
  }>(
    `SELECT m.identity_id, m.name, m.address, m.role, m.devices, p.state, k.changed FROM members m
     LEFT JOIN people p ON p.identity_id = m.identity_id LEFT JOIN person_keys k ON k.identity_id = m.identity_id
     WHERE m.log_id = ? AND m.present = 1 ORDER BY m.role = 'steward' DESC, m.name, m.identity_id`,
    [spaceId],
  );
  return rows.map((row) => ({
    identityId: row.identity_id,
    name: row.name,
    address: row.address,
    role: row.role,
    check: checkOf(row),
    devices: row.devices,
  }));
}

export const JOINS_TABLES = ["joins"] as const;

/** Spaces that this account has asked to join, by a link. */
export async function listJoins(core: Core): Promise<Join[]> {
  const rows = await core.store.all<{
    join_id: string;
    title: string;
    inviter_name: string;
    state: Join["state"];
    reason: string | null;
    since: number;
  }>(
    "SELECT join_id, title, inviter_name, state, reason, since FROM joins WHERE inviter <> '' ORDER BY since DESC",
  );
  return rows.map((row) => ({
    joinId: row.join_id,
    title: row.title,
    inviterName: row.inviter_name,
    state: row.state,
    reason: row.reason,
    since: row.since,
  }));
}

export async function theAccount(core: Core): Promise<Account | null> {
  return core.signedIn() ? accountOf(core.me()) : null;
}
