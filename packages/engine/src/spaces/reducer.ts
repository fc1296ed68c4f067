/** The space's own events: who is called what, who came, what the space is called. */
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, toHex } from "@baraza/protocol";
import type { InferOutput } from "valibot";
import { reduceLeading } from "../leading/reducer.ts";
import { reducePeople } from "../people/reducer.ts";
import { addressNow, noteHeard } from "../moving/follow.ts";
import type { SqlTx } from "../ports.ts";
import { hear, seeAddress, wishCheck } from "../trust/see.ts";
import type { AppliedEvent } from "../tools/tool.ts";
import { reduceTimer } from "../vanish/reducer.ts";
import type { SPACE_EVENTS } from "./events.ts";

type Payload<T extends keyof typeof SPACE_EVENTS> = InferOutput<(typeof SPACE_EVENTS)[T]["schema"]>;

export function reduceSpace(tx: SqlTx, event: AppliedEvent): void {
  if (event.type === "space.profile") profile(tx, event, event.payload as Payload<"space.profile">);
  else if (event.type === "space.title") title(tx, event, event.payload as Payload<"space.title">);
  else if (event.type === "space.heads") {
    const { heads, vault } = event.payload as Payload<"space.heads">;
    if (event.mine && event.pending)
      tx.run("INSERT OR REPLACE INTO heads_told VALUES (?, ?)", [event.logId, event.at]);
    if (!event.mine) hear(tx, event.logId, heads);
    else if (vault !== undefined && !event.pending)
      tx.run("INSERT OR REPLACE INTO floors_told VALUES (?, ?)", [event.logId, vault]);
  } else if (event.type === "space.leave") {
    // Who went since, and came again, stays.
    tx.run(
      `UPDATE members SET leaving = 1 WHERE log_id = ?1 AND identity_id = ?2 AND present = 1
       AND NOT EXISTS (SELECT 1 FROM notices WHERE log_id = ?1 AND subject = ?2 AND kind IN ('left', 'removed') AND position > ?3)`,
      [event.logId, event.author, event.position],
    );
  } else if (event.type === "space.timer") reduceTimer(tx, event);
  else if (!reducePeople(tx, event)) reduceLeading(tx, event);
}

function profile(tx: SqlTx, event: AppliedEvent, payload: Payload<"space.profile">): void {
  const { logId, author } = event;
  const { name } = payload.profile;
  const address = addressNow(tx, author, payload.profile.address);
  // Letters for a member go to that member: nobody names somebody else for it.
  if (toHex(payload.reply.identityId) !== author) return;
  const first =
    tx.get(
      "SELECT 1 AS one FROM members WHERE log_id = ? AND identity_id = ? AND reply IS NOT NULL",
      [logId, author],
    ) === undefined;
  tx.run(
    `INSERT INTO members (log_id, identity_id, name, address, role, devices, present, steward_key, reply)
     VALUES (?, ?, ?, ?, 'member', 0, 0, ?, ?)
     ON CONFLICT (log_id, identity_id) DO UPDATE SET name = excluded.name, address = excluded.address,
       steward_key = excluded.steward_key, reply = excluded.reply`,
    [logId, author, name, address, payload.stewardKey, encodeCbor(payload.reply)],
  );
  if (!event.pending && !event.mine) noteContact(tx, logId, author);
  if (!event.pending && payload.moved !== undefined) noteHeard(tx, author, payload.moved);
  tx.run(
    `INSERT INTO people VALUES (?, ?, ?, 'known', ?)
     ON CONFLICT (identity_id) DO UPDATE SET name = excluded.name, address = excluded.address`,
    [author, name, address, event.at],
  );
  // Two who have given their conversation no title see each other's names.
  if (!event.mine)
    tx.run(
      `UPDATE spaces SET title = ?1 WHERE log_id = ?2 AND kind = 'pair' AND title <> ?1 AND NOT EXISTS (
         SELECT 1 FROM events WHERE log_id = ?2 AND type = 'space.title')`,
      [name, logId],
    );
  if (!event.mine) {
    seeAddress(tx, author, address, event.at);
    wishCheck(tx, author, event.device, event.at);
  }
  // Somebody's own name and address, as their device states them; a new address or name later is no arrival.
  if (!event.pending && (first || isFirstProfile(tx, event)))
    notice(tx, event, event.position <= 2 ? "created" : "joined", author, null, null);
}

/** The vault names a few members who can let a new device in: it is put again when one of the first few is known or changes. */
function noteContact(tx: SqlTx, logId: string, author: string): void {
  const row = tx.get<{ others: number }>(
    "SELECT count(*) AS others FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND identity_id <> ?",
    [logId, author],
  );
  if ((row?.others ?? 0) <= 4) tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
}

function isFirstProfile(tx: SqlTx, event: AppliedEvent): boolean {
  return (
    tx.get(
      "SELECT 1 AS one FROM events WHERE log_id = ? AND author = ? AND type = 'space.profile' AND seq < ?",
      [event.logId, event.author, event.position],
    ) === undefined
  );
}

function title(tx: SqlTx, event: AppliedEvent, payload: Payload<"space.title">): void {
  tx.run("UPDATE spaces SET title = ? WHERE log_id = ?", [payload.title, event.logId]);
  if (event.position > 2 && !event.pending)
    notice(tx, event, "renamed", event.author, event.author, payload.title);
}

function notice(
  tx: SqlTx,
  event: AppliedEvent,
  kind: string,
  subject: string,
  by: string | null,
  newTitle: string | null,
): void {
  tx.run("INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
    event.logId,
    event.eventId,
    event.position,
    event.at,
    kind,
    subject,
    by,
    newTitle,
  ]);
}

/** A line about somebody who is not in the space any more; written by whoever processes the commit. */
export function noticeReturned(
  tx: SqlTx,
  at: { logId: string; eventId: Bytes; seq: number; time: number },
  identity: string,
): void {
  tx.run("INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?, 'returned', ?, NULL, NULL)", [
    at.logId,
    toHex(at.eventId),
    at.seq,
    at.time,
    identity,
  ]);
}

export function noticeGone(
  tx: SqlTx,
  at: { logId: string; eventId: Bytes; seq: number; time: number },
  gone: { identity: string; left: boolean; by: string | null },
): void {
  tx.run("INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", [
    at.logId,
    toHex(at.eventId),
    at.seq,
    at.time,
    gone.left ? "left" : "removed",
    gone.identity,
    gone.left ? null : gone.by,
  ]);
}
