/**
 * What a tool is: a folder beside this file with the same five files in each.
 *
 * ```
 * events.ts    the event types, versioned, with their schema
 * reducer.ts   event -> rows of local tables (deterministic, in log order)
 * commands.ts  what a person can do -> events
 * queries.ts   what a screen needs -> rows (live)
 * search.ts    what of it can be found
 * index.ts     puts them together as one Tool
 * ```
 *
 * [Note: Pending events] A local change is applied at once, through the same reducer, with `pending: true`. When the log
 * has given it its place the reducer sees the same event again with its real position. So a reducer is
 * idempotent by `eventId`, and its confirmed result depends on confirmed events only, in log order. A rebuild
 * (after a void, or with a new reducer) empties the tool's tables for the space and plays all events again, then what is pending.
 */
import type { Bytes } from "@baraza/protocol";
import type * as v from "valibot";
import type { OpenArchiveWords } from "../moving/api.ts";
import type { SqlParams, SqlTx } from "../ports.ts";
import type { FilesWork } from "./files/work-port.ts";
import type { FindableSource } from "../search/port.ts";

/** An event as reducers see it: opened, verified, decoded. Ids are lower-case hexadecimal. */
export type AppliedEvent<T = unknown> = {
  logId: string;
  eventId: string;
  /** Identity and device (hash of its certificate) of the author. */
  author: string;
  device: string;
  /** True when the author is this account. */
  mine: boolean;
  /** Position in the log; for pending events larger than any confirmed position, in the order of writing. */
  position: number;
  pending: boolean;
  type: string;
  typeVersion: number;
  /** The author's clock, ms since 1970. For display. */
  at: number;
  payload: T;
};

/** One event type: the newest version that is written and the schema for what is read (all versions so far). */
export type EventType = { version: number; schema: v.GenericSchema };

/** A new event for a space's log. `payload` must fit the type's schema. */
/** `eventId`: the one that it is to have; a new one unless told otherwise. */
export type NewEvent = { type: string; payload: unknown; eventId?: string };

/** What a tool's commands and queries work with. */
export type ToolContext = {
  /** The signed-in identity, hexadecimal. */
  me(): string;
  now(): number;
  /**
   * Writes events: durable and applied at once, sent when the network allows.
   * @returns the event ids, in order.
   * @throws EngineError `not_member` when the space is not one's own (any more), `invalid` when a payload does not fit.
   */
  post(spaceId: string, events: readonly NewEvent[]): Promise<string[]>;
  all<T extends object>(sql: string, params?: SqlParams): Promise<T[]>;
  get<T extends object>(sql: string, params?: SqlParams): Promise<T | undefined>;
  /** Local-only state (a draft, a read position): one transaction. */
  write<T>(fn: (tx: SqlTx) => T): Promise<T>;
  /** Runs work of one name one after the other: for what first looks and then writes. */
  once<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The space of one's own devices, made when it is not there yet. */
  ownSpace(): Promise<string>;
  /** Uploads, and reading of content. */
  files(): Promise<FilesWork>;
};

/** A query that a screen can watch: runs again when one of its tables changed. */
export type LiveQuery<A = never, R = unknown> = {
  tables: readonly string[];
  run(context: ToolContext, args: A): Promise<R>;
};

/** A file that a tool adds to an open archive, in the folder of one space. It comes piece by piece. */
export type ExportFile = {
  /** Name within the folder, such as `messages.json`: safe on every system. */
  path: string;
  content: AsyncIterable<string | Bytes>;
  /** Set for what goes in as it is: how many bytes, and when it was changed last (ms since 1970). */
  asIs?: { size: number; at: number };
  /** Set for a page that the list of all spaces leads to: what it is called there. */
  page?: string;
};

/** What a tool is told of the space whose things it gives. `words` are in the language of whoever takes them along. */
export type ExportSpace = {
  spaceId: string;
  title: string;
  /** The space of one's own devices. */
  own: boolean;
  /** With the content of files, too. */
  content: boolean;
  words: OpenArchiveWords;
  /** Call it for each thing that was written: it moves the progress. */
  wrote(): void;
};

export type Tool = {
  /** The folder's name; event types start with it and a dot. */
  name: string;
  /** Local tables (`CREATE TABLE IF NOT EXISTS`), each with a `log_id TEXT` column. */
  schema: string;
  /** The tables that a rebuild of a space empties. Local-only tables are not among them. */
  derived: readonly string[];
  events: Readonly<Record<string, EventType>>;
  /** Changes the tool's tables. Runs inside the transaction that stores the event. Never throws on what the schema lets through. */
  reduce(tx: SqlTx, event: AppliedEvent): void;
  commands: Readonly<Record<string, (context: ToolContext, args: never) => Promise<unknown>>>;
  queries: Readonly<Record<string, LiveQuery>>;
  /** Of an event's payload: the blobs that the hub keeps for it, and those that it is to let go. At most `LIMITS.entryBlobs` of each. */
  blobs?(type: string, payload: unknown): { names: Bytes[]; drops: Bytes[] };
  /**
   * Whether an event disappears in a space where what is said does. `with`: the event that it changes, whose time is its own too;
   * null: its time is what the space says. `most`: it ends after so long in any case, ms, where what is said stays, too.
   * @returns null for what stays in any case
   */
  vanishes?(type: string, payload: unknown): { with: Bytes | null; most?: number } | null;
  /**
   * Deletes everything that this tool's tables hold of events whose time is over, and of what hangs on them. Runs inside the transaction.
   * @returns the ids of events that went with them
   */
  vanish?(tx: SqlTx, logId: string, eventIds: readonly string[]): string[];
  /**
   * The hub has let go of blobs, by an entry of somebody's. Runs inside the transaction, after the event was applied.
   * @returns false when its author may not have done so
   */
  dropped?(
    tx: SqlTx,
    drop: { logId: string; position: number; blobIds: string[]; at: number },
  ): boolean;
  /**
   * What one wrote came too late: one may not write any more, and it counts on no device. Runs inside the transaction that takes it
   * off the outbox, so that the person's words are kept somewhere. Not called for what disappears.
   */
  cameTooLate?(
    tx: SqlTx,
    event: { logId: string; eventId: string; type: string; payload: unknown; at: number },
  ): void;
  /** What of it can be found: see search/port.ts. */
  findable: readonly FindableSource[];
  /** What of a space goes into an open archive: data that programs read, and a page without script that people read. */
  exports?(
    context: ToolContext,
    space: ExportSpace,
  ): readonly ExportFile[] | AsyncIterable<ExportFile>;
};

/** Raw bytes never leave a payload by accident: helper type for blobs in payloads. */
export type BlobRef = { blobId: Bytes; key: Bytes; bytes: number };
