/** Administration over SQLite: invitations, the setup code, settings, gateway keys. */
import type { Bytes, Role } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { RegisterArg } from "../port-accounts.ts";
import type { AdminOperations, GatewayKeyRow, InvitationRow, NodeSettings } from "../port-admin.ts";
import { accountOf } from "./rows.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

/** Names in node_settings. */
const SETUP_HASH = "setupHash";
const SETUP_EXPIRES = "setupExpires";
/** Also written by `restore`. */
export const RESTORED_AT = "restoredAt";

export const adminOperations: SqliteOperations<AdminOperations> = {
  write: {
    createInvitation(db, { accountId, invitation, maxUses, now }) {
      const account = accountOf(db, accountId);
      const open = db.get<{ uses: number | null }>(
        "SELECT sum(uses_left) AS uses FROM invitations WHERE account = ? AND expires > ?",
        account,
        now,
      );
      if ((open?.uses ?? 0) + invitation.usesLeft > maxUses)
        throw new ProtocolError("quota_exceeded", { data: { max: maxUses } });
      db.run(
        "INSERT INTO invitations (code_hash, account, sealed, expires, uses_left) VALUES (?, ?, ?, ?, ?)",
        invitation.codeHash,
        account,
        invitation.sealed,
        invitation.expires,
        invitation.usesLeft,
      );
      return null;
    },
    revokeInvitation(db, { accountId, role, codeHash }) {
      const gone =
        role === "administrator"
          ? db.run("DELETE FROM invitations WHERE code_hash = ?", codeHash)
          : db.run(
              "DELETE FROM invitations WHERE code_hash = ? AND account = ?",
              codeHash,
              accountOf(db, accountId),
            );
      if (gone === 0) throw new ProtocolError("not_found");
      return null;
    },
    setSetupCode(db, { codeHash, expires, always }) {
      if (!always && hasAdministrator(db)) return false;
      writeSetting(db, SETUP_HASH, codeHash);
      writeSetting(db, SETUP_EXPIRES, expires);
      return true;
    },
    claim(db, { accountId, codeHash, now }) {
      if (!useSetupCode(db, codeHash, now)) throw new ProtocolError("setup_link_invalid");
      db.run(
        "UPDATE accounts SET role = 'administrator' WHERE account = ?",
        accountOf(db, accountId),
      );
      return null;
    },
    changeSettings(db, { registration, membersInvite }) {
      if (registration !== undefined) writeSetting(db, "registration", registration);
      if (membersInvite !== undefined) writeSetting(db, "membersInvite", membersInvite ? 1 : 0);
      return null;
    },
    addGatewayKey(db, { keyId, sealedSeed, created, keep }) {
      db.run(
        "INSERT INTO gateway_keys (created, key_id, sealed_seed) VALUES (?, ?, ?)",
        created,
        keyId,
        sealedSeed,
      );
      db.run(
        `DELETE FROM gateway_keys WHERE created NOT IN
         (SELECT created FROM gateway_keys ORDER BY created DESC LIMIT ?)`,
        keep,
      );
      return null;
    },
    sweep: (db, { now, limit }) =>
      db.run(
        `DELETE FROM invitations WHERE code_hash IN
         (SELECT code_hash FROM invitations WHERE expires <= ? OR uses_left = 0 LIMIT ?)`,
        now,
        limit,
      ),
  },
  read: {
    codeStands: (db, { codeHash, now }) =>
      db.get(
        "SELECT 1 FROM invitations WHERE code_hash = ? AND expires > ? AND uses_left > 0",
        codeHash,
        now,
      ) !== undefined || setupCodeStands(db, codeHash, now),
    invitations(db, { accountId, role, now }) {
      const mine = accountOf(db, accountId);
      return db.all<InvitationRow>(
        `SELECT code_hash AS codeHash, sealed, expires, uses_left AS usesLeft FROM invitations
         WHERE (account = ? OR ?) AND expires > ? AND uses_left > 0 ORDER BY expires LIMIT 1000`,
        mine,
        role === "administrator" ? 1 : 0,
        now,
      );
    },
    settings(db) {
      const registration = readSetting<NodeSettings["registration"]>(db, "registration");
      const membersInvite = readSetting<number>(db, "membersInvite");
      return {
        ...(registration === null ? {} : { registration }),
        ...(membersInvite === null ? {} : { membersInvite: membersInvite === 1 }),
      };
    },
    hasAdministrator: (db) => hasAdministrator(db),
    gatewayKeys: (db) =>
      db.all<GatewayKeyRow>(
        `SELECT key_id AS keyId, sealed_seed AS sealedSeed, created FROM gateway_keys ORDER BY created DESC`,
      ),
    restoredAt: (db) => readSetting<number>(db, RESTORED_AT),
    counts(db) {
      const number = (sql: string) => db.get<{ n: number }>(sql)?.n ?? 0;
      return {
        accounts: number("SELECT count(*) AS n FROM accounts"),
        logs: number("SELECT count(*) AS n FROM logs WHERE deleted = 0"),
        blobBytes: number("SELECT coalesce(sum(bytes), 0) AS n FROM blob_usage WHERE log_id = x''"),
        databaseBytes: number(
          "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()",
        ),
      };
    },
  },
};

/**
 * Uses up what lets somebody register, and says as what: the setup code makes an administrator.
 * @throws ProtocolError `invitation_needed`, `invitation_invalid`.
 */
export function useInvitation(
  db: Db,
  { codeHash, now, registration }: Pick<RegisterArg, "codeHash" | "now" | "registration">,
): Role {
  if (codeHash !== null) {
    if (useSetupCode(db, codeHash, now)) return "administrator";
    const used = db.run(
      "UPDATE invitations SET uses_left = uses_left - 1 WHERE code_hash = ? AND expires > ? AND uses_left > 0",
      codeHash,
      now,
    );
    if (used === 0) throw new ProtocolError("invitation_invalid");
    return "member";
  }
  const policy = readSetting<NodeSettings["registration"]>(db, "registration") ?? registration;
  if (policy !== "open") throw new ProtocolError("invitation_needed");
  return "member";
}

function hasAdministrator(db: Db): boolean {
  return db.get("SELECT 1 FROM accounts WHERE role = 'administrator' LIMIT 1") !== undefined;
}

function setupCodeStands(db: Db, codeHash: Bytes, now: number): boolean {
  const hash = readSetting<Bytes>(db, SETUP_HASH);
  const expires = readSetting<number>(db, SETUP_EXPIRES) ?? 0;
  // Both are hashes of the code: how far they agree says nothing about it.
  return hash !== null && expires > now && Buffer.from(hash).equals(codeHash);
}

/** Uses up the setup code. False when it is another code or its time is over. */
function useSetupCode(db: Db, codeHash: Bytes, now: number): boolean {
  if (!setupCodeStands(db, codeHash, now)) return false;
  db.run("DELETE FROM node_settings WHERE name IN (?, ?)", SETUP_HASH, SETUP_EXPIRES);
  return true;
}

function readSetting<T>(db: Db, name: string): T | null {
  return (
    db.get<{ value: T }>("SELECT value FROM node_settings WHERE name = ?", name)?.value ?? null
  );
}

function writeSetting(db: Db, name: string, value: string | number | Uint8Array): void {
  db.run(
    "INSERT INTO node_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
}
