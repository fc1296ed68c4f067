/** What a screen shows of the copies of a space. */
import type { Core } from "../core.ts";
import type { MirrorState, Mirrors } from "./api.ts";

/** The nodes that keep a copy, and those that could. */
export async function mirrorsOf(core: Core, spaceId: string): Promise<Mirrors> {
  const rows = await core.store.all<{
    node: string;
    state: MirrorState;
    until: number | null;
    reading: number;
  }>(
    `SELECT m.node, m.state, m.until, m.reading FROM space_mirrors m JOIN spaces s ON s.log_id = m.log_id
     WHERE m.log_id = ? AND m.node <> s.hub ORDER BY m.node`,
    [spaceId],
  );
  const choices = await choicesFor(core, spaceId);
  return {
    mirrors: rows.map(({ node, state, until }) => ({ node, state, until })),
    choices: choices.filter((node) => rows.every((row) => row.node !== node)),
    readingAt: rows.find((row) => row.reading === 1)?.node ?? null,
  };
}

/** Nodes where people of the space live: not the one that keeps it, nor one that did. */
export async function choicesFor(core: Core, spaceId: string): Promise<string[]> {
  const rows = await core.store.all<{ node: string }>(
    `SELECT DISTINCT substr(m.address, instr(m.address, '@') + 1) AS node FROM members m JOIN spaces s ON s.log_id = m.log_id
     WHERE m.log_id = ?1 AND m.present = 1 AND instr(m.address, '@') > 0
       AND node <> s.hub AND node NOT IN (SELECT hub FROM former_hubs WHERE log_id = ?1) ORDER BY node`,
    [spaceId],
  );
  return rows.map((row) => row.node);
}
