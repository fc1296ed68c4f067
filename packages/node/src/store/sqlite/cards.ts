/** Invitation cards over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { CardsOperations } from "../port-admin.ts";
import { accountOf } from "./rows.ts";
import type { SqliteOperations } from "./operations.ts";

export const cardsOperations: SqliteOperations<CardsOperations> = {
  write: {
    put(db, { accountId, cardId, sealed, expires, max, now }) {
      const account = accountOf(db, accountId);
      db.run("DELETE FROM cards WHERE account = ? AND expires <= ?", account, now);
      const owner = db.get<{ account: number }>(
        "SELECT account FROM cards WHERE card_id = ?",
        cardId,
      )?.account;
      if (owner !== undefined && owner !== account) throw new ProtocolError("forbidden");
      const mine =
        db.get<{ n: number }>("SELECT count(*) AS n FROM cards WHERE account = ?", account)?.n ?? 0;
      if (owner === undefined && mine >= max)
        throw new ProtocolError("quota_exceeded", { data: { max } });
      db.run(
        `INSERT INTO cards (card_id, account, sealed, expires) VALUES (?, ?, ?, ?)
         ON CONFLICT (card_id) DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires`,
        cardId,
        account,
        sealed,
        expires,
      );
      return null;
    },
    remove(db, { accountId, cardId }) {
      const gone = db.run(
        "DELETE FROM cards WHERE card_id = ? AND account = ?",
        cardId,
        accountOf(db, accountId),
      );
      if (gone === 0) throw new ProtocolError("not_found");
      return null;
    },
    sweep: (db, { now, limit }) =>
      db.run(
        "DELETE FROM cards WHERE card_id IN (SELECT card_id FROM cards WHERE expires <= ? LIMIT ?)",
        now,
        limit,
      ),
  },
  read: {
    get(db, { cardId, now }) {
      const row = db.get<{ sealed: Bytes }>(
        "SELECT sealed FROM cards WHERE card_id = ? AND expires > ?",
        cardId,
        now,
      );
      if (row === undefined) throw new ProtocolError("not_found");
      return row.sealed;
    },
  },
};
