/** Ways into an account over SQLite. The passphrase's OPAQUE record stands with the account. */
import type { Bytes, WayEntry } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import { waysHash } from "../keylog-leaf.ts";
import type { WaysOperations } from "../port-ways.ts";
import type { Db } from "./database.ts";
import { logAccount } from "./keylog.ts";
import type { SqliteOperations } from "./operations.ts";
import { accountOf, mustGet, numberOf } from "./rows.ts";

/** Kinds that OPAQUE signs in: of these there is one at most. */
const PASSPHRASES = "('passphrase', 'passphrase+secret')";

export const waysOperations: SqliteOperations<WaysOperations> = {
  write: {
    put(db, { accountId, way, replaces, vault, version, max }) {
      const account = accountOf(db, accountId);
      if (swapVault(db, account, vault, version) === "repeated") return null;
      for (const id of replaces) dropWay(db, account, id);
      insertWay(db, account, way);
      if (numberOf(db, "SELECT count(*) AS n FROM ways WHERE account = ?", account) > max)
        throw new ProtocolError("quota_exceeded");
      mustBeOpen(db, account);
      return null;
    },
    remove(db, { accountId, id, vault, version }) {
      const account = accountOf(db, accountId);
      if (swapVault(db, account, vault, version) === "repeated") return null;
      dropWay(db, account, id);
      mustBeOpen(db, account);
      return null;
    },
  },
  read: {
    list: (db, { accountId }) =>
      db
        .all<{ id: Bytes; way: string; signKey: Bytes | null }>(
          `SELECT way_id AS id, ways.way, sign_key AS signKey FROM ways JOIN accounts USING (account)
           WHERE account_id = ? ORDER BY row`,
          accountId,
        )
        .map(({ id, way, signKey }) => ({ id, way, ...(signKey === null ? {} : { signKey }) })),
    byKey: (db, { signKey }) =>
      db.get<{ accountId: Bytes }>(
        "SELECT account_id AS accountId FROM ways JOIN accounts USING (account) WHERE sign_key = ?",
        signKey,
      ) ?? null,
  },
};

/** @throws ProtocolError `forbidden` when the id or the key to sign in with is in use. */
export function insertWay(db: Db, account: number, { id, way, signKey }: WayEntry): void {
  const taken = db.get(
    "SELECT 1 FROM ways WHERE (account = ? AND way_id = ?) OR sign_key = ?",
    account,
    id,
    signKey ?? null,
  );
  if (taken !== undefined) throw new ProtocolError("forbidden");
  db.run(
    "INSERT INTO ways (account, way_id, way, sign_key) VALUES (?, ?, ?, ?)",
    account,
    id,
    way,
    signKey ?? null,
  );
}

/** Puts the way of a new passphrase in the place of the former one. */
export function replacePassphrase(db: Db, account: number, way: WayEntry, record: string): void {
  db.run(`DELETE FROM ways WHERE account = ? AND way IN ${PASSPHRASES}`, account);
  insertWay(db, account, way);
  db.run("UPDATE accounts SET record = ? WHERE account = ?", record, account);
}

function dropWay(db: Db, account: number, id: Bytes): void {
  db.run("DELETE FROM passkeys WHERE account = ? AND way_id = ?", account, id);
  db.run("DELETE FROM ways WHERE account = ? AND way_id = ?", account, id);
  db.run(
    `UPDATE accounts SET record = NULL WHERE account = ?1
     AND NOT EXISTS (SELECT 1 FROM ways WHERE account = ?1 AND way IN ${PASSPHRASES})`,
    account,
  );
}

/** @throws ProtocolError `last_way` when no way is left that somebody could sign in by. */
function mustBeOpen(db: Db, account: number): void {
  const open = db.get(
    `SELECT 1 FROM ways WHERE account = ? AND (sign_key IS NOT NULL OR way = 'passkey' OR way IN ${PASSPHRASES}) LIMIT 1`,
    account,
  );
  if (open === undefined) throw new ProtocolError("last_way");
}

/** @throws ProtocolError `vault_conflict` with the version that stands. */
export function swapVault(
  db: Db,
  account: number,
  vault: Bytes,
  version: number,
): "swapped" | "repeated" {
  const stands = mustGet<{ version: number; vault: Bytes }>(
    db,
    "SELECT version, vault FROM vaults WHERE account = ?",
    account,
  );
  if (stands.version === version && equalBytes(stands.vault, vault)) return "repeated";
  if (stands.version !== version - 1)
    throw new ProtocolError("vault_conflict", { data: { version: stands.version } });
  db.run("UPDATE vaults SET version = ?, vault = ? WHERE account = ?", version, vault, account);
  if (!equalBytes(waysHash(stands.vault), waysHash(vault))) logAccount(db, account);
  return "swapped";
}
