/** Listing working groups in a larger space, finding them there, and keeping true what is said of them. Loaded when it is used. */
import { fromHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { ask } from "../letters/ask.ts";
import type { invite } from "../letters/invite.ts";
import { post } from "../spaces/post.ts";
import { checkArguments, hexId, invalid } from "../tools/checks.ts";
import type { GroupCommands, GroupLive, WorkingGroup } from "./groups-api.ts";
import type { GroupCard } from "./groups.ts";
import { keepsOrder } from "./rules.ts";

type Args<K extends keyof GroupCommands> = Parameters<GroupCommands[K]>[0];

/** How one comes in, given by whoever calls: what is loaded at first is not taken apart for what is loaded later. */
export type Doors = { invite: typeof invite; ask: typeof ask };

const id = hexId(32);
const tag = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed(), "text"),
  v.transform((value) => value.normalize("NFC").replace(/\s+/gu, " ").trim()),
  v.maxLength(60),
);
const listArguments = v.object({
  spaceId: id,
  groupId: id,
  sector: tag,
  theme: tag,
  region: tag,
  open: v.boolean(),
});
const oneArguments = v.object({ spaceId: id, groupId: id });

const endLink = async (core: Core, linkId: string): Promise<void> =>
  (await import("./people-work.ts")).endLink(core, linkId);

const DAY_MS = 24 * 60 * 60_000;
/** How long the link of a listing is good for; it is made anew some time before. */
const LINK_DAYS = 365;
const RENEW_MS = 60 * DAY_MS;
/** How often what is said of a group is put right at most, ms. */
const TELL_EVERY_MS = 60 * 60_000;

type Standing = { title: string; about: string; role: string; kind: string; members: number };

/** What one is in a space that one is in; undefined: one is not. */
function standingIn(core: Core, spaceId: string): Promise<Standing | undefined> {
  return core.store.get<Standing>(
    `SELECT s.title, s.kind, coalesce((SELECT text FROM space_about a WHERE a.log_id = s.log_id), '') AS about, m.role,
       (SELECT count(*) FROM members p WHERE p.log_id = s.log_id AND p.present = 1) AS members
     FROM spaces s JOIN members m ON m.log_id = s.log_id AND m.identity_id = ?2 AND m.present = 1
     WHERE s.log_id = ?1 AND s.state = 'active'`,
    [spaceId, core.me().id],
  );
}

export async function listGroup(
  core: Core,
  args: Args<"space.listGroup">,
  doors: Doors,
): Promise<void> {
  const { spaceId, groupId, ...said } = checkArguments(listArguments, args);
  if (spaceId === groupId) throw invalid("groupId");
  const [larger, group] = [await standingIn(core, spaceId), await standingIn(core, groupId)];
  if (larger === undefined || group === undefined) throw new EngineError("not_member");
  if (larger.kind !== "group" || group.kind !== "group") throw invalid("groupId");
  const leads = group.role === "steward" || (keepsOrder(larger.role) && bringsIn(group.role));
  if (!leads || !bringsIn(larger.role)) throw new EngineError("not_steward");
  await tell(core, spaceId, groupId, said, doors);
}

const bringsIn = (role: string): boolean => role !== "guest" && role !== "observer";

/** Makes a link, says what there is to say with it, and ends the one before. */
async function tell(
  core: Core,
  spaceId: string,
  groupId: string,
  said: Pick<GroupCard, "sector" | "theme" | "region" | "open">,
  doors: Doors,
): Promise<void> {
  const group = await standingIn(core, groupId);
  if (group === undefined) throw new EngineError("not_member");
  const { store, platform } = core;
  const before = await store.get<{ card_id: string }>(
    "SELECT card_id FROM group_links WHERE log_id = ? AND group_id = ?",
    [spaceId, groupId],
  );
  const made = await doors.invite(core, groupId, {
    days: LINK_DAYS,
    most: null,
    approval: !said.open,
    within: spaceId,
  });
  const link = made.link.slice(made.link.indexOf("#") + 1);
  await store.run("INSERT OR REPLACE INTO group_links VALUES (?, ?, ?, ?, ?)", [
    spaceId,
    groupId,
    made.linkId,
    made.expires,
    platform.clock.now(),
  ]);
  await put(core, spaceId, groupId, { ...cardOf(group), ...said, link });
  if (before !== undefined) await endLink(core, before.card_id);
}

const cardOf = ({ title, about, members }: Standing) => ({
  title: title.slice(0, 200),
  about: about.slice(0, 1000),
  members,
});

async function put(
  core: Core,
  spaceId: string,
  groupId: string,
  card: GroupCard | null,
): Promise<void> {
  await post(core, spaceId, [{ type: "space.group", payload: { group: fromHex(groupId), card } }]);
}

export async function unlistGroup(core: Core, args: Args<"space.unlistGroup">): Promise<void> {
  const { spaceId, groupId } = checkArguments(oneArguments, args);
  const listed = await core.store.get<{ author: string }>(
    "SELECT author FROM groups_listed WHERE log_id = ? AND group_id = ?",
    [spaceId, groupId],
  );
  if (listed === undefined) return;
  if (listed.author === core.me().id) await put(core, spaceId, groupId, null);
  else
    await post(core, spaceId, [{ type: "space.groupOff", payload: { group: fromHex(groupId) } }]);
  await endListed(core, spaceId, groupId);
}

/** Ends the link that this device made for a listing. */
async function endListed(core: Core, spaceId: string, groupId: string): Promise<void> {
  const row = await core.store.get<{ card_id: string }>(
    "SELECT card_id FROM group_links WHERE log_id = ? AND group_id = ?",
    [spaceId, groupId],
  );
  if (row === undefined) return;
  await core.store.run("DELETE FROM group_links WHERE log_id = ? AND group_id = ?", [
    spaceId,
    groupId,
  ]);
  await endLink(core, row.card_id);
}

export async function joinGroup(
  core: Core,
  args: Args<"space.joinGroup">,
  doors: Doors,
): Promise<{ joinId: string }> {
  const { spaceId, groupId } = checkArguments(oneArguments, args);
  const row = await core.store.get<{ card: string }>(
    "SELECT card FROM groups_listed WHERE log_id = ? AND group_id = ?",
    [spaceId, groupId],
  );
  if (row === undefined) throw invalid("groupId");
  const { link } = JSON.parse(row.card) as GroupCard;
  // Whose listing it is, is no more of an acquaintance for it.
  const { joinId } = await doors.ask(core, link, { stranger: true });
  return { joinId };
}

/** The most that a screen shows. */
const SHOWN = 500;

/** The groups that a space lists, by name; and what of one's own could be. */
export async function groupsOf(
  core: Core,
  spaceId: string,
): Promise<GroupLive["space.groups"]["value"]> {
  const me = core.me().id;
  const here = await standingIn(core, spaceId);
  const rows = await core.store.all<{
    group_id: string;
    author: string;
    card: string;
    by_name: string;
    state: string | null;
    joining: string | null;
  }>(
    `SELECT g.group_id, g.author, g.card, coalesce(m.name, p.name, '') AS by_name,
       (SELECT state FROM spaces s WHERE s.log_id = g.group_id) AS state,
       (SELECT state FROM joins j WHERE j.log_id = g.group_id AND j.inviter <> '' ORDER BY since DESC LIMIT 1) AS joining
     FROM groups_listed g LEFT JOIN members m ON m.log_id = g.log_id AND m.identity_id = g.author
     LEFT JOIN people p ON p.identity_id = g.author
     WHERE g.log_id = ? LIMIT ${SHOWN}`,
    [spaceId],
  );
  const groups = rows.map((row): WorkingGroup => {
    const { link: _link, ...card } = JSON.parse(row.card) as GroupCard;
    return {
      ...card,
      groupId: row.group_id,
      listedBy: row.by_name,
      mine:
        row.state === "active"
          ? "in"
          : row.joining === "asking"
            ? "asked"
            : row.joining === "refused"
              ? "refused"
              : "out",
      mayUnlist: here !== undefined && (row.author === me || keepsOrder(here.role)),
    };
  });
  const listable =
    here === undefined || !bringsIn(here.role)
      ? []
      : await core.store.all<{ groupId: string; title: string }>(
          `SELECT s.log_id AS groupId, s.title FROM spaces s JOIN members m ON m.log_id = s.log_id AND m.identity_id = ?2
           WHERE s.kind = 'group' AND s.state = 'active' AND s.log_id <> ?1 AND m.present = 1
             AND (m.role = 'steward' OR (?3 AND m.role IN ('member', 'moderator')))
             AND NOT EXISTS (SELECT 1 FROM groups_listed g WHERE g.log_id = ?1 AND g.group_id = s.log_id)
           ORDER BY s.title LIMIT 200`,
          [spaceId, me, Number(keepsOrder(here.role))],
        );
  return { groups: groups.toSorted((a, b) => a.title.localeCompare(b.title)), listable };
}

/** Puts right what this device's listings say, and ends the links of those that are off. `logId`: a larger space, or a group. */
export async function tendGroups(core: Core, logId: string, doors: Doors): Promise<void> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<{
    log_id: string;
    group_id: string;
    expires: number;
    told: number;
    author: string | null;
    card: string | null;
  }>(
    `SELECT k.log_id, k.group_id, k.expires, k.told, g.author, g.card FROM group_links k
     LEFT JOIN groups_listed g ON g.log_id = k.log_id AND g.group_id = k.group_id
     WHERE k.log_id = ?1 OR k.group_id = ?1`,
    [logId],
  );
  for (const row of rows) {
    const { log_id: spaceId, group_id: groupId } = row;
    const group = await standingIn(core, groupId);
    if (row.card === null || row.author !== core.me().id) await endListed(core, spaceId, groupId);
    else if (group === undefined) {
      // One is not in it any more: nobody here could answer.
      await endListed(core, spaceId, groupId);
      if ((await standingIn(core, spaceId)) !== undefined) await put(core, spaceId, groupId, null);
    } else if (now - row.told >= TELL_EVERY_MS && (await standingIn(core, spaceId)) !== undefined) {
      const card = JSON.parse(row.card) as GroupCard;
      if (row.expires - now < RENEW_MS) await tell(core, spaceId, groupId, card, doors);
      else {
        const fresh = { ...card, ...cardOf(group) };
        if (JSON.stringify(fresh) === JSON.stringify(card)) continue;
        await core.store.run("UPDATE group_links SET told = ? WHERE log_id = ? AND group_id = ?", [
          now,
          spaceId,
          groupId,
        ]);
        await put(core, spaceId, groupId, fresh);
      }
    }
  }
}
