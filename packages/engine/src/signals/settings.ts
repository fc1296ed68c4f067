/** What was chosen on this device about signals, and where signals are possible at all. */
import * as v from "valibot";
import type { Core } from "../core.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import type { SignalSettings } from "./api.ts";

/** Spaces with more people have no signals: there they would be noise, and much of it. */
export const SIGNAL_PEOPLE = 32;

/** Conversations besides the open one that this device listens to. */
const NEAR = 15;

/** @throws EngineError `invalid` */
export async function setSignals({ store }: Core, args: Partial<SignalSettings>): Promise<void> {
  const given = checkArguments(
    v.partial(v.object({ typing: v.boolean(), here: v.boolean() })),
    args,
  );
  for (const [what, on] of Object.entries(given)) await choose(store, what, on);
}

async function choose(store: Core["store"], what: string, on: boolean): Promise<void> {
  await store.run(
    on
      ? "INSERT OR IGNORE INTO signal_choices (chosen) VALUES (?)"
      : "DELETE FROM signal_choices WHERE chosen = ?",
    [what],
  );
}

/** @throws EngineError `invalid` */
export async function setQuiet(
  { store }: Core,
  args: { spaceId: string; quiet: boolean },
): Promise<void> {
  const { spaceId, quiet } = checkArguments(
    v.object({ spaceId: hexId(32), quiet: v.boolean() }),
    args,
  );
  await choose(store, spaceId, quiet);
}

/** Where signals may be: small conversations in which everybody writes. Somebody who only reads has none. */
const POSSIBLE = `s.kind <> 'personal' AND s.state = 'active' AND s.trouble IS NULL
  AND coalesce((SELECT announce FROM space_rules r WHERE r.log_id = s.log_id), 0) = 0
  AND (SELECT count(*) FROM members m WHERE m.log_id = s.log_id AND m.present = 1) BETWEEN 2 AND ${SIGNAL_PEOPLE}
  AND NOT (s.kind = 'pair' AND EXISTS (SELECT 1 FROM members m JOIN marks k ON k.kind = 'block' AND k.key = m.identity_id
    AND k.value IS NOT NULL WHERE m.log_id = s.log_id))
  AND (SELECT role FROM members m WHERE m.log_id = s.log_id AND m.identity_id = (SELECT identity_id FROM account)) <> 'observer'`;

export async function quietIn(
  { store }: Core,
  spaceId: string,
): Promise<{ quiet: boolean; possible: boolean }> {
  const row = await store.get<{ possible: number; quiet: number }>(
    `SELECT ${POSSIBLE} AS possible, EXISTS (SELECT 1 FROM signal_choices q WHERE q.chosen = s.log_id) AS quiet
     FROM spaces s WHERE s.log_id = ?`,
    [spaceId],
  );
  return { quiet: row?.quiet === 1, possible: row?.possible === 1 };
}

/** The conversations to listen to: those that are open and those in which something was said last, as far as one may. */
export async function nearSpaces({ store }: Core, open: readonly string[]): Promise<string[]> {
  const rows = await store.all<{ log_id: string }>(
    `SELECT s.log_id FROM spaces s WHERE ${POSSIBLE}
       AND NOT EXISTS (SELECT 1 FROM signal_choices q WHERE q.chosen = s.log_id)
       AND NOT EXISTS (SELECT 1 FROM marks k WHERE k.kind = 'archive' AND k.key = s.log_id AND k.value IS NOT NULL
         AND s.log_id NOT IN (SELECT value FROM json_each(?1)))
     ORDER BY s.log_id IN (SELECT value FROM json_each(?1)) DESC,
       coalesce((SELECT max(at) FROM activity a WHERE a.log_id = s.log_id), s.created) DESC, s.log_id
     LIMIT ?2`,
    [JSON.stringify(open), open.length + NEAR],
  );
  return rows.map((row) => row.log_id);
}
