/** First letters over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { Counted, ReportRow, RequestsOperations } from "../port-requests.ts";
import { putLetter } from "./boxes.ts";
import type { Db } from "./database.ts";
import { note } from "./journal.ts";
import type { SqliteOperations } from "./operations.ts";
import { accountOf, numberOf } from "./rows.ts";

export const requestsOperations: SqliteOperations<RequestsOperations> = {
  write: {
    count(db, { name, max, day }) {
      if (countOf(db, name, day) >= max) return false;
      countOnce(db, name, day);
      return true;
    },
    put(db, { identityId, token, until, letterId, letter, counted, day, maxBytes }) {
      const to = db.get<{ box: number; boxId: Bytes }>(
        `SELECT b.box, b.box_id AS boxId FROM accounts a JOIN boxes b ON b.box_id = a.box_id
         WHERE a.identity_id = ? AND a.suspended_at IS NULL AND a.closed_at IS NULL`,
        identityId,
      );
      if (to === undefined) throw new ProtocolError("not_found");
      const spent = db.get<{ letterId: Bytes }>(
        "SELECT letter_id AS letterId FROM request_spent WHERE token = ?",
        token,
      );
      if (spent !== undefined) {
        if (!equalBytes(spent.letterId, letterId)) throw new ProtocolError("token_spent");
        return { boxId: to.boxId, seq: null };
      }
      const full = counted.findIndex(({ name, max }) => countOf(db, name, day) >= max);
      if (full !== -1) return { full };
      const { seq } = putLetter(db, to.box, { letterId, letter, maxBytes });
      db.run(
        "INSERT INTO request_spent (token, letter_id, until) VALUES (?, ?, ?)",
        token,
        letterId,
        until,
      );
      for (const { name } of counted) countOnce(db, name, day);
      return { boxId: to.boxId, seq };
    },
    sweep(db, { day, now, reportsBefore }) {
      db.run("DELETE FROM request_counts WHERE day < ?", day);
      db.run("DELETE FROM request_spent WHERE until <= ?", now);
      db.run("DELETE FROM node_reports WHERE at < ?", reportsBefore);
      return null;
    },
    setBlocked(db, { by, now, node, blocked, max }) {
      if (isBlocked(db, node) === blocked) return null;
      if (blocked) {
        if (numberOf(db, "SELECT count(*) AS n FROM blocked_nodes") >= max)
          throw new ProtocolError("quota_exceeded", { data: { max } });
        db.run("INSERT INTO blocked_nodes (node, since) VALUES (?, ?)", node, now);
      } else db.run("DELETE FROM blocked_nodes WHERE node = ?", node);
      // The journal's lines have room for the beginning of a name.
      const detail = { node: node.slice(0, 64) };
      note(db, { by, now }, { act: blocked ? "block" : "unblock", detail });
      return null;
    },
    report(db, { accountId, reportId, content, now, max, maxOfOne }) {
      const account = accountOf(db, accountId);
      if (db.get("SELECT 1 FROM node_reports WHERE report_id = ?", reportId) !== undefined)
        return null;
      const mine = "SELECT count(*) AS n FROM node_reports WHERE account = ?";
      if (numberOf(db, mine, account) >= maxOfOne)
        throw new ProtocolError("quota_exceeded", { data: { max: maxOfOne } });
      if (numberOf(db, "SELECT count(*) AS n FROM node_reports") >= max)
        throw new ProtocolError("quota_exceeded", { data: { max } });
      db.run(
        "INSERT INTO node_reports (report_id, account, at, content) VALUES (?, ?, ?, ?)",
        reportId,
        account,
        now,
        content,
      );
      return null;
    },
    closeReport(db, { reportId }) {
      db.run("DELETE FROM node_reports WHERE report_id = ?", reportId);
      return null;
    },
  },
  read: {
    isBlocked: (db, { node }) => isBlocked(db, node),
    blocked: (db) =>
      db.all<{ node: string; since: number }>(
        "SELECT node, since FROM blocked_nodes ORDER BY node",
      ),
    administrators: (db, { limit }) =>
      db
        .all<{ name: string }>(
          `SELECT name FROM accounts WHERE role = 'administrator' AND suspended_at IS NULL AND closed_at IS NULL
           ORDER BY name LIMIT ?`,
          limit,
        )
        .map(({ name }) => name),
    reports: (db, { accountId, limit }) => ({
      me:
        db.get<{ me: Bytes }>(
          "SELECT identity_id AS me FROM accounts WHERE account_id = ?",
          accountId,
        )?.me ?? new Uint8Array(),
      rows: db.all<ReportRow>(
        `SELECT r.report_id AS reportId, r.at, a.name AS by, r.content FROM node_reports r
         JOIN accounts a ON a.account = r.account ORDER BY r.report LIMIT ?`,
        limit,
      ),
    }),
  },
};

function isBlocked(db: Db, node: string): boolean {
  return db.get("SELECT 1 FROM blocked_nodes WHERE node = ?", node) !== undefined;
}

function countOf(db: Db, name: Counted["name"], day: number): number {
  return numberOf(
    db,
    "SELECT count AS n FROM request_counts WHERE name = ? AND day = ?",
    name,
    day,
  );
}

function countOnce(db: Db, name: Counted["name"], day: number): void {
  db.run(
    `INSERT INTO request_counts (name, day, count) VALUES (?1, ?2, 1)
     ON CONFLICT (name) DO UPDATE SET count = CASE WHEN day = ?2 THEN count + 1 ELSE 1 END, day = ?2`,
    name,
    day,
  );
}
