/**
 * Prepared statements by their text, each with what it may do. SQLite tells that through the authorizer callback
 * while it compiles a statement, so the tables written are known without parsing SQL, triggers and foreign keys included.
 */
import type { SqlParams } from "../ports.ts";
import { StoreError } from "./errors.ts";

/** What a compiled statement may do. */
export type Effects = {
  /** Tables of the schema that it may write. */
  tables: readonly string[];
  /** It writes, or changes the schema. */
  writes: boolean;
  /** It changes the schema. */
  schema: boolean;
  /** It begins or ends a transaction, or attaches a database. */
  control: boolean;
};

export type Prepared<S> = Effects & { statement: S };

export type StatementCache<S> = {
  /** For sqlite3_set_authorizer. @returns always 0, SQLITE_OK. */
  authorize(this: void, action: number, name: string | null): number;
  /** The statement, compiled now or before. */
  prepare(sql: string): Prepared<S>;
  /** Runs something that compiles statements by itself. @returns what those may do. */
  watch(fn: () => void): Effects;
  /** Forgets all. */
  clear(): void;
};

// Codes of https://sqlite.org/c3ref/c_alter_table.html
const DELETE = 9;
const INSERT = 18;
const UPDATE = 23;
const CONTROL: ReadonlySet<number> = new Set([22, 24, 25, 32]);
const SCHEMA: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 26, 29, 30,
]);

const CAPACITY = 500;

/**
 * @param compile prepares a statement; the connection's authorizer must be this cache's.
 * @param finalize frees one that is forgotten.
 */
export function statementCache<S>(
  compile: (sql: string) => S,
  finalize: (statement: S) => void,
): StatementCache<S> {
  const known = new Map<string, Prepared<S>>();
  let watching:
    | { tables: Set<string>; writes: boolean; schema: boolean; control: boolean }
    | undefined;

  function watch<T>(fn: () => T): Effects & { value: T } {
    const seen = { tables: new Set<string>(), writes: false, schema: false, control: false };
    watching = seen;
    try {
      const value = fn();
      return { ...seen, writes: seen.writes || seen.schema, tables: [...seen.tables], value };
    } finally {
      watching = undefined;
    }
  }

  function clear(): void {
    for (const { statement } of known.values()) finalize(statement);
    known.clear();
  }

  return {
    authorize(action, name) {
      if (watching === undefined) return 0;
      if (action === INSERT || action === UPDATE || action === DELETE) {
        watching.writes = true;
        if (name !== null && !name.startsWith("sqlite_")) watching.tables.add(name);
      } else if (SCHEMA.has(action)) watching.schema = true;
      else if (CONTROL.has(action)) watching.control = true;
      return 0;
    },
    prepare(sql) {
      const found = known.get(sql);
      if (found !== undefined) return found;
      const { value, ...effects } = watch(() => compile(sql));
      if (known.size >= CAPACITY) clear();
      const prepared = { ...effects, statement: value };
      known.set(sql, prepared);
      return prepared;
    },
    watch(fn) {
      const { value: _, ...effects } = watch(fn);
      return effects;
    },
    clear,
  };
}

/** Refuses statements that do not belong where they were given. */
export function permit(effects: Effects, readonly: boolean): void {
  if (effects.control) throw new StoreError("store_nested");
  if (readonly && effects.writes) throw new StoreError("store_readonly");
}

/** Refuses parameters that SQLite would take but change: NaN becomes NULL, a boolean a number, undefined NULL. */
export function checkParams(params: SqlParams): void {
  for (const value of params as readonly unknown[]) {
    if (value === null || typeof value === "string" || value instanceof Uint8Array) continue;
    if (typeof value === "number" && !Number.isNaN(value)) continue;
    if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) continue;
    throw new StoreError("store_value", { data: { type: typeof value } });
  }
}
