/** Whom one blocks. It is one's own mark: it travels to one's devices, nobody else learns of it, and it can be taken back. */
import { LIMITS, nodeName } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { FOREVER } from "../tools/marks/api.ts";
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
    putMark(tx, "block", identityId, { ...who, at: now }, now);
    for (const pair of pairsWith(tx, identityId)) {
      putMark(tx, "mute", pair, { until: FOREVER }, now);
      putMark(tx, "archive", pair, {}, now);
    }
  });
  await settle(core, identityId);
}

/** See api.ts. */
export async function unblock(core: Core, identityId: string): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    putMark(tx, "block", identityId, null, now);
    for (const pair of pairsWith(tx, identityId)) {
      putMark(tx, "mute", pair, null, now);
      putMark(tx, "archive", pair, null, now);
    }
  });
}

/** See api.ts. What waits from there goes, too. */
export async function blockNode(core: Core, node: string): Promise<void> {
  if (!v.is(nodeName, node) || node === core.me().node)
    throw new EngineError("invalid", { data: { field: "node" } });
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    if (count(tx, "blockNode") >= LIMITS.blockedNodes) throw new EngineError("too_large");
    putMark(tx, "blockNode", node, { at: now }, now);
    for (const { key, letter_id } of tx.all<{ key: string; letter_id: string }>(
      `SELECT key, value ->> 'letterId' AS letter_id FROM marks
       WHERE kind = 'request' AND value ->> 'words' IS NOT NULL AND value ->> 'from' = ?`,
      [node],
    ))
      putMark(tx, "request", key, { gone: letter_id }, now);
  });
}

/** See api.ts. */
export async function unblockNode(core: Core, node: string): Promise<void> {
  await core.store.transaction((tx) =>
    putMark(tx, "blockNode", node, null, core.platform.clock.now()),
  );
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
