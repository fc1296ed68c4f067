/** What the browser tests ask of a store, inside the dedicated worker that a store needs. */
import { fromHex, toHex } from "@baraza/protocol";
import type { SqlParams, SqlStore } from "../../../../src/ports.ts";
import { checkStream, conformance, writeStream } from "../../../../src/store/conformance.ts";
import { StoreError } from "../../../../src/store/errors.ts";
import type { SqlDriver } from "../../../../src/store/driver.ts";
import { openSqlStore } from "../../../../src/store/store.ts";
import { openBrowserDriver } from "../../driver.ts";
import { browserSecrets } from "../../secrets.ts";
import { loadSqlite, openPool } from "../../sqlite.ts";
import { openBrowserStore, removeBrowserStore } from "../../store.ts";

type Args = {
  name: string;
  sql: string;
  params: SqlParams;
  acknowledged: number[];
  patience: number;
  writes: number;
};

type Handle = Record<"write" | "truncate", (...args: never[]) => unknown>;

let writesDone = (): number => 0;
const secrets = browserSecrets();
const stores = new Map<string, SqlStore>();

function store(name: string): SqlStore {
  const found = stores.get(name);
  if (found === undefined) throw new Error(`${name} is not open`);
  return found;
}

const operations: Record<string, (args: Args) => Promise<unknown>> = {
  async conformance() {
    const results: { name: string; error: string | null }[] = [];
    for (const { name, concurrent, run } of conformance) {
      if (concurrent === true) continue;
      const error = await run((store) => openBrowserStore(store, { secrets })).then(
        () => null,
        (reason: unknown) => String(reason),
      );
      results.push({ name, error });
    }
    return results;
  },
  async open({ name, patience }) {
    const opened = await openBrowserStore(name, { secrets, patience: patience ?? 10_000 });
    stores.set(name, opened);
    return opened.fence;
  },
  close: ({ name }) => store(name).close(),
  remove: ({ name }) => removeBrowserStore(name, secrets),
  run: ({ name, sql, params }) => store(name).run(sql, params),
  all: ({ name, sql, params }) => store(name).all(sql, params),
  stream: ({ name }) => writeStream(store(name), (ack) => postMessage({ ack })),
  checkStream: ({ name, acknowledged }) => checkStream(store(name), acknowledged),
  forgetKey: ({ name }) => secrets.remove(`store/${name}`),
  /** Gives a closed store a new key beside its own, or the two that are given. @returns both */
  async twoKeys({ name, sql: given }) {
    const before = await secrets.load(`store/${name}`);
    const fresh = crypto.getRandomValues(new Uint8Array(32));
    const both = given ? fromHex(given) : Uint8Array.of(...fresh, ...(before ?? []));
    await secrets.save(`store/${name}`, both);
    return toHex(both);
  },
  /** From some write on nothing reaches the files any more, as if the worker had been killed there. @returns the writes until it ended */
  async cut({ writes }) {
    const handle = (globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: Handle } })
      .FileSystemSyncAccessHandle.prototype;
    let count = 0;
    for (const name of ["write", "truncate"] as const) {
      const original = handle[name];
      handle[name] = function (this: Handle, given: never, ...rest: never[]) {
        count++;
        if (count <= writes) return original.call(this, given, ...rest);
        return name === "write" ? (given as Uint8Array).byteLength : undefined;
      };
    }
    writesDone = () => count;
  },
  writesDone: async () => writesDone(),
  keys: async ({ name }) => (await secrets.load(`store/${name}`))?.length,
  /** Writes a text into OPFS as it is: what a search of the profile must be able to find. */
  async plain({ sql: text }) {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle("plain", { create: true });
    const writable = await file.createWritable();
    await writable.write(text);
    await writable.close();
  },
  /** A leader sleeps while another opens the store and goes again; then it wakes and writes. */
  async sleepingLeader({ name }) {
    const sqlite = await loadSqlite();
    const key = crypto.getRandomValues(new Uint8Array(32));
    const connect = async (): Promise<SqlDriver> =>
      openBrowserDriver(sqlite, await openPool(sqlite, name), name, key);
    let connection = await connect();
    const sleeper = openSqlStore({
      run: (sql, params) => connection.run(sql, params),
      all: (sql, params, readonly) => connection.all(sql, params, readonly),
      exec: (sql) => connection.exec(sql),
      control: (sql) => connection.control(sql),
      inTransaction: () => connection.inTransaction(),
      close: () => connection.close(),
      defer: (fn) => connection.defer(fn),
    });
    await sleeper.run("CREATE TABLE t (x)");
    connection.close();
    const other = openSqlStore(await connect());
    await other.run("INSERT INTO t VALUES ('new leader')");
    await other.close();
    connection = await connect();
    const outcome = await sleeper.run("INSERT INTO t VALUES ('old leader')").then(
      () => "it wrote",
      (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
    );
    const rows = await sleeper.all("SELECT x FROM t");
    await sleeper.close();
    return { outcome, rows };
  },
  async withoutOpfs() {
    const original = navigator.storage.getDirectory.bind(navigator.storage);
    navigator.storage.getDirectory = () =>
      Promise.reject(new DOMException("denied", "SecurityError"));
    try {
      return await openBrowserStore("nowhere", { secrets }).then(
        () => "opened",
        (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
      );
    } finally {
      navigator.storage.getDirectory = original;
    }
  },
};

onmessage = ({ data }: MessageEvent<{ id: number; op: string; args: Args }>) => {
  const { id, op, args } = data;
  Promise.resolve(operations[op]?.(args)).then(
    (value) => postMessage({ id, value }),
    (error: unknown) =>
      postMessage({ id, error: error instanceof StoreError ? error.code : String(error) }),
  );
};
