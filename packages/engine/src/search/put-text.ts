/** The text of things that a tool keeps in no table: what a file says, found out by a decoder after its name could be found already. */
import type { SqlTx } from "../ports.ts";
import type { FindablePlace, FindableReader } from "./port.ts";

/** UTF-16 units of one row, and of what is kept of one thing. */
const PART = 64_000;
const MOST = 1_000_000;

/** Of which thing, in which state (see `FindableThing.version`). `at` is the thing's time. */
export type TextOf = FindablePlace & { kind: string; version: string; at: number };

/**
 * Puts the text of a thing, in place of what was put before; it is found once the background has come to it. An empty text is kept
 * as that: it has been looked for, and there is none.
 */
export function putText(
  tx: SqlTx,
  { kind, spaceId, ref, version, at }: TextOf,
  text: string,
): void {
  tx.run("DELETE FROM search_texts WHERE kind = ? AND log_id = ? AND ref = ?", [
    kind,
    spaceId,
    ref,
  ]);
  const whole = text.toWellFormed().slice(0, MOST);
  for (let from = 0, part = 0; from < whole.length || part === 0; from += PART, part++)
    tx.run("INSERT INTO search_texts VALUES (?, ?, ?, ?, ?, ?)", [
      kind,
      spaceId,
      ref,
      part,
      version,
      whole.slice(from, from + PART),
    ]);
  tx.run(
    `INSERT INTO search_dirty (at, ref, kind, log_id) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET turn = turn + 1`,
    [Math.trunc(at), ref, kind, spaceId],
  );
}

/** Which of these states have a text: the others are to be decoded. */
export async function texted(
  db: FindableReader,
  kind: string,
  things: readonly (FindablePlace & { version: string })[],
): Promise<Set<string>> {
  const rows = await db.all<{ log_id: string; ref: string }>(
    `SELECT t.log_id, t.ref FROM json_each(?1) j CROSS JOIN search_texts t
       ON t.kind = ?2 AND t.log_id = j.value ->> 0 AND t.ref = j.value ->> 1 AND t.part = 0 AND t.version = j.value ->> 2`,
    [JSON.stringify(things.map(({ spaceId, ref, version }) => [spaceId, ref, version])), kind],
  );
  return new Set(rows.map(({ log_id, ref }) => `${log_id} ${ref}`));
}
