/** Key packages and the daily allowance of blind tokens over SQLite: parts of the accounts' operations. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { AccountsOperations } from "../port-accounts.ts";
import { accountOf, numberOf } from "./rows.ts";
import type { Db } from "./database.ts";

type Write = AccountsOperations["write"];
type Arg<K extends keyof Write> = Parameters<Write[K]>[0];

/** See the port. */
export function publishKeyPackages(db: Db, arg: Arg<"publishKeyPackages">): number {
  const account = accountOf(db, arg.accountId);
  const device = db.get<{ device: number | null }>(
    "SELECT device FROM sessions WHERE session_id = ? AND account = ?",
    arg.sessionId,
    account,
  )?.device;
  if (device === undefined || device === null) throw new ProtocolError("forbidden");
  db.run("DELETE FROM key_packages WHERE device = ? AND expires <= ?", device, arg.now);
  for (const { ref, keyPackage, expires, lastResort } of arg.packages) {
    // There is one last resort: the newest.
    if (lastResort)
      db.run(
        "DELETE FROM key_packages WHERE device = ? AND last_resort = 1 AND ref <> ?",
        device,
        ref,
      );
    db.run(
      `INSERT INTO key_packages (device, ref, key_package, expires, last_resort) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (device, ref) DO NOTHING`,
      device,
      ref,
      keyPackage,
      expires,
      lastResort ? 1 : 0,
    );
  }
  const left = numberOf(db, "SELECT count(*) AS n FROM key_packages WHERE device = ?", device);
  if (left > arg.max) throw new ProtocolError("quota_exceeded", { data: { max: arg.max } });
  if (arg.capabilities !== null) {
    db.run("DELETE FROM key_package_capabilities WHERE account = ?", account);
    for (const hash of arg.capabilities)
      db.run(
        "INSERT OR IGNORE INTO key_package_capabilities (account, hash) VALUES (?, ?)",
        account,
        hash,
      );
  }
  return left;
}

/** See the port. An unknown identity, a wrong capability and no package left are not told apart. */
export function takeKeyPackages(db: Db, arg: Arg<"takeKeyPackages">): Bytes[] {
  const row = db.get<{ account: number }>(
    `SELECT account FROM accounts JOIN key_package_capabilities USING (account)
     WHERE identity_id = ? AND hash = ? AND suspended_at IS NULL AND closed_at IS NULL`,
    arg.identityId,
    arg.capabilityHash,
  );
  if (row === undefined) throw new ProtocolError("not_found");
  const packages: Bytes[] = [];
  for (const { device } of db.all<{ device: number }>(
    "SELECT device FROM devices WHERE account = ? ORDER BY device",
    row.account,
  )) {
    const found = db.get<{ id: number; keyPackage: Bytes; lastResort: number }>(
      `SELECT id, key_package AS keyPackage, last_resort AS lastResort FROM key_packages
       WHERE device = ? AND expires > ? ORDER BY last_resort, id LIMIT 1`,
      device,
      arg.now,
    );
    if (found === undefined) continue;
    if (found.lastResort === 0) db.run("DELETE FROM key_packages WHERE id = ?", found.id);
    packages.push(found.keyPackage);
  }
  if (packages.length === 0) throw new ProtocolError("not_found");
  return packages;
}

/** See the port. */
export function allowTokens(
  db: Db,
  { accountId, day, count: wanted, max }: Arg<"allowTokens">,
): null {
  const account = accountOf(db, accountId);
  const row = db.get<{ day: number; tokens: number }>(
    "SELECT token_day AS day, tokens FROM accounts WHERE account = ?",
    account,
  );
  const tokens = (row?.day === day ? row.tokens : 0) + wanted;
  if (tokens > max) throw new ProtocolError("quota_exceeded", { data: { max } });
  db.run("UPDATE accounts SET token_day = ?, tokens = ? WHERE account = ?", day, tokens, account);
  return null;
}
