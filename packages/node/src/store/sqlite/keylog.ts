/** The key log over SQLite. */
import { consistencyPath, inclusionPath, provePlace } from "@baraza/crypto/keylog-trees";
import type { Bytes } from "@baraza/protocol";
import { concat, decodeCbor, encodeCbor, equalBytes, ProtocolError } from "@baraza/protocol";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { makeLeaf, waysHash } from "../keylog-leaf.ts";
import type { KeyLogFound, KeyLogOperations, LeafContent, ProvenLeaf } from "../port-keylog.ts";
import type { Db } from "./database.ts";
import { growTrees, indexNodes, sizeOf, stateOf, subtrees } from "./keylog-trees.ts";
import type { SqliteOperations } from "./operations.ts";
import { accountOf } from "./rows.ts";

type PlaceRow = { place: Bytes; proof: Bytes; latest: number | null; seq: number };

/**
 * Writes what is true of an account now into the key log, where that differs from its latest leaf. Called in the
 * transaction of every change of its identity record, its devices and the ways into its vault: what a client was told is
 * done is in the log. An account without a place (its name is not hidden yet) waits for `enter`.
 */
export function logAccount(db: Db, account: number): void {
  const place = placeOf(db, account);
  if (place === undefined) return;
  const row = db.get<{ identityId: Bytes; identity: Bytes; version: number; vault: Bytes }>(
    `SELECT identity_id AS identityId, identity, version, vault FROM accounts JOIN vaults USING (account) WHERE account = ?`,
    account,
  );
  if (row === undefined) return;
  const devices = db
    .all<{ id: Bytes }>(
      "SELECT device_id AS id FROM devices WHERE account = ? ORDER BY device_id",
      account,
    )
    .map(({ id }) => id);
  append(db, account, place, {
    secret: randomBytes(32),
    identityId: row.identityId,
    record: sha256(row.identity),
    devices,
    vaultVersion: row.version,
    ways: waysHash(row.vault),
  });
}

/** The last leaf of an account that is deleted: nobody's. What its leaves said is forgotten, and its name's place stays taken. */
export function closeAccountLog(db: Db, account: number): void {
  const place = placeOf(db, account);
  if (place === undefined) return;
  db.run("UPDATE keylog_leaves SET account = NULL, content = NULL WHERE account = ?", account);
  const nobody = { identityId: null, record: null, devices: [], vaultVersion: 0 };
  append(db, account, place, { secret: randomBytes(32), ...nobody, ways: new Uint8Array(32) });
  db.run("UPDATE keylog_leaves SET account = NULL WHERE account = ?", account);
  db.run("DELETE FROM keylog_places WHERE account = ?", account);
}

/**
 * Gives an account the place of its name. A name that somebody had before goes on in the same chain: whoever knew them
 * sees that the account is another's now.
 */
export function enterAccount(
  db: Db,
  account: number,
  { place, proof }: { place: Bytes; proof: Bytes },
): void {
  const entry = provePlace(indexNodes(db), place)?.entry;
  const before =
    entry === undefined
      ? undefined
      : db.get<{ seq: number }>("SELECT seq FROM keylog_leaves WHERE at = ?", entry.at);
  db.run(
    "INSERT INTO keylog_places (account, place, proof, latest, seq) VALUES (?, ?, ?, ?, ?)",
    account,
    place,
    proof,
    entry?.at ?? null,
    before?.seq ?? 0,
  );
  logAccount(db, account);
}

function placeOf(db: Db, account: number): PlaceRow | undefined {
  return db.get<PlaceRow>(
    "SELECT place, proof, latest, seq FROM keylog_places WHERE account = ?",
    account,
  );
}

function append(db: Db, account: number, { place, latest, seq }: PlaceRow, now: LeafContent): void {
  const last = latest === null ? null : contentAt(db, latest);
  if (last !== null && same(last, now)) return;
  const at = sizeOf(db);
  const leaf = makeLeaf({ place, seq: seq + 1, prev: latest, content: now });
  db.run(
    "INSERT INTO keylog_leaves (at, leaf, account, seq, content) VALUES (?, ?, ?, ?, ?)",
    at,
    leaf,
    account,
    seq + 1,
    encodeCbor(now),
  );
  db.run("UPDATE keylog_places SET latest = ?, seq = ? WHERE account = ?", at, seq + 1, account);
  growTrees(db, at, place, leaf);
}

function contentAt(db: Db, at: number): LeafContent | null {
  const row = db.get<{ content: Bytes | null }>(
    "SELECT content FROM keylog_leaves WHERE at = ?",
    at,
  );
  return row?.content ? (decodeCbor(row.content) as LeafContent) : null;
}

/** A vault's version alone is no reason for a leaf: it changes every day, and would tell when. */
function same(a: LeafContent, b: LeafContent): boolean {
  return (
    sameOrNull(a.identityId, b.identityId) &&
    sameOrNull(a.record, b.record) &&
    equalBytes(concat(...a.devices), concat(...b.devices)) &&
    equalBytes(a.ways, b.ways)
  );
}

function sameOrNull(a: Bytes | null, b: Bytes | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

function found(db: Db, account: number, since: number | null): KeyLogFound {
  const place = placeOf(db, account);
  if (place === undefined || place.latest === null) throw new ProtocolError("not_found");
  const state = stateOf(db);
  const path = provePlace(indexNodes(db), place.place)?.path;
  const content = contentAt(db, place.latest);
  const named = db.get<{ name: string; identity: Bytes }>(
    "SELECT name, identity FROM accounts WHERE account = ?",
    account,
  );
  if (path === undefined || content === null || named === undefined)
    throw new ProtocolError("not_found");
  return {
    state,
    ...named,
    place: place.proof,
    latest: proven(db, place.latest, state.size),
    inIndex: concat(...path),
    content,
    consistency: since === null || since > state.size ? null : consistency(db, since, state.size),
  };
}

function proven(db: Db, at: number, size: number): ProvenLeaf {
  const row = db.get<{ leaf: Bytes }>("SELECT leaf FROM keylog_leaves WHERE at = ?", at);
  if (row === undefined) throw new ProtocolError("not_found");
  return { at, leaf: row.leaf, path: concat(...inclusionPath(sha256, subtrees(db), at, size)) };
}

/** The leaf before the first of an account: there is one where somebody had the name before, and its last says that they went. */
function before(
  db: Db,
  first: number | undefined,
  size: number,
): (ProvenLeaf & { content: LeafContent }) | null {
  if (first === undefined) return null;
  const row = db.get<{ leaf: Bytes }>("SELECT leaf FROM keylog_leaves WHERE at = ?", first);
  const prev = row === undefined ? undefined : (decodeCbor(row.leaf) as { prev?: number }).prev;
  const content = prev === undefined ? null : contentAt(db, prev);
  return prev === undefined || content === null ? null : { ...proven(db, prev, size), content };
}

function consistency(db: Db, from: number, to: number): Bytes {
  return concat(...consistencyPath(sha256, subtrees(db), from, to));
}

export const keylogOperations: SqliteOperations<KeyLogOperations> = {
  write: {
    enter(db, { accountId, place }) {
      const account = accountOf(db, accountId);
      if (placeOf(db, account) === undefined) enterAccount(db, account, place);
      return null;
    },
    keepHead(db, { node, size, head }) {
      db.run(
        `INSERT INTO keylog_heads (node, size, head) VALUES (?, ?, ?)
         ON CONFLICT (node) DO UPDATE SET size = excluded.size, head = excluded.head WHERE excluded.size >= size`,
        node,
        size,
        head,
      );
      return null;
    },
    keepProof(db, { node, first, second, max }) {
      const kept = db.get<{ n: number }>(
        "SELECT count(*) AS n FROM keylog_proofs WHERE node = ?",
        node,
      );
      if ((kept?.n ?? 0) < max)
        db.run(
          "INSERT OR IGNORE INTO keylog_proofs (node, first, second) VALUES (?, ?, ?)",
          node,
          first,
          second,
        );
      return null;
    },
  },
  read: {
    state: (db) => stateOf(db),
    withoutPlace: (db, { limit }) =>
      db.all<{ accountId: Bytes; name: string }>(
        `SELECT account_id AS accountId, name FROM accounts
         WHERE account NOT IN (SELECT account FROM keylog_places) ORDER BY account LIMIT ?`,
        limit,
      ),
    lookup(db, arg) {
      const row =
        "name" in arg
          ? db.get<{ account: number }>("SELECT account FROM accounts WHERE name = ?", arg.name)
          : db.get<{ account: number }>(
              "SELECT account FROM accounts WHERE identity_id = ?",
              arg.identityId,
            );
      if (row === undefined) throw new ProtocolError("not_found");
      return found(db, row.account, arg.since);
    },
    own(db, { accountId, after, limit, since }) {
      const account = accountOf(db, accountId);
      const all = found(db, account, since);
      const rows = db.all<{ at: number; content: Bytes }>(
        "SELECT at, content FROM keylog_leaves WHERE account = ? AND seq > ? ORDER BY seq LIMIT ?",
        account,
        after,
        limit + 1,
      );
      return {
        found: all,
        before: after === 0 ? before(db, rows[0]?.at, all.state.size) : null,
        leaves: rows.slice(0, limit).map(({ at, content }) => ({
          ...proven(db, at, all.state.size),
          content: decodeCbor(content) as LeafContent,
        })),
        more: rows.length > limit,
      };
    },
    consistency(db, { from, to }) {
      if (from > to || to > sizeOf(db))
        throw new ProtocolError("malformed", { data: { field: "to" } });
      return consistency(db, from, to);
    },
    leaves: (db, { start, count }) =>
      db
        .all<{ leaf: Bytes }>(
          "SELECT leaf FROM keylog_leaves WHERE at >= ? ORDER BY at LIMIT ?",
          start,
          count,
        )
        .map(({ leaf }) => leaf),
    heads(db, { nodes, limit }) {
      const named = nodes.flatMap((node) =>
        db.all<{ node: string; size: number; head: Bytes }>(
          "SELECT node, size, head FROM keylog_heads WHERE node = ?",
          node,
        ),
      );
      const others = db.all<{ node: string; size: number; head: Bytes }>(
        "SELECT node, size, head FROM keylog_heads ORDER BY node LIMIT ?",
        limit,
      );
      const known = new Set(named.map(({ node }) => node));
      return [...named, ...others.filter(({ node }) => !known.has(node))].slice(0, limit);
    },
    proofs: (db) =>
      db.all<{ node: string; first: Bytes; second: Bytes }>(
        "SELECT node, first, second FROM keylog_proofs ORDER BY proof",
      ),
  },
};
