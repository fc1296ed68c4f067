/**
 * Retention: bodies whose time is over are dropped; headers and signatures stay, so that the chain can be checked. And logs
 * whose deletion the stewards decided: nothing of them stays but the name, which is not given again.
 */
import type { Bytes } from "@baraza/protocol";
import { entryHeader, LIMITS, readAs } from "@baraza/protocol";
import { readPlainHeader } from "../../services/logs/plain.ts";
import { dropBlobs, releaseBlobs } from "./blob-references.ts";
import type { Db } from "./database.ts";
import { entryId } from "./logs-rows.ts";

const HOUR = 3_600_000;

/**
 * Goes on where it stopped in each log that has a retention. Commits and rejoins keep their bodies: a member who was
 * away needs them to come back. Gives how many entries it went through; call it again while that is `limit`.
 */
export function expire(db: Db, { now, limit }: { now: number; limit: number }): number {
  deleteDue(db, now);
  forgetCopies(db, now);
  const logs = db.all<{
    log: number;
    log_id: Bytes;
    keep_ms: number;
    expired_seq: number;
    seq: number;
  }>("SELECT log, log_id, keep_ms, expired_seq, seq FROM logs WHERE keep_ms > 0");
  let left = limit;
  for (const row of logs) {
    if (left === 0) break;
    // An entry is dropped when even the end of its hour is too long ago.
    const before = Math.floor((now - row.keep_ms) / HOUR);
    const due = db.all<{ id: number; header: Bytes; kept: number }>(
      "SELECT e.id AS id, e.header AS header, EXISTS (SELECT 1 FROM log_seated s WHERE s.log = ? AND s.seq = e.id - ? AND s.kind <> 'seat') AS kept " +
        "FROM log_entries e WHERE e.id BETWEEN ? AND ? AND e.hour < ? ORDER BY e.id LIMIT ?",
      row.log,
      entryId(row.log, 0),
      entryId(row.log, row.expired_seq + 1),
      entryId(row.log, row.seq),
      before,
      left,
    );
    const last = due.at(-1);
    if (last === undefined) continue;
    for (const { id, header, kept } of due) {
      if (kept !== 0) continue;
      db.run(
        "UPDATE logs SET bytes = bytes - (SELECT length(body) FROM log_entries WHERE id = ?) WHERE log = ?",
        id,
        row.log,
      );
      db.run("UPDATE log_entries SET body = x'' WHERE id = ?", id);
      const { blobs } = readPlainHeader(header) ?? readAs(entryHeader, header, LIMITS.headerBytes);
      releaseBlobs(db, {
        logId: row.log_id,
        seq: id - entryId(row.log, 0),
        blobIds: blobs,
        expires: now + LIMITS.blobGraceMs,
      });
    }
    db.run("UPDATE logs SET expired_seq = ? WHERE log = ?", last.id - entryId(row.log, 0), row.log);
    left -= due.length;
  }
  return limit - left;
}

function deleteDue(db: Db, now: number): void {
  const due = db.all<{ log: number; log_id: Bytes }>(
    "SELECT log, log_id FROM logs WHERE delete_at <= ? AND deleted = 0",
    now,
  );
  for (const { log, log_id: logId } of due) {
    dropLog(db, log, logId, now);
    db.run(
      "UPDATE logs SET deleted = 1, genesis = x'', head = x'', posting_key = x'', stewards = x'', keep_ms = 0, delete_at = NULL WHERE log = ?",
      log,
    );
  }
}

/** Copies that nobody has fed for long: a hub that works does so every few hours. */
function forgetCopies(db: Db, now: number): void {
  const due = db.all<{ log: number; log_id: Bytes }>(
    "SELECT log, log_id FROM logs WHERE mirror_of IS NOT NULL AND used < ?",
    now - LIMITS.mirrorIdleMs,
  );
  for (const { log, log_id: logId } of due) {
    dropLog(db, log, logId, now);
    db.run("DELETE FROM logs WHERE log = ?", log);
  }
}

/** Takes away everything that stands in a log, but for its own row. */
export function dropLog(db: Db, log: number, logId: Bytes, now: number): void {
  db.run(
    "DELETE FROM log_entries WHERE id BETWEEN ? AND ?",
    entryId(log, 0),
    entryId(log + 1, 0) - 1,
  );
  for (const table of ["log_append_ids", "log_seated", "log_seats", "log_slots"])
    db.run(`DELETE FROM ${table} WHERE log = ?`, log);
  dropBlobs(db, logId, now);
}
