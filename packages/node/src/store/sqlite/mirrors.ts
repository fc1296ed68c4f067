/** Copies of logs over SQLite: entries stand where those of one's own logs do, judged by the same rules. */
import type { Bytes, DecisionProof, Signatures, StoredEntry } from "@baraza/protocol";
import {
  decodeCbor,
  encodeCbor,
  entryHeader,
  equalBytes,
  genesis as genesisSchema,
  LABELS,
  LIMITS,
  ProtocolError,
  readAs,
} from "@baraza/protocol";
import { createVerifier, headMessage, logIdOf, pageDigest } from "../../crypto-fast.ts";
import type {
  CopyResult,
  MirrorFeedArg,
  MirrorOf,
  MirrorOpenArg,
  MirrorsOperations,
} from "../port-mirrors.ts";
import type { Db } from "./database.ts";
import { handoverOf, signedByMajority } from "./logs-handover.ts";
import { dropLog } from "./logs-expire.ts";
import type { LogRow } from "./logs-rows.ts";
import { endOf, entryId, headAt, logRow, mirrorOfIn, mirrorsIn, seqOf } from "./logs-rows.ts";
import { insertLog, isSpent, put } from "./logs-write.ts";
import type { SqliteOperations } from "./operations.ts";

const DAY = 24 * 60 * 60_000;
const verify = createVerifier();

export const mirrorsOperations: SqliteOperations<MirrorsOperations> = {
  write: { open, feed },
  read: {
    place: (db, { logId }) => {
      const row = rowOf(db, logId);
      return row === null || row.mirror_of === null
        ? null
        : { of: mirrorOfIn(row.mirror_of), seq: row.seq };
    },
    fed: (db) =>
      db
        .all<{ log_id: Bytes; mirrors: Bytes }>(
          `SELECT log_id, mirrors FROM logs WHERE mirrors IS NOT NULL AND ${IS_HUB} ORDER BY log`,
        )
        .map((row) => ({ logId: row.log_id, mirrors: mirrorsIn(row.mirrors) })),
    mirrorsOf: (db, { logId }) => {
      const row = db.get<{ mirrors: Bytes | null }>(
        `SELECT mirrors FROM logs WHERE log_id = ? AND ${IS_HUB}`,
        logId,
      );
      return mirrorsIn(row?.mirrors ?? null);
    },
    copy,
    headAt: (db, { logId, seq }) => headAt(db, logRow(db, logId), seq),
  },
};

const IS_HUB = "mirror_of IS NULL AND gathering IS NULL AND moved IS NULL AND deleted = 0";

const dayOf = (now: number) => Math.floor(now / DAY) * DAY;

/** @throws ProtocolError `log_deleted` */
function rowOf(db: Db, logId: Bytes): LogRow | null {
  const known = db.get("SELECT 1 FROM logs WHERE log_id = ?", logId);
  return known === undefined ? null : logRow(db, logId);
}

function open(db: Db, { genesis, of, token, quota, now }: MirrorOpenArg) {
  const logId = logIdOf(genesis);
  const row = rowOf(db, logId);
  if (row !== null && row.mirror_of === null) throw new ProtocolError("log_exists");
  const stands =
    row !== null &&
    row.mirror_of !== null &&
    (row.receipt !== null ||
      token === null ||
      equalBytes(mirrorOfIn(row.mirror_of).hubKey, of.hubKey));
  if (stands) return { logId, seq: row.seq };
  if (token === null) throw new ProtocolError("not_found");
  const spent = isSpent(db, token, logId);
  if (row !== null) remove(db, row, logId, now);
  if (bytesOfAll(db) >= quota)
    throw new ProtocolError("quota_exceeded", { data: { bytes: quota } });
  begin(db, logId, genesis, of, now);
  if (!spent) db.run("INSERT INTO log_tokens (token, log_id) VALUES (?, ?)", token, logId);
  return { logId, seq: 0 };
}

function begin(db: Db, logId: Bytes, genesis: Bytes, of: MirrorOf, now: number): void {
  const log = insertLog(db, logId, genesis, now, null);
  db.run("UPDATE logs SET mirror_of = ?, used = ? WHERE log = ?", encodeCbor(of), dayOf(now), log);
}

function remove(db: Db, row: LogRow, logId: Bytes, now: number): void {
  dropLog(db, row.log, logId, now);
  db.run("DELETE FROM logs WHERE log = ?", row.log);
}

function bytesOfAll(db: Db): number {
  return (
    db.get<{ n: number | null }>("SELECT sum(bytes) AS n FROM logs WHERE mirror_of IS NOT NULL")
      ?.n ?? 0
  );
}

function feed(db: Db, arg: MirrorFeedArg): { seq: number; ended: boolean } {
  const { logId, receipt, page, moved, now, quota } = arg;
  const before = copyRow(db, logId);
  const next = moved === null ? null : follow(db, before, logId, moved, now);
  let of = mirrorOfIn(copyRow(db, logId).mirror_of);
  const { seq: from } = copyRow(db, logId);
  if (arg.appends.length > 0 && arg.first > from + 1) return { seq: from, ended: false };
  let at = arg.first;
  for (const one of arg.appends) {
    const row = copyRow(db, logId);
    const last = at + one.entries.length - 1;
    if (last > row.seq) {
      if (at !== row.seq + 1) throw new ProtocolError("append_conflict");
      judged(() => put(db, row, { ...one, quota: quota.log }));
      if (one.steward?.op === "handover") of = { hub: one.steward.hub, hubKey: one.steward.hubKey };
    }
    at = last + 1;
  }
  const row = copyRow(db, logId);
  const grown = row.seq > from;
  if (grown && bytesOfAll(db) > quota.all)
    throw new ProtocolError("quota_exceeded", { data: { bytes: quota.all } });
  // Whoever has less of it than this copy says nothing about where it stands.
  const vouched = receipt !== null && receipt.seq === row.seq;
  if (vouched) {
    fits(receipt, row, logId);
    // Only a hand-over that stands in the log makes another hub than the first.
    if (receipt.gen === 0 && of.hub !== hubIn(row.genesis))
      throw new ProtocolError("bad_signature");
    const { gen, seq, head, time, sig } = receipt;
    if (!verify(of.hubKey, LABELS.head, headMessage(logId, gen, seq, head, time), sig))
      throw new ProtocolError("bad_signature");
  } else if (grown && page !== null) {
    if (page.seq !== row.seq || !equalBytes(page.head, row.head))
      throw new ProtocolError("append_conflict");
    const digest = pageDigest(logId, page.seq, page.head);
    const keys = next === null ? [of.hubKey] : [of.hubKey, next];
    if (!keys.some((key) => verify(key, LABELS.mirrorPage, digest, page.sig)))
      throw new ProtocolError("bad_signature");
  } else if (grown) throw new ProtocolError("bad_signature");
  const newer = vouched && receipt.time >= timeOf(row.receipt, receipt.gen, receipt.seq);
  db.run(
    "UPDATE logs SET mirror_of = ?, used = ?, receipt = coalesce(?, receipt) WHERE log = ?",
    encodeCbor(of),
    dayOf(now),
    newer ? encodeCbor(receipt) : null,
    row.log,
  );
  const ended = vouched && !mirrorsIn(row.mirrors).some((one) => one.node === arg.name);
  if (ended) remove(db, row, logId, now);
  return { seq: row.seq, ended };
}

type CopyRow = LogRow & { mirror_of: Bytes };

/** @throws ProtocolError `not_found` */
function copyRow(db: Db, logId: Bytes): CopyRow {
  const row = rowOf(db, logId);
  if (row === null || row.mirror_of === null) throw new ProtocolError("not_found");
  return { ...row, mirror_of: row.mirror_of };
}

/** What the rules refuse here they did not refuse at the hub: it tells another story, or whoever feeds it does. */
function judged(work: () => unknown): void {
  try {
    work();
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === "quota_exceeded") throw cause;
    throw new ProtocolError("append_conflict", { cause });
  }
}

function fits(receipt: { gen: number; head: Bytes; logId: Bytes }, row: LogRow, logId: Bytes) {
  if (!equalBytes(receipt.logId, logId)) throw new ProtocolError("bad_signature");
  if (receipt.gen !== row.gen || !equalBytes(receipt.head, row.head))
    throw new ProtocolError("append_conflict");
}

const hubIn = (genesis: Bytes) => readAs(genesisSchema, genesis, LIMITS.genesisBytes).hub;

/** A receipt's date, where it is of the same position. */
function timeOf(bytes: Bytes | null, gen: number, seq: number): number {
  if (bytes === null) return 0;
  const had = decodeCbor(bytes) as unknown as { gen: number; seq: number; time: number };
  return had.gen === gen && had.seq === seq ? had.time : 0;
}

/**
 * Another hub keeps the log now, by a decision of the stewards whom this copy knows. What it has beyond what went along belongs to
 * the log no longer. @returns the new hub's key; null when that is nothing new, or this copy cannot tell
 */
function follow(
  db: Db,
  row: CopyRow,
  logId: Bytes,
  { proof, base }: { proof: DecisionProof; base: number },
  now: number,
): Bytes | null {
  const record = handoverOf(proof);
  const { hubKey } = mirrorOfIn(row.mirror_of);
  if (record.gen !== row.gen + 1 || !equalBytes(record.oldKey, hubKey)) return null;
  if (!isDecided(row, logId, proof)) return null;
  if (row.seq > base) {
    remove(db, row, logId, now);
    begin(db, logId, row.genesis, { hub: record.hub, hubKey: record.hubKey }, now);
  }
  return record.hubKey;
}

function isDecided(row: LogRow, logId: Bytes, proof: DecisionProof): boolean {
  try {
    signedByMajority(row, logId, proof);
    return true;
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    return false;
  }
}

type EntryRow = { id: number; header: Bytes; sigs: Bytes; body: Bytes };

function copy(
  db: Db,
  {
    logId,
    after,
    limit,
    maxBytes,
  }: { logId: Bytes; after: number; limit: number; maxBytes: number },
): CopyResult {
  const row = logRow(db, logId);
  const end = endOf(row);
  const rows = db.all<EntryRow>(
    "SELECT id, header, sigs, body FROM log_entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
    entryId(row.log, after + 1),
    entryId(row.log, end.seq),
    limit,
  );
  const all = rows.map(storedOf);
  const entries: StoredEntry[] = [];
  let bytes = 0;
  for (let at = 0; at < all.length;) {
    const count = all[at]?.sigs.batch?.count ?? 1;
    const some = all.slice(at, at + count);
    bytes += some.reduce((sum, one) => sum + one.header.length + one.body.length + 512, 0);
    if (some.length < count || (entries.length > 0 && bytes > maxBytes)) break;
    entries.push(...some);
    at += count;
  }
  const last = entries.at(-1)?.seq ?? after;
  return { entries, end, more: last < end.seq, moved: movedTo(db, row) };
}

function storedOf({ id, header, sigs, body }: EntryRow): StoredEntry {
  return { seq: seqOf(id), header, body, sigs: decodeCbor(sigs) as Signatures };
}

/** The decision by which this hub has the log, for copies that have not read it. */
function movedTo(db: Db, row: LogRow): CopyResult["moved"] {
  if (row.base === null) return null;
  const { gen, seq: base } = decodeCbor(row.base) as { gen: number; seq: number };
  const found = db.get<EntryRow>(
    "SELECT id, header, sigs, body FROM log_entries WHERE id = ?",
    entryId(row.log, base + 1),
  );
  const header =
    found === undefined ? undefined : readAs(entryHeader, found.header, LIMITS.headerBytes);
  if (found === undefined || header?.steward === undefined) return null;
  const { stewards: sigs = [] } = decodeCbor(found.sigs) as Signatures;
  return { proof: { gen, id: header.appendId, record: header.steward, sigs }, base };
}
