/**
 * What the engine needs of the place it runs in. Whoever starts an engine hands in one {@link Platform};
 * `platform/browser` and `platform/node` make them. Nothing else in the engine touches a DOM or Node API.
 */
import type { Bytes } from "@baraza/protocol";

/** What a column or a parameter can hold. An integer outside of ±(2^53 - 1) is read as a bigint, any other as a number. */
export type SqlValue = number | string | null | Bytes | bigint;

/** Values for the question marks of a statement, in order. */
export type SqlParams = readonly SqlValue[];

/** One row: column name to value. */
export type SqlRow = Record<string, SqlValue>;

/** One statement with its parameters. */
export type SqlStatement = readonly [sql: string, params?: SqlParams];

/**
 * The handle inside {@link SqlStore.transaction}. Everything is synchronous: what runs between BEGIN and
 * COMMIT can neither be interleaved with other work nor wait for the network or for WebCrypto. It is dead
 * (typed error `store_closed_tx`) once the function has returned.
 */
export interface SqlTx {
  /** Runs one statement. @returns how many rows it changed. */
  run(sql: string, params?: SqlParams): { changes: number };
  /** All rows of a query (also of an `INSERT ... RETURNING`). */
  all<T extends object = SqlRow>(sql: string, params?: SqlParams): T[];
  /** The first row, or undefined. */
  get<T extends object = SqlRow>(sql: string, params?: SqlParams): T | undefined;
  /** Several statements without parameters; meant for schemas. */
  exec(sql: string): void;
  /** Called once the transaction is durable and before its promise resolves: the place to change memory. Never called after a failure. */
  afterCommit(fn: () => void): void;
}

/** Refuses a transaction function that is async: its writes after the first await would fall outside. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * The local store: one SQLite database with one connection, and one engine at a time that may write it.
 *
 * [Note: Fencing] Whoever opens the store takes the next fencing number in a transaction. Every later write
 * transaction checks the number inside itself; when a newer leader has come it writes nothing, fails with
 * {@link StoreError} `store_fenced`, and so does every write after it. Reads go on working.
 *
 * [Note: Group commit] Transactions that are asked for in one turn of the event loop share one COMMIT, each in its
 * own savepoint: one that throws is undone alone. A promise resolves when the COMMIT is on disk. A transaction
 * sees what the ones before it wrote; plain reads see committed data only.
 *
 * Errors are {@link StoreError}s with a code; what a transaction's own function throws comes out as it is.
 */
export interface SqlStore {
  /** The fencing number that this opening took. */
  readonly fence: number;
  /** One write statement in its own transaction. Resolves when durable. */
  run(sql: string, params?: SqlParams): Promise<{ changes: number }>;
  /** All rows of a query. Refuses statements that write. */
  all<T extends object = SqlRow>(sql: string, params?: SqlParams): Promise<T[]>;
  /** The first row, or undefined. Refuses statements that write. */
  get<T extends object = SqlRow>(sql: string, params?: SqlParams): Promise<T | undefined>;
  /**
   * Runs a function in an exclusive transaction: all of its writes happen, or (it throws) none.
   * The function must be synchronous: fetch, decrypt and sign before, then write. Calling the store's own
   * methods inside is refused (`store_nested`).
   * @returns what the function returned, after the transaction is on disk.
   */
  transaction<T>(fn: (tx: SqlTx) => Synchronous<T>): Promise<T>;
  /** Several write statements in one transaction. @returns changed rows, per statement. */
  batch(statements: readonly SqlStatement[]): Promise<number[]>;
  /** Calls back after each commit with the names of the tables written. @returns a function that ends it. */
  onCommit(listener: (tables: ReadonlySet<string>) => void): () => void;
  /** Finishes what waits, then closes. Later calls fail with `store_closed`. */
  close(): Promise<void>;
}

/** Why a request to one's own node got no answer at all: `offline`, `aborted`, or `too_large` (the answer). */
export type TransportFailure = "offline" | "aborted" | "too_large";

/** No HTTP answer came. An answer with an error status is no failure of the transport. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportFailure;
  constructor(code: TransportFailure, options: { cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

export type RequestOptions = {
  signal?: AbortSignal;
  /** Lower-case names. */
  headers?: Readonly<Record<string, string>>;
  /** POST unless told otherwise; a GET carries no body. */
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** The caller does not use the body any more: its memory is given back as soon as it is sent (see freeBytes). */
  given?: boolean;
};

export type LiveHandlers = {
  open?: () => void;
  message: (bytes: Bytes) => void;
  /** Called exactly once, also when the connection could not be opened. @param code WebSocket close code (RFC 6455, section 7.4). */
  close: (code: number) => void;
};

export type LiveConnection = {
  /** Sends one binary frame. Dropped when the connection is not open: whoever needs certainty waits for an answer. */
  send(bytes: Bytes): void;
  close(): void;
};

/** The way to one's own node, and to nowhere else. Paths start with a slash. */
export interface Transport {
  /** One request. @throws TransportError when no answer came. */
  request(
    path: string,
    body: Bytes,
    options?: RequestOptions,
  ): Promise<{ status: number; body: Bytes }>;
  /** A WebSocket of binary frames. It does not reconnect by itself. */
  live(path: string, handlers: LiveHandlers): LiveConnection;
}

export interface Clock {
  /** Milliseconds since 1970, by the local clock. Good for display and expiry only. */
  now(): number;
  /** Calls back once after some milliseconds. @returns a function that cancels it. */
  setTimer(ms: number, fn: () => void): () => void;
}

export type Leadership = {
  /** Fires when somebody else took the leadership over. */
  readonly lost: AbortSignal;
  /** Gives it back. */
  release(): void;
};

/** Who may run the engine on a store. Leadership keeps two from starting; the fencing number keeps two from writing. */
export interface Locks {
  /**
   * Waits until nobody else leads under this name.
   * @param options.steal takes it at once; the former leader's `lost` fires.
   * @throws the signal's reason when aborted while waiting.
   */
  lead(name: string, options?: { signal?: AbortSignal; steal?: boolean }): Promise<Leadership>;
}

/**
 * Small secrets that open the local store. In a browser they lie in IndexedDB, wrapped by a key that script
 * cannot read out; on Node in files of mode 0600 or in memory.
 */
export interface SecretStore {
  load(name: string): Promise<Bytes | undefined>;
  save(name: string, secret: Bytes): Promise<void>;
  remove(name: string): Promise<void>;
}

/**
 * Where the lock of one store is kept: beside the secrets, and in the place of the store's own. While a lock is kept,
 * `SecretStore.load` and `save` fail with StoreError `store_locked`, but for what is held.
 */
export interface LockShelf {
  /** Whose secret it is. */
  readonly name: string;
  /** What is kept; undefined: no lock. */
  read(): Promise<unknown>;
  /** Changes it in one step that is on disk when it resolves, and that nobody else comes between. `change` is synchronous; `keep` undefined: nothing. */
  change<T>(change: (kept: unknown) => { keep: unknown; value: T }): Promise<T>;
  /** The store's secret, while it lies there without a lock: a key of 32 bytes, or a new one and the one before it (64). */
  secret(): Promise<Bytes | undefined>;
  /** Puts a lock in the place of every secret, in one step. */
  shut(keep: unknown): Promise<void>;
  /** Puts the store's secret back in the place of its lock, in one step. */
  free(secret: Bytes): Promise<void>;
  /** The secret that whoever opened the lock gave: until this process ends, `load` answers with it. Undefined: what there was is wiped, and one may begin anew. */
  hold(secret: Bytes | undefined): void;
  /** What is held now: whoever opened the store may have settled for one of two keys in it. */
  held(): Bytes | undefined;
  /** Seals under a key that stays here, which no script can read out; where there is none, it answers as it was asked. */
  wrap(bytes: Bytes): Promise<Bytes>;
  /** @throws StoreError `store_corrupt` */
  unwrap(bytes: Bytes): Promise<Bytes>;
  /** Destroys every secret, the lock and the key that stays here. `keep` takes their place. */
  destroy(keep: unknown): Promise<void>;
}

/** Why the engine's own files cannot be written. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: "disk_full" | "failed";
  constructor(code: "disk_full" | "failed", options: { cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/** A file that is being made. All its calls may throw {@link FileError}. */
export interface MadeFile {
  /** Writes bytes at a place; they are durable when it resolves. */
  write(at: number, bytes: Bytes): Promise<void>;
  /** Cuts off what lies behind. */
  cut(size: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Files of the engine: those that it makes for a person to take away, so that a long job survives a restart, and sealed content
 * that is kept on this device. They lie there as they are: what has to stay secret is sealed before.
 */
export interface FileArea {
  /** Opens for writing; made when missing. One at a time. */
  open(name: string): Promise<MadeFile>;
  /** Bytes from a place on; fewer where the file ends, and null where there is none. @throws FileError `failed` */
  read(name: string, at: number, length: number): Promise<Bytes | null>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
}

/** What a person sees outside of the app. Text is composed by the engine's user, in the reader's language. */
export interface Notify {
  /** Shows or replaces the notification with this tag. Does nothing without permission. */
  show(notification: { tag: string; title: string; body: string }): void;
  clear(tag: string): void;
}

export interface Platform {
  /** Opens (or makes) the store of this name and takes the next fencing number. @throws StoreError `store_unavailable`, `store_busy`, `store_corrupt`, `store_locked`. */
  openStore(name: string): Promise<SqlStore>;
  /** Destroys a closed store with its key. */
  removeStore(name: string): Promise<void>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly secrets: SecretStore;
  /** Where the lock of a store is kept. */
  lockOf(name: string): LockShelf;
  readonly notify: Notify;
  readonly files: FileArea;
}
