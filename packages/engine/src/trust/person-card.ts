/** What the page of one person shows; loaded when somebody opens one. */
import type { Core } from "../core.ts";
import type { PersonCard, PersonHistory } from "./api.ts";
import { checkOf } from "./queries.ts";

/** Lines of history that a person's page shows. */
const HISTORY = 50;

/** Everything about a person; null for somebody whom this device does not know. */
export async function thePerson(core: Core, identityId: string): Promise<PersonCard | null> {
  const row = await core.store.get<{
    name: string;
    address: string;
    state: string;
    via: string | null;
    changed: PersonCard["changed"] extends { kind: infer K } | null ? K | null : never;
    changed_at: number | null;
    record: PersonCard["record"] | null;
  }>(
    `SELECT p.name, p.address, p.state, k.changed, k.changed_at, k.record,
       (SELECT v.name FROM people v WHERE v.identity_id = k.via AND v.state <> 'you') AS via
     FROM people p LEFT JOIN person_keys k ON k.identity_id = p.identity_id WHERE p.identity_id = ?`,
    [identityId],
  );
  if (row === undefined) return null;
  const spaces = await core.store.all<{
    log_id: string;
    title: string;
    kind: "personal" | "pair" | "group";
  }>(
    `SELECT s.log_id, s.title, s.kind FROM spaces s JOIN members m ON m.log_id = s.log_id
     WHERE m.identity_id = ? AND m.present = 1 AND s.state = 'active' AND s.kind <> 'personal' ORDER BY s.title, s.log_id LIMIT 200`,
    [identityId],
  );
  const history = await core.store.all<PersonHistory>(
    "SELECT at, kind FROM person_history WHERE identity_id = ? ORDER BY id DESC LIMIT ?",
    [identityId, HISTORY],
  );
  return {
    identityId,
    name: row.name,
    address: row.address,
    check: checkOf(row),
    via: row.via,
    changed: row.changed === null ? null : { kind: row.changed, at: row.changed_at ?? 0 },
    record: row.record ?? "open",
    spaces: spaces.map(({ log_id, title, kind }) => ({ spaceId: log_id, title, kind })),
    history,
  };
}
