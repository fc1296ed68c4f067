/** Node invitations over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { InvitationRow, InvitationsOperations } from "../port-invitations.ts";
import type { Db } from "./database.ts";
import { note } from "./journal.ts";
import type { SqliteOperations } from "./operations.ts";
import { accountOf, numberOf } from "./rows.ts";

export const invitationsOperations: SqliteOperations<InvitationsOperations> = {
  write: {
    create(db, { by, now, invitations, maxUses, journal }) {
      const account = by === null ? null : accountOf(db, by);
      let made = 0;
      let uses = account === null ? 0 : openUses(db, account, now);
      for (const one of invitations) {
        const stands = db.get<{ account: number | null }>(
          "SELECT account FROM node_invitations WHERE code_hash = ?",
          one.codeHash,
        );
        if (stands !== undefined) {
          if (stands.account !== account) throw new ProtocolError("forbidden");
          continue;
        }
        uses += one.uses;
        made += 1;
        db.run(
          `INSERT INTO node_invitations (code_hash, account, kind, sealed, label, created, expires, uses, uses_left)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          one.codeHash,
          account,
          one.kind,
          one.sealed,
          one.label,
          now,
          one.expires,
          one.uses,
          one.uses,
        );
      }
      if (made > 0 && uses > maxUses)
        throw new ProtocolError("quota_exceeded", { data: { what: "invitations", max: maxUses } });
      if (made > 0 && journal) note(db, { by, now }, { act: "invite", detail: { count: made } });
      return null;
    },
    revoke(db, { by, now, ids, everybody }) {
      const account = by === null ? null : accountOf(db, by);
      let gone = 0;
      for (const id of ids) {
        gone += db.run(
          `UPDATE node_invitations SET revoked = 1
           WHERE code_hash = ? AND revoked = 0 AND (? OR account IS ?)`,
          id,
          everybody ? 1 : 0,
          account,
        );
      }
      if (gone > 0 && everybody) note(db, { by, now }, { act: "revoke", detail: { count: gone } });
      return null;
    },
    sweep: (db, { now, keepMs, limit }) =>
      db.run(
        `DELETE FROM node_invitations WHERE invitation IN
         (SELECT invitation FROM node_invitations WHERE expires <= ? LIMIT ?)`,
        now - keepMs,
        limit,
      ),
  },
  read: {
    list(db, { accountId, everybody, kind, before, limit }) {
      const mine = accountOf(db, accountId);
      const columns = `SELECT invitation AS number, code_hash AS codeHash, sealed, label, kind, created, expires, uses,
        uses_left AS usesLeft, revoked, node_invitations.account AS account, name AS byName
        FROM node_invitations LEFT JOIN accounts USING (account)`;
      const rows = everybody
        ? db.all<Row>(
            `${columns} WHERE kind = ? AND invitation < ? ORDER BY invitation DESC LIMIT ?`,
            kind,
            before,
            limit,
          )
        : db.all<Row>(
            `${columns} WHERE kind = ? AND invitation < ? AND node_invitations.account = ?
             ORDER BY invitation DESC LIMIT ?`,
            kind,
            before,
            mine,
            limit,
          );
      return rows.map(({ account, byName, revoked, ...row }) => ({
        ...row,
        revoked: revoked === 1,
        mine: account === mine,
        by: byName,
        usedBy: db
          .all<{ name: string }>(
            `SELECT name FROM invitation_uses JOIN accounts USING (account)
             WHERE invitation = ? ORDER BY name LIMIT 100`,
            row.number,
          )
          .map(({ name }) => name),
      }));
    },
  },
};

type Row = Omit<InvitationRow, "usedBy" | "by" | "mine" | "revoked"> & {
  account: number | null;
  byName: string | null;
  revoked: number;
};

/** Uses that the open invitations of an account still allow. */
export function openUses(db: Db, account: number, now: number): number {
  return numberOf(
    db,
    `SELECT coalesce(sum(uses_left), 0) AS n FROM node_invitations
     WHERE account = ? AND expires > ? AND revoked = 0`,
    account,
    now,
  );
}

/** True when the code can be used now: its maker's account stands, too. */
export function invitationStands(db: Db, codeHash: Bytes, now: number): boolean {
  return (
    db.get(
      `SELECT 1 FROM node_invitations WHERE code_hash = ? AND expires > ? AND uses_left > 0 AND revoked = 0`,
      codeHash,
      now,
    ) !== undefined
  );
}

/** Uses one up. @returns its number, for {@link usedBy} @throws ProtocolError `invitation_invalid` */
export function takeInvitation(db: Db, codeHash: Bytes, now: number): number {
  const row = db.get<{ invitation: number }>(
    `UPDATE node_invitations SET uses_left = uses_left - 1
     WHERE code_hash = ? AND expires > ? AND uses_left > 0 AND revoked = 0 RETURNING invitation`,
    codeHash,
    now,
  );
  if (row === undefined) throw new ProtocolError("invitation_invalid");
  return row.invitation;
}

/** Notes which account was opened with an invitation. */
export function usedBy(db: Db, invitation: number, account: number): void {
  db.run("INSERT INTO invitation_uses (invitation, account) VALUES (?, ?)", invitation, account);
}

/** Takes back what an account has given out. */
export function revokeAllOf(db: Db, account: number): void {
  db.run("UPDATE node_invitations SET revoked = 1 WHERE account = ? AND revoked = 0", account);
}
