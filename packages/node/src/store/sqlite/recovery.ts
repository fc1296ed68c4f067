/** Drop places for recovery over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { RecoveryOperations } from "../port-recovery.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

type Row = { place: number; reader: Bytes; request: Bytes; expires: number; items: number };

export const recoveryOperations: SqliteOperations<RecoveryOperations> = {
  write: {
    open(db, { dropId, reader, request, expires, now, max }) {
      const there = find(db, dropId, now);
      if (there !== undefined) {
        if (!equalBytes(there.reader, reader) || !equalBytes(there.request, request))
          throw new ProtocolError("forbidden");
        return there.expires;
      }
      db.run("DELETE FROM drops WHERE drop_id = ?", dropId);
      const count = db.get<{ n: number }>("SELECT count(*) AS n FROM drops")?.n ?? 0;
      if (count >= max) {
        const freed = db.run(
          "DELETE FROM drops WHERE place = (SELECT min(place) FROM drops WHERE items = 0)",
        );
        if (freed === 0) throw new ProtocolError("busy");
      }
      db.run(
        "INSERT INTO drops (drop_id, reader, request, expires) VALUES (?, ?, ?, ?)",
        dropId,
        reader,
        request,
        expires,
      );
      return expires;
    },
    put(db, { dropId, item, now, max }) {
      const { place, items } = need(find(db, dropId, now));
      const known = db.get("SELECT 1 FROM drop_items WHERE place = ? AND item = ?", place, item);
      if (known !== undefined) return null;
      if (items >= max) throw new ProtocolError("box_full");
      db.run("INSERT INTO drop_items (place, item) VALUES (?, ?)", place, item);
      db.run("UPDATE drops SET items = items + 1 WHERE place = ?", place);
      return null;
    },
    close(db, { dropId, reader }) {
      const row = db.get<Row>("SELECT * FROM drops WHERE drop_id = ?", dropId);
      const { place } = readBy(row, reader);
      db.run("DELETE FROM drops WHERE place = ?", place);
      return null;
    },
    sweep: (db, { now, limit }) =>
      db.run(
        "DELETE FROM drops WHERE place IN (SELECT place FROM drops WHERE expires <= ? LIMIT ?)",
        now,
        limit,
      ),
  },
  read: {
    see(db, { dropId, now }) {
      const { request, expires } = need(find(db, dropId, now));
      return { request, expires };
    },
    items(db, { dropId, reader, now }) {
      const { place, expires } = readBy(find(db, dropId, now), reader);
      const rows = db.all<{ item: Bytes }>(
        "SELECT item FROM drop_items WHERE place = ? ORDER BY id",
        place,
      );
      return { items: rows.map(({ item }) => item), expires };
    },
  },
};

function find(db: Db, dropId: Bytes, now: number): Row | undefined {
  return db.get<Row>("SELECT * FROM drops WHERE drop_id = ? AND expires > ?", dropId, now);
}

function need(row: Row | undefined): Row {
  if (row === undefined) throw new ProtocolError("not_found");
  return row;
}

/** Another's drop place is none, to whoever cannot read it. */
function readBy(row: Row | undefined, reader: Bytes): Row {
  if (row === undefined || !equalBytes(row.reader, reader)) throw new ProtocolError("not_found");
  return row;
}
