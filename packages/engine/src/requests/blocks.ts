/** Whom one blocks. It is one's own mark: it travels to one's devices, nobody else learns of it, and it can be taken back. */
import { LIMITS, nodeName } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { FOREVER } from "../tools/marks/api.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import { settle } from "./answer.ts";

/** See api.ts. @throws EngineError `invalid` for oneself, somebody of whom nothing is known, and one too many */
export async function block(core: Core, identityId: string): Promise<void> {
  if (identityId === core.me().id) throw new EngineError("invalid");
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const who = tx.get<{ name: string; address: string }>(
      `SELECT value ->> 'name' AS name, value ->> 'address' AS address FROM marks
       WHERE kind = 'request' AND key = ?1 AND value ->> 'words' IS NOT NULL
       UNION ALL SELECT name, address FROM people WHERE identity_id = ?1 LIMIT 1`,
      [identityId],
    );
    if (who === undefined || count(tx, "block") >= LIMITS.blockedNodes)
      throw new EngineError("invalid", { data: { field: "identityId" } });
    const pairs = pairsWith(tx, identityId);
    const muted = pairs.filter((pair) => !isSet(tx, "mute", pair));
    const archived = pairs.filter((pair) => !isSet(tx, "archive", pair));
    putMark(tx, "block", identityId, { ...who, at: now, muted, archived }, now);
    for (const pair of muted) putMark(tx, "mute", pair, { until: FOREVER }, now);
    for (const pair of archived) putMark(tx, "archive", pair, {}, now);
    noteRequests(core, tx, identityId, [identityId]);
  });
  await settle(core, identityId);
}

/** See api.ts. */
export async function unblock(core: Core, identityId: string): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const row = tx.get<{ value: string | null }>(
      "SELECT value FROM marks WHERE kind = 'block' AND key = ?",
      [identityId],
    );
    const pairs = pairsWith(tx, identityId);
    // Blocked by an older app: all of it is taken back, as that one would.
    const { muted = pairs, archived = pairs } = JSON.parse(row?.value ?? "{}") as Silenced;
    putMark(tx, "block", identityId, null, now);
    for (const pair of pairs) {
      if (muted.includes(pair)) putMark(tx, "mute", pair, null, now);
      if (archived.includes(pair)) putMark(tx, "archive", pair, null, now);
    }
    bringBack(core, tx, identityId, now);
  });
}

type Silenced = { muted?: string[]; archived?: string[] };

/** What waited from whom, or from which node, when they were blocked: as long as the engine runs that can be undone. */
const undoable = new WeakMap<Core, Map<string, Map<string, MarkValue<"request">>>>();

function noteRequests(core: Core, tx: SqlTx, whom: string, ids: readonly string[]): void {
  const rows = tx.all<{ key: string; value: string }>(
    `SELECT key, value FROM marks WHERE kind = 'request' AND value ->> 'words' IS NOT NULL
       AND key IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(ids)],
  );
  const all = undoable.get(core) ?? new Map<string, Map<string, MarkValue<"request">>>();
  all.set(
    whom,
    new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as MarkValue<"request">])),
  );
  undoable.set(core, all);
}

/** Puts back what waited, where nothing else has come since. */
function bringBack(core: Core, tx: SqlTx, whom: string, now: number): void {
  const kept = undoable.get(core)?.get(whom);
  undoable.get(core)?.delete(whom);
  for (const [key, value] of kept ?? []) {
    const row = tx.get<{ gone: string | null }>(
      "SELECT value ->> 'gone' AS gone FROM marks WHERE kind = 'request' AND key = ?",
      [key],
    );
    if (row?.gone === ("letterId" in value ? value.letterId : null))
      putMark(tx, "request", key, value, now);
  }
}

/** See api.ts. What waits from there goes, too. */
export async function blockNode(core: Core, node: string): Promise<void> {
  if (!v.is(nodeName, node) || node === core.me().node)
    throw new EngineError("invalid", { data: { field: "node" } });
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    if (count(tx, "blockNode") >= LIMITS.blockedNodes) throw new EngineError("too_large");
    putMark(tx, "blockNode", node, { at: now }, now);
    const waiting = tx.all<{ key: string; letter_id: string }>(
      `SELECT key, value ->> 'letterId' AS letter_id FROM marks
       WHERE kind = 'request' AND value ->> 'words' IS NOT NULL AND value ->> 'from' = ?`,
      [node],
    );
    noteRequests(
      core,
      tx,
      `@${node}`,
      waiting.map(({ key }) => key),
    );
    for (const { key, letter_id } of waiting) putMark(tx, "request", key, { gone: letter_id }, now);
  });
}

/** See api.ts. */
export async function unblockNode(core: Core, node: string): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    putMark(tx, "blockNode", node, null, now);
    bringBack(core, tx, `@${node}`, now);
  });
}

function isSet(tx: SqlTx, kind: string, key: string): boolean {
  const row = tx.get(
    "SELECT 1 AS one FROM marks WHERE kind = ? AND key = ? AND value IS NOT NULL",
    [kind, key],
  );
  return row !== undefined;
}

function count(tx: SqlTx, kind: string): number {
  return (
    tx.get<{ count: number }>(
      "SELECT count(*) AS count FROM marks WHERE kind = ? AND value IS NOT NULL",
      [kind],
    )?.count ?? 0
  );
}

function pairsWith(tx: SqlTx, identityId: string): string[] {
  return tx
    .all<{ log_id: string }>(
      `SELECT s.log_id FROM spaces s JOIN members m ON m.log_id = s.log_id
       WHERE s.kind = 'pair' AND m.identity_id = ?`,
      [identityId],
    )
    .map(({ log_id }) => log_id);
}
