/** Both trees of the key log over SQLite: each change and each proof touches a logarithmic part of them. */
import {
  appendLeaf,
  indexKey,
  indexRoot,
  leafHash,
  putEntry,
  treeRoot,
} from "@baraza/crypto/keylog-trees";
import type { IndexEntry, ReadIndex, ReadSubtree, WriteIndex } from "@baraza/crypto/keylog-trees";
import type { Bytes } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { KeyLogState } from "../port-keylog.ts";
import type { Db } from "./database.ts";

/** Reads complete subtrees of the log. */
export const subtrees =
  (db: Db): ReadSubtree =>
  (level, position) => {
    const row = db.get<{ hash: Bytes }>(
      "SELECT hash FROM keylog_subtrees WHERE level = ? AND position = ?",
      level,
      position,
    );
    if (row === undefined) throw new Error("the key log lacks a subtree");
    return row.hash;
  };

/** Reads subtrees of the index. */
export const indexNodes =
  (db: Db): ReadIndex =>
  (depth, place) => {
    const row = db.get<{ hash: Bytes; place: Bytes | null; entry: number | null }>(
      "SELECT hash, place, entry FROM keylog_index WHERE subtree = ?",
      indexKey(depth, place),
    );
    if (row === undefined) return undefined;
    if (row.place === null || row.entry === null) return { hash: row.hash, entry: null };
    const leaf = subtrees(db)(0, row.entry);
    return { hash: row.hash, entry: { place: row.place, at: row.entry, leaf } };
  };

const writeIndex =
  (db: Db): WriteIndex =>
  (depth, place, { hash, entry }) => {
    db.run(
      "INSERT OR REPLACE INTO keylog_index (subtree, hash, place, entry) VALUES (?, ?, ?, ?)",
      indexKey(depth, place),
      hash,
      entry?.place ?? null,
      entry?.at ?? null,
    );
  };

/** How many leaves there are. */
export function sizeOf(db: Db): number {
  return (
    db.get<{ size: number }>("SELECT coalesce(max(at) + 1, 0) AS size FROM keylog_leaves")?.size ??
    0
  );
}

/** Both roots now. */
export function stateOf(db: Db): KeyLogState {
  const size = sizeOf(db);
  return {
    size,
    root: treeRoot(sha256, subtrees(db), size),
    index: indexRoot(indexNodes(db)),
  };
}

/** Adds leaf number `at` to the log and makes the index lead to it. Its row has to be there. */
export function growTrees(db: Db, at: number, place: Bytes, leaf: Bytes): void {
  const hash = leafHash(sha256, leaf);
  for (const one of appendLeaf(sha256, subtrees(db), at, hash))
    db.run(
      "INSERT INTO keylog_subtrees (level, position, hash) VALUES (?, ?, ?)",
      one.level,
      one.position,
      one.hash,
    );
  const entry: IndexEntry = { place, at, leaf: hash };
  putEntry(sha256, indexNodes(db), writeIndex(db), entry);
}
