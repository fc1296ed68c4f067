/** What goes when an account ends, in two steps: first nobody gets in any more, and when its time is over its data goes. */
import type { Db } from "./database.ts";

/** Ends the sessions; letters still come and wait, in case the end was a mistake. */
export function close(db: Db, account: number, now: number): void {
  db.run("UPDATE accounts SET closed_at = ? WHERE account = ?", now, account);
  db.run("DELETE FROM sessions WHERE account = ?", account);
}

/** Deletes the letters, and of an account that has ended everything but its name and its public keys. */
export function empty(db: Db, account: number, ended: boolean): void {
  db.run("UPDATE accounts SET emptied = 1 WHERE account = ?", account);
  db.run("DELETE FROM letters WHERE box IN (SELECT box FROM boxes WHERE account = ?)", account);
  db.run("DELETE FROM box_wakes WHERE box IN (SELECT box FROM boxes WHERE account = ?)", account);
  db.run("UPDATE boxes SET bytes = 0 WHERE account = ?", account);
  if (!ended) return;
  db.run("DELETE FROM box_revoked WHERE box IN (SELECT box FROM boxes WHERE account = ?)", account);
  db.run("DELETE FROM boxes WHERE account = ?", account);
  db.run("DELETE FROM sessions WHERE account = ?", account);
  db.run(
    "DELETE FROM key_packages WHERE device IN (SELECT device FROM devices WHERE account = ?)",
    account,
  );
  db.run("DELETE FROM devices WHERE account = ?", account);
  db.run("DELETE FROM key_package_capabilities WHERE account = ?", account);
  db.run("DELETE FROM cards WHERE account = ?", account);
  db.run("DELETE FROM vaults WHERE account = ?", account);
  db.run("DELETE FROM passkeys WHERE account = ?", account);
  db.run("DELETE FROM ways WHERE account = ?", account);
  db.run("DELETE FROM device_rolls WHERE account = ?", account);
  db.run("UPDATE accounts SET record = NULL WHERE account = ?", account);
}
