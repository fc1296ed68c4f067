/**
 * Asks the queries of relevance.json over its texts. The set is frozen: texts and queries were written down before anything was tuned
 * by them, and a query that misses stays. All languages lie in one store, as they do with somebody who reads several.
 */
import type { SqlStore } from "../../ports.ts";
import { CORE_MIGRATIONS } from "../../schema.ts";
import { migrate } from "../../store/migrate.ts";
import { chat } from "../../tools/chat/index.ts";
import { CORE_SOURCES, migrateSearch } from "../index.ts";
import { placesJson } from "../port.ts";
import type { FindableSource } from "../port.ts";
import { testSearch } from "../testing.ts";
import set from "./relevance.json" with { type: "json" };

type Text = {
  id: string;
  lang: string;
  kind: string;
  author: string;
  days: number;
  text: string;
  name?: string;
};

export type Missed = { lang: string; typed: string; expected: string[]; found: string[] };

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const SPACE = "aa".repeat(32);

const files: FindableSource = {
  kind: "file",
  table: "relevance_files",
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
      text: string;
    }>(
      `SELECT f.* FROM json_each(?) j CROSS JOIN relevance_files f ON f.log_id = j.value ->> 0 AND f.ref = j.value ->> 1`,
      [placesJson(places)],
    );
    return rows.map(({ log_id: spaceId, ...row }) => ({ spaceId, ...row }));
  },
};

/** @returns the share of queries with something expected among the first three, and those without */
export async function topThree(store: SqlStore): Promise<{ share: number; missed: Missed[] }> {
  await migrate(store, CORE_MIGRATIONS);
  await migrate(store, [{ version: 1, up: chat.schema }], "chat");
  await store.run(
    "CREATE TABLE relevance_files (log_id TEXT, ref TEXT, at INTEGER, author TEXT, name TEXT, text TEXT, PRIMARY KEY (log_id, ref)) WITHOUT ROWID",
  );
  const sources = [...CORE_SOURCES, ...chat.findable, files];
  await migrateSearch(store, sources);
  const names = new Map<string, string>();
  const idOf = (name: string, bytes: number): string => {
    const id = (names.size + 1).toString(16).padStart(2 * bytes, "0");
    names.set(id, name);
    return id;
  };
  const people = new Map<string, string>();
  await store.transaction((tx) => {
    for (const [key, name] of Object.entries(set.people)) {
      const id = idOf(`person:${key}`, 32);
      people.set(key, id);
      tx.run("INSERT INTO people VALUES (?, ?, ?, 'met', ?)", [
        id,
        name,
        `${key}@node.example`,
        NOW - 400 * DAY,
      ]);
    }
    for (const one of set.texts as Text[]) {
      const id = idOf(one.id, 16);
      const author = people.get(one.author) ?? "";
      const at = NOW - one.days * DAY;
      if (one.kind === "file")
        tx.run("INSERT INTO relevance_files VALUES (?, ?, ?, ?, ?, ?)", [
          SPACE,
          id,
          at,
          author,
          one.name ?? "",
          one.text,
        ]);
      else
        tx.run(
          `INSERT INTO chat_messages (log_id, event_id, position, pending, author, mine, at, text, mentions, mentions_me)
           VALUES (?, ?, ?, 0, ?, 0, ?, ?, '[]', 0)`,
          [SPACE, id, names.size, author, at, one.text],
        );
    }
  });
  const search = testSearch(store, sources, { now: () => NOW });
  await search.index();
  const missed: Missed[] = [];
  for (const { lang, typed, expected } of set.queries) {
    const { hits } = await search.answers["search.find"]({ text: typed, limit: 3 });
    const found = hits.map(({ ref }) => names.get(ref) ?? ref);
    if (!expected.some((id) => found.includes(id))) missed.push({ lang, typed, expected, found });
  }
  return { share: 1 - missed.length / set.queries.length, missed };
}
