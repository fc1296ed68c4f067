/** Who gets what is sent through a list: each in the conversation of the two, where there is one. */
import { sha256 } from "@baraza/crypto";
import { LABELS, toHex, utf8 } from "@baraza/protocol";
import type { SqlTx } from "../ports.ts";
import type { ListMiss } from "./api.ts";

/** The conversation of the two that one has with somebody; null: none, or they have left it. Of several the first by id. */
export function pairWith(tx: Pick<SqlTx, "get">, identityId: string): string | null {
  return (
    tx.get<{ log_id: string }>(
      `SELECT s.log_id FROM spaces s JOIN members m ON m.log_id = s.log_id
       WHERE s.kind = 'pair' AND s.state = 'active' AND m.identity_id = ? AND m.present = 1
         AND m.identity_id <> coalesce((SELECT identity_id FROM account), '') ORDER BY s.log_id LIMIT 1`,
      [identityId],
    )?.log_id ?? null
  );
}

/** Where a message to somebody goes, or why it does not. */
export function placeFor(
  tx: Pick<SqlTx, "get">,
  identityId: string,
): { spaceId: string; miss: null } | { spaceId: null; miss: ListMiss } {
  const blocked = tx.get(
    "SELECT 1 AS one FROM marks WHERE kind = 'block' AND key = ? AND value IS NOT NULL",
    [identityId],
  );
  if (blocked !== undefined) return { spaceId: null, miss: "blocked" };
  const spaceId = pairWith(tx, identityId);
  return spaceId === null ? { spaceId, miss: "gone" } : { spaceId, miss: null };
}

/** Whether this device is still on its way into conversations of its owner: who is missing now need not be gone. */
export function isArriving(tx: Pick<SqlTx, "get">): boolean {
  return (
    tx.get(
      `SELECT 1 AS one FROM places p LEFT JOIN rejoins r ON r.log_id = p.log_id
       WHERE coalesce(r.state, 'asking') = 'asking' AND p.log_id NOT IN (SELECT log_id FROM spaces)
       UNION ALL SELECT 1 FROM spaces WHERE kind = 'pair' AND state = 'joining' LIMIT 1`,
    ) !== undefined
  );
}

/** The id of the message that one sending is for one person: whatever is done twice makes it once. */
export function postId(sendingId: string, identityId: string): string {
  return toHex(sha256(utf8(`${LABELS.listPost} ${sendingId} ${identityId}`)).subarray(0, 16));
}
