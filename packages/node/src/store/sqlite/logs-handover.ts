/** Logs that go from hub to hub: closed at the old one, gathered and opened at the new one. */
import type { Bytes, DecisionProof } from "@baraza/protocol";
import {
  decodeCbor,
  encodeCbor,
  equalBytes,
  genesis as genesisSchema,
  LABELS,
  LIMITS,
  majorityOf,
  ProtocolError,
  readAs,
  toHex,
} from "@baraza/protocol";
import { createVerifier, headMessage, logIdOf, nextHead } from "../../crypto-fast.ts";
import { decisionDigest } from "../../services/logs/rules.ts";
import type { AppendArg, AppendResult, BringArg, LogEnd, TakeOverArg } from "../port-logs.ts";
import type { Db } from "./database.ts";
import type { LogRow } from "./logs-rows.ts";
import { endOf, entryId, headAt, logRow, mirrorOfIn, unpackKeys } from "./logs-rows.ts";
import { dropLog } from "./logs-expire.ts";
import { append, insertLog, isSpent, put } from "./logs-write.ts";

const verify = createVerifier();

type Handover = Extract<DecisionProof["record"], { op: "handover" }>;
const proofIn = (bytes: Bytes) => decodeCbor(bytes) as unknown as DecisionProof;

/** The record of a decision about a hand-over. @throws ProtocolError `malformed` */
export function handoverOf({ record, gen }: DecisionProof): Handover {
  if (record.op !== "handover" || record.gen !== gen)
    throw new ProtocolError("malformed", { data: { field: "decision" } });
  return record;
}

/** See the port. */
export function close(
  db: Db,
  { logId, decision, now }: { logId: Bytes; decision: DecisionProof; now: number },
): LogEnd {
  const row = logRow(db, logId);
  const record = handoverOf(decision);
  if (row.moved !== null) {
    if (!equalBytes(proofIn(row.moved).id, decision.id)) throw new ProtocolError("log_moved");
    return endOf(row);
  }
  if (row.mirror_of !== null) throw new ProtocolError("log_not_found");
  if (row.gathering !== null) throw new ProtocolError("busy");
  if (record.gen !== row.gen + 1 || record.seq > row.seq)
    throw new ProtocolError("stale_generation", { data: { gen: row.gen } });
  if (now > record.until) throw new ProtocolError("decision_expired");
  signedByMajority(row, logId, decision);
  db.run("UPDATE logs SET moved = ? WHERE log = ?", encodeCbor(decision), row.log);
  return endOf(row);
}

/**
 * More than half of the stewards whom a log names have signed.
 * @throws ProtocolError `not_steward`, `bad_signature`, `steward_majority`
 */
export function signedByMajority(row: LogRow, logId: Bytes, decision: DecisionProof): void {
  const { gen, id, record, sigs } = decision;
  const stewards = unpackKeys(row.stewards);
  const digest = decisionDigest({ logId, gen, id, record });
  const signers = new Set<string>();
  for (const { key, sig } of sigs) {
    // The members may name somebody of whom the hub has not heard yet: that is for them to judge.
    if (!stewards.some((one) => equalBytes(one, key))) continue;
    if (!verify(key, LABELS.steward, digest, sig)) throw new ProtocolError("bad_signature");
    signers.add(toHex(key));
  }
  if (signers.size === 0) throw new ProtocolError("not_steward");
  if (signers.size < majorityOf(stewards.length)) throw new ProtocolError("steward_majority");
}

/** See the port. */
export function takeOver(
  db: Db,
  { genesis, token, decision, now }: TakeOverArg,
): { logId: Bytes; seq: number } {
  const logId = logIdOf(genesis);
  const record = handoverOf(decision);
  const spent = isSpent(db, token, logId);
  const known = db.get("SELECT 1 FROM logs WHERE log_id = ?", logId);
  const row = known === undefined ? null : logRow(db, logId);
  if (row !== null && row.gathering !== null && equalBytes(proofIn(row.gathering).id, decision.id))
    return { logId, seq: row.seq };
  if (now > record.until) throw new ProtocolError("decision_expired");
  if (row !== null && row.mirror_of !== null) {
    // A copy is no copy any more only for those who lead.
    signedByMajority(row, logId, decision);
    if (goesOnFrom(db, row, record)) {
      const seq = row.seq;
      db.run(
        "UPDATE logs SET gathering = ?, mirror_of = NULL WHERE log = ?",
        encodeCbor(decision),
        row.log,
      );
      if (!spent) db.run("INSERT INTO log_tokens (token, log_id) VALUES (?, ?)", token, logId);
      return { logId, seq };
    }
    dropLog(db, row.log, logId, now);
    db.run("DELETE FROM logs WHERE log = ?", row.log);
  } else if (row !== null) {
    // It comes back to a hub that it left: what stands here is the beginning of what will be brought.
    const returns = row.moved !== null && decision.gen > row.gen + 1;
    if (row.gathering === null && !returns) throw new ProtocolError("log_exists");
    // Content that lies here still serves, once the entries that name it are brought.
    dropLog(db, row.log, logId, now + LIMITS.blobGraceMs);
    db.run("DELETE FROM logs WHERE log = ?", row.log);
  }
  const log = insertLog(db, logId, genesis, now, null);
  db.run("UPDATE logs SET gathering = ? WHERE log = ?", encodeCbor(decision), log);
  if (!spent) db.run("INSERT INTO log_tokens (token, log_id) VALUES (?, ?)", token, logId);
  return { logId, seq: 0 };
}

/** Whether a decision is about the log that this copy is of: its hub, its generation, and a head that stands here, or comes. */
function goesOnFrom(db: Db, row: LogRow, record: Handover): boolean {
  if (row.mirror_of === null || record.gen !== row.gen + 1) return false;
  if (!equalBytes(mirrorOfIn(row.mirror_of).hubKey, record.oldKey)) return false;
  return row.seq < record.seq || equalBytes(headAt(db, row, record.seq), record.head);
}

/** See the port. */
export function bring(db: Db, arg: BringArg): { seq: number } {
  const before = logRow(db, arg.logId);
  const decision = before.gathering === null ? null : proofIn(before.gathering);
  if (decision === null || !equalBytes(decision.id, arg.decisionId))
    throw new ProtocolError("not_found");
  const record = handoverOf(decision);
  let at = arg.first;
  for (const one of arg.appends) {
    const row = logRow(db, arg.logId);
    const next = at + one.entries.length;
    if (next - 1 > row.seq) {
      if (at !== row.seq + 1) throw new ProtocolError("malformed", { data: { field: "entries" } });
      put(db, row, one);
    }
    at = next;
  }
  const { seq, head } = logRow(db, arg.logId);
  if (before.seq < record.seq && seq >= record.seq && !leadsTo(db, before, record))
    throw new ProtocolError("malformed", { data: { field: "head" } });
  if (seq > record.seq && seq > before.seq) {
    const { receipt } = arg;
    const good =
      receipt !== null &&
      receipt.seq === seq &&
      receipt.gen === record.gen - 1 &&
      equalBytes(receipt.logId, arg.logId) &&
      equalBytes(receipt.head, head) &&
      verify(
        record.oldKey,
        LABELS.head,
        headMessage(arg.logId, receipt.gen, seq, head, receipt.time),
        receipt.sig,
      );
    if (!good) throw new ProtocolError("bad_signature");
  }
  return { seq };
}

/** Whether the entries from where the log stood lead to the decision's head. */
function leadsTo(db: Db, from: LogRow, { seq, head }: Handover): boolean {
  const rows = db.all<{ header: Bytes; sigs: Bytes }>(
    "SELECT header, sigs FROM log_entries WHERE id BETWEEN ? AND ? ORDER BY id",
    entryId(from.log, from.seq + 1),
    entryId(from.log, seq),
  );
  let value = from.head;
  for (const [index, row] of rows.entries())
    value = nextHead(value, from.seq + 1 + index, row.header, row.sigs);
  return equalBytes(value, head);
}

/** An append; where it is the decision that a log was gathered for, the log is open with it. */
export function appendOrOpen(db: Db, arg: AppendArg): AppendResult {
  if (arg.steward?.op !== "handover") return append(db, arg);
  const before = logRow(db, arg.logId);
  const from = hubOf(db, before);
  const result = append(db, arg);
  if (result.repeated) return result;
  const decision = opened(db, before, arg.entries[0]?.appendId, result.end);
  db.run(
    "INSERT OR REPLACE INTO blob_sources (log_id, node, node_key, decision) VALUES (?, ?, ?, ?)",
    arg.logId,
    from,
    handoverOf(decision).oldKey,
    encodeCbor(decision),
  );
  return result;
}

/**
 * The decision has become the first entry of the next generation: the log is open here.
 * @throws ProtocolError `malformed`: another decision than it was gathered for; `stale_generation`: it has not come as far as
 * the decision says
 */
function opened(db: Db, before: LogRow, id: Bytes | undefined, end: LogEnd): DecisionProof {
  const decision = before.gathering === null ? null : proofIn(before.gathering);
  if (decision === null || id === undefined || !equalBytes(decision.id, id))
    throw new ProtocolError("malformed", { data: { field: "appendId" } });
  const record = handoverOf(decision);
  const { seq, head, epoch, posting_key: postingKey } = before;
  if (seq < record.seq) throw new ProtocolError("stale_generation", { data: { seq } });
  const fits = epoch === record.epoch && equalBytes(postingKey, record.postingKey);
  if (seq === record.seq && !(fits && equalBytes(head, record.head)))
    throw new ProtocolError("malformed", { data: { field: "steward" } });
  const base = encodeCbor({ gen: end.gen, seq, head });
  db.run("UPDATE logs SET gathering = NULL, base = ? WHERE log = ?", base, before.log);
  return decision;
}

/** The node that keeps a log as far as its entries here say. */
function hubOf(db: Db, { log, genesis }: LogRow): string {
  const named = db.get<{ hub: string | null }>("SELECT hub FROM logs WHERE log = ?", log)?.hub;
  return named ?? readAs(genesisSchema, genesis, LIMITS.genesisBytes).hub;
}

/** See the port. A hub that was away when the log was handed over learns of it by the decision. */
export function successorOf(db: Db, logId: Bytes, decision: DecisionProof): Bytes {
  const row = logRow(db, logId);
  const record = handoverOf(decision);
  if (row.moved !== null) {
    const { id, gen, record: moved } = proofIn(row.moved);
    const same = equalBytes(id, decision.id) && gen === decision.gen;
    if (!same || moved.op !== "handover") throw new ProtocolError("log_moved");
    return moved.hubKey;
  }
  if (row.mirror_of !== null || row.gathering !== null) throw new ProtocolError("log_not_found");
  if (record.gen !== row.gen + 1)
    throw new ProtocolError("stale_generation", { data: { gen: row.gen } });
  signedByMajority(row, logId, decision);
  return record.hubKey;
}
