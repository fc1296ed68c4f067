/** The search over a large store, in the dedicated worker that a store in a browser needs. */
import { CORE_MIGRATIONS } from "../../../../src/schema.ts";
import { CORE_SOURCES, createSearch, migrateSearch } from "../../../../src/search/index.ts";
import type { Search } from "../../../../src/search/index.ts";
import { placesJson } from "../../../../src/search/port.ts";
import type { FindableSource } from "../../../../src/search/port.ts";
import { migrate } from "../../../../src/store/migrate.ts";
import { chat } from "../../../../src/tools/chat/index.ts";
import type { SqlStore } from "../../../../src/ports.ts";
import { browserClock } from "../../clock.ts";
import { browserSecrets } from "../../secrets.ts";
import { openBrowserStore } from "../../store.ts";
import { AUTHORS, SPACES, textAt } from "./corpus.ts";

const ME = id(32, 0xffffff);
/** Rows of one transaction when the store is filled. */
const ROWS = 2000;

function id(bytes: number, number: number): string {
  return number.toString(16).padStart(2 * bytes, "0");
}
const spaceOf = (n: number): string => id(32, 0xa0000 + n);
const personOf = (n: number): string => id(32, 0xb0000 + n);

const files: FindableSource = {
  kind: "file",
  table: "bench_files",
  space: "r.log_id",
  ref: "r.ref",
  at: "r.at",
  watch: ["name"],
  async read(db, places) {
    const rows = await db.all<{
      log_id: string;
      ref: string;
      at: number;
      author: string;
      name: string;
    }>(
      `SELECT f.* FROM json_each(?) j CROSS JOIN bench_files f ON f.log_id = j.value ->> 0 AND f.ref = j.value ->> 1`,
      [placesJson(places)],
    );
    return rows.map(({ log_id, ref, at, author, name }) => ({
      spaceId: log_id,
      ref,
      author,
      at,
      name,
      has: ["document"] as const,
      version: "1",
    }));
  },
};
const sources = [...CORE_SOURCES, ...chat.findable, files];

let store: SqlStore | undefined;
let search: Search | undefined;
const opened = (): { store: SqlStore; search: Search } => {
  if (store === undefined || search === undefined) throw new Error("not open");
  return { store, search };
};

type Args = { from: number; to: number; total: number; text: string; limit: number; more: string };

const operations: Record<string, (args: Args) => Promise<unknown>> = {
  async open() {
    const made = await openBrowserStore("search", { secrets: browserSecrets(), patience: 10_000 });
    await migrate(made, CORE_MIGRATIONS);
    await migrate(made, [{ version: 1, up: chat.schema }], "chat");
    await migrate(
      made,
      [
        {
          version: 1,
          up: `CREATE TABLE bench_files (log_id TEXT, ref TEXT, at INTEGER, author TEXT, name TEXT, PRIMARY KEY (log_id, ref)) WITHOUT ROWID`,
        },
      ],
      "bench",
    );
    await migrateSearch(made, sources);
    store = made;
    search = createSearch({
      store: made,
      clock: browserClock(),
      sources,
      signedIn: () => true,
      me: () => ME,
      context: () => {
        throw new Error("no texts are fetched here");
      },
      report: (error) => {
        throw error;
      },
    });
  },
  async people() {
    await opened().store.transaction((tx) => {
      for (let n = 0; n < SPACES; n++)
        tx.run(
          `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
             read_from, epoch, seat_id, seat_key, own_hash)
           VALUES (?, '', x'', x'', 'group', 'all', ?, 'active', 1000, 0, 0, x'', 0, 0, 0, x'', x'', x'')`,
          [spaceOf(n), `Committee ${n}`],
        );
      for (let n = 0; n < AUTHORS; n++)
        tx.run("INSERT INTO people VALUES (?, ?, ?, 'met', 1)", [
          personOf(n),
          `P${n} Person`,
          `p${n}@a.localhost`,
        ]);
    });
  },
  async fill({ from, to, total }) {
    for (let at = from; at < to; at += ROWS)
      await opened().store.transaction((tx) => {
        for (let i = at; i < Math.min(to, at + ROWS); i++) {
          const one = textAt(i, total);
          if (one.kind === "file") {
            tx.run("INSERT INTO bench_files VALUES (?, ?, ?, ?, ?)", [
              spaceOf(one.space),
              id(16, i),
              one.at,
              personOf(one.author),
              one.name,
            ]);
            tx.run("INSERT INTO search_texts VALUES ('file', ?, ?, 0, '1', ?)", [
              spaceOf(one.space),
              id(16, i),
              one.text,
            ]);
          } else
            tx.run(
              `INSERT INTO chat_messages (log_id, event_id, position, pending, author, mine, at, text, mentions, mentions_me)
               VALUES (?, ?, ?, 0, ?, 0, ?, ?, '[]', 0)`,
              [spaceOf(one.space), id(16, i), i, personOf(one.author), one.at, one.text],
            );
        }
      });
  },
  /** Builds the index, as the engine does in the background. */
  async index() {
    const { store: db, search: own } = opened();
    await own.commands["search.find"]({ text: "" });
    return new Promise<void>((resolve, reject) => {
      const look = (): void => {
        db.get("SELECT 1 AS one FROM search_dirty LIMIT 1").then(
          (row) => (row === undefined ? resolve() : setTimeout(look, 200)),
          reject,
        );
      };
      look();
    });
  },
  /** How many wait. */
  left: async () =>
    (await opened().store.get<{ n: number }>("SELECT count(*) AS n FROM search_dirty"))?.n,
  find: async ({ text, limit }) => {
    const { hits, more } = await opened().search.commands["search.find"]({ text, limit });
    return { found: hits.length, more, first: hits[0]?.snippet };
  },
  more: async ({ more, limit }) => {
    const page = await opened().search.commands["search.more"]({ more, limit });
    return { found: page.hits.length, more: page.more };
  },
  sql: ({ text }) => opened().store.all(text),
  /** Bytes of the whole store, and of the tables of the search. */
  async size() {
    const { store: db } = opened();
    const [pages] = await db.all<{ n: number }>(
      "SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size",
    );
    return { store: pages?.n ?? 0 };
  },
};

onmessage = ({ data }: MessageEvent<{ id: number; op: string; args: Args }>) => {
  const { id: question, op, args } = data;
  Promise.resolve(operations[op]?.(args)).then(
    (value) => postMessage({ id: question, value }),
    (error: unknown) =>
      postMessage({
        id: question,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
};
