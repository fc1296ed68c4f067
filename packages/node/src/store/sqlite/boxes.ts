/** Boxes over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { BoxesOperations, LetterRow } from "../port-boxes.ts";
import { readSetting } from "./admin.ts";
import { accountOf, mustGet, numberOf } from "./rows.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

/** What a letter counts beside its bytes, so that empty ones do not fill the disk either. */
const LETTER_OVERHEAD = 1024;
/** How long a deleted letter's id is recognised: senders give up long before. */
const REMEMBER_MS = 30 * 24 * 60 * 60_000;
/** Revoked addresses that a box remembers. */
const REVOKED = 10_000;

export const boxesOperations: SqliteOperations<BoxesOperations> = {
  write: {
    create(db, { accountId, boxId, max, sessionId }) {
      const account = accountOf(db, accountId);
      const boxes = numberOf(db, "SELECT count(*) AS n FROM boxes WHERE account = ?", account);
      if (boxes >= max) throw new ProtocolError("quota_exceeded", { data: { max } });
      db.run(
        `INSERT INTO boxes (box_id, account, device)
         VALUES (?1, ?2, (SELECT device FROM sessions WHERE session_id = ?3 AND account = ?2))`,
        boxId,
        account,
        sessionId ?? null,
      );
      return null;
    },
    close(db, { accountId, boxId }) {
      const found = findOwn(db, accountId, boxId);
      if (found === undefined) return null;
      if (db.get("SELECT 1 FROM accounts WHERE box_id = ?", boxId) !== undefined)
        throw new ProtocolError("forbidden");
      for (const table of ["letters", "box_wakes", "box_revoked", "boxes"] as const)
        db.run(`DELETE FROM ${table} WHERE box = ?`, found.box);
      return null;
    },
    revoke(db, { accountId, boxId, addressId, until }) {
      const { box } = ownBox(db, accountId, boxId);
      const revoked = numberOf(db, "SELECT count(*) AS n FROM box_revoked WHERE box = ?", box);
      if (revoked >= REVOKED) throw new ProtocolError("quota_exceeded", { data: { max: REVOKED } });
      db.run(
        "INSERT OR IGNORE INTO box_revoked (box, address_id, until) VALUES (?, ?, ?)",
        box,
        addressId,
        until,
      );
      db.run("DELETE FROM box_wakes WHERE box = ? AND address_id = ?", box, addressId);
      return null;
    },
    put(db, { boxId, addressId, letterId, letter, maxBytes }) {
      const box = standing(db, boxId, addressId);
      if (box === undefined) throw new ProtocolError("address_invalid");
      return putLetter(db, box.box, { letterId, letter, maxBytes });
    },
    remove(db, { accountId, boxId, upTo, now }) {
      const { box } = ownBox(db, accountId, boxId);
      const freed = numberOf(
        db,
        `SELECT coalesce(sum(length(letter) + ${LETTER_OVERHEAD}), 0) AS n FROM letters
         WHERE box = ? AND seq <= ? AND forget_after IS NULL`,
        box,
        upTo,
      );
      db.run(
        "UPDATE letters SET letter = NULL, forget_after = ? WHERE box = ? AND seq <= ? AND forget_after IS NULL",
        now + REMEMBER_MS,
        box,
        upTo,
      );
      db.run("UPDATE boxes SET bytes = bytes - ? WHERE box = ?", freed, box);
      return null;
    },
    wake(db, { wakes }) {
      for (const { boxId, addressId } of wakes) {
        const box = standing(db, boxId, addressId);
        if (box === undefined || isShut(db, box.account)) continue;
        const wake = box.lastWake + 1;
        db.run("UPDATE boxes SET last_wake = ? WHERE box = ?", wake, box.box);
        db.run(
          `INSERT INTO box_wakes (box, address_id, wake) VALUES (?, ?, ?)
           ON CONFLICT (box, address_id) DO UPDATE SET wake = excluded.wake`,
          box.box,
          addressId,
          wake,
        );
      }
      return null;
    },
    clearWakes(db, { accountId, boxId, upTo }) {
      db.run(
        "DELETE FROM box_wakes WHERE box = ? AND wake <= ?",
        ownBox(db, accountId, boxId).box,
        upTo,
      );
      return null;
    },
    sweep(db, { now, limit }) {
      const letters = db.run(
        "DELETE FROM letters WHERE id IN (SELECT id FROM letters WHERE forget_after <= ? LIMIT ?)",
        now,
        limit,
      );
      const revoked = db.run(
        `DELETE FROM box_revoked WHERE (box, address_id) IN
         (SELECT box, address_id FROM box_revoked WHERE until <= ? LIMIT ?)`,
        now,
        limit,
      );
      return letters + revoked;
    },
  },
  read: {
    standing: (db, { addresses }) =>
      addresses.map(({ boxId, addressId }) => standing(db, boxId, addressId) !== undefined),
    owns: (db, { accountId, boxIds }) =>
      boxIds.every((boxId) => findOwn(db, accountId, boxId) !== undefined),
    letters(db, { accountId, boxId, after, limit, maxBytes }) {
      const { box } = ownBox(db, accountId, boxId);
      const letters: LetterRow[] = [];
      let bytes = 0;
      let at = after;
      // One row at a time: a page of letters may be hundreds of megabytes.
      while (letters.length < limit && (letters.length === 0 || bytes < maxBytes)) {
        const row = db.get<LetterRow>(
          `SELECT seq, letter_id AS letterId, letter FROM letters
           WHERE box = ? AND seq > ? AND forget_after IS NULL ORDER BY seq LIMIT 1`,
          box,
          at,
        );
        if (row === undefined) return { letters, more: false };
        letters.push(row);
        bytes += row.letter.length;
        at = row.seq;
      }
      const more = db.get(
        "SELECT 1 FROM letters WHERE box = ? AND seq > ? AND forget_after IS NULL LIMIT 1",
        box,
        at,
      );
      return { letters, more: more !== undefined };
    },
    wakes(db, { accountId, boxId, limit }) {
      const { box } = ownBox(db, accountId, boxId);
      const rows = db.all<{ addressId: Bytes; wake: number }>(
        "SELECT address_id AS addressId, wake FROM box_wakes WHERE box = ? ORDER BY wake LIMIT ?",
        box,
        limit,
      );
      return {
        addressIds: rows.map(({ addressId }) => addressId),
        upTo: rows.at(-1)?.wake ?? 0,
      };
    },
  },
};

type Box = { box: number; account: number; lastSeq: number; lastWake: number };

const SELECT_BOX =
  "SELECT box, account, last_seq AS lastSeq, last_wake AS lastWake FROM boxes WHERE box_id = ?";

/** True while nobody may sign in with the account whose box this is. */
function isShut(db: Db, account: number): boolean {
  return (
    db.get(
      "SELECT 1 FROM accounts WHERE account = ? AND (suspended_at IS NOT NULL OR closed_at IS NOT NULL)",
      account,
    ) !== undefined
  );
}

/** How an account stands whose box this is; `bytes` are those in all its boxes. */
function ownerOf(
  db: Db,
  account: number,
): { maxLetters: number | null; emptied: number; bytes: number } {
  return mustGet(
    db,
    `SELECT max_letters AS maxLetters, emptied,
     (SELECT sum(bytes) FROM boxes WHERE boxes.account = accounts.account) AS bytes
     FROM accounts WHERE account = ?`,
    account,
  );
}

function findOwn(db: Db, accountId: Bytes, boxId: Bytes): Box | undefined {
  return db.get<Box>(
    `${SELECT_BOX} AND account = (SELECT account FROM accounts WHERE account_id = ?)`,
    boxId,
    accountId,
  );
}

/** @throws ProtocolError `not_found` when there is no such box of the account. */
function ownBox(db: Db, accountId: Bytes, boxId: Bytes): Box {
  const box = findOwn(db, accountId, boxId);
  if (box === undefined) throw new ProtocolError("not_found");
  return box;
}

/** The box behind an address that is not revoked. */
/**
 * Stores a letter in a box of which it is known that it stands. A letter id that the box has or had changes nothing.
 * @throws ProtocolError address_invalid, box_full
 */
export function putLetter(
  db: Db,
  boxRow: number,
  { letterId, letter, maxBytes }: { letterId: Bytes; letter: Bytes; maxBytes: number },
): { seq: number | null } {
  if (db.get("SELECT 1 FROM letters WHERE box = ? AND letter_id = ?", boxRow, letterId))
    return { seq: null };
  const box = mustGet<{ account: number; lastSeq: number }>(
    db,
    "SELECT account, last_seq AS lastSeq FROM boxes WHERE box = ?",
    boxRow,
  );
  const owner = ownerOf(db, box.account);
  // What was suspended for long, or has ended, was emptied: nobody reads what comes now.
  if (owner.emptied === 1) throw new ProtocolError("address_invalid");
  const size = letter.length + LETTER_OVERHEAD;
  const max = owner.maxLetters ?? readSetting<number>(db, "letters") ?? maxBytes;
  if (owner.bytes + size > max) throw new ProtocolError("box_full");
  const seq = box.lastSeq + 1;
  db.run(
    "INSERT INTO letters (box, seq, letter_id, letter) VALUES (?, ?, ?, ?)",
    boxRow,
    seq,
    letterId,
    letter,
  );
  db.run("UPDATE boxes SET last_seq = ?, bytes = bytes + ? WHERE box = ?", seq, size, boxRow);
  return { seq };
}

function standing(db: Db, boxId: Bytes, addressId: Bytes): Box | undefined {
  return db.get<Box>(
    `${SELECT_BOX} AND NOT EXISTS (SELECT 1 FROM box_revoked
       WHERE box_revoked.box = boxes.box AND address_id = ?)`,
    boxId,
    addressId,
  );
}
