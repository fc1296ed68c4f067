/** Writing: a change is durable and visible on this device at once, and waits in the outbox until the log has it. */
import { randomBytes } from "@baraza/crypto";
import { encodeCbor, ProtocolError, toHex, check } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { headsToTell } from "../trust/see.ts";
import type { NewEvent } from "../tools/tool.ts";
import { applyPending, eventType } from "./apply.ts";

/**
 * Posts events to a space, in order. @returns their ids
 * @throws EngineError `no_space`, `not_member`, `invalid`
 */
export async function post(
  core: Core,
  logId: string,
  events: readonly NewEvent[],
): Promise<string[]> {
  const row = await core.store.get<{ state: string; trouble: string | null }>(
    "SELECT state, trouble FROM spaces WHERE log_id = ?",
    [logId],
  );
  if (row === undefined) throw new EngineError("no_space");
  if (row.state !== "active") throw new EngineError("not_member");
  const ready = events.map((event) => prepare(core, event));
  const said = events.some(({ type }) => !type.startsWith("space."));
  const heads = said ? await headsToTell(core, logId) : null;
  const also = heads === null ? [] : [prepare(core, heads)];
  const ids = await core.store.transaction((tx) =>
    [...ready, ...also].map((event) => writeOutbox(tx, core, logId, event)),
  );
  core.kick({ space: logId });
  return ids.slice(0, ready.length);
}

export type ReadyEvent = { type: string; version: number; payload: Uint8Array<ArrayBuffer> };

/** Checks and encodes a new event. @throws EngineError `invalid` */
export function prepare(core: Core, event: NewEvent): ReadyEvent {
  const known = eventType(core, event.type);
  if (known === undefined) throw new EngineError("invalid", { data: { type: event.type } });
  try {
    return {
      type: event.type,
      version: known.version,
      payload: encodeCbor(check(known.schema, event.payload)),
    };
  } catch (cause) {
    if (!(cause instanceof ProtocolError) && !(cause instanceof TypeError)) throw cause;
    throw new EngineError("invalid", { cause, data: { type: event.type } });
  }
}

/** Puts one event into the outbox and applies it. @returns its id */
export function writeOutbox(tx: SqlTx, core: Core, logId: string, event: ReadyEvent): string {
  const eventId = toHex(randomBytes(16));
  const at = core.platform.clock.now();
  const row = tx.get<{ id: number }>(
    "INSERT INTO outbox (log_id, event_id, type, type_version, at, payload) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    [logId, eventId, event.type, event.version, at, event.payload],
  );
  applyPending(tx, core, {
    id: row?.id ?? 0,
    log_id: logId,
    event_id: eventId,
    type: event.type,
    type_version: event.version,
    at,
    payload: event.payload,
  });
  return eventId;
}
