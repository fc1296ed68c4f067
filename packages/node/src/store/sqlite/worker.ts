/**
 * A worker of the SQLite store. The writer runs everything that waits in one transaction, each operation in its own
 * savepoint, and answers after the commit; a reader runs each operation in its own read transaction.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { ProtocolError } from "@baraza/protocol";
import { restWhenQuiet } from "../../rest.ts";
import type { Db } from "./database.ts";
import { openDatabase } from "./database.ts";
import { migrate, StoreVersionError } from "./migrations/index.ts";
import { OPERATIONS } from "./operations.ts";
import type { FromWorker, ToWorker, WireCall, WireError, WireReply, WorkerData } from "./wire.ts";

type Run = (db: Db, arg: unknown) => unknown;

/** More than this in one transaction only makes the first of them wait. */
const GROUP = 4096;

if (parentPort === null) throw new Error("a worker only");
const port = parentPort;
const { path, role } = workerData as WorkerData;
const say = (message: FromWorker) => {
  port.postMessage(message);
};

const operations = new Map<string, Run>();
for (const [service, { write, read }] of Object.entries(OPERATIONS)) {
  const mine: Record<string, unknown> = role === "writer" ? write : read;
  for (const [name, run] of Object.entries(mine)) operations.set(`${service}.${name}`, run as Run);
}
operations.set("store.check", (on) => {
  on.get("SELECT count(*) FROM sqlite_schema");
  return null;
});

let db: Db | undefined;
let commits = 0;
let writes = 0;
try {
  db = openDatabase(path, { readOnly: role === "reader" });
  if (role === "writer") migrate(db);
  const on = db;
  const stopResting = restWhenQuiet(() => {
    on.exec("PRAGMA shrink_memory");
  });
  port.once("close", stopResting);
  say({ ready: true });
  port.on("message", (message: ToWorker) => {
    serve(message);
  });
} catch (cause) {
  say({
    failed: cause instanceof Error ? cause.message : "unknown",
    version: cause instanceof StoreVersionError,
  });
}

/** Takes what else waits at the port too: that is what makes a group. */
function serve(first: ToWorker): void {
  const group: WireCall[] = [];
  let message: ToWorker | undefined = first;
  let closing = false;
  while (message !== undefined) {
    if (message === "close") closing = true;
    else for (const call of message) group.push(call);
    if (closing || group.length >= GROUP) break;
    const next: { message: ToWorker } | undefined = receiveMessageOnPort(port);
    message = next?.message;
  }
  const on = db;
  if (on !== undefined && group.length > 0) {
    const replies =
      role === "writer" ? runGroup(on, group) : group.map((call) => runRead(on, call));
    say({ replies, commits, writes });
  }
  if (closing) {
    db?.close();
    port.close();
  }
}

function runGroup(on: Db, group: WireCall[]): WireReply[] {
  const alone = group.findIndex(([, name]) => ALONE.has(name));
  if (alone >= 0) {
    const [one] = group.splice(alone, 1) as [WireCall];
    const rest = group.length > 0 ? runGroup(on, group) : [];
    return [...rest, one[1] === "store.scrub" ? runScrub(on, one) : runBackup(on, one)];
  }
  const replies: WireReply[] = [];
  try {
    on.run("BEGIN IMMEDIATE");
    for (const call of group) replies.push(runOne(on, call));
    on.run("COMMIT");
    commits += 1;
    writes += group.length;
    return replies;
  } catch (cause) {
    // The disk is full or broken: nothing of the group is kept, and everybody is told so.
    try {
      on.run("ROLLBACK");
    } catch {
      // SQLite rolled back by itself.
    }
    return group.map(([id]) => [id, false, errorOf(new ProtocolError("unavailable", { cause }))]);
  }
}

function runOne(on: Db, [id, name, arg]: WireCall): WireReply {
  on.run("SAVEPOINT one");
  try {
    const value = operationOf(name)(on, arg);
    on.run("RELEASE one");
    return [id, true, value];
  } catch (cause) {
    on.run("ROLLBACK TO one");
    on.run("RELEASE one");
    return [id, false, errorOf(cause)];
  }
}

/** VACUUM cannot run inside a transaction. */
const ALONE: ReadonlySet<string> = new Set(["store.backup", "store.scrub"]);
/** A larger file would keep everybody waiting: what was deleted in it is overwritten, the free room in its pages may not be. */
const SCRUB_BYTES = 256 * 1024 * 1024;

/** Writes the file anew without what was deleted, and empties the write-ahead log, which still has it. */
function runScrub(on: Db, [id]: WireCall): WireReply {
  try {
    const pages = on.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
    const size = on.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 0;
    if (pages * size <= SCRUB_BYTES) on.run("VACUUM");
    on.get("PRAGMA wal_checkpoint(TRUNCATE)");
    return [id, true, null];
  } catch (cause) {
    return [id, false, errorOf(cause)];
  }
}

function runBackup(on: Db, [id, , to]: WireCall): WireReply {
  try {
    on.run("VACUUM INTO ?", String(to));
    return [id, true, null];
  } catch (cause) {
    return [id, false, errorOf(cause)];
  }
}

function runRead(on: Db, [id, name, arg]: WireCall): WireReply {
  try {
    on.run("BEGIN");
    try {
      return [id, true, operationOf(name)(on, arg)];
    } finally {
      on.run("COMMIT");
    }
  } catch (cause) {
    return [id, false, errorOf(cause)];
  }
}

function operationOf(name: string): Run {
  const run = operations.get(name);
  if (run === undefined) throw new Error(`no operation ${name}`);
  return run;
}

function errorOf(cause: unknown): WireError {
  if (cause instanceof ProtocolError) return { code: cause.code, data: cause.data };
  return { message: cause instanceof Error ? (cause.stack ?? cause.message) : "unknown" };
}
