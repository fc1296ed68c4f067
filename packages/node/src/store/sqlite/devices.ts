/** Devices over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { DevicesOperations } from "../port-devices.ts";
import { deleteDevice, insertDevice, makeRoom, openSession, refuseRemoved } from "./accounts.ts";
import type { Db } from "./database.ts";
import { logAccount } from "./keylog.ts";
import type { SqliteOperations } from "./operations.ts";
import { whyShut } from "./roll.ts";
import { accountOf, mustGet } from "./rows.ts";
import { swapVault } from "./ways.ts";

export const devicesOperations: SqliteOperations<DevicesOperations> = {
  write: {
    grant(db, { accountId, device, now }) {
      const account = accountOf(db, accountId);
      refuseRemoved(db, device.deviceId);
      const known = db.get<{ account: number }>(
        "SELECT account FROM devices WHERE device_id = ?",
        device.deviceId,
      );
      if (known !== undefined) {
        if (known.account !== account) throw new ProtocolError("forbidden");
        return null;
      }
      makeRoom(db, account, now);
      insertDevice(db, account, device);
      logAccount(db, account);
      return null;
    },
    openSession(db, { deviceId, session, now }) {
      const row = db.get<{ device: number; account: number; accountId: Bytes; locked: number }>(
        `SELECT device, account, account_id AS accountId, locked FROM devices JOIN accounts USING (account)
         WHERE device_id = ?`,
        deviceId,
      );
      if (row === undefined) throw new ProtocolError("not_found");
      const shut = whyShut(db, row.accountId, now);
      if (shut !== null) throw new ProtocolError(shut);
      if (row.locked !== 0) throw new ProtocolError("unauthenticated");
      db.run("DELETE FROM sessions WHERE account = ? AND expires <= ?", row.account, now);
      // One at a time: the former one is this device's too.
      db.run("DELETE FROM sessions WHERE device = ?", row.device);
      openSession(db, row.account, session, row.device);
      return null;
    },
    remove(db, arg) {
      const account = accountOf(db, arg.accountId);
      swapVault(db, account, arg.vault, arg.version);
      const stands = mustGet<{
        identity: Bytes;
        identitySeq: number;
        boxKey: Bytes;
        boxKeySeq: number;
      }>(
        db,
        `SELECT identity, identity_seq AS identitySeq, box_key AS boxKey, box_key_seq AS boxKeySeq
         FROM accounts WHERE account = ?`,
        account,
      );
      if (!equalBytes(arg.former, stands.identity)) throw new ProtocolError("busy");
      const identityStands =
        arg.identitySeq > stands.identitySeq || equalBytes(arg.identity, stands.identity);
      const boxKeyStands =
        arg.boxKeySeq > stands.boxKeySeq || equalBytes(arg.boxKey, stands.boxKey);
      if (!identityStands || !boxKeyStands)
        throw new ProtocolError("malformed", { data: { field: "roll" } });
      db.run(
        "UPDATE accounts SET identity = ?, identity_seq = ?, box_key = ?, box_key_seq = ? WHERE account = ?",
        arg.identity,
        arg.identitySeq,
        arg.boxKey,
        arg.boxKeySeq,
        account,
      );
      db.run(
        `INSERT INTO device_rolls (account, roll) VALUES (?, ?)
         ON CONFLICT (account) DO UPDATE SET roll = excluded.roll`,
        account,
        arg.roll,
      );
      const row = db.get<{ device: number }>(
        "SELECT device FROM devices WHERE device_id = ? AND account = ?",
        arg.deviceId,
        account,
      );
      const ended = row === undefined ? [] : sessionsOf(db, row.device);
      if (row !== undefined) deleteDevice(db, row.device);
      db.run(
        "INSERT OR IGNORE INTO removed_devices (device_id, account) VALUES (?, ?)",
        arg.deviceId,
        account,
      );
      logAccount(db, account);
      return ended;
    },
    leave(db, { accountId, sessionId }) {
      const account = accountOf(db, accountId);
      const row = db.get<{ device: number | null }>(
        "SELECT device FROM sessions WHERE session_id = ? AND account = ?",
        sessionId,
        account,
      );
      if (row === undefined) return [];
      if (row.device === null) {
        db.run("DELETE FROM sessions WHERE session_id = ?", sessionId);
        return [sessionId];
      }
      const ended = sessionsOf(db, row.device);
      deleteDevice(db, row.device);
      logAccount(db, account);
      return ended;
    },
  },
  read: {
    device(db, { deviceId }) {
      refuseRemoved(db, deviceId);
      const row = db.get<{ accountId: Bytes; cert: Bytes; locked: number }>(
        `SELECT account_id AS accountId, cert, locked FROM devices JOIN accounts USING (account)
         WHERE device_id = ?`,
        deviceId,
      );
      return row === undefined ? null : { ...row, locked: row.locked !== 0 };
    },
    roll(db, { deviceId }) {
      return (
        db.get<{ roll: Bytes }>(
          `SELECT roll FROM device_rolls WHERE account IN
           (SELECT account FROM removed_devices WHERE device_id = ?1
            UNION SELECT account FROM devices WHERE device_id = ?1)`,
          deviceId,
        )?.roll ?? null
      );
    },
  },
};

function sessionsOf(db: Db, device: number): Bytes[] {
  return db
    .all<{ sessionId: Bytes }>(
      "SELECT session_id AS sessionId FROM sessions WHERE device = ?",
      device,
    )
    .map(({ sessionId }) => sessionId);
}
