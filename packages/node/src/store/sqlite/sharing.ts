/** Handouts and intakes over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { HandoutState, IntakeRow, SharingOperations } from "../port-sharing.ts";
import { intakeLog } from "../port-sharing.ts";
import { findBlob, isComplete } from "./blob-rows.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

type Handout = {
  handout: number;
  logId: Bytes;
  reader: Bytes;
  owner: Bytes;
  manifest: Bytes;
  expires: number;
  takes: number | null;
  taken: number;
  tries: number;
};
type Intake = {
  intake: number;
  writer: Bytes;
  notice: Bytes;
  expires: number;
  bytes: number;
  files: number;
};
type Item = { item: number; chunks: number; bytes: number; note: Bytes | null; at: number | null };

export const sharingOperations: SqliteOperations<SharingOperations> = {
  write: {
    createHandout(db, arg) {
      const { logId, handoutId, reader, owner, manifest, blobIds, expires, takes } = arg;
      const there = findHandout(db, handoutId);
      if (there !== undefined) {
        if (!equalBytes(there.owner, owner) || !equalBytes(there.manifest, manifest))
          throw new ProtocolError("forbidden");
        return null;
      }
      const count = db.get<{ n: number }>(
        "SELECT count(*) AS n FROM handouts WHERE log_id = ?",
        logId,
      );
      if ((count?.n ?? 0) >= arg.max) throw new ProtocolError("busy");
      for (const blobId of blobIds) {
        const blob = findBlob(db, logId, blobId);
        if (blob === undefined || !isComplete(blob)) throw new ProtocolError("blob_incomplete");
      }
      db.run(
        `INSERT INTO handouts (handout_id, log_id, reader, owner, manifest, expires, takes)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        handoutId,
        logId,
        reader,
        owner,
        manifest,
        expires,
        takes,
      );
      const { handout } = need(findHandout(db, handoutId));
      for (const blobId of blobIds)
        db.run("INSERT OR IGNORE INTO handout_blobs VALUES (?, ?)", handout, blobId);
      return null;
    },
    changeHandout(db, { handoutId, owner, expires, takes, unlock }) {
      const row = owned(findHandout(db, handoutId), owner);
      db.run(
        "UPDATE handouts SET expires = ?, takes = ?, tries = ? WHERE handout = ?",
        expires ?? row.expires,
        takes === undefined ? row.takes : takes,
        unlock ? 0 : row.tries,
        row.handout,
      );
      return null;
    },
    endHandout(db, { handoutId, owner }) {
      const { handout } = owned(findHandout(db, handoutId), owner);
      db.run("DELETE FROM handouts WHERE handout = ?", handout);
      return null;
    },
    openHandout(db, { handoutId, reader, now, maxTries }) {
      const row = need(findHandout(db, handoutId));
      const wrong = judge(db, row, reader, now, maxTries);
      if (wrong !== null) return wrong;
      if (stateOf(row, now, maxTries) === "used_up") throw ended("used_up");
      const left = row.takes === null ? null : row.takes - row.taken;
      return { manifest: row.manifest, expires: row.expires, left };
    },
    takeHandout(db, { handoutId, reader, ticket, now, until, maxTries, max }) {
      const row = need(findHandout(db, handoutId));
      const wrong = judge(db, row, reader, now, maxTries);
      if (wrong !== null) return wrong;
      const known = db.get<{ expires: number }>(
        "SELECT expires FROM handout_tickets WHERE handout = ? AND ticket = ? AND expires > ?",
        row.handout,
        ticket,
        now,
      );
      if (known !== undefined) return known;
      if (stateOf(row, now, maxTries) === "used_up") throw ended("used_up");
      const live = db.get<{ n: number }>(
        "SELECT count(*) AS n FROM handout_tickets WHERE handout = ? AND expires > ?",
        row.handout,
        now,
      );
      if ((live?.n ?? 0) >= max) throw new ProtocolError("busy");
      db.run("INSERT OR REPLACE INTO handout_tickets VALUES (?, ?, ?)", row.handout, ticket, until);
      db.run("UPDATE handouts SET taken = taken + 1 WHERE handout = ?", row.handout);
      return { expires: until };
    },
    openIntake(db, { account, intakeId, writer, notice, bytes, files, expires, max, allowed }) {
      const owner = accountRow(db, account);
      const there = db.get<Intake & { account: number }>(
        "SELECT * FROM intakes WHERE intake_id = ?",
        intakeId,
      );
      if (there !== undefined) {
        if (there.account !== owner || !equalBytes(there.writer, writer))
          throw new ProtocolError("forbidden");
        return null;
      }
      const sum = db.get<{ n: number; bytes: number }>(
        "SELECT count(*) AS n, coalesce(sum(bytes), 0) AS bytes FROM intakes WHERE account = ?",
        owner,
      ) ?? { n: 0, bytes: 0 };
      if (sum.n >= max) throw new ProtocolError("busy");
      if (sum.bytes + bytes > allowed)
        throw new ProtocolError("quota_exceeded", {
          data: { left: Math.max(0, allowed - sum.bytes) },
        });
      db.run(
        `INSERT INTO intakes (intake_id, account, writer, notice, expires, bytes, files)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        intakeId,
        owner,
        writer,
        notice,
        expires,
        bytes,
        files,
      );
      return null;
    },
    announceItem(db, { intakeId, writer, itemId, chunks, bytes, now }) {
      const row = written(db, intakeId, writer, now);
      const there = findItem(db, row.intake, itemId);
      if (there !== undefined) {
        if (there.chunks !== chunks || there.bytes !== bytes)
          throw new ProtocolError("blob_conflict");
        return { whole: there.note !== null };
      }
      const used = usage(db, row.intake);
      if (used.files >= row.files) throw new ProtocolError("box_full");
      if (used.bytes + bytes > row.bytes) throw new ProtocolError("quota_exceeded");
      db.run(
        "INSERT INTO intake_items (intake, item_id, chunks, bytes, begun) VALUES (?, ?, ?, ?, ?)",
        row.intake,
        itemId,
        chunks,
        bytes,
        now,
      );
      return { whole: false };
    },
    leaveItem(db, { intakeId, writer, itemId, note, now, rest }) {
      const row = written(db, intakeId, writer, now);
      const item = need(findItem(db, row.intake, itemId));
      if (item.at !== null) return { at: item.at };
      const logId = intakeLog(intakeId);
      const blob = findBlob(db, logId, itemId);
      if (blob === undefined || !isComplete(blob)) throw new ProtocolError("blob_incomplete");
      db.run("UPDATE blobs SET expires = ? WHERE blob = ?", row.expires + rest, blob.blob);
      db.run("UPDATE intake_items SET note = ?, at = ? WHERE item = ?", note, now, item.item);
      return { at: now };
    },
    deleteItem(db, { account, intakeId, itemId }) {
      const { intake } = mine(db, account, intakeId);
      const { item } = need(findItem(db, intake, itemId));
      releaseItem(db, intakeLog(intakeId), itemId);
      db.run("DELETE FROM intake_items WHERE item = ?", item);
      return null;
    },
    closeIntake(db, { account, intakeId, discard, now }) {
      const { intake, expires } = mine(db, account, intakeId);
      if (discard) dropIntake(db, intake, intakeId);
      else
        db.run("UPDATE intakes SET expires = ? WHERE intake = ?", Math.min(expires, now), intake);
      return null;
    },
    sweep(db, { now, handoutRest, intakeRest, begun, limit }) {
      let gone = db.run("DELETE FROM handout_tickets WHERE expires <= ?", now);
      gone += db.run(
        "DELETE FROM handouts WHERE handout IN (SELECT handout FROM handouts WHERE expires <= ? LIMIT ?)",
        now - handoutRest,
        limit,
      );
      const unfinished = db.all<{ item: number; itemId: Bytes; intakeId: Bytes }>(
        `SELECT item, item_id AS itemId, intake_id AS intakeId FROM intake_items JOIN intakes USING (intake)
         WHERE note IS NULL AND begun <= ? LIMIT ?`,
        begun,
        limit,
      );
      for (const { item, itemId, intakeId } of unfinished) {
        releaseItem(db, intakeLog(intakeId), itemId);
        gone += db.run("DELETE FROM intake_items WHERE item = ?", item);
      }
      const over = db.all<{ intake: number; intakeId: Bytes }>(
        "SELECT intake, intake_id AS intakeId FROM intakes WHERE expires <= ? LIMIT ?",
        now - intakeRest,
        limit,
      );
      for (const { intake, intakeId } of over) dropIntake(db, intake, intakeId);
      return gone + over.length;
    },
  },
  read: {
    handout(db, { handoutId, owner, now, maxTries }) {
      const row = owned(findHandout(db, handoutId), owner);
      const { expires, takes, taken, tries } = row;
      return { state: stateOf(row, now, maxTries), expires, takes, taken, tries };
    },
    handoutBlob(db, { handoutId, ticket, blobId, now }) {
      const row = db.get<{ logId: Bytes }>(
        `SELECT log_id AS logId FROM handouts JOIN handout_tickets t USING (handout)
           JOIN handout_blobs b USING (handout)
         WHERE handout_id = ? AND t.ticket = ? AND t.expires > ? AND b.blob_id = ?`,
        handoutId,
        ticket,
        now,
        blobId,
      );
      return need(row);
    },
    intakes: (db, { account }) =>
      db.all<IntakeRow>(
        `SELECT intake_id AS intakeId, expires, bytes, files,
           (SELECT coalesce(sum(i.bytes), 0) FROM intake_items i WHERE i.intake = intakes.intake) AS usedBytes,
           (SELECT count(*) FROM intake_items i WHERE i.intake = intakes.intake) AS usedFiles,
           (SELECT count(i.note) FROM intake_items i WHERE i.intake = intakes.intake) AS whole
         FROM intakes WHERE account = ? ORDER BY intake`,
        accountRow(db, account),
      ),
    items(db, { account, intakeId, after, limit }) {
      const { intake } = mine(db, account, intakeId);
      return db.all(
        `SELECT item_id AS itemId, item AS position, note, chunks, bytes, at FROM intake_items
         WHERE intake = ? AND note IS NOT NULL AND item > ? ORDER BY item LIMIT ?`,
        intake,
        after,
        limit,
      );
    },
    item(db, { account, intakeId, itemId }) {
      const { note } = need(findItem(db, mine(db, account, intakeId).intake, itemId));
      if (note === null) throw new ProtocolError("not_found");
      return null;
    },
    intake(db, { intakeId, writer, now }) {
      const row = written(db, intakeId, writer, now);
      const used = usage(db, row.intake);
      return {
        notice: row.notice,
        expires: row.expires,
        bytes: row.bytes,
        bytesLeft: Math.max(0, row.bytes - used.bytes),
        filesLeft: Math.max(0, row.files - used.files),
      };
    },
    announced(db, { intakeId, writer, itemId, now }) {
      const { note } = need(findItem(db, written(db, intakeId, writer, now).intake, itemId));
      if (note !== null) throw new ProtocolError("blob_conflict");
      return null;
    },
  },
};

/** Lets go of everything in an account's intakes; its rows go with the account. */
export function dropIntakesOf(db: Db, account: number): void {
  for (const { intake, intakeId } of db.all<{ intake: number; intakeId: Bytes }>(
    "SELECT intake, intake_id AS intakeId FROM intakes WHERE account = ?",
    account,
  ))
    dropIntake(db, intake, intakeId);
}

function dropIntake(db: Db, intake: number, intakeId: Bytes): void {
  db.run("UPDATE blobs SET expires = 0 WHERE log_id = ?", intakeLog(intakeId));
  db.run("DELETE FROM intake_items WHERE intake = ?", intake);
  db.run("DELETE FROM intakes WHERE intake = ?", intake);
}

function releaseItem(db: Db, logId: Bytes, itemId: Bytes): void {
  db.run("UPDATE blobs SET expires = 0 WHERE log_id = ? AND blob_id = ?", logId, itemId);
}

function findHandout(db: Db, handoutId: Bytes): Handout | undefined {
  return db.get<Handout>("SELECT *, log_id AS logId FROM handouts WHERE handout_id = ?", handoutId);
}

function owned(row: Handout | undefined, owner: Bytes): Handout {
  if (row === undefined || !equalBytes(row.owner, owner)) throw new ProtocolError("not_found");
  return row;
}

function stateOf(row: Handout, now: number, maxTries: number): HandoutState["state"] {
  if (row.expires <= now) return "expired";
  if (row.tries >= maxTries) return "locked";
  return row.takes !== null && row.taken >= row.takes ? "used_up" : "open";
}

/** Counts a wrong secret. @throws ProtocolError handout_ended when nobody may try any more */
function judge(
  db: Db,
  row: Handout,
  reader: Bytes,
  now: number,
  maxTries: number,
): { wrong: true; left: number } | null {
  const state = stateOf(row, now, maxTries);
  if (state === "expired" || state === "locked") throw ended(state);
  if (equalBytes(row.reader, reader)) return null;
  db.run("UPDATE handouts SET tries = tries + 1 WHERE handout = ?", row.handout);
  return { wrong: true, left: maxTries - row.tries - 1 };
}

function ended(why: HandoutState["state"]): ProtocolError {
  return new ProtocolError("handout_ended", { data: { why } });
}

function written(db: Db, intakeId: Bytes, writer: Bytes, now: number): Intake {
  const row = db.get<Intake>("SELECT * FROM intakes WHERE intake_id = ?", intakeId);
  if (row === undefined || !equalBytes(row.writer, writer)) throw new ProtocolError("not_found");
  if (row.expires <= now) throw ended("expired");
  return row;
}

function mine(db: Db, account: Bytes, intakeId: Bytes): { intake: number; expires: number } {
  return need(
    db.get<{ intake: number; expires: number }>(
      "SELECT intake, expires FROM intakes WHERE intake_id = ? AND account = ?",
      intakeId,
      accountRow(db, account),
    ),
  );
}

function accountRow(db: Db, accountId: Bytes): number {
  const row = db.get<{ account: number }>(
    "SELECT account FROM accounts WHERE account_id = ?",
    accountId,
  );
  return need(row).account;
}

function findItem(db: Db, intake: number, itemId: Bytes): Item | undefined {
  return db.get<Item>(
    "SELECT item, chunks, bytes, note, at FROM intake_items WHERE intake = ? AND item_id = ?",
    intake,
    itemId,
  );
}

function usage(db: Db, intake: number): { bytes: number; files: number } {
  return (
    db.get<{ bytes: number; files: number }>(
      "SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS files FROM intake_items WHERE intake = ?",
      intake,
    ) ?? { bytes: 0, files: 0 }
  );
}

function need<T>(row: T | undefined): T {
  if (row === undefined) throw new ProtocolError("not_found");
  return row;
}
