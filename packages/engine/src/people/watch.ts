/** What those who keep order are told without asking: who waits at the door, and who floods the space. */
import { LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";

/** Key packages live for thirty days; who waits for longer asks again. */
export const ASKS_FOR_MS = 21 * 24 * 60 * 60_000;

/** A row of `asks` (a) that still waits for a word: ?1 the space, ?2 since when. */
export const WAITS = `a.log_id = ?1 AND a.answer IS NULL AND a.at > ?2
  AND NOT EXISTS (SELECT 1 FROM members m WHERE m.log_id = a.log_id AND m.identity_id = a.identity_id AND m.present = 1)
  AND NOT EXISTS (SELECT 1 FROM banned x WHERE x.log_id = a.log_id AND x.identity_id = a.identity_id)`;

/** How many people ask to come in. */
async function askingIn(core: Core, spaceId: string): Promise<number> {
  const row = await core.store.get<{ count: number }>(
    `SELECT count(*) AS count FROM asks a WHERE ${WAITS}`,
    [spaceId, core.platform.clock.now() - ASKS_FOR_MS],
  );
  return row?.count ?? 0;
}

/** How much was reported that nobody has dismissed on this device. */
async function reportsIn(core: Core, spaceId: string): Promise<number> {
  const row = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM reports WHERE log_id = ?",
    [spaceId],
  );
  return row?.count ?? 0;
}

/** So much of one person within so short a time is more than anybody reads. */
const MUCH = 40;
const LATELY_MS = 10 * 60_000;

/**
 * Who of those who do not keep order wrote very much of late, if somebody did. It is a hint, no proof: authors say when they wrote. So what
 * stands behind something counts as no older than that, and a time that is still to come counts for nothing.
 */
async function floodingIn(
  core: Core,
  spaceId: string,
): Promise<{ identityId: string; name: string } | null> {
  const now = core.platform.clock.now();
  const row = await core.store.get<{ author: string; name: string }>(
    `SELECT a.author, m.name, count(*) AS count FROM (
       SELECT author, max(CASE WHEN at <= ?4 THEN at END) OVER (ORDER BY position) AS at FROM (
         SELECT author, at, position FROM activity WHERE log_id = ?1 ORDER BY position DESC LIMIT 200)) a
     JOIN members m ON m.log_id = ?1 AND m.identity_id = a.author AND m.present = 1 AND m.role IN ('member', 'guest')
     WHERE a.at > ?2 GROUP BY a.author HAVING count >= ?3 ORDER BY count DESC LIMIT 1`,
    [spaceId, now - LATELY_MS, MUCH, now + LIMITS.clockSkewMs],
  );
  return row === undefined ? null : { identityId: row.author, name: row.name };
}

/** All of it. */
export async function watched(core: Core, spaceId: string) {
  return {
    asking: await askingIn(core, spaceId),
    reports: await reportsIn(core, spaceId),
    flooding: await floodingIn(core, spaceId),
  };
}
