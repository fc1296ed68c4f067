/** Opening a log and appending to it, inside the store's transaction. */
import type { Bytes } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  genesis as genesisSchema,
  LIMITS,
  ProtocolError,
  readAs,
} from "@baraza/protocol";
import { createVerifier, genesisHead, logIdOf, nextHead } from "../../crypto-fast.ts";
import { signaturesOfEach } from "../../services/logs/encoding.ts";
import type { Change, LogView, SeatedEntry } from "../../services/logs/rules.ts";
import { judge } from "../../services/logs/rules.ts";
import type { AppendArg, AppendResult, CreateArg, LogEnd, NewEntry } from "../port-logs.ts";
import { letGoOfBlobs, referenceBlobs, wantBlobs } from "./blob-references.ts";
import type { Db } from "./database.ts";
import type { LogRow } from "./logs-rows.ts";
import {
  endOf,
  entryId,
  logRow,
  MAX_LOGS,
  mirrorsIn,
  packEnd,
  seatRow,
  stateOf,
} from "./logs-rows.ts";
import { putSlot, slotOf, undoSlots } from "./logs-slots.ts";

const HOUR = 3_600_000;
/** A cache of imported keys: the thread that imports this module owns it. */
const verify = createVerifier();

/** Opens a log for a token that opens one log. A repeat with the same token answers where the log stands. */
export function create(
  db: Db,
  { genesis: bytes, token, slot, now }: CreateArg,
): LogEnd & { logId: Bytes } {
  const logId = logIdOf(bytes);
  if (isSpent(db, token, logId)) return { ...endOf(logRow(db, logId)), logId };
  if (db.get("SELECT 1 FROM logs WHERE log_id = ?", logId) !== undefined) {
    logRow(db, logId);
    throw new ProtocolError("log_exists");
  }
  insertLog(db, logId, bytes, now, slot ?? null);
  db.run("INSERT INTO log_tokens (token, log_id) VALUES (?, ?)", token, logId);
  return { ...endOf(logRow(db, logId)), logId };
}

/** Whether a token opened this log. @throws ProtocolError `token_spent`: it opened another. */
export function isSpent(db: Db, token: Bytes, logId: Bytes): boolean {
  const spent = db.get<{ log_id: Bytes }>("SELECT log_id FROM log_tokens WHERE token = ?", token);
  if (spent !== undefined && !equalBytes(spent.log_id, logId))
    throw new ProtocolError("token_spent");
  return spent !== undefined;
}

/** A log as its genesis says. @returns its number @throws ProtocolError `quota_exceeded` */
export function insertLog(
  db: Db,
  logId: Bytes,
  bytes: Bytes,
  now: number,
  slot: Bytes | null,
): number {
  const genesis = readAs(genesisSchema, bytes, LIMITS.genesisBytes);
  const log = (db.get<{ last: number | null }>("SELECT max(log) AS last FROM logs")?.last ?? 0) + 1;
  if (log > MAX_LOGS) throw new ProtocolError("quota_exceeded");
  db.run(
    "INSERT INTO logs (log, log_id, genesis, kind, gen, seq, head, epoch, posting_key, last_commit_seq, stewards, time) " +
      "VALUES (?, ?, ?, ?, 0, 0, ?, 0, ?, 0, ?, ?)",
    log,
    logId,
    bytes,
    genesis.kind,
    genesisHead(bytes),
    genesis.postingKey,
    concat(...genesis.stewards),
    now,
  );
  addSeat(db, log, genesis, 0);
  putSlot(db, log, 0, { outerKey: genesis.outerKey ?? null, slot });
  return log;
}

/** Judges and stores an append. A repeated one is answered as the first time, before any key is looked at. */
export function append(db: Db, arg: AppendArg): AppendResult {
  const row = logRow(db, arg.logId);
  const known = findRepeat(db, row.log, arg.entries);
  if (known !== null) return { seqs: known, repeated: true, end: endOf(row), seats: false };
  return put(db, row, arg);
}

/** Judges an append and stores it. */
export function put(db: Db, row: LogRow, arg: AppendArg): AppendResult {
  const change = judge(viewOf(db, row), arg, verify);
  const bytes = arg.entries.reduce((sum, one) => sum + one.header.length + one.body.length, 0);
  if (arg.quota !== undefined && row.bytes + bytes > arg.quota)
    throw new ProtocolError("quota_exceeded", { data: { bytes: arg.quota } });
  const seqs: number[] = [];
  let { seq, head } = row;
  const hour = Math.floor(arg.now / HOUR);
  const sigs = signaturesOfEach(arg.sigs, arg.digest, arg.entries.length);
  for (const [index, { header, body, appendId, blobs, drops }] of arg.entries.entries()) {
    seq += 1;
    const sig = sigs[index] ?? new Uint8Array();
    head = nextHead(head, seq, header, sig);
    db.run(
      "INSERT INTO log_entries (id, hour, header, sigs, body) VALUES (?, ?, ?, ?, ?)",
      entryId(row.log, seq),
      hour,
      header,
      sig,
      body,
    );
    db.run(
      "INSERT INTO log_append_ids (log, append_id, seq) VALUES (?, ?, ?)",
      row.log,
      appendId,
      seq,
    );
    if (blobs.length > 0 && arg.brought === true)
      wantBlobs(db, { logId: arg.logId, seq, blobIds: blobs });
    else if (blobs.length > 0) referenceBlobs(db, { logId: arg.logId, seq, blobIds: blobs });
    if (drops !== undefined)
      letGoOfBlobs(db, {
        logId: arg.logId,
        seq,
        blobIds: drops,
        expires: arg.now + LIMITS.blobGraceMs,
      });
    seqs.push(seq);
  }
  const end: LogEnd = {
    seq,
    head,
    gen: change.next.gen,
    epoch: change.next.epoch,
    lastCommitSeq: change.next.lastCommitSeq,
    time: Math.max(row.time, arg.now),
  };
  db.run(
    "UPDATE logs SET gen = ?, seq = ?, head = ?, time = ?, bytes = bytes + ? WHERE log = ?",
    end.gen,
    seq,
    head,
    end.time,
    bytes,
    row.log,
  );
  return {
    seqs,
    repeated: false,
    end,
    seats: arg.kind !== "entry" && applyChange(db, row, change, end),
  };
}

/**
 * Where the entries stand when all are known; null when none is.
 * @throws ProtocolError `append_conflict`: some are known and some not, or another entry stands under that appendId.
 */
function findRepeat(db: Db, log: number, entries: readonly NewEntry[]): number[] | null {
  const seqs: number[] = [];
  for (const [index, { appendId, header }] of entries.entries()) {
    const found = db.get<{ seq: number }>(
      "SELECT seq FROM log_append_ids WHERE log = ? AND append_id = ?",
      log,
      appendId,
    );
    if ((found !== undefined) !== seqs.length > 0 && index > 0)
      throw new ProtocolError("append_conflict");
    if (found === undefined) continue;
    const stored = db.get<{ header: Bytes }>(
      "SELECT header FROM log_entries WHERE id = ?",
      entryId(log, found.seq),
    );
    if (stored === undefined || !equalBytes(stored.header, header))
      throw new ProtocolError("append_conflict");
    seqs.push(found.seq);
  }
  return seqs.length === 0 ? null : seqs;
}

function viewOf(db: Db, row: LogRow): LogView {
  const { log } = row;
  type SeatedRow = { kind: SeatedEntry["kind"]; epoch: number; seat_id: Bytes; void: number };
  const seatedOf = (found: SeatedRow): SeatedEntry => ({
    kind: found.kind,
    epoch: found.epoch,
    seatId: found.seat_id,
    void: found.void !== 0,
  });
  return {
    state: stateOf(row),
    seat: (seatId) => {
      const found = seatRow(db, log, seatId);
      return (
        found && {
          seatKey: found.seat_key,
          addedSeq: found.added_seq,
          removedSeq: found.removed_seq,
        }
      );
    },
    outerKey: () => slotOf(db, log).outerKey,
    founders: () => readAs(genesisSchema, row.genesis, LIMITS.genesisBytes).stewards,
    liveSeats: () =>
      db.get<{ n: number }>(
        "SELECT count(*) AS n FROM log_seats WHERE log = ? AND removed_seq IS NULL",
        log,
      )?.n ?? 0,
    seated: (seq) => {
      const found = db.get<SeatedRow>(
        "SELECT kind, epoch, seat_id, void FROM log_seated WHERE log = ? AND seq = ?",
        log,
        seq,
      );
      return found && seatedOf(found);
    },
    seatedAfter: (seq) =>
      db
        .all<SeatedRow>(
          "SELECT kind, epoch, seat_id, void FROM log_seated WHERE log = ? AND seq > ? ORDER BY seq",
          log,
          seq,
        )
        .map(seatedOf),
    commitBefore: (seq) =>
      db.get<{ last: number | null }>(
        "SELECT max(seq) AS last FROM log_seated WHERE log = ? AND seq < ? AND void = 0 AND kind <> 'seat'",
        log,
        seq,
      )?.last ?? 0,
  };
}

/** Gives true when seats have changed. */
function applyChange(db: Db, { log, mirrors }: LogRow, change: Change, end: LogEnd): boolean {
  const { next } = change;
  db.run(
    "UPDATE logs SET epoch = ?, posting_key = ?, last_commit_seq = ?, stewards = ?, keep_ms = coalesce(?, keep_ms) WHERE log = ?",
    next.epoch,
    next.postingKey,
    next.lastCommitSeq,
    concat(...next.stewards),
    change.keepMs,
    log,
  );
  if (change.deleteAt !== undefined)
    db.run("UPDATE logs SET delete_at = ? WHERE log = ?", change.deleteAt, log);
  if (change.mirrors !== undefined)
    db.run("UPDATE logs SET mirrors = ? WHERE log = ?", encodeCbor(change.mirrors), log);
  if (change.hub !== undefined) db.run("UPDATE logs SET hub = ? WHERE log = ?", change.hub, log);
  if (change.hub !== undefined && mirrors !== null) {
    const others = mirrorsIn(mirrors).filter((one) => one.node !== change.hub);
    db.run("UPDATE logs SET mirrors = ? WHERE log = ?", encodeCbor(others), log);
  }
  if (change.voidFrom !== null) {
    db.run("UPDATE log_seated SET void = 1 WHERE log = ? AND seq >= ?", log, change.voidFrom);
    db.run("DELETE FROM log_seats WHERE log = ? AND added_seq >= ?", log, change.voidFrom);
    undoSlots(db, log, change.voidFrom);
  }
  if (change.slot !== null) putSlot(db, log, end.seq, change.slot);
  if (change.seated !== null) {
    db.run(
      "INSERT INTO log_seated (log, seq, kind, epoch, seat_id) VALUES (?, ?, ?, ?, ?)",
      log,
      end.seq,
      change.seated.kind,
      change.seated.epoch,
      change.seated.seatId,
    );
  }
  for (const seat of change.addSeats) addSeat(db, log, seat, end.seq);
  if (change.removeSeat !== null) {
    db.run(
      "UPDATE log_seats SET removed_seq = ?, removed_end = ?, push_node = NULL, push_address = NULL, push_wrap_key = NULL, behind_seq = NULL " +
        "WHERE log = ? AND seat_id = ?",
      end.seq,
      packEnd(end),
      log,
      change.removeSeat,
    );
  }
  return change.voidFrom !== null || change.addSeats.length > 0 || change.removeSeat !== null;
}

function addSeat(
  db: Db,
  log: number,
  { seatId, seatKey }: { seatId: Bytes; seatKey: Bytes },
  seq: number,
): void {
  db.run(
    "INSERT INTO log_seats (log, seat_id, seat_key, added_seq) VALUES (?, ?, ?, ?)",
    log,
    seatId,
    seatKey,
    seq,
  );
}
