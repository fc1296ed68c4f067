/** Rejoin slots over SQLite: put with their commit, taken back with its void. */
import type { Bytes } from "@baraza/protocol";
import type { Db } from "./database.ts";

/** Slots of as many commits are kept: a void that goes further back leaves none, and the next commit brings one. */
const KEEP_SLOTS = 3;

/** The slot and the key that signs rejoins, in the place of those before. */
export function putSlot(
  db: Db,
  log: number,
  seq: number,
  { outerKey, slot }: { outerKey: Bytes | null; slot: Bytes | null },
): void {
  db.run(
    "INSERT INTO log_slots (log, seq, outer_key, slot) VALUES (?, ?, ?, ?)",
    log,
    seq,
    outerKey,
    slot,
  );
  const last = db.get<{ seq: number }>(
    "SELECT seq FROM log_slots WHERE log = ? AND slot IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?",
    log,
    KEEP_SLOTS,
  );
  if (last !== undefined)
    db.run("UPDATE log_slots SET slot = NULL WHERE log = ? AND seq <= ?", log, last.seq);
}

/** Takes back those of commits from `seq` on. */
export function undoSlots(db: Db, log: number, seq: number): void {
  db.run("DELETE FROM log_slots WHERE log = ? AND seq >= ?", log, seq);
}

/** What stands now. */
export function slotOf(db: Db, log: number): { outerKey: Bytes | null; slot: Bytes | null } {
  const row = db.get<{ outer_key: Bytes | null; slot: Bytes | null }>(
    "SELECT outer_key, slot FROM log_slots WHERE log = ? ORDER BY seq DESC LIMIT 1",
    log,
  );
  return { outerKey: row?.outer_key ?? null, slot: row?.slot ?? null };
}

/** Whether there is a slot, without reading it. */
export function hasSlot(db: Db, log: number): boolean {
  const row = db.get<{ there: number }>(
    "SELECT slot IS NOT NULL AS there FROM log_slots WHERE log = ? ORDER BY seq DESC LIMIT 1",
    log,
  );
  return row?.there === 1;
}
