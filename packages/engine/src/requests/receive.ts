/** A first letter has come: it is put with the requests, or dropped. Nothing is sent back. */
import type { openLetter } from "@baraza/crypto";
import { LIMITS, readAs, requestBody, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { putMark } from "../tools/marks/registers.ts";

/**
 * What a first letter leads to; null: nothing. Who is blocked, comes from a node that is blocked, or one too many from there is
 * dropped; so is what was answered already, in whatever envelope it comes again.
 */
export async function receive(
  core: Core,
  letter: Awaited<ReturnType<typeof openLetter>>,
  from: string,
): Promise<((tx: SqlTx) => void) | null> {
  const body = readAs(requestBody, letter.body, LIMITS.requestLetterBytes);
  const identityId = toHex(letter.sender.identityId);
  const letterId = toHex(letter.letterId);
  if (identityId === core.me().id || body.words.trim() === "") return null;
  const row = await core.store.get<{
    blocked: number;
    node: number;
    known: string | null;
    all_waiting: number;
    of_node: number;
  }>(
    `SELECT EXISTS (SELECT 1 FROM marks WHERE kind = 'block' AND key = ?1 AND value IS NOT NULL) AS blocked,
       EXISTS (SELECT 1 FROM marks WHERE kind = 'blockNode' AND key IN (?2, ?3) AND value IS NOT NULL) AS node,
       (SELECT coalesce(value ->> 'gone', value ->> 'letterId') FROM marks WHERE kind = 'request' AND key = ?1) AS known,
       (SELECT count(*) FROM marks WHERE kind = 'request' AND key <> ?1 AND value ->> 'words' IS NOT NULL) AS all_waiting,
       (SELECT count(*) FROM marks WHERE kind = 'request' AND key <> ?1 AND value ->> 'words' IS NOT NULL
          AND value ->> 'from' = ?2) AS of_node`,
    [identityId, from, nodeOf(body.profile.address)],
  );
  if (row === undefined || row.blocked === 1 || row.node === 1 || row.known === letterId)
    return null;
  if (row.all_waiting >= LIMITS.requestsWaiting || row.of_node >= LIMITS.requestsWaitingNode)
    return null;
  const now = core.platform.clock.now();
  const { profile, words, node, secret } = body;
  return (tx) => {
    putMark(
      tx,
      "request",
      identityId,
      {
        name: profile.name,
        address: profile.address,
        words,
        from,
        node,
        secret: toHex(secret),
        letterId,
        at: now,
      },
      now,
    );
    // Another letter of theirs may state another address.
    tx.run("DELETE FROM request_checks WHERE identity_id = ?", [identityId]);
  };
}

const nodeOf = (address: string) => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
