/** What screens show of a person, and of what should be known. */
import type { Check } from "../api.ts";
import type { Core } from "../core.ts";
import type { PersonCard, PersonHistory, TrustNotice } from "./api.ts";

export const PERSON_TABLES = [
  "people",
  "person_keys",
  "person_history",
  "members",
  "spaces",
] as const;
export const NOTICE_TABLES = ["trust_notices"] as const;

/** Lines of history that a person's page shows. */
const HISTORY = 50;

/** The one state of a person, for every place that shows it. `row.state` is null for somebody of whom nothing is known. */
export function checkOf(row: { state: string | null; changed: string | null }): Check {
  if (row.state === "you") return "you";
  if (row.changed !== null) return "changed";
  return (row.state ?? "unchecked") as Check;
}

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

/** What the person has not dismissed, newest first. */
export async function listNotices(core: Core): Promise<TrustNotice[]> {
  const rows = await core.store.all<{
    notice_id: string;
    kind: TrustNotice["kind"];
    subject: string;
    name: string;
    at: number;
  }>("SELECT * FROM trust_notices WHERE dismissed = 0 ORDER BY at DESC, notice_id LIMIT 50");
  return rows.map(({ notice_id, kind, subject, name, at }) => ({
    noticeId: notice_id,
    kind,
    subject,
    name,
    at,
  }));
}
