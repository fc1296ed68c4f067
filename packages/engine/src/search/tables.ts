/**
 * The search's own tables. They lie in the device's store, which is sealed as a whole.
 *
 * [Note: Numbers that are times] A thing's number in the index is its time, in quarters of a second. The index keeps its lists in
 * the order of these numbers, so that what is newest is read first, a search ends when it has enough, and `before:` and `after:` are
 * ranges. Things of one moment get numbers near it.
 *
 * [Note: What is dirty] Triggers on the tools' tables write the place of whatever changed into `search_dirty`; the background reads it
 * again, newest first (see write.ts). What a crash cuts off is still in there.
 */
import type { SqlStore, SqlTx } from "../ports.ts";
import type { Migration } from "../store/migrate.ts";
import { migrate } from "../store/migrate.ts";
import type { FindableSource } from "./port.ts";

const TABLES = `
CREATE TABLE search_docs (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  space INTEGER NOT NULL,
  ref BLOB NOT NULL,
  author INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- Of all that was indexed: what did not change is not written again.
  hash INTEGER NOT NULL
) STRICT;
CREATE INDEX search_docs_by_ref ON search_docs (ref, kind);

-- How many there are: counting them would read them all.
CREATE TABLE search_count (one INTEGER PRIMARY KEY CHECK (one = 1), docs INTEGER NOT NULL) STRICT;

-- Spaces, people and kinds by small numbers.
CREATE TABLE search_labels (n INTEGER PRIMARY KEY, what TEXT NOT NULL, label TEXT NOT NULL, UNIQUE (what, label)) STRICT;

-- Which words a thing holds and in which order, and by words of its own its kind, space, author and what it has. No text.
CREATE VIRTUAL TABLE search_words USING fts5(words, content='', contentless_delete=1, tokenize='ascii');
-- The same of names alone, without order: few, so that they can be looked for without time.
CREATE VIRTUAL TABLE search_names USING fts5(words, content='', contentless_delete=1, detail='none', tokenize='ascii');
INSERT INTO search_words (search_words, rank) VALUES ('automerge', 8), ('crisismerge', 32), ('usermerge', 2);

-- Every word that has been seen, about how often, and whether it is in a name: for beginnings of words.
CREATE TABLE search_terms (term TEXT PRIMARY KEY, seen INTEGER NOT NULL, named INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- Long words by three letters, for parts of words.
CREATE VIRTUAL TABLE search_parts USING fts5(term, content='', detail='none', tokenize='trigram case_sensitive 1');
CREATE TABLE search_part_terms (id INTEGER PRIMARY KEY, term TEXT NOT NULL) STRICT;
-- Words of names with letters left out: see near.ts.
CREATE TABLE search_near (key TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (key, term)) STRICT, WITHOUT ROWID;

-- Text that is in no table of a tool: that of files. In pieces.
CREATE TABLE search_texts (
  kind TEXT NOT NULL,
  log_id TEXT NOT NULL,
  ref TEXT NOT NULL,
  part INTEGER NOT NULL,
  version TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, log_id, ref, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE search_dirty (
  at INTEGER NOT NULL,
  ref TEXT NOT NULL,
  kind TEXT NOT NULL,
  log_id TEXT NOT NULL,
  -- Goes up with each change, so that one that comes while the thing is read is not lost.
  turn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (at, ref, kind, log_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER search_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM search_texts WHERE log_id = old.log_id;
END;
`;

export const SEARCH_MIGRATIONS: readonly Migration[] = [{ version: 1, up: TABLES }];

/** All full-text tables: they are emptied as wholes, never row by row. */
const FULL_TEXT = ["search_words", "search_names", "search_parts"] as const;

/** Makes the tables, and the triggers of every source; what a source has already is noted to be read. */
export async function migrateSearch(
  store: SqlStore,
  sources: readonly FindableSource[],
): Promise<void> {
  await migrate(store, SEARCH_MIGRATIONS, "search");
  for (const source of sources)
    await migrate(
      store,
      [{ version: 1, up: (tx) => watchSource(tx, source) }],
      `search.${source.kind}`,
    );
}

function watchSource(tx: SqlTx, source: FindableSource): void {
  const { kind, table, watch } = source;
  // Nothing of a row reaches the SQL text: these are names and expressions of the program.
  const note = (row: string) => {
    const of = (expression: string) => expression.replace(/\br\./g, `${row}.`);
    return `INSERT INTO search_dirty (at, ref, kind, log_id)
      VALUES (${of(source.at)}, ${of(source.ref)}, '${kind}', ${of(source.space)})
      ON CONFLICT DO UPDATE SET turn = turn + 1;`;
  };
  tx.exec(`
    CREATE TRIGGER search_of_${kind}_new AFTER INSERT ON ${table} BEGIN ${note("new")} END;
    CREATE TRIGGER search_of_${kind}_changed AFTER UPDATE OF ${watch.join(", ")} ON ${table} BEGIN ${note("new")} END;
    CREATE TRIGGER search_of_${kind}_gone AFTER DELETE ON ${table} BEGIN ${note("old")} END;
    INSERT OR IGNORE INTO search_dirty (at, ref, kind, log_id)
      SELECT ${source.at}, ${source.ref}, '${kind}', ${source.space} FROM ${table} r;`);
}

/** Empties the index, with all that is in it. What is there to be found is noted to be read. */
export function emptySearch(tx: SqlTx, sources: readonly FindableSource[]): void {
  wipeSearch(tx);
  for (const source of sources)
    tx.exec(`INSERT OR IGNORE INTO search_dirty (at, ref, kind, log_id)
      SELECT ${source.at}, ${source.ref}, '${source.kind}', ${source.space} FROM ${source.table} r;`);
}

/** Empties the full-text tables and all that belongs to them: deleting their rows would leave the words until they are merged away. */
export function wipeSearch(tx: SqlTx): void {
  for (const table of FULL_TEXT) tx.run(`INSERT INTO ${table} (${table}) VALUES ('delete-all')`);
  for (const table of ["docs", "count", "labels", "terms", "part_terms", "near", "dirty"])
    tx.run(`DELETE FROM search_${table}`);
}
