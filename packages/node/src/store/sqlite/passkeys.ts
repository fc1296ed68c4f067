/** Passkeys over SQLite. A passkey goes with its way. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { PasskeyRow, PasskeysOperations } from "../port-passkeys.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";
import { accountOf, numberOf } from "./rows.ts";
import { insertWay, swapVault } from "./ways.ts";

const FIELDS = "credential_id AS credentialId, public_key AS publicKey, algorithm, counter";

export const passkeysOperations: SqliteOperations<PasskeysOperations> = {
  write: {
    put(db, { accountId, way, passkey, vault, version, max }) {
      const account = accountOf(db, accountId);
      if (swapVault(db, account, vault, version) === "repeated") return null;
      insertWay(db, account, way);
      insertPasskey(db, account, way.id, passkey);
      if (numberOf(db, "SELECT count(*) AS n FROM passkeys WHERE account = ?", account) > max)
        throw new ProtocolError("quota_exceeded");
      return null;
    },
    used(db, { credentialId, counter }) {
      const changed = db.run(
        "UPDATE passkeys SET counter = ?1 WHERE credential_id = ?2 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))",
        counter,
        credentialId,
      );
      if (changed === 0) throw new ProtocolError("wrong_credentials");
      return null;
    },
  },
  read: {
    list: (db, { accountId }) =>
      db.all<{ wayId: Bytes; credentialId: Bytes }>(
        `SELECT way_id AS wayId, credential_id AS credentialId FROM passkeys JOIN accounts USING (account)
         WHERE account_id = ? ORDER BY passkeys.rowid`,
        accountId,
      ),
    find: (db, { credentialId }) =>
      db.get<PasskeyRow & { accountId: Bytes; wayId: Bytes }>(
        `SELECT account_id AS accountId, way_id AS wayId, ${FIELDS} FROM passkeys JOIN accounts USING (account)
         WHERE credential_id = ?`,
        credentialId,
      ) ?? null,
  },
};

/** @throws ProtocolError `forbidden` when somebody has registered it. */
export function insertPasskey(db: Db, account: number, wayId: Bytes, passkey: PasskeyRow): void {
  const { credentialId, publicKey, algorithm, counter } = passkey;
  if (db.get("SELECT 1 FROM passkeys WHERE credential_id = ?", credentialId) !== undefined)
    throw new ProtocolError("forbidden");
  db.run(
    `INSERT INTO passkeys (account, way_id, credential_id, public_key, algorithm, counter) VALUES (?, ?, ?, ?, ?, ?)`,
    account,
    wayId,
    credentialId,
    publicKey,
    algorithm,
    counter,
  );
}
