/** Web Push over SQLite. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { WebPushOperations, WebPushRow } from "../port-web-push.ts";
import type { Db } from "./database.ts";
import type { SqliteOperations } from "./operations.ts";

export const webPushOperations: SqliteOperations<WebPushOperations> = {
  write: {
    put(db, { sessionId, endpoint, p256dh, auth }) {
      const device = deviceOf(db, sessionId);
      if (device === null) throw new ProtocolError("forbidden");
      db.run("DELETE FROM web_pushes WHERE device = ? OR endpoint = ?", device, endpoint);
      db.run(
        "INSERT INTO web_pushes (device, endpoint, p256dh, auth) VALUES (?, ?, ?, ?)",
        device,
        endpoint,
        p256dh,
        auth,
      );
      return null;
    },
    remove(db, { sessionId }) {
      db.run("DELETE FROM web_pushes WHERE device = ?", deviceOf(db, sessionId));
      return null;
    },
    gone(db, { device, endpoint }) {
      db.run("DELETE FROM web_pushes WHERE device = ? AND endpoint = ?", device, endpoint);
      return null;
    },
  },
  read: {
    endpoint: (db, { sessionId }) =>
      db.get<{ endpoint: string }>(
        "SELECT endpoint FROM web_pushes WHERE device = ?",
        deviceOf(db, sessionId),
      )?.endpoint ?? null,
    forBoxes(db, { boxIds }) {
      const devices = new Set<number>();
      for (const boxId of boxIds)
        for (const { device } of db.all<{ device: number }>(
          `SELECT web_pushes.device FROM boxes JOIN devices
             ON devices.device = boxes.device OR (boxes.device IS NULL AND devices.account = boxes.account)
           JOIN web_pushes ON web_pushes.device = devices.device
           WHERE box_id = ?`,
          boxId,
        ))
          devices.add(device);
      return rowsOf(db, devices);
    },
    waiting(db, { limit }) {
      const rows = db.all<{ device: number }>(
        `SELECT DISTINCT web_pushes.device FROM web_pushes JOIN devices USING (device) JOIN boxes
           ON boxes.device = devices.device OR (boxes.device IS NULL AND boxes.account = devices.account)
         WHERE EXISTS (SELECT 1 FROM box_wakes WHERE box_wakes.box = boxes.box)
         OR EXISTS (SELECT 1 FROM letters WHERE letters.box = boxes.box AND forget_after IS NULL)
         LIMIT ?`,
        limit,
      );
      return rowsOf(db, new Set(rows.map(({ device }) => device)));
    },
  },
};

function deviceOf(db: Db, sessionId: Bytes): number | null {
  return (
    db.get<{ device: number | null }>("SELECT device FROM sessions WHERE session_id = ?", sessionId)
      ?.device ?? null
  );
}

function rowsOf(db: Db, devices: ReadonlySet<number>): WebPushRow[] {
  const rows: WebPushRow[] = [];
  for (const device of devices) {
    const row = db.get<Omit<WebPushRow, "boxIds">>(
      `SELECT device, endpoint, p256dh, auth FROM web_pushes JOIN devices USING (device) JOIN accounts USING (account)
       WHERE device = ? AND suspended_at IS NULL AND closed_at IS NULL`,
      device,
    );
    if (row === undefined) continue;
    const boxes = db.all<{ boxId: Bytes }>(
      "SELECT box_id AS boxId FROM boxes WHERE device = ?",
      device,
    );
    rows.push({ ...row, boxIds: boxes.map(({ boxId }) => boxId) });
  }
  return rows;
}
