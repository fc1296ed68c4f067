/** What screens show of first letters. */
import type { Core } from "../core.ts";
import type { Blocked, FirstWords, WrittenFirst } from "./api.ts";

/** The newest first. */
export async function listRequests({ store }: Core): Promise<FirstWords[]> {
  const rows = await store.all<{
    identity_id: string;
    name: string;
    address: string;
    words: string;
    sender: string;
    at: number;
    record: FirstWords["record"] | null;
  }>(
    `SELECT m.key AS identity_id, m.value ->> 'name' AS name, m.value ->> 'address' AS address, m.value ->> 'words' AS words,
       m.value ->> 'from' AS sender, m.value ->> 'at' AS at, c.record
     FROM marks m LEFT JOIN request_checks c ON c.identity_id = m.key
     WHERE m.kind = 'request' AND m.value ->> 'words' IS NOT NULL ORDER BY at DESC, m.key LIMIT 200`,
  );
  return rows.map(({ identity_id, name, address, words, sender, at, record }) => ({
    identityId: identity_id,
    name,
    address,
    words,
    from: sender,
    at,
    record: record ?? "open",
  }));
}

/** Whom one knows, as they are called. */
export async function listKnown({ store }: Core): Promise<{ identityId: string; name: string }[]> {
  const rows = await store.all<{ identity_id: string; name: string }>(
    "SELECT identity_id, name FROM people ORDER BY since DESC LIMIT 2000",
  );
  return rows.map(({ identity_id, name }) => ({ identityId: identity_id, name }));
}

/** What one wrote first in a conversation, until the other is in it. */
export async function writtenIn({ store }: Core, spaceId: string): Promise<WrittenFirst | null> {
  const row = await store.get<{
    identity_id: string;
    address: string;
    state: WrittenFirst["state"];
  }>(
    `SELECT o.identity_id, o.address, o.state FROM requests_out o WHERE o.log_id = ?1
     AND (SELECT count(*) FROM members m WHERE m.log_id = ?1 AND m.present = 1) < 2`,
    [spaceId],
  );
  if (row === undefined) return null;
  return { spaceId, identityId: row.identity_id, address: row.address, state: row.state };
}

/** By name. */
export async function listBlocks({ store }: Core): Promise<Blocked> {
  const people = await store.all<{
    identity_id: string;
    name: string;
    address: string;
    at: number;
  }>(
    `SELECT key AS identity_id, value ->> 'name' AS name, value ->> 'address' AS address, value ->> 'at' AS at
     FROM marks WHERE kind = 'block' AND value IS NOT NULL ORDER BY name, key`,
  );
  const nodes = await store.all<{ node: string; at: number }>(
    "SELECT key AS node, value ->> 'at' AS at FROM marks WHERE kind = 'blockNode' AND value IS NOT NULL ORDER BY key",
  );
  return {
    people: people.map(({ identity_id, ...one }) => ({ identityId: identity_id, ...one })),
    nodes,
  };
}
