/** The journal of administrative acts over SQLite: each entry is written in the transaction of the act itself. */
import { journalHash, NO_JOURNAL } from "@baraza/crypto";
import type { Bytes, JournalAct, JournalEntry } from "@baraza/protocol";
import { decodeCbor, encodeCbor } from "@baraza/protocol";
import type { Act } from "../port-roll.ts";
import type { Db } from "./database.ts";

type Noted = {
  act: JournalAct;
  /** The name of the account that it is about. */
  subject?: string;
  detail?: JournalEntry["detail"];
};

/** Adds an entry. */
export function note(db: Db, { by, now }: Act, { act, subject, detail = {} }: Noted): void {
  const last = db.get<{ number: number; hash: Bytes }>(
    "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1",
  );
  const name =
    by === null
      ? undefined
      : db.get<{ name: string }>("SELECT name FROM accounts WHERE account_id = ?", by)?.name;
  const entry = {
    number: (last?.number ?? 0) + 1,
    at: now,
    act,
    detail,
    ...(name === undefined ? {} : { by: name }),
    ...(subject === undefined ? {} : { subject }),
  };
  db.run(
    "INSERT INTO journal (number, at, by_name, act, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
    entry.number,
    now,
    name ?? null,
    act,
    subject ?? null,
    encodeCbor(detail),
    journalHash(last?.hash ?? NO_JOURNAL, entry),
  );
}

/** Entries after a number, oldest first. */
export function readJournal(db: Db, after: number, limit: number): JournalEntry[] {
  return db
    .all<{
      number: number;
      at: number;
      byName: string | null;
      act: string;
      subject: string | null;
      detail: Bytes;
      hash: Bytes;
    }>(
      `SELECT number, at, by_name AS byName, act, subject, detail, hash FROM journal
       WHERE number > ? ORDER BY number LIMIT ?`,
      after,
      limit,
    )
    .map(({ number, at, byName, act, subject, detail, hash }) => ({
      number,
      at,
      act,
      hash,
      detail: decodeCbor(detail) as JournalEntry["detail"],
      ...(byName === null ? {} : { by: byName }),
      ...(subject === null ? {} : { subject }),
    }));
}

/** The number of the newest entry; 0 before the first. */
export function journalEnd(db: Db): number {
  return db.get<{ n: number | null }>("SELECT max(number) AS n FROM journal")?.n ?? 0;
}
