/** Accounts, sessions, vaults and devices over SQLite. Key packages: {@link ./key-packages.ts}. */
import type { Bytes, Role } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { AccountRow, AccountsOperations, DeviceRow, NewSession } from "../port-accounts.ts";
import type { Db } from "./database.ts";
import { useInvitation } from "./admin.ts";
import { usedBy } from "./invitations.ts";
import { note } from "./journal.ts";
import { whyShut } from "./roll.ts";
import { nameRests } from "./moving.ts";
import { accountOf, mustGet } from "./rows.ts";
import { insertPasskey } from "./passkeys.ts";
import { insertWay, replacePassphrase, swapVault } from "./ways.ts";
import { allowTokens, publishKeyPackages, takeKeyPackages } from "./key-packages.ts";
import { enterAccount, logAccount } from "./keylog.ts";
import type { SqliteOperations } from "./operations.ts";

/** More devices than people have; beyond it the oldest ones that nobody is signed in with make room. */
const DEVICES = 64;
const DAY = 24 * 60 * 60_000;
const SESSIONS = 128;

export const accountsOperations: SqliteOperations<AccountsOperations> = {
  write: {
    register(db, arg) {
      const { account } = arg;
      if (db.get("SELECT 1 FROM accounts WHERE name = ?", account.name) !== undefined)
        throw new ProtocolError("name_taken");
      if (nameRests(db, arg.rests, arg.now)) throw new ProtocolError("name_taken");
      if (
        db.get("SELECT 1 FROM accounts WHERE identity_id = ?", account.identityId) !== undefined ||
        db.get("SELECT 1 FROM devices WHERE device_id = ?", arg.device.deviceId) !== undefined
      )
        throw new ProtocolError("forbidden");
      const { role, invitation } = useInvitation(db, arg);
      const { id } = mustGet<{ id: number }>(
        db,
        `INSERT INTO accounts (account_id, name, role, identity_id, identity, identity_seq, box_key, box_key_seq, box_id, record, since_day, seen_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11) RETURNING account AS id`,
        account.accountId,
        account.name,
        role,
        account.identityId,
        account.identity,
        account.identitySeq,
        account.boxKey,
        account.boxKeySeq,
        account.boxId,
        arg.record,
        Math.floor(arg.now / DAY),
      );
      if (invitation !== null) usedBy(db, invitation, id);
      if (role === "administrator")
        note(db, { by: null, now: arg.now }, { act: "claim", subject: account.name });
      db.run("INSERT INTO boxes (box_id, account) VALUES (?, ?)", account.boxId, id);
      db.run("INSERT INTO vaults (account, version, vault) VALUES (?, 1, ?)", id, arg.vault);
      for (const way of arg.ways) {
        insertWay(db, id, way);
        if (way.way === "passkey" && arg.passkey !== null)
          insertPasskey(db, id, way.id, arg.passkey);
      }
      openSession(db, id, arg.session, insertDevice(db, id, arg.device));
      if (arg.place !== null) enterAccount(db, id, arg.place);
      return { role };
    },
    signIn(db, { accountId, session, now }) {
      const account = accountOf(db, accountId);
      const shut = whyShut(db, accountId, now);
      if (shut !== null) throw new ProtocolError(shut);
      db.run("DELETE FROM sessions WHERE account = ? AND expires <= ?", account, now);
      db.run(
        `DELETE FROM sessions WHERE session_id IN
         (SELECT session_id FROM sessions WHERE account = ? ORDER BY expires DESC LIMIT -1 OFFSET ?)`,
        account,
        SESSIONS - 1,
      );
      openSession(db, account, session, null);
      return null;
    },
    signOut(db, { sessionId, now }) {
      const row = db.get<{ device: number | null }>(
        "DELETE FROM sessions WHERE session_id = ? RETURNING device",
        sessionId,
      );
      if (row?.device !== undefined && row.device !== null && !inUse(db, row.device, now))
        db.run("DELETE FROM key_packages WHERE device = ?", row.device);
      return null;
    },
    putVault(db, { accountId, vault, version }) {
      swapVault(db, accountOf(db, accountId), vault, version);
      return null;
    },
    changePassphrase(db, { accountId, sessionId, record, way, vault, version }) {
      const account = accountOf(db, accountId);
      if (swapVault(db, account, vault, version) === "repeated") return null;
      replacePassphrase(db, account, way, record);
      // Whoever knew only the old passphrase is out, and their devices do not come back by themselves.
      db.run(
        `UPDATE devices SET locked = 1 WHERE account = ?1 AND device IS NOT
         (SELECT device FROM sessions WHERE session_id = ?2)`,
        account,
        sessionId,
      );
      db.run("DELETE FROM sessions WHERE account = ? AND session_id <> ?", account, sessionId);
      return null;
    },
    addDevice(db, { accountId, sessionId, device, now }) {
      const account = accountOf(db, accountId);
      const known = db.get<{ device: number; account: number }>(
        "SELECT device, account FROM devices WHERE device_id = ?",
        device.deviceId,
      );
      if (known !== undefined && known.account !== account) throw new ProtocolError("forbidden");
      refuseRemoved(db, device.deviceId);
      if (known !== undefined)
        db.run("UPDATE devices SET locked = 0 WHERE device = ?", known.device);
      if (known === undefined) makeRoom(db, account, now);
      db.run(
        "UPDATE sessions SET device = ? WHERE session_id = ? AND account = ?",
        known?.device ?? insertDevice(db, account, device),
        sessionId,
        account,
      );
      logAccount(db, account);
      return null;
    },
    setBoxKey(db, { accountId, boxKey, seq, former, identity, identitySeq }) {
      const row = mustGet<{
        boxKey: Bytes;
        boxKeySeq: number;
        identity: Bytes;
        identitySeq: number;
      }>(
        db,
        `SELECT box_key AS boxKey, box_key_seq AS boxKeySeq, identity, identity_seq AS identitySeq
         FROM accounts WHERE account_id = ?`,
        accountId,
      );
      if (!equalBytes(former, row.identity)) throw new ProtocolError("busy");
      const newer = seq > row.boxKeySeq || equalBytes(boxKey, row.boxKey);
      const identityStands = identitySeq > row.identitySeq || equalBytes(identity, row.identity);
      if (!newer || !identityStands)
        throw new ProtocolError("malformed", { data: { field: "boxKey" } });
      db.run(
        "UPDATE accounts SET box_key = ?, box_key_seq = ?, identity = ?, identity_seq = ? WHERE account_id = ?",
        boxKey,
        seq,
        identity,
        identitySeq,
        accountId,
      );
      if (identitySeq > row.identitySeq) logAccount(db, accountOf(db, accountId));
      return null;
    },
    publishKeyPackages,
    takeKeyPackages,
    allowTokens,
    sweep(db, { now, limit }) {
      const sessions = db.run(
        "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions WHERE expires <= ? LIMIT ?)",
        now,
        limit,
      );
      const packages = db.run(
        "DELETE FROM key_packages WHERE id IN (SELECT id FROM key_packages WHERE expires <= ? LIMIT ?)",
        now,
        limit,
      );
      return sessions + packages;
    },
  },
  read: {
    credentials: (db, { name }) =>
      db.get<{ accountId: Bytes; record: string | null }>(
        "SELECT account_id AS accountId, record FROM accounts WHERE name = ?",
        name,
      ) ?? null,
    session: (db, { sessionId, now }) =>
      db.get<{ accountId: Bytes; role: Role; expires: number }>(
        `SELECT account_id AS accountId, role, expires FROM sessions JOIN accounts USING (account)
         WHERE session_id = ?1 AND expires > ?2 AND suspended_at IS NULL AND closed_at IS NULL
           AND (leaves_at IS NULL OR leaves_at > ?2)`,
        sessionId,
        now,
      ) ?? null,
    account: (db, { accountId }) =>
      db.get<AccountRow>(`${SELECT_ACCOUNT} WHERE account_id = ?`, accountId) ?? null,
    find: (db, arg) =>
      ("name" in arg
        ? db.get<AccountRow>(`${SELECT_ACCOUNT} WHERE name = ?`, arg.name)
        : db.get<AccountRow>(`${SELECT_ACCOUNT} WHERE identity_id = ?`, arg.identityId)) ?? null,
    vault: (db, { accountId }) =>
      mustGet<{ vault: Bytes; version: number }>(
        db,
        "SELECT vault, version FROM vaults JOIN accounts USING (account) WHERE account_id = ?",
        accountId,
      ),
    devices: (db, { accountId }) =>
      db
        .all<{ cert: Bytes }>(
          "SELECT cert FROM devices JOIN accounts USING (account) WHERE account_id = ? ORDER BY device",
          accountId,
        )
        .map(({ cert }) => cert),
  },
};

const SELECT_ACCOUNT = `SELECT account_id AS accountId, name, role, identity_id AS identityId, identity,
  box_key AS boxKey, box_id AS boxId FROM accounts`;

export function openSession(
  db: Db,
  account: number,
  session: NewSession,
  device: number | null,
): void {
  db.run(
    "INSERT INTO sessions (session_id, account, device, expires) VALUES (?, ?, ?, ?)",
    session.sessionId,
    account,
    device,
    session.expires,
  );
}

/** @throws ProtocolError `device_removed` */
export function refuseRemoved(db: Db, deviceId: Bytes): void {
  if (db.get("SELECT 1 FROM removed_devices WHERE device_id = ?", deviceId) !== undefined)
    throw new ProtocolError("device_removed");
}

export function insertDevice(db: Db, account: number, device: DeviceRow): number {
  return mustGet<{ id: number }>(
    db,
    "INSERT INTO devices (account, device_id, cert) VALUES (?, ?, ?) RETURNING device AS id",
    account,
    device.deviceId,
    device.cert,
  ).id;
}

function inUse(db: Db, device: number, now: number): boolean {
  return (
    db.get("SELECT 1 FROM sessions WHERE device = ? AND expires > ? LIMIT 1", device, now) !==
    undefined
  );
}

/** @throws ProtocolError `quota_exceeded` when every device is signed in. */
export function makeRoom(db: Db, account: number, now: number): void {
  const devices = db.all<{ device: number }>(
    "SELECT device FROM devices WHERE account = ? ORDER BY device",
    account,
  );
  if (devices.length < DEVICES) return;
  const idle = devices.find(({ device }) => !inUse(db, device, now));
  if (idle === undefined) throw new ProtocolError("quota_exceeded");
  deleteDevice(db, idle.device);
}

/** A device with all that is its own: sessions, key packages, boxes. */
export function deleteDevice(db: Db, device: number): void {
  db.run("DELETE FROM sessions WHERE device = ?", device);
  db.run("DELETE FROM key_packages WHERE device = ?", device);
  for (const { box } of db.all<{ box: number }>("SELECT box FROM boxes WHERE device = ?", device)) {
    for (const table of ["letters", "box_revoked", "box_wakes", "boxes"])
      db.run(`DELETE FROM ${table} WHERE box = ?`, box);
  }
  db.run("DELETE FROM devices WHERE device = ?", device);
}
