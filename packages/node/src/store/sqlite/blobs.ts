/** Blobs over SQLite. */
import type { Bytes, DecisionProof } from "@baraza/protocol";
import { decodeCbor, equalBytes, ProtocolError } from "@baraza/protocol";
import type { BlobsOperations, BlobState, ChunkFile } from "../port-blobs.ts";
import { dropBlobs } from "./blob-references.ts";
import type { BlobRow } from "./blob-rows.ts";
import { findBlob, isComplete, SELECT_BLOB } from "./blob-rows.ts";
import { successorOf } from "./logs-handover.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

/** The row of blob_usage with the sum over all logs. */
const NODE = new Uint8Array();

export const blobsOperations: SqliteOperations<BlobsOperations> = {
  write: {
    create: createBlob,
    addChunk,
    addWhole(db, { logId, blobs, expires, quota }) {
      const unused: Bytes[] = [];
      for (const { blobId, chunk } of blobs) {
        createBlob(db, { logId, blobId, chunks: 1, bytes: chunk.size, expires, quota });
        if (!addChunk(db, { logId, blobId, index: 0, chunk }).kept) unused.push(chunk.file);
      }
      return { unused };
    },
    collect(db, { now, limit }) {
      const files: Bytes[] = [];
      const dead = db.all<BlobRow & { logId: Bytes }>(
        `${SELECT_BLOB} WHERE refs = 0 AND expires <= ? LIMIT ?`,
        now,
        limit,
      );
      for (const { blob, logId, bytes } of dead) {
        for (const { file } of db.all<{ file: Bytes }>(
          "DELETE FROM blob_chunks WHERE blob = ? RETURNING file",
          blob,
        ))
          files.push(file);
        db.run("DELETE FROM blobs WHERE blob = ?", blob);
        use(db, logId, -bytes);
      }
      return files;
    },
    sourceTold(db, { logId, told }) {
      if (told === null) db.run("DELETE FROM blob_sources WHERE log_id = ?", logId);
      else db.run("UPDATE blob_sources SET told = ? WHERE log_id = ?", told, logId);
    },
    letGo(db, { logId, expires }) {
      dropBlobs(db, logId, expires);
    },
  },
  read: {
    peek(db, { logId, blobId, index }) {
      const blob = mustFind(db, logId, blobId);
      return { chunk: chunkAt(db, blob.blob, index) ?? null, complete: isComplete(blob) };
    },
    chunk(db, { logId, blobId, index }) {
      const blob = mustFind(db, logId, blobId);
      if (index >= blob.chunks) throw new ProtocolError("not_found");
      const chunk = chunkAt(db, blob.blob, index);
      if (chunk === undefined) throw new ProtocolError("blob_incomplete");
      return { ...chunk, chunks: blob.chunks, bytes: blob.bytes };
    },
    used: (db, { logId }) => ({ log: usage(db, logId), node: usage(db, NODE) }),
    missing(db, { logId, after, limit }) {
      const rows = db.all<{ blobId: Bytes }>(
        "SELECT DISTINCT blob_id AS blobId FROM blob_wants WHERE log_id = ? AND blob_id > ? ORDER BY blob_id LIMIT ?",
        logId,
        after,
        limit + 1,
      );
      return {
        blobIds: rows.slice(0, limit).map(({ blobId }) => blobId),
        more: rows.length > limit,
      };
    },
    wanted: (db, { logId, blobIds }) =>
      blobIds.filter(
        (blobId) =>
          db.get("SELECT 1 FROM blob_wants WHERE log_id = ? AND blob_id = ?", logId, blobId) !==
          undefined,
      ),
    sources: (db, { logId }) =>
      db
        .all<SourceRow>(
          `SELECT log_id AS logId, node, node_key AS nodeKey, decision, told FROM blob_sources
           WHERE ?1 IS NULL OR log_id = ?1`,
          logId,
        )
        .map((row) => ({ ...row, decision: decodeCbor(row.decision) as unknown as DecisionProof })),
    successor: (db, { logId, decision }) => successorOf(db, logId, decision),
    unused: (db, { files }) =>
      files.filter(
        (file) => db.get("SELECT 1 FROM blob_chunks WHERE file = ?", file) === undefined,
      ),
    chunkFiles: (db, { after, limit }) =>
      db
        .all<ChunkFile & { refs: number }>(
          `SELECT file, size, hash, refs FROM blob_chunks JOIN blobs USING (blob)
           WHERE file > ? ORDER BY file LIMIT ?`,
          after,
          limit,
        )
        .map(({ refs, ...chunk }) => ({ ...chunk, referenced: refs > 0 })),
  },
};

function createBlob(
  db: Db,
  {
    logId,
    blobId,
    chunks,
    bytes,
    expires,
    quota,
  }: Parameters<BlobsOperations["write"]["create"]>[0],
): BlobState {
  const blob = findBlob(db, logId, blobId);
  if (blob !== undefined) {
    if (blob.chunks !== chunks || blob.bytes !== bytes) throw new ProtocolError("blob_conflict");
    // Who comes back to go on has another day.
    db.run("UPDATE blobs SET expires = max(expires, ?) WHERE blob = ?", expires, blob.blob);
    return stateOf(db, { ...blob, expires: Math.max(blob.expires, expires) });
  }
  if (usage(db, logId) + bytes > quota.log || usage(db, NODE) + bytes > quota.node)
    throw new ProtocolError("quota_exceeded");
  db.run(
    "INSERT INTO blobs (log_id, blob_id, chunks, bytes, expires) VALUES (?, ?, ?, ?, ?)",
    logId,
    blobId,
    chunks,
    bytes,
    expires,
  );
  use(db, logId, bytes);
  return { chunks, have: [], complete: false, expires };
}

function addChunk(
  db: Db,
  { logId, blobId, index, chunk }: Parameters<BlobsOperations["write"]["addChunk"]>[0],
): { kept: boolean; complete: boolean } {
  const blob = mustFind(db, logId, blobId);
  if (index >= blob.chunks) throw new ProtocolError("malformed", { data: { field: "index" } });
  const stands = chunkAt(db, blob.blob, index);
  if (stands !== undefined) {
    if (!equalBytes(stands.hash, chunk.hash)) throw new ProtocolError("blob_conflict");
    return { kept: false, complete: isComplete(blob) };
  }
  const next = {
    ...blob,
    storedChunks: blob.storedChunks + 1,
    storedBytes: blob.storedBytes + chunk.size,
  };
  const last = next.storedChunks === blob.chunks;
  if (next.storedBytes > blob.bytes || (last && next.storedBytes !== blob.bytes))
    throw new ProtocolError("malformed", { data: { field: "bytes" } });
  db.run(
    "INSERT INTO blob_chunks (blob, chunk, file, size, hash) VALUES (?, ?, ?, ?, ?)",
    blob.blob,
    index,
    chunk.file,
    chunk.size,
    chunk.hash,
  );
  db.run(
    "UPDATE blobs SET stored_chunks = ?, stored_bytes = ? WHERE blob = ?",
    next.storedChunks,
    next.storedBytes,
    blob.blob,
  );
  if (last) adoptWanted(db, logId, blobId, blob.blob);
  return { kept: true, complete: last };
}

type SourceRow = {
  logId: Bytes;
  node: string;
  nodeKey: Bytes;
  decision: Bytes;
  told: number | null;
};

function mustFind(db: Db, logId: Bytes, blobId: Bytes): BlobRow {
  const blob = findBlob(db, logId, blobId);
  if (blob === undefined) throw new ProtocolError("not_found");
  return blob;
}

function chunkAt(db: Db, blob: number, index: number): ChunkFile | undefined {
  return db.get<ChunkFile>(
    "SELECT file, size, hash FROM blob_chunks WHERE blob = ? AND chunk = ?",
    blob,
    index,
  );
}

function stateOf(db: Db, blob: BlobRow): BlobState {
  const have = db.all<{ chunk: number }>(
    "SELECT chunk FROM blob_chunks WHERE blob = ? ORDER BY chunk",
    blob.blob,
  );
  return {
    chunks: blob.chunks,
    have: have.map(({ chunk }) => chunk),
    complete: isComplete(blob),
    expires: blob.refs > 0 ? null : blob.expires,
  };
}

function usage(db: Db, logId: Uint8Array): number {
  return (
    db.get<{ bytes: number }>("SELECT bytes FROM blob_usage WHERE log_id = ?", logId)?.bytes ?? 0
  );
}

function use(db: Db, logId: Uint8Array, bytes: number): void {
  for (const id of [logId, NODE])
    db.run(
      `INSERT INTO blob_usage (log_id, bytes) VALUES (?, ?)
       ON CONFLICT (log_id) DO UPDATE SET bytes = bytes + excluded.bytes`,
      id,
      bytes,
    );
}

/** A blob is complete: entries that were brought here before it keep it alive from now on. */
function adoptWanted(db: Db, logId: Bytes, blobId: Bytes, blob: number): void {
  const wants = db.all<{ seq: number }>(
    "DELETE FROM blob_wants WHERE log_id = ? AND blob_id = ? RETURNING seq",
    logId,
    blobId,
  );
  for (const { seq } of wants) {
    const added = db.run("INSERT OR IGNORE INTO blob_refs (blob, seq) VALUES (?, ?)", blob, seq);
    db.run("UPDATE blobs SET refs = refs + ? WHERE blob = ?", added, blob);
  }
}
