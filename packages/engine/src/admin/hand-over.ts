/**
 * What belongs to the organisation, and what becomes of it when somebody leaves.
 *
 * [Note: Whose a space is] The group context names the node of the organisation that a space belongs to, where it belongs to
 * one: all members see it, only stewards change it. It opens nothing to anybody. It says who is asked when a membership
 * ends: the leaver names another steward and goes; and the stewards who stay are told, since the journal of their node
 * names who leaves.
 */
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { intend } from "../spaces/commit.ts";
import { leave, needStewardOf, setRole } from "../spaces/manage.ts";
import type { Departure, HandOver } from "./api.ts";

/** Spaces of one's own organisation that one is in, those first that nobody else leads. */
export async function listHandOver(core: Core): Promise<HandOver[]> {
  if (!core.signedIn()) return [];
  const { id, node } = core.me();
  const spaces = await core.store.all<{ log_id: string; title: string; only: number }>(
    `SELECT s.log_id, s.title,
       EXISTS (SELECT 1 FROM members m WHERE m.log_id = s.log_id AND m.identity_id = ?1 AND m.role = 'steward' AND m.present = 1)
       AND NOT EXISTS (SELECT 1 FROM members m WHERE m.log_id = s.log_id AND m.identity_id <> ?1 AND m.role = 'steward' AND m.present = 1) AS only
     FROM spaces s JOIN space_organisations o ON o.log_id = s.log_id
     WHERE o.node = ?2 AND s.state = 'active' ORDER BY only DESC, s.title, s.log_id`,
    [id, node],
  );
  const listed: HandOver[] = [];
  for (const { log_id, title, only } of spaces) {
    const others = await core.store.all<{ identity_id: string; name: string }>(
      `SELECT identity_id, name FROM members WHERE log_id = ? AND identity_id <> ? AND present = 1
       ORDER BY role = 'steward' DESC, name, identity_id`,
      [log_id, id],
    );
    listed.push({
      spaceId: log_id,
      title,
      onlySteward: only === 1 && others.length > 0,
      others: others.map(({ identity_id, name }) => ({ identityId: identity_id, name })),
    });
  }
  return listed;
}

/** Who leaves one's organisation, in those of its spaces that one leads: the journal of the node says so. */
export async function listDepartures(core: Core): Promise<Departure[]> {
  if (!core.signedIn()) return [];
  const { id, node } = core.me();
  const rows = await core.store.all<
    Omit<Departure, "spaceId" | "identityId" | "at"> & {
      log_id: string;
      identity_id: string;
      detail: string;
      at: number;
    }
  >(
    `SELECT s.log_id, s.title, m.identity_id, m.name, m.address, j.detail, j.at
     FROM journal j
     JOIN members m ON m.address = j.subject || '@' || ?2 AND m.present = 1 AND m.identity_id <> ?1
     JOIN space_organisations o ON o.log_id = m.log_id AND o.node = ?2
     JOIN spaces s ON s.log_id = m.log_id AND s.state = 'active'
     JOIN members me ON me.log_id = m.log_id AND me.identity_id = ?1 AND me.role = 'steward' AND me.present = 1
     WHERE j.act IN ('leave', 'closed')
       AND NOT EXISTS (SELECT 1 FROM journal l WHERE l.subject = j.subject AND l.number > j.number AND l.act IN ('leave', 'stay', 'closed'))
     ORDER BY s.title, m.name, m.identity_id`,
    [id, node],
  );
  return rows.map(({ log_id, identity_id, detail, at, ...row }) => ({
    ...row,
    spaceId: log_id,
    identityId: identity_id,
    at: (JSON.parse(detail) as { at?: number }).at ?? at,
  }));
}

/** See api.ts. @throws EngineError `not_steward`, `invalid` (a pair) */
export async function setOrganisation(core: Core, spaceId: string, on: boolean): Promise<void> {
  const space = await needStewardOf(core, spaceId);
  if (space.row.kind !== "group") throw new EngineError("invalid");
  await intend(core, spaceId, "belongs", { organisation: on ? core.me().node : null });
}

/**
 * Leaves a space of the organisation. Where nobody else leads it, `to` does first: this is stored, and goes on by itself when
 * the others' devices have taken it in. @throws EngineError `last_steward` when nobody is named
 */
export async function handOver(core: Core, spaceId: string, to: string | null): Promise<void> {
  const [space] = (await listHandOver(core)).filter((one) => one.spaceId === spaceId);
  if (space === undefined) throw new EngineError("no_space");
  if (!space.onlySteward) return leave(core, spaceId);
  if (to === null || !space.others.some(({ identityId }) => identityId === to))
    throw new EngineError("last_steward");
  await core.store.run("INSERT OR REPLACE INTO hand_overs VALUES (?, ?)", [spaceId, to]);
  await setRole(core, spaceId, to, "steward");
}

/** Leaves the spaces whose new steward is in place. */
export async function tendHandOvers(core: Core): Promise<void> {
  if (!core.signedIn()) return;
  const ready = await core.store.all<{ log_id: string }>(
    `SELECT h.log_id FROM hand_overs h WHERE EXISTS (SELECT 1 FROM members m WHERE m.log_id = h.log_id
       AND m.identity_id = h.identity_id AND m.role = 'steward' AND m.present = 1)`,
  );
  if (ready.length === 0) return;
  for (const { log_id } of ready) {
    await leave(core, log_id).catch((error: unknown) => {
      // It was left, or one was removed, meanwhile.
      if (!(error instanceof EngineError)) throw error;
    });
    await core.store.run("DELETE FROM hand_overs WHERE log_id = ?", [log_id]);
  }
}
