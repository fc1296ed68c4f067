/** Rows of the logs' tables, and how they become what the rules and services know. */
import type { Bytes, Mirror, PushTarget } from "@baraza/protocol";
import { decodeCbor, encodeCbor, ProtocolError } from "@baraza/protocol";
import { genesisHead, nextHead } from "../../crypto-fast.ts";
import type { LogState } from "../../services/logs/rules.ts";
import type { LogEnd } from "../port-logs.ts";
import type { MirrorOf } from "../port-mirrors.ts";
import type { Db } from "./database.ts";

export type LogRow = {
  log: number;
  genesis: Bytes;
  kind: LogState["kind"];
  gen: number;
  seq: number;
  head: Bytes;
  epoch: number;
  posting_key: Bytes;
  last_commit_seq: number;
  stewards: Bytes;
  time: number;
  deleted: number;
  /** Of headers and bodies. */
  bytes: number;
  /** CBOR of the decision by which the log is taken over, or has gone to another hub. */
  gathering: Bytes | null;
  moved: Bytes | null;
  base: Bytes | null;
  /** CBOR of the nodes that keep copies, of whose log this is a copy, and of what the hub signed last for that. */
  mirrors: Bytes | null;
  mirror_of: Bytes | null;
  receipt: Bytes | null;
};

export type SeatRow = {
  seat: number;
  seat_id: Bytes;
  seat_key: Bytes;
  added_seq: number;
  removed_seq: number | null;
  removed_end: Bytes | null;
};

/** See the migration: entries of one log stand side by side. */
const STRIDE = 2 ** 30;
/** As many logs fit below 2^53. */
export const MAX_LOGS = 2 ** 23 - 1;
export const entryId = (log: number, seq: number) => log * STRIDE + seq;
export const seqOf = (id: number) => id % STRIDE;

/** @throws ProtocolError `log_not_found`, `log_deleted` */
export function logRow(db: Db, logId: Bytes): LogRow {
  const row = db.get<LogRow>(
    "SELECT log, genesis, kind, gen, seq, head, epoch, posting_key, last_commit_seq, stewards, time, deleted, bytes, gathering, moved, base, mirrors, mirror_of, receipt FROM logs WHERE log_id = ?",
    logId,
  );
  if (row === undefined) throw new ProtocolError("log_not_found");
  if (row.deleted !== 0) throw new ProtocolError("log_deleted");
  return row;
}

export function seatRow(db: Db, log: number, seatId: Bytes): SeatRow | undefined {
  return db.get<SeatRow>(
    "SELECT seat, seat_id, seat_key, added_seq, removed_seq, removed_end FROM log_seats WHERE log = ? AND seat_id = ?",
    log,
    seatId,
  );
}

export function endOf(row: LogRow): LogEnd {
  return {
    seq: row.seq,
    head: row.head,
    gen: row.gen,
    epoch: row.epoch,
    lastCommitSeq: row.last_commit_seq,
    time: row.time,
  };
}

export function stateOf(row: LogRow): LogState {
  return {
    kind: row.kind,
    gen: row.gen,
    seq: row.seq,
    epoch: row.epoch,
    postingKey: row.posting_key,
    lastCommitSeq: row.last_commit_seq,
    stewards: unpackKeys(row.stewards),
    phase: phaseOf(row),
  };
}

/** A copy takes in what is brought, as a log does that is being taken over. */
function phaseOf({ moved, gathering, mirror_of: of }: LogRow): LogState["phase"] {
  if (moved !== null) return "moved";
  return gathering !== null || of !== null ? "gathering" : "open";
}

export const mirrorsIn = (bytes: Bytes | null): Mirror[] =>
  bytes === null ? [] : (decodeCbor(bytes) as unknown as Mirror[]);
export const mirrorOfIn = (bytes: Bytes): MirrorOf => decodeCbor(bytes) as unknown as MirrorOf;

const HASHED_AT_ONCE = 5000;

/** The head at a position of a log, from its genesis on. */
export function headAt(db: Db, row: Pick<LogRow, "log" | "genesis">, seq: number): Bytes {
  let head = genesisHead(row.genesis);
  for (let at = 1; at <= seq; at += HASHED_AT_ONCE) {
    const rows = db.all<{ header: Bytes; sigs: Bytes }>(
      "SELECT header, sigs FROM log_entries WHERE id BETWEEN ? AND ? ORDER BY id",
      entryId(row.log, at),
      entryId(row.log, Math.min(seq, at + HASHED_AT_ONCE - 1)),
    );
    for (const [index, one] of rows.entries())
      head = nextHead(head, at + index, one.header, one.sigs);
  }
  return head;
}

/** Keys of 32 bytes, one after the other. */
export function unpackKeys(packed: Bytes): Bytes[] {
  return Array.from({ length: packed.length / 32 }, (_, i) => packed.slice(32 * i, 32 * i + 32));
}

export const packEnd = (end: LogEnd): Bytes => encodeCbor(end);
export const unpackEnd = (bytes: Bytes): LogEnd => decodeCbor(bytes) as unknown as LogEnd;

export type PushRow = { push_node: string; push_address: Bytes; push_wrap_key: Bytes };
export function targetOf(row: PushRow): PushTarget {
  return { node: row.push_node, address: row.push_address, wrapKey: row.push_wrap_key };
}
