/**
 * What is noted of people and of nodes' logs while spaces are read: small, synchronous, in the transaction that it belongs
 * to. The work that needs the network or a proof is done later, in trust-work.ts.
 */
import type { Bytes, IdentityRecord, KeyLogHead, Vault } from "@baraza/protocol";
import { concat, encodeCbor, equalBytes, keyLogHead, LIMITS, readAs } from "@baraza/protocol";
import { newestSeen } from "../account/vault-floor.ts";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import type { PersonChange, PersonHistory, TrustNoticeKind } from "./api.ts";

const DAY_MS = 24 * 60 * 60_000;

/** All keys that an identity had, the first one first. A later record of the same identity begins with it. */
export function chainOf(record: IdentityRecord): Bytes {
  return concat(record.firstKey, ...record.succession.map(({ to }) => to));
}

type Seen = { id: string; chain: Bytes };

/**
 * Notes identities as their verified certificates show them. An identity that goes on where it was known to be goes on
 * silently; one that does not is a change. `via`: who brought those whom one did not know.
 */
export function seeIdentities(
  tx: SqlTx,
  people: readonly Seen[],
  at: number,
  via: string | null = null,
): void {
  const known = new Map(
    tx
      .all<{ identity_id: string; chain: Bytes }>(
        "SELECT identity_id, chain FROM person_keys WHERE identity_id IN (SELECT value FROM json_each(?))",
        [JSON.stringify(people.map(({ id }) => id))],
      )
      .map((row) => [row.identity_id, row.chain]),
  );
  for (const { id, chain } of people) {
    const before = known.get(id);
    if (before === undefined || before.length === 0) {
      tx.run(
        `INSERT INTO person_keys (identity_id, chain, via) VALUES (?, ?, ?)
         ON CONFLICT (identity_id) DO UPDATE SET chain = excluded.chain`,
        [id, chain, via === id ? null : via],
      );
      remember(tx, id, at, "first");
    } else if (!startsWith(before, chain) && !startsWith(chain, before)) {
      markChanged(tx, id, "key", at);
    } else if (chain.length > before.length) {
      tx.run("UPDATE person_keys SET chain = ? WHERE identity_id = ?", [chain, id]);
      remember(tx, id, at, "handedOn");
    } else continue;
    known.set(id, chain.length > (before?.length ?? 0) ? chain : (before ?? chain));
  }
}

/** A person states an address. Where somebody else is known under it, one of the two is not who they say. */
export function seeAddress(tx: SqlTx, id: string, address: string, at: number): void {
  const other = tx.get<{ identity_id: string }>(
    "SELECT identity_id FROM people WHERE address = ? AND identity_id <> ? LIMIT 1",
    [address, id],
  );
  if (other !== undefined) markChanged(tx, id, "address", at);
}

/** Their node's record is to be looked at for a device of theirs that was not seen before. */
export function wishCheck(tx: SqlTx, identityId: string, device: string, at: number): void {
  tx.run("INSERT OR IGNORE INTO person_checks (identity_id, device, due) VALUES (?, ?, ?)", [
    identityId,
    device,
    at,
  ]);
}

/** Heads of key logs that a member told in a space. */
export function hear(tx: SqlTx, logId: string, heads: readonly KeyLogHead[]): void {
  for (const head of heads)
    tx.run("INSERT INTO heads_heard (log_id, head) VALUES (?, ?)", [logId, encodeCbor(head)]);
}

/** Notes the nodes that a vault names, and the heads of their key logs that it has seen. */
export function keepNodes(tx: SqlTx, nodes: Vault["nodes"], at: number): void {
  for (const { name, nodeKey, keyLog } of nodes) {
    tx.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, 0)", [name, nodeKey, new Uint8Array()]);
    if (keyLog?.node === name)
      tx.run("INSERT OR IGNORE INTO key_log_heads VALUES (?, ?, ?, ?)", [
        name,
        keyLog.size,
        encodeCbor(keyLog),
        at,
      ]);
  }
}

/** Warns of a person, once for each change. What is readable stays readable. */
export function markChanged(tx: SqlTx, id: string, kind: PersonChange, at: number): void {
  tx.run("INSERT OR IGNORE INTO person_keys (identity_id, chain) VALUES (?, ?)", [
    id,
    new Uint8Array(),
  ]);
  const { changes } = tx.run(
    "UPDATE person_keys SET changed = ?, changed_at = ? WHERE identity_id = ? AND changed IS NULL",
    [kind, at, id],
  );
  if (changes === 0) return;
  remember(tx, id, at, kind);
  const name = tx.get<{ name: string }>("SELECT name FROM people WHERE identity_id = ?", [id]);
  notice(tx, "personChanged", id, name?.name ?? "", at);
}

/** A line of a person's history. */
export function remember(tx: SqlTx, id: string, at: number, kind: PersonHistory["kind"]): void {
  tx.run("INSERT INTO person_history (identity_id, at, kind) VALUES (?, ?, ?)", [id, at, kind]);
}

/** Tells the person something, until they dismiss it; the same thing comes again only where it happens again. */
export function notice(
  tx: SqlTx,
  kind: TrustNoticeKind,
  subject: string,
  name: string,
  at: number,
): void {
  tx.run(
    `INSERT INTO trust_notices (notice_id, kind, subject, name, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (notice_id) DO UPDATE SET at = excluded.at, dismissed = 0`,
    [`${kind} ${subject}`, kind, subject, name, at],
  );
}

/**
 * The heads to tell a space along with what is posted: those of one's own node and of the hub. Once a day, in large groups
 * less often; at once where one of the two was seen to lie since, with the pair of heads that proves it: whoever finds it out
 * alone may be the only one who can; `always` when they contradict what was heard there.
 */
export async function headsToTell(
  core: Core,
  logId: string,
  always = false,
): Promise<{ type: string; payload: unknown } | null> {
  const now = core.platform.clock.now();
  const row = await core.store.get<{ hub: string; people: number; told: number | null }>(
    `SELECT hub, (SELECT count(*) FROM members m WHERE m.log_id = s.log_id AND m.present = 1) AS people,
       (SELECT at FROM heads_told t WHERE t.log_id = s.log_id) AS told FROM spaces s WHERE s.log_id = ?`,
    [logId],
  );
  if (row === undefined || row.people < 2) return null;
  const nodes = [core.me().node, row.hub];
  const proof = await core.store.get<{ first: Bytes; second: Bytes }>(
    "SELECT first, second FROM key_log_proofs WHERE node IN (?, ?) AND at >= ? ORDER BY at DESC LIMIT 1",
    [...nodes, row.told ?? 0],
  );
  const pause = DAY_MS * (1 + Math.floor(row.people / 50));
  const due = always || proof !== undefined || row.told === null || row.told + pause <= now;
  if (!due) return null;
  const rows = await core.store.all<{ head: Bytes }>(
    "SELECT head FROM key_log_heads WHERE node IN (?, ?)",
    nodes,
  );
  const kept = rows.map(({ head }) => head);
  const pair = proof === undefined ? [] : [proof.first, proof.second];
  const also = pair.filter((head) => !kept.some((one) => equalBytes(one, head)));
  const all = [...kept, ...also].slice(0, LIMITS.seenHeads);
  if (all.length === 0) return null;
  const heads = all.map((head) => readAs(keyLogHead, head, LIMITS.recordBytes));
  const { seenToTell } = await import("./told-floors.ts");
  return {
    type: "space.heads",
    payload: { heads, vault: await seenToTell(core, logId, await newestSeen(core)) },
  };
}

/** Whether one succession of keys begins with another. */
export function startsWith(long: Bytes, short: Bytes): boolean {
  return long.length >= short.length && equalBytes(long.subarray(0, short.length), short);
}
