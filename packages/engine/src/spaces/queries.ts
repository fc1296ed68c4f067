/** What the screens need to know of spaces, people and joins. */
import type { Account, Join, Person, Space, SpaceSummary, Trouble } from "../api.ts";
import type { Core } from "../core.ts";
import { checkOf } from "../trust/queries.ts";
import { accountOf } from "../account/session.ts";
import type { Channel } from "../tools/chat/channel-api.ts";
import { oneLine } from "../tools/chat/preview.ts";
import { keepsOrder, mayPost } from "../people/rules.ts";
import type { MemberRole } from "../people/rules.ts";
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
  last_passes: number;
  unread: number;
  mentions: number;
  people: number;
  my_role: MemberRole | null;
  announce: number | null;
  about: string | null;
  waiting: number;
  organisation: string | null;
  muted_until: number | null;
  archived: number;
  pinned_at: number | null;
  marked_unread: number;
  draft: string | null;
  picture: string | null;
};

const SUMMARY = `
SELECT s.log_id, s.title, s.kind, s.state, s.history, s.hub, s.created, s.trouble, s.trouble_identity,
  (SELECT name FROM members m WHERE m.log_id = s.log_id AND m.identity_id = s.trouble_identity) AS trouble_name,
  a.text AS last_text, a.at AS last_at, a.mine AS last_mine,
  EXISTS (SELECT 1 FROM vanishing v WHERE v.event_id = a.event_id) AS last_passes,
  (SELECT name FROM members m WHERE m.log_id = s.log_id AND m.identity_id = a.author) AS last_author,
  (SELECT count(*) FROM (SELECT 1 FROM activity u WHERE u.log_id = s.log_id AND u.channel = '' AND u.mine = 0
     AND u.position > coalesce((SELECT position FROM read_positions r WHERE r.log_id = s.log_id AND r.channel = ''), s.read_from) LIMIT 100)) AS unread,
  (SELECT count(*) FROM (SELECT 1 FROM activity u WHERE u.log_id = s.log_id AND u.channel = '' AND u.mine = 0 AND u.mention = 1
     AND u.position > coalesce((SELECT position FROM read_positions r WHERE r.log_id = s.log_id AND r.channel = ''), s.read_from) LIMIT 100)) AS mentions,
  (SELECT count(*) FROM members m WHERE m.log_id = s.log_id AND m.present = 1) AS people,
  (SELECT role FROM members m WHERE m.log_id = s.log_id AND m.identity_id = (SELECT identity_id FROM account)) AS my_role,
  (SELECT count(*) FROM outbox o WHERE o.log_id = s.log_id AND o.type NOT LIKE 'space.%') AS waiting,
  (SELECT announce FROM space_rules r WHERE r.log_id = s.log_id) AS announce,
  (SELECT text FROM space_about t WHERE t.log_id = s.log_id) AS about,
  (SELECT event_id FROM space_pictures i WHERE i.log_id = s.log_id AND i.picture IS NOT NULL) AS picture,
  (SELECT node FROM space_organisations b WHERE b.log_id = s.log_id) AS organisation,
  (SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.log_id) AS muted_until,
  (SELECT count(*) FROM marks WHERE kind = 'archive' AND key = s.log_id AND value IS NOT NULL) AS archived,
  (SELECT value ->> 'at' FROM marks WHERE kind = 'pin' AND key = s.log_id) AS pinned_at,
  (SELECT count(*) FROM marks WHERE kind = 'unread' AND key = s.log_id AND value IS NOT NULL) AS marked_unread,
  (SELECT substr(value ->> 'text', 1, 200) FROM marks_drafts WHERE kind = 'draft' AND key = s.log_id) AS draft
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
  "space_rules",
  "space_about",
  "space_pictures",
  "marks",
  "marks_drafts",
  "chat_channels",
] as const;

/** The list, newest first. */
export async function listSpaces(core: Core): Promise<SpaceSummary[]> {
  const rows = await core.store.all<SummaryRow>(
    `${SUMMARY} ORDER BY coalesce(a.at, s.created) DESC, s.log_id`,
  );
  const channels = await channelsIn(core);
  return rows.map((row) => summaryOf(row, channels.get(row.log_id), core.platform.clock.now()));
}

const NO_CHANNELS: ReadonlyMap<string, Channel[]> = new Map();

/** The channels of spaces that have several. */
async function channelsIn(core: Core): Promise<ReadonlyMap<string, Channel[]>> {
  const some = await core.store.get(
    "SELECT 1 AS one FROM chat_channels WHERE channel <> '' LIMIT 1",
  );
  return some === undefined
    ? NO_CHANNELS
    : (await import("../tools/chat/channel-acts.ts")).channelsEverywhere(core.store);
}

/** One space, or null when this device does not have it. */
export async function oneSpace(core: Core, spaceId: string): Promise<Space | null> {
  const row = await core.store.get<SummaryRow>(`${SUMMARY} AND s.log_id = ?`, [spaceId]);
  if (row === undefined) return null;
  const orders = row.state === "active" && row.kind === "group" && keepsOrder(row.my_role ?? "");
  const asked =
    row.my_role === "steward" && row.state === "active" && (await isAsked(core, spaceId));
  return {
    ...summaryOf(row, (await channelsIn(core)).get(spaceId), core.platform.clock.now()),
    asked,
    myRole: row.my_role ?? "member",
    mayWrite: may(row, "chat.message"),
    mayReact: may(row, "chat.reaction"),
    ...(orders && (await isWatched(core, row)) ? await watched(core, spaceId) : UNWATCHED),
    mayName: may(row, "space.title"),
    about: row.about ?? "",
    history: row.history,
    hub: row.hub,
    waiting: row.waiting,
    organisation: row.organisation,
  };
}

const UNWATCHED = { asking: 0, reports: 0, flooding: null };
const watched = async (core: Core, spaceId: string) =>
  (await import("../people/watch.ts")).watched(core, spaceId);

/** Whether there is anything to look for: a conversation of one or two has no flood, and most have no door to answer. */
async function isWatched(core: Core, row: SummaryRow): Promise<boolean> {
  const some = await core.store.get<{ some: number }>(
    "SELECT EXISTS (SELECT 1 FROM asks WHERE log_id = ?1) OR EXISTS (SELECT 1 FROM reports WHERE log_id = ?1) AS some",
    [row.log_id],
  );
  return row.people > 2 || some?.some === 1;
}

function may(row: SummaryRow, type: string): boolean {
  return row.state === "active" && mayPost(row.my_role ?? "member", row.announce === 1, type);
}

function summaryOf(
  row: SummaryRow,
  channels: readonly Channel[] | undefined,
  now: number,
): SpaceSummary {
  const there = (channels ?? []).filter(({ channelId, archived }) => channelId !== "" && !archived);
  const more = (count: (one: Channel) => number): number =>
    there.reduce((sum, one) => sum + count(one), 0);
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
    lastPasses: row.last_passes === 1,
    // Of a channel that one does not want to hear of only what names one counts.
    unread: row.unread + more((one) => (one.mutedUntil > now ? one.mentions : one.unread)),
    mentions: row.mentions + more((one) => one.mentions),
    people: row.people,
    pictureId: row.picture,
    mutedUntil: row.muted_until ?? 0,
    archived: row.archived > 0,
    pinnedAt: row.pinned_at,
    markedUnread: row.marked_unread > 0 || there.some(({ markedUnread }) => markedUnread),
    draft: row.draft === null || row.draft.trim() === "" ? null : oneLine(row.draft),
    channels: there.length === 0 ? [] : (channels ?? []).filter(({ archived }) => !archived),
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
     WHERE m.log_id = ? AND m.present = 1 ORDER BY m.role = 'steward' DESC, m.role = 'moderator' DESC, m.name, m.identity_id`,
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
