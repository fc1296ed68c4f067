/** Writing: a change is durable and visible on this device at once, and waits in the outbox until the log has it. */
import { randomBytes } from "@baraza/crypto";
import { encodeCbor, ProtocolError, toHex, check } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { mayPost } from "../people/rules.ts";
import type { MemberRole } from "../people/rules.ts";
import type { SqlTx } from "../ports.ts";
import { headsToTell } from "../trust/see.ts";
import type { NewEvent } from "../tools/tool.ts";
import type { Turn } from "../util.ts";
import { turns } from "../util.ts";
import { noteNew } from "../vanish/note.ts";
import { applyPending, eventType } from "./apply.ts";

/**
 * Posts events to a space, in order. @returns their ids
 * @throws EngineError `no_space`, `not_member`, `may_not_write`, `invalid`
 */
export async function post(
  core: Core,
  logId: string,
  events: readonly NewEvent[],
): Promise<string[]> {
  const turn = turnOf(core, logId);
  try {
    const ready = await readied(core, logId, events);
    await turn.come;
    const writing = core.store.transaction((tx) =>
      ready.map((event) => writeOutbox(tx, core, logId, event)),
    );
    turn.go();
    const ids = await writing;
    core.kick({ space: logId });
    return ids.slice(0, events.length);
  } finally {
    turn.go();
  }
}

/** What is written in one go stands in that order: the store answers reads as it can, and writes as they come. */
const waiting = new WeakMap<Core, (logId: string) => Turn>();
function turnOf(core: Core, logId: string): Turn {
  const begin = waiting.get(core) ?? turns();
  waiting.set(core, begin);
  return begin(logId);
}

/** The events as they are written, and behind them what goes along with what is said. */
async function readied(
  core: Core,
  logId: string,
  events: readonly NewEvent[],
): Promise<ReadyEvent[]> {
  const row = await core.store.get<{ state: string; trouble: string | null }>(
    "SELECT state, trouble FROM spaces WHERE log_id = ?",
    [logId],
  );
  if (row === undefined) throw new EngineError("no_space");
  if (row.state !== "active") throw new EngineError("not_member");
  await mayWriteNow(core, logId, events);
  const ready = events.map((event) => prepare(core, event));
  const said = events.some(({ type }) => !type.startsWith("space."));
  const heads = said ? await headsToTell(core, logId) : null;
  return heads === null ? ready : [...ready, prepare(core, heads)];
}

/** @throws EngineError `may_not_write`: what would count on nobody's device is not written */
export async function mayWriteNow(
  core: Core,
  logId: string,
  events: readonly NewEvent[],
): Promise<void> {
  const row = await core.store.get<{ role: MemberRole; announce: number | null }>(
    `SELECT m.role, r.announce FROM members m LEFT JOIN space_rules r ON r.log_id = m.log_id
     WHERE m.log_id = ? AND m.identity_id = ?`,
    [logId, core.me().id],
  );
  if (row !== undefined && events.some(({ type }) => !mayPost(row.role, row.announce === 1, type)))
    throw new EngineError("may_not_write");
}

export type ReadyEvent = {
  type: string;
  version: number;
  payload: Uint8Array<ArrayBuffer>;
  eventId?: string;
};

/** Checks and encodes a new event. @throws EngineError `invalid` */
export function prepare(core: Core, event: NewEvent): ReadyEvent {
  const known = eventType(core, event.type);
  if (known === undefined) throw new EngineError("invalid", { data: { type: event.type } });
  try {
    return {
      type: event.type,
      version: known.version,
      payload: encodeCbor(check(known.schema, event.payload)),
      ...(event.eventId === undefined ? {} : { eventId: event.eventId }),
    };
  } catch (cause) {
    if (!(cause instanceof ProtocolError) && !(cause instanceof TypeError)) throw cause;
    throw new EngineError("invalid", { cause, data: { type: event.type } });
  }
}

/** Puts one event into the outbox and applies it. @returns its id */
export function writeOutbox(tx: SqlTx, core: Core, logId: string, event: ReadyEvent): string {
  const eventId = event.eventId ?? toHex(randomBytes(16));
  const at = core.platform.clock.now();
  const row = tx.get<{ id: number }>(
    "INSERT INTO outbox (log_id, event_id, type, type_version, at, payload) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    [logId, eventId, event.type, event.version, at, event.payload],
  );
  noteNew(tx, core, logId, eventId, event);
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
