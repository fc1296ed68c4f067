/** Rows that several services look up. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Db, Value } from "./database.ts";

/** The row number of an account. @throws ProtocolError `unauthenticated` when it is gone. */
export function accountOf(db: Db, accountId: Bytes): number {
  return mustGet<{ account: number }>(
    db,
    "SELECT account FROM accounts WHERE account_id = ?",
    accountId,
  ).account;
}

/** A row of an account that has to be there. @throws ProtocolError `unauthenticated`: the account went meanwhile. */
export function mustGet<T>(db: Db, sql: string, ...values: Value[]): T {
  const row = db.get<T>(sql, ...values);
  if (row === undefined) throw new ProtocolError("unauthenticated");
  return row;
}

/** The column `n` of the only row. */
export function numberOf(db: Db, sql: string, ...values: Value[]): number {
  return db.get<{ n: number }>(sql, ...values)?.n ?? 0;
}
