/** Looking into what nodes and engines keep, past their interfaces: for tests of what is *not* there, and for hostile members. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Bytes, StoredEntry } from "@baraza/protocol";
import { decodeCbor, toHex } from "@baraza/protocol";
import type { TestNode } from "./node-handle.ts";

/** Reads a SQLite file beside whoever has it open. */
export function inspect<T>(path: string, look: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Rows of an engine's store, given its directory. */
export function storeRows<T extends object>(
  directory: string,
  sql: string,
  ...params: (string | number)[]
): T[] {
  return inspect(
    join(directory, "store.db"),
    (db) =>
      db
        .prepare(sql)
        .all(...params)
        .map(plain) as T[],
  );
}

/** The entries of a log as its hub keeps them, in order. */
export function hubEntries(node: TestNode, logId: string): StoredEntry[] {
  return inspect(join(node.dataDir, "store.sqlite"), (db) => {
    const logs = db.prepare("SELECT log, log_id FROM logs").all().map(plain) as {
      log: number;
      log_id: Bytes;
    }[];
    const log = logs.find((one) => toHex(one.log_id) === logId)?.log;
    if (log === undefined) return [];
    const first = log * 2 ** 30;
    const rows = db
      .prepare("SELECT id, header, sigs, body FROM log_entries WHERE id > ? AND id < ? ORDER BY id")
      .all(first, first + 2 ** 30)
      .map(plain) as { id: number; header: Bytes; sigs: Bytes; body: Bytes }[];
    return rows.map(({ id, header, sigs, body }) => ({
      seq: id - first,
      header,
      body,
      sigs: decodeCbor(sigs) as StoredEntry["sigs"],
    }));
  });
}

/** The rejoin slot that stands at a log's hub; null for none. */
export function hubSlot(node: TestNode, logId: string): Bytes | null {
  return inspect(join(node.dataDir, "store.sqlite"), (db) => {
    const rows = db
      .prepare(
        "SELECT l.log_id, s.slot FROM log_slots s JOIN logs l ON l.log = s.log ORDER BY s.seq DESC",
      )
      .all()
      .map(plain) as { log_id: Bytes; slot: Bytes | null }[];
    return rows.find((row) => toHex(row.log_id) === logId)?.slot ?? null;
  });
}

/** The genesis of a log as its hub keeps it. @throws Error when there is no such log */
export function hubGenesis(node: TestNode, logId: string): Bytes {
  const genesis = inspect(join(node.dataDir, "store.sqlite"), (db) =>
    db
      .prepare("SELECT log_id, genesis FROM logs")
      .all()
      .map(plain)
      .map((row) => row as { log_id: Bytes; genesis: Bytes })
      .find((row) => toHex(row.log_id) === logId),
  )?.genesis;
  if (genesis === undefined) throw new Error("the hub has no such log");
  return genesis;
}

/** Every run of 32 bytes in the given columns: all that could be a symmetric key, wherever it begins. */
export function* keyCandidates(blobs: Iterable<Uint8Array>): Generator<Bytes> {
  const seen = new Set<string>();
  for (const blob of blobs)
    for (let at = 0; at + 32 <= blob.length; at++) {
      const key = new Uint8Array(blob.subarray(at, at + 32));
      const name = toHex(key);
      if (seen.has(name)) continue;
      seen.add(name);
      yield key;
    }
}

/** Blobs come as plain arrays on their own memory. */
function plain(row: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? new Uint8Array(value) : value,
    ]),
  );
}

/** How many bytes the blobs of a space take at its hub. */
export function hubBytes(node: TestNode, spaceId: string): number {
  return inspect(join(node.dataDir, "store.sqlite"), (db) => {
    const sum = "SELECT sum(bytes) AS bytes FROM blobs WHERE log_id = unhex(?)";
    return Number(db.prepare(sum).get(spaceId)?.["bytes"]);
  });
}

/** How many blobs of a space lie at its hub. */
export function hubBlobs(node: TestNode, spaceId: string): number {
  return inspect(join(node.dataDir, "store.sqlite"), (db) => {
    const count = "SELECT count(*) AS count FROM blobs WHERE log_id = unhex(?)";
    return Number(db.prepare(count).get(spaceId)?.["count"]);
  });
}

/** How many blobs of a space lie wholly at a hub and are kept there by entries; and how many it lacks. */
export function hubContent(node: TestNode, spaceId: string): { kept: number; wanted: number } {
  return inspect(join(node.dataDir, "store.sqlite"), (db) => {
    const count = (sql: string) => Number(db.prepare(sql).get(spaceId)?.["count"]);
    return {
      kept: count("SELECT count(*) AS count FROM blobs WHERE log_id = unhex(?) AND refs > 0"),
      wanted: count(
        "SELECT count(DISTINCT blob_id) AS count FROM blob_wants WHERE log_id = unhex(?)",
      ),
    };
  });
}
