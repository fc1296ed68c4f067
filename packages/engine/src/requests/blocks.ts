/** Whom one blocks. It is one's own mark: it travels to one's devices, nobody else learns of it, and it can be taken back. */
import { LIMITS, nodeName } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { FOREVER } from "../tools/marks/api.ts";
import type { MarkKind, MarkValue } from "../tools/marks/events.ts";
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
    // They are blocked already.
    if (valueOf(tx, "block", identityId) !== null) return;
    const before: Before = {};
    for (const pair of pairsWith(tx, identityId))
      before[pair] = { mute: valueOf(tx, "mute", pair), archive: valueOf(tx, "archive", pair) };
    putMark(tx, "block", identityId, { ...who, at: now, before }, now);
    for (const pair of Object.keys(before)) {
      putMark(tx, "mute", pair, { until: FOREVER }, now);
      putMark(tx, "archive", pair, {}, now);
    }
    noteRequests(core, tx, identityId, [identityId]);
  });
  await settle(core, identityId);
}

/** See api.ts. */
export async function unblock(core: Core, identityId: string): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const blocked = valueOf(tx, "block", identityId) as { before?: Before } | null;
    putMark(tx, "block", identityId, null, now);
    for (const pair of pairsWith(tx, identityId)) {
      const { mute = null, archive = null } = blocked?.before?.[pair] ?? {};
      putMark(tx, "mute", pair, mute, now);
      putMark(tx, "archive", pair, archive, now);
    }
    bringBack(core, tx, identityId, now);
  });
}

/** How one had the conversations with somebody before they were blocked. */
type Before = Record<
  string,
  { mute: MarkValue<"mute"> | null; archive: MarkValue<"archive"> | null }
>;

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

/** What one has marked so; null: nothing. */
function valueOf<K extends MarkKind>(tx: SqlTx, kind: K, key: string): MarkValue<K> | null {
  const row = tx.get<{ value: string | null }>(
    "SELECT value FROM marks WHERE kind = ? AND key = ?",
    [kind, key],
  );
  return row?.value == null ? null : (JSON.parse(row.value) as MarkValue<K>);
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
