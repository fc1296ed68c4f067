/** Moving away and closing accounts, over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { Deleted, ForwardedLetter, MovingOperations } from "../port-moving.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";
import { purgeAccount } from "./purge.ts";
import { numberOf } from "./rows.ts";

/** How long a passed letter's id is recognised. */
const REMEMBER_MS = 30 * 24 * 60 * 60_000;

type Owner = { account: number; accountId: Bytes; name: string; identity: Bytes };

export const movingOperations: SqliteOperations<MovingOperations> = {
  write: {
    leave(db, { dropId, sealed, expires, now, max }) {
      db.run("DELETE FROM move_drops WHERE expires <= ?", now);
      const there = db.get<{ sealed: Bytes; expires: number }>(
        "SELECT sealed, expires FROM move_drops WHERE drop_id = ?",
        dropId,
      );
      if (there !== undefined) {
        if (!equalBytes(there.sealed, sealed)) throw new ProtocolError("forbidden");
        return there.expires;
      }
      if (numberOf(db, "SELECT count(*) AS n FROM move_drops") >= max)
        throw new ProtocolError("busy");
      db.run("INSERT INTO move_drops VALUES (?, ?, ?)", dropId, sealed, expires);
      return expires;
    },
    publish(db, arg) {
      const { identityId, name, nameHash, statement, asked, forward } = arg;
      const owner = ownerOf(db, identityId);
      const before = db.get<{ asked: number; nameHash: Bytes }>(
        "SELECT asked, name_hash AS nameHash FROM moved WHERE identity_id = ?",
        identityId,
      );
      if (owner === undefined && (before === undefined || !equalBytes(before.nameHash, nameHash)))
        throw new ProtocolError("not_found");
      if (owner !== undefined) mustBe(owner, name, arg.former);
      // An older request that comes late, or once more, changes nothing.
      if (before !== undefined && before.asked >= asked)
        return { accountId: owner?.accountId ?? null };
      db.run(
        "INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?)",
        identityId,
        nameHash,
        statement,
        asked,
        arg.until,
      );
      if (owner === undefined) return { accountId: null };
      db.run(
        `INSERT INTO forwards (account, node, address, until) VALUES (?, ?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET node = excluded.node, address = excluded.address,
           until = excluded.until, next_at = 0`,
        owner.account,
        forward?.node ?? null,
        forward?.address ?? null,
        arg.keepUntil,
      );
      return { accountId: owner.accountId };
    },
    passed(db, { box, seq, now }) {
      const freed = numberOf(
        db,
        `SELECT coalesce(sum(length(letter) + 1024), 0) AS n FROM letters
         WHERE box = ? AND seq = ? AND forget_after IS NULL`,
        box,
        seq,
      );
      db.run(
        "UPDATE letters SET letter = NULL, forget_after = ? WHERE box = ? AND seq = ? AND forget_after IS NULL",
        now + REMEMBER_MS,
        box,
        seq,
      );
      db.run("UPDATE boxes SET bytes = bytes - ? WHERE box = ?", freed, box);
      return null;
    },
    failed(db, { account, nextAt }) {
      db.run("UPDATE forwards SET next_at = ? WHERE account = ?", nextAt, account);
      return null;
    },
    close(db, arg) {
      const known = db.get<{ deleted: string; time: number; nameRests: number }>(
        "SELECT deleted, time, name_rests AS nameRests FROM closed WHERE subject = ?",
        arg.subject,
      );
      if (known !== undefined)
        return { ...known, deleted: JSON.parse(known.deleted) as Deleted, accountId: null };
      const owner = ownerOf(db, arg.identityId);
      if (owner === undefined) throw new ProtocolError("not_found");
      mustBe(owner, arg.name, arg.former);
      const deleted = purge(db, owner.account);
      const { name, owner: who, until } = arg.rests;
      db.run("DELETE FROM moved WHERE identity_id = ?", arg.identityId);
      db.run("INSERT OR REPLACE INTO resting_names VALUES (?, ?, ?)", name, who, until);
      db.run(
        "INSERT INTO closed VALUES (?, ?, ?, ?, ?)",
        arg.subject,
        JSON.stringify(deleted),
        arg.now,
        until,
        arg.keepReceiptUntil,
      );
      return { deleted, time: arg.now, nameRests: until, accountId: owner.accountId };
    },
    sweep(db, { now, limit }) {
      const over = db.all<{ account: number }>(
        "SELECT account FROM forwards WHERE until <= ? LIMIT ?",
        now,
        limit,
      );
      for (const { account } of over) purge(db, account);
      return (
        over.length +
        db.run("DELETE FROM move_drops WHERE expires <= ?", now) +
        db.run("DELETE FROM moved WHERE until <= ?", now) +
        db.run("DELETE FROM resting_names WHERE until <= ?", now) +
        db.run("DELETE FROM closed WHERE until <= ?", now)
      );
    },
  },
  read: {
    take(db, { dropId, now }) {
      const row = db.get<{ sealed: Bytes; expires: number }>(
        "SELECT sealed, expires FROM move_drops WHERE drop_id = ? AND expires > ?",
        dropId,
        now,
      );
      if (row === undefined) throw new ProtocolError("not_found");
      return row;
    },
    moved(db, arg) {
      const row =
        "identityId" in arg
          ? db.get<{ statement: Bytes }>(
              "SELECT statement FROM moved WHERE identity_id = ?",
              arg.identityId,
            )
          : db.get<{ statement: Bytes }>(
              "SELECT statement FROM moved WHERE name_hash = ? ORDER BY asked DESC LIMIT 1",
              arg.nameHash,
            );
      return row?.statement ?? null;
    },
    due: (db, { now, limit }) =>
      db.all<ForwardedLetter>(
        `SELECT f.account, f.node, f.address, l.box, l.seq, l.letter_id AS letterId, l.letter
         FROM forwards f JOIN accounts a USING (account) JOIN boxes b ON b.box_id = a.box_id
         JOIN letters l ON l.box = b.box AND l.forget_after IS NULL
         WHERE f.address IS NOT NULL AND f.next_at <= ? ORDER BY l.id LIMIT ?`,
        now,
        limit,
      ),
    nextDue: (db) =>
      db.get<{ at: number | null }>(
        `SELECT min(f.next_at) AS at FROM forwards f JOIN accounts a USING (account)
         JOIN boxes b ON b.box_id = a.box_id
         WHERE f.address IS NOT NULL
           AND EXISTS (SELECT 1 FROM letters l WHERE l.box = b.box AND l.forget_after IS NULL)`,
      )?.at ?? null,
  },
};

/** True when a closed account's name is not free yet, for anybody but who had it. */
export function nameRests(
  db: Db,
  rests: { name: Bytes; owner: Bytes } | undefined,
  now: number,
): boolean {
  if (rests === undefined) return false;
  const row = db.get<{ owner: Bytes }>(
    "SELECT owner_hash AS owner FROM resting_names WHERE name_hash = ? AND until > ?",
    rests.name,
    now,
  );
  return row !== undefined && !equalBytes(row.owner, rests.owner);
}

function ownerOf(db: Db, identityId: Bytes): Owner | undefined {
  return db.get<Owner>(
    `SELECT account, account_id AS accountId, name, identity FROM accounts WHERE identity_id = ?`,
    identityId,
  );
}

/** @throws ProtocolError `not_found` for another name, `busy` when the identity has got another record since it was judged */
function mustBe(owner: Owner, name: string, former: Bytes | null): void {
  if (owner.name !== name) throw new ProtocolError("not_found");
  if (former === null || !equalBytes(owner.identity, former)) throw new ProtocolError("busy");
}

/** What people call what was deleted. Other tables count together. */
const KINDS: Record<string, string> = {
  accounts: "account",
  vaults: "vault",
  devices: "devices",
  sessions: "sessions",
  boxes: "boxes",
  letters: "letters",
  key_packages: "keyPackages",
  cards: "cards",
  node_invitations: "invitations",
  passkeys: "ways",
  ways: "ways",
};

function purge(db: Db, account: number): Deleted {
  const kinds = new Map<string, number>();
  for (const { table, count } of purgeAccount(db, account)) {
    const what = KINDS[table] ?? "other";
    if (count > 0) kinds.set(what, (kinds.get(what) ?? 0) + count);
  }
  return [...kinds].map(([what, count]) => ({ what, count }));
}
