/**
 * One space on one device without a network, for the tests of tools: the core's tables on a real store, a log that
 * is an array, and a {@link ToolContext} over both. Events go the way that the core sends them, CBOR included.
 */
import { check, decodeCbor, encodeCbor, fromHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { BLOB_MIGRATIONS } from "../blobs/tables.ts";
import { EngineError } from "../errors.ts";
import type { SqlParams, SqlStore, SqlTx } from "../ports.ts";
import { CORE_MIGRATIONS, PENDING_POSITION } from "../schema.ts";
import { migrate } from "../store/migrate.ts";
import { LATER_MIGRATIONS } from "../later/tables.ts";
import { VANISH_MIGRATIONS } from "../vanish/tables.ts";
import { marksSchema } from "./marks/tables.ts";
import type { AppliedEvent, Tool, ToolContext } from "./tool.ts";

/** An id of so many bytes that can be told apart by a small number. */
export function testId(bytes: 16 | 32, number: number): string {
  return number.toString(16).padStart(2 * bytes, "0");
}

export type RawEvent = Omit<AppliedEvent<Bytes>, "position" | "pending">;

export type ToolHarness = {
  readonly context: ToolContext;
  readonly spaceId: string;
  readonly me: string;
  /** Every statement that the tool ran, with the last parameters. */
  readonly statements: ReadonlyMap<string, SqlParams>;
  /** What the log has confirmed, in order; and what waits. */
  readonly log: readonly { event: RawEvent; position: number }[];
  readonly outbox: readonly { event: RawEvent; id: number }[];
  /** Puts a member into the space, or changes one. */
  member(
    identity: string,
    options: { name: string; role?: "steward" | "member"; seen?: number },
  ): Promise<void>;
  /** An event as some member's device would seal it. */
  event(
    author: string,
    type: string,
    payload: unknown,
    options?: { at?: number; eventId?: string },
  ): RawEvent;
  /** The log gives an event its place: one's own that waits, or anybody's. A repeat is applied once more at its old place. */
  confirm(event: RawEvent): Promise<number>;
  /** Hands an event to the reducer once more, at any place, and keeps no note of it: what a broken or hostile peer may cause. */
  again(event: RawEvent, position: number, pending: boolean): Promise<void>;
  /** Applies a local change that waits. */
  wait(event: RawEvent): Promise<void>;
  /** Posts somebody's event straight into the log. @returns its id */
  receive(
    author: string,
    type: string,
    payload: unknown,
    options?: { at?: number },
  ): Promise<string>;
  /** Confirms everything that waits. */
  flush(): Promise<void>;
  /** Plays all events again, as after a void. */
  rebuild(): Promise<void>;
  /** How SQLite would run each statement of the tool: `EXPLAIN QUERY PLAN`. */
  plans(): Promise<{ sql: string; plan: string[] }[]>;
};

/** Starts one on an empty store. */
export async function toolHarness(
  store: SqlStore,
  tool: Tool,
  options: { me?: string; spaceId?: string } = {},
): Promise<ToolHarness> {
  const me = options.me ?? testId(32, 1);
  const spaceId = options.spaceId ?? testId(32, 0xa0);
  await migrate(store, CORE_MIGRATIONS);
  await migrate(store, BLOB_MIGRATIONS, "blobs");
  await migrate(store, VANISH_MIGRATIONS, "vanish");
  await migrate(store, LATER_MIGRATIONS, "later");
  const statements = new Map<string, SqlParams>();
  await store.transaction((tx) => {
    tx.exec(marksSchema);
    tx.exec(tool.schema);
    const empty = new Uint8Array();
    tx.run(
      `INSERT INTO account (one, name, node, identity_id, display_name, role, identity, identity_key, device_cert,
         device_hash, device_key, session, box_id, vault_key, vault_version, vault_hash)
       VALUES (1, 'me', 'a.localhost', ?, 'Me', 'member', ?, ?, ?, '', ?, ?, ?, ?, 1, ?)`,
      [me, ...Array.from({ length: 8 }, () => empty)],
    );
  });
  const log: { event: RawEvent; position: number }[] = [];
  let outbox: { event: RawEvent; id: number }[] = [];
  let events = 0;
  let posted = 0;
  let now = 1_700_000_000_000;

  function recorded(tx: SqlTx): SqlTx {
    return {
      ...tx,
      run: (sql, params = []) => (statements.set(sql, params), tx.run(sql, params)),
      all: (sql, params = []) => (statements.set(sql, params), tx.all(sql, params)),
      get: (sql, params = []) => (statements.set(sql, params), tx.get(sql, params)),
    };
  }

  function reduce(tx: SqlTx, event: RawEvent, position: number, pending: boolean): void {
    const schema = tool.events[event.type]?.schema;
    if (schema === undefined) throw new Error(`no event type ${event.type}`);
    const payload = check(schema, decodeCbor(event.payload));
    tool.reduce(recorded(tx), { ...event, payload, position, pending });
  }

  function event(
    author: string,
    type: string,
    payload: unknown,
    { at = now++, eventId = testId(16, 0x1000 + events++) }: { at?: number; eventId?: string } = {},
  ): RawEvent {
    return {
      logId: spaceId,
      eventId,
      author,
      device: author,
      mine: author === me,
      type,
      typeVersion: 1,
      at,
      payload: encodeCbor(payload),
    };
  }

  async function wait(waiting: RawEvent): Promise<void> {
    const id = ++posted;
    outbox.push({ event: waiting, id });
    await store.transaction((tx) => reduce(tx, waiting, PENDING_POSITION + id, true));
  }

  async function confirm(confirmed: RawEvent): Promise<number> {
    const known = log.find(({ event: { eventId } }) => eventId === confirmed.eventId);
    const position = known?.position ?? log.length + 1;
    if (known === undefined) log.push({ event: confirmed, position });
    outbox = outbox.filter(({ event: { eventId } }) => eventId !== confirmed.eventId);
    await store.transaction((tx) => reduce(tx, confirmed, position, false));
    return position;
  }

  const works = new Map<string, Promise<unknown>>();
  const context: ToolContext = {
    me: () => me,
    now: () => now,
    async post(space, fresh) {
      if (space !== spaceId) throw new EngineError("no_space");
      const made = fresh.map(({ type, payload, eventId }) =>
        event(me, type, payload, eventId === undefined ? {} : { eventId }),
      );
      for (const one of made) await wait(one);
      return made.map(({ eventId }) => eventId);
    },
    all: (sql, params = []) => (statements.set(sql, params), store.all(sql, params)),
    get: (sql, params = []) => (statements.set(sql, params), store.get(sql, params)),
    write: <T>(fn: (tx: SqlTx) => T) =>
      store.transaction((tx) => ({ value: fn(recorded(tx)) })).then(({ value }) => value),
    once(name, work) {
      const done = (works.get(name) ?? Promise.resolve()).then(work);
      works.set(
        name,
        done.catch(() => undefined),
      );
      return done;
    },
    ownSpace: async () => spaceId,
    files: () => Promise.reject(new EngineError("offline")),
  };

  return {
    context,
    spaceId,
    me,
    statements,
    get log() {
      return log;
    },
    get outbox() {
      return outbox;
    },
    async member(identity, { name, role = "member", seen = 0 }) {
      await store.run(
        `INSERT INTO members (log_id, identity_id, name, address, role, devices, present, seen_seq)
         VALUES (?, ?, ?, ?, ?, 1, 1, ?)
         ON CONFLICT (log_id, identity_id) DO UPDATE SET
           name = excluded.name, role = excluded.role, seen_seq = excluded.seen_seq`,
        [spaceId, identity, name, `${name.toLowerCase()}@a.localhost`, role, seen],
      );
    },
    event,
    confirm,
    async again(repeated, position, pending) {
      await store.transaction((tx) => reduce(tx, repeated, position, pending));
    },
    wait,
    async receive(author, type, payload, at) {
      const made = event(author, type, payload, at);
      await confirm(made);
      return made.eventId;
    },
    async flush() {
      for (const one of outbox) await confirm(one.event);
    },
    async rebuild() {
      await store.transaction((tx) => {
        for (const table of ["activity", ...tool.derived])
          tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [spaceId]);
        for (const { event: one, position } of log) reduce(tx, one, position, false);
        for (const { event: one, id } of outbox) reduce(tx, one, PENDING_POSITION + id, true);
      });
    },
    async plans() {
      const explained: { sql: string; plan: string[] }[] = [];
      for (const [sql, params] of statements) {
        const rows = await store.transaction((tx) =>
          tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params),
        );
        explained.push({ sql, plan: rows.map(({ detail }) => detail) });
      }
      return explained;
    },
  };
}

/** The bytes of an id, as payloads hold it. */
export const idBytes = (hex: string): Bytes => fromHex(hex);
