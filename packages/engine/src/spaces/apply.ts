/** From a verified event to rows: the store of events, the space's own reducer, then the tool's. */
import type { SealedEvent, Bytes } from "@baraza/protocol";
import { check, decodeCbor, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { LEADING_DERIVED } from "../leading/tables.ts";
import { PEOPLE_DERIVED } from "../people/tables.ts";
import type { SqlTx } from "../ports.ts";
import { PENDING_POSITION } from "../schema.ts";
import type { AppliedEvent, EventType } from "../tools/tool.ts";
import { VANISH_DERIVED } from "../vanish/tables.ts";
import { noteEnds } from "../vanish/note.ts";
import type { Ends } from "../vanish/note.ts";
import { SPACE_EVENTS } from "./events.ts";
import { reduceSpace } from "./reducer.ts";

export type VerifiedEvent = {
  logId: string;
  epoch: number;
  seq: number;
  author: string;
  device: string;
  event: SealedEvent;
  /** When it is over, for what disappears. */
  ends?: Ends | undefined;
};

/** Stores a confirmed event and applies it; one that is known already is dropped. */
export function applyEvent(tx: SqlTx, core: Core, verified: VerifiedEvent): void {
  const { logId, event, seq, author, device, epoch } = verified;
  const eventId = toHex(event.eventId);
  const { changes } = tx.run("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
    logId,
    eventId,
    seq,
    epoch,
    author,
    device,
    event.type,
    event.typeVersion,
    event.at,
    event.payload,
  ]);
  tx.run("DELETE FROM outbox WHERE event_id = ?", [eventId]);
  tx.run("UPDATE members SET seen_seq = max(seen_seq, ?) WHERE log_id = ? AND identity_id = ?", [
    Math.min(event.seen.seq, seq - 1),
    logId,
    author,
  ]);
  if (changes === 0) return;
  if (verified.ends !== undefined) noteEnds(tx, logId, eventId, verified.ends);
  if (event.type === "space.profile")
    tx.afterCommit(() => core.kick({ vault: true, space: logId, moves: true, trust: true }));
  // Another device of one's own has come: it is looked for in one's own entries.
  if (
    event.type === "space.profile" &&
    author === core.me().id &&
    device !== core.me().deviceHash
  ) {
    tx.run("UPDATE own_entries SET checked = 0");
    tx.afterCommit(() => core.kick({ marks: true }));
  }
  if (event.type === "space.heads") tx.afterCommit(() => core.kick({ trust: true }));
  reduce(tx, core, {
    logId,
    eventId,
    author,
    device,
    mine: author === core.me().id,
    position: seq,
    pending: false,
    type: event.type,
    typeVersion: event.typeVersion,
    at: event.at,
    payload: event.payload,
  });
}

/** Applies a local change that the log has not confirmed. `id` is its outbox number. */
export function applyPending(
  tx: SqlTx,
  core: Core,
  row: {
    id: number;
    log_id: string;
    event_id: string;
    type: string;
    type_version: number;
    at: number;
    payload: Bytes;
  },
): void {
  reduce(tx, core, {
    logId: row.log_id,
    eventId: row.event_id,
    author: core.me().id,
    device: core.me().deviceHash,
    mine: true,
    position: PENDING_POSITION + row.id,
    pending: true,
    type: row.type,
    typeVersion: row.type_version,
    at: row.at,
    payload: row.payload,
  });
}

/** The schema and version of an event type, of the space itself or of a tool. */
export function eventType(core: Core, type: string): EventType | undefined {
  if (Object.hasOwn(SPACE_EVENTS, type)) return SPACE_EVENTS[type as keyof typeof SPACE_EVENTS];
  const tool = core.tools.find((one) => type.startsWith(`${one.name}.`));
  return tool?.events[type];
}

function reduce(tx: SqlTx, core: Core, raw: AppliedEvent<Bytes>): void {
  const known = eventType(core, raw.type);
  if (known === undefined) return;
  let payload: unknown;
  try {
    payload = check(known.schema, decodeCbor(raw.payload));
  } catch {
    // Signed by a member, but nothing that this version understands: kept in `events`, for a version that does.
    return;
  }
  const event: AppliedEvent = { ...raw, payload };
  if (raw.type.startsWith("space.")) reduceSpace(tx, event);
  else core.tools.find((one) => raw.type.startsWith(`${one.name}.`))?.reduce(tx, event);
}

/** Tells the tool of one's own event that counts on no device, since it came too late. */
export function tellTooLate(tx: SqlTx, core: Core, logId: string, event: SealedEvent): void {
  const tool = core.tools.find((one) => event.type.startsWith(`${one.name}.`));
  const known = eventType(core, event.type);
  if (tool?.cameTooLate === undefined || known === undefined) return;
  const payload = check(known.schema, decodeCbor(event.payload));
  const { type, at } = event;
  tool.cameTooLate(tx, { logId, eventId: toHex(event.eventId), type, payload, at });
}

/** A row of `events`. */
export type EventRow = {
  log_id: string;
  event_id: string;
  seq: number;
  author: string;
  device: string;
  type: string;
  type_version: number;
  at: number;
  payload: Bytes;
};

/** Applies an event that is stored already. */
export function replayEvent(tx: SqlTx, core: Core, row: EventRow): void {
  reduce(tx, core, {
    logId: row.log_id,
    eventId: row.event_id,
    author: row.author,
    device: row.device,
    mine: row.author === core.me().id,
    position: row.seq,
    pending: false,
    type: row.type,
    typeVersion: row.type_version,
    at: row.at,
    payload: row.payload,
  });
}

/**
 * Makes the rows of one space anew from its stored events, then from what is pending: after a void took entries away.
 */
export function rebuildSpace(tx: SqlTx, core: Core, logId: string): void {
  for (const table of [
    "activity",
    ...LEADING_DERIVED,
    ...PEOPLE_DERIVED,
    ...VANISH_DERIVED,
    ...core.tools.flatMap((tool) => tool.derived),
  ])
    tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [logId]);
  // A wish to leave that a void took back, or that came with the time before, counts no more; those that stand say it again.
  tx.run("UPDATE members SET leaving = 0 WHERE log_id = ?", [logId]);
  // Who went is told by commits, which are no events: those lines stay.
  const kept = "'left', 'removed', 'returned', 'moved'";
  tx.run(`DELETE FROM notices WHERE log_id = ? AND kind NOT IN (${kept})`, [logId]);
  const events = tx.all<EventRow>("SELECT * FROM events WHERE log_id = ? ORDER BY seq", [logId]);
  for (const row of events) replayEvent(tx, core, row);
  const pending = tx.all<Parameters<typeof applyPending>[2]>(
    "SELECT * FROM outbox WHERE log_id = ? ORDER BY id",
    [logId],
  );
  for (const row of pending) applyPending(tx, core, row);
}
