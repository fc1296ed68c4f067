/** The logs' operations over SQLite. */
import type { Bytes, Head } from "@baraza/protocol";
import { concat, decodeCbor, LIMITS, ProtocolError } from "@baraza/protocol";
import { cborHead, storedEntryParts } from "../../services/logs/encoding.ts";
import type { LogEnd, LogsOperations, ReadArg, ReadResult } from "../port-logs.ts";
import type { Db } from "./database.ts";
import { expire } from "./logs-expire.ts";
import type { LogRow, PushRow, SeatRow } from "./logs-rows.ts";
import {
  endOf,
  entryId,
  logRow,
  seatRow,
  seqOf,
  stateOf,
  targetOf,
  unpackEnd,
} from "./logs-rows.ts";
import { hasSlot, slotOf } from "./logs-slots.ts";
import { appendOrOpen, bring, close, takeOver } from "./logs-handover.ts";
import { create } from "./logs-write.ts";
import type { SqliteOperations } from "./operations.ts";

export const logsOperations: SqliteOperations<LogsOperations> = {
  write: {
    create,
    append: appendOrOpen,
    close,
    takeOver,
    bring,
    setPush: (db, { logId, seatId, push, time }) => {
      const { log } = logRow(db, logId);
      const seat = seatRow(db, log, seatId);
      if (seat === undefined) throw new ProtocolError("seat_unknown");
      if (seat.removed_seq !== null) throw new ProtocolError("seat_removed");
      db.run(
        "UPDATE log_seats SET push_node = ?, push_address = ?, push_wrap_key = ?, push_time = ?, behind_seq = NULL " +
          "WHERE seat = ? AND push_time < ?",
        push?.node ?? null,
        push?.address ?? null,
        push?.wrapKey ?? null,
        time,
        seat.seat,
        time,
      );
      return null;
    },
    pushMarks: (db, { behind, done, gone }) => {
      for (const { ref, seq } of behind) {
        db.run(
          "UPDATE log_seats SET behind_seq = max(coalesce(behind_seq, 0), ?) WHERE seat = ? AND push_node IS NOT NULL",
          seq,
          ref,
        );
      }
      for (const { ref, seq } of done)
        db.run(
          "UPDATE log_seats SET behind_seq = NULL WHERE seat = ? AND behind_seq <= ?",
          ref,
          seq,
        );
      for (const { ref, address } of gone) {
        db.run(
          "UPDATE log_seats SET push_node = NULL, push_address = NULL, push_wrap_key = NULL, behind_seq = NULL " +
            "WHERE seat = ? AND push_address = ?",
          ref,
          address,
        );
      }
      return null;
    },
    expire,
  },
  read: {
    end: (db, { logId }) => endOf(logRow(db, logId)),
    seat: (db, { logId, seatId, now }) => {
      const row = logRow(db, logId);
      const seat = readingSeat(db, row, seatId, now);
      return {
        seatId,
        seatKey: seat.seat_key,
        removedAt: seat.removed_seq,
        slot: hasSlot(db, row.log),
        mirrors: row.mirrors,
        ...endFor(row, seat),
      };
    },
    slot: (db, { logId }) => {
      const row = logRow(db, logId);
      const { slot } = slotOf(db, row.log);
      return slot === null ? null : { genesis: row.genesis, slot, end: endOf(row) };
    },
    seats: (db, { logId }) =>
      db
        .all<SeatRow>(
          "SELECT seat_id, seat_key, removed_seq FROM log_seats WHERE log = ? ORDER BY seat",
          logRow(db, logId).log,
        )
        .map((seat) => ({
          seatId: seat.seat_id,
          seatKey: seat.seat_key,
          removedAt: seat.removed_seq,
        })),
    entries: readEntries,
    posting: (db, { logId }) => {
      const { phase, gen, epoch, postingKey } = stateOf(logRow(db, logId));
      return phase === "open" ? { gen, epoch, postingKey } : null;
    },
    pushSeats: (db, { logId }) =>
      db
        .all<PushRow & { seat: number; seat_id: Bytes }>(
          "SELECT seat, seat_id, push_node, push_address, push_wrap_key FROM log_seats " +
            "WHERE log = ? AND removed_seq IS NULL AND push_node IS NOT NULL",
          logRow(db, logId).log,
        )
        .map((row) => ({ ref: row.seat, seatId: row.seat_id, target: targetOf(row) })),
    pushNodesBehind: (db) =>
      db
        .all<{ push_node: string }>(
          "SELECT DISTINCT push_node FROM log_seats WHERE behind_seq IS NOT NULL AND push_node IS NOT NULL",
        )
        .map((row) => row.push_node),
    pushBehind: (db, { node, after, limit }) =>
      db
        .all<PushRow & LogRow & { seat: number; log_id: Bytes }>(
          "SELECT s.seat, s.push_node, s.push_address, s.push_wrap_key, l.* FROM log_seats s JOIN logs l ON l.log = s.log " +
            "WHERE s.behind_seq IS NOT NULL AND s.push_node = ? AND s.seat > ? ORDER BY s.seat LIMIT ?",
          node,
          after,
          limit,
        )
        .map((row) => ({
          ref: row.seat,
          logId: row.log_id,
          target: targetOf(row),
          end: endOf(row),
        })),
    count: (db) =>
      db.get<{ n: number }>("SELECT count(*) AS n FROM logs WHERE deleted = 0")?.n ?? 0,
  },
};

/** @throws ProtocolError `seat_unknown`; `seat_removed` once its time to read why is over. */
function readingSeat(db: Db, { log }: LogRow, seatId: Bytes, now: number): SeatRow {
  const seat = seatRow(db, log, seatId);
  if (seat === undefined) throw new ProtocolError("seat_unknown");
  if (
    seat.removed_end !== null &&
    now - unpackEnd(seat.removed_end).time > LIMITS.removedSeatReadMs
  )
    throw new ProtocolError("seat_removed");
  return seat;
}

function endFor(
  row: LogRow,
  seat: SeatRow,
): { end: LogEnd; fixed: boolean; receipt: Bytes | null } {
  if (row.mirror_of !== null) return endOfCopy(row, seat);
  return seat.removed_end === null
    ? { end: endOf(row), fixed: false, receipt: null }
    : { end: unpackEnd(seat.removed_end), fixed: true, receipt: null };
}

/** A copy is read as far as its hub's receipt goes; at the place where a seat was removed the hub alone can say why. */
function endOfCopy(row: LogRow, seat: SeatRow) {
  if (seat.removed_seq !== null) throw new ProtocolError("seat_removed");
  if (row.receipt === null) throw new ProtocolError("busy");
  const { gen, seq, head, time } = decodeCbor(row.receipt) as unknown as Head;
  return { end: { ...endOf(row), gen, seq, head, time }, fixed: true, receipt: row.receipt };
}

function readEntries(db: Db, arg: ReadArg): ReadResult {
  const row = logRow(db, arg.logId);
  const seat = readingSeat(db, row, arg.seatId, arg.now);
  const { end, fixed, receipt } = endFor(row, seat);
  const rows =
    arg.limit === 0 || arg.after >= end.seq
      ? []
      : db.all<{ id: number; header: Bytes; sigs: Bytes; body: Bytes }>(
          "SELECT id, header, sigs, body FROM log_entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
          entryId(row.log, arg.after + 1),
          entryId(row.log, end.seq),
          arg.limit,
        );
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let last = arg.after;
  let count = 0;
  for (const { id, header, sigs, body } of rows) {
    bytes += header.length + sigs.length + body.length;
    if (count > 0 && bytes > arg.maxBytes) break;
    last = seqOf(id);
    count += 1;
    parts.push(...storedEntryParts(last, header, sigs, body));
  }
  return {
    genesis: arg.genesis ? row.genesis : null,
    entries: concat(cborHead(4, count), ...parts),
    count,
    end,
    fixed,
    more: last < end.seq,
    receipt,
    moved: row.moved,
    gathering: row.gathering !== null,
    base: row.base === null ? null : (decodeCbor(row.base) as unknown as ReadResult["base"]),
  };
}
