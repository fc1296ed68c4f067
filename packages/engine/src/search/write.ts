/**
 * The background's work: what is dirty is read again and put into the index, newest first, a slice at a time. One slice is one
 * transaction of some ten milliseconds, so that whoever writes a message meanwhile does not wait. Where it is cut off, it goes on:
 * a place leaves `search_dirty` in the transaction that brings the index up to date with it.
 */
import type { SqlStore, SqlTx } from "../ports.ts";
import { addTerms, fold, nameTerms, sequenceOf } from "./fold.ts";
import { nearKeys } from "./near.ts";
import type { FindablePlace, FindableSource, FindableThing } from "./port.ts";
import { WORD } from "./words.ts";
import type { Labels } from "./words.ts";

/** How many things a slice takes, at the least and the most. */
const FEW = 150;
const MANY = 800;
/** How long the transaction of a slice should take, ms. */
const SLICE_MS = 90;
/** UTF-16 units of text that a slice takes, and that are indexed of one thing. */
const SLICE_TEXT = 250_000;
const THING_TEXT = 1_000_000;
/** Different words that are indexed of one thing. */
const THING_TERMS = 20_000;
/** Words whose order is indexed of one thing. */
const THING_ORDER = 100_000;
/** Words that a long text is mostly about. */
const PROMINENT = 16;
const LONG_TEXT = 600;
/** Words of which it is remembered in memory how often they were seen. */
const REMEMBERED = 60_000;
/** Words that are looked for by a part of them, UTF-16 units. */
const PART_OF = { least: 8, most: 32 };

/** Numbers of things begin here: 2000-01-01, in quarters of a second. See [Note: Numbers that are times]. */
const EPOCH = 946_684_800_000;
const TICK = 250;
export const idAt = (ms: number): number =>
  Math.min(Math.max(Math.floor((ms - EPOCH) / TICK), 1), 2 ** 42);

type Dirty = { at: number; ref: string; kind: string; log_id: string; turn: number };
type Known = { id: number; kind: number; space: number; ref: string; hash: number };

type Prepared = {
  dirty: Dirty;
  /** null: it cannot be found any more. */
  thing: FindableThing | null;
  hash: number;
  words: Set<string>;
  named: Set<string>;
  /** Words of the text and of the name as they stand one behind the other. */
  order: { text: string[]; name: string[] };
};

export type Indexer = {
  /** Works one slice off. @returns how many places were dealt with; 0: nothing waits */
  slice(): Promise<number>;
  /** Merges some of what was written; to be called while nothing waits. @returns false when there is nothing left to do */
  tidy(): Promise<boolean>;
};

/** @param now milliseconds by a clock that only goes forward while it is used: it measures how long a slice takes */
export function createIndexer(
  store: SqlStore,
  sources: readonly FindableSource[],
  labels: Labels,
  now: () => number,
): Indexer {
  let size = 200;
  /** How often words were seen, as stored and since; only for words that are stored. */
  const seen = new Map<string, { stored: number; since: number }>();
  let indexed: number | null = null;

  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: two that read the same places would both put them in. */
  function slice(): Promise<number> {
    const next = last.then(one, one);
    last = next.catch(() => undefined);
    return next;
  }

  async function one(): Promise<number> {
    const dirty = await store.all<Dirty>(
      "SELECT at, ref, kind, log_id, turn FROM search_dirty ORDER BY at DESC LIMIT ?",
      [size],
    );
    if (dirty.length === 0) return 0;
    indexed ??= await countOf(store);
    const things = await read(dirty);
    const prepared: Prepared[] = [];
    let text = 0;
    for (const row of dirty) {
      const thing = things.get(keyOf(row.kind, row.log_id, row.ref)) ?? null;
      if (thing?.version !== undefined) thing.text = await textOf(store, row, thing.version);
      prepared.push(prepare(row, thing));
      text += thing?.text?.length ?? 0;
      if (text > SLICE_TEXT) break;
    }
    const known = await knownOf(store, prepared);
    const began = now();
    await store.transaction((tx) => write(tx, prepared, known));
    const took = now() - began;
    if (text <= SLICE_TEXT)
      size = Math.round(
        Math.min(
          Math.max(size * Math.min(Math.max(SLICE_MS / Math.max(took, 1), 0.5), 1.5), FEW),
          MANY,
        ),
      );
    return prepared.length;
  }

  async function read(dirty: readonly Dirty[]): Promise<Map<string, FindableThing>> {
    const things = new Map<string, FindableThing>();
    for (const source of sources) {
      const places: FindablePlace[] = dirty
        .filter(({ kind }) => kind === source.kind)
        .map(({ log_id, ref }) => ({ spaceId: log_id, ref }));
      if (places.length === 0) continue;
      for (const thing of await source.read(store, places))
        things.set(keyOf(source.kind, thing.spaceId, thing.ref), thing);
    }
    return things;
  }

  function prepare(dirty: Dirty, thing: FindableThing | null): Prepared {
    const words = new Set<string>();
    const none = { text: [], name: [] };
    const empty = { dirty, thing: null, hash: 0, words, named: words, order: none };
    if (thing === null) return empty;
    const { name = "", text = "", author, has = [] } = thing;
    const named = nameTerms(name);
    const folded = fold(text.slice(0, THING_TEXT));
    addTerms(words, folded, THING_TERMS);
    for (const word of named) words.add(word);
    if (words.size === 0 && has.length === 0) return empty;
    const hash = hashOf(
      [name, text, author, has.join(), String(thing.at), thing.within ?? ""].join("\u0000"),
    );
    const order = {
      text: sequenceOf(folded, THING_ORDER),
      name: sequenceOf(fold(name), THING_TERMS),
    };
    return { dirty, thing, hash, words, named, order };
  }

  /** The words that a long text is mostly about: those that it says often and others say seldom. */
  function prominentOf({ thing, named, words }: Prepared): string[] {
    const text = thing?.text ?? "";
    if (text.length < LONG_TEXT) return [...named].map((word) => WORD.prominent + word);
    const counts = new Map<string, number>();
    const folded = fold(text.slice(0, 50_000));
    const cut = new Set<string>();
    // A sentence at a time: a word that many of them have is what the text is about.
    for (const sentence of folded.split(/[.!?\n\u3002\u061f\u0964]+/u)) {
      cut.clear();
      addTerms(cut, sentence);
      for (const word of cut) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const total = (indexed ?? 0) + 1;
    const weight = (word: string, count: number): number => {
      const often = seen.get(word);
      return (
        count * Math.log(1 + total / (1 + (often === undefined ? 0 : often.stored + often.since)))
      );
    };
    const best = [...counts]
      .filter(([word, count]) => count > 1 && words.has(word))
      .map(([word, count]) => ({ word, weight: weight(word, count) }))
      .toSorted((a, b) => b.weight - a.weight)
      .slice(0, PROMINENT)
      .map(({ word }) => word);
    return [...new Set([...named, ...best])].map((word) => WORD.prominent + word);
  }

  function write(
    tx: SqlTx,
    prepared: readonly Prepared[],
    known: ReadonlyMap<string, Known>,
  ): void {
    const gone: number[] = [];
    const fresh: Prepared[] = [];
    const done = new Set<string>();
    for (const one of prepared) {
      const { dirty, hash, thing } = one;
      const key = keyOf(dirty.kind, dirty.log_id, dirty.ref);
      const old = known.get(key);
      tx.run(
        "DELETE FROM search_dirty WHERE at = ? AND ref = ? AND kind = ? AND log_id = ? AND turn = ?",
        [dirty.at, dirty.ref, dirty.kind, dirty.log_id, dirty.turn],
      );
      // A thing whose time has changed waits at both times.
      if (done.has(key)) continue;
      done.add(key);
      if (thing === null)
        tx.run("DELETE FROM search_texts WHERE kind = ? AND log_id = ? AND ref = ?", [
          dirty.kind,
          dirty.log_id,
          dirty.ref,
        ]);
      if (thing === null ? old === undefined : old?.hash === hash) continue;
      if (old !== undefined) gone.push(old.id);
      if (thing !== null) fresh.push(one);
    }
    if (gone.length > 0) {
      const ids = JSON.stringify(gone);
      for (const table of ["search_words", "search_names"])
        tx.run(`DELETE FROM ${table} WHERE rowid IN (SELECT value FROM json_each(?))`, [ids]);
      tx.run("DELETE FROM search_docs WHERE id IN (SELECT value FROM json_each(?))", [ids]);
    }
    if (fresh.length > 0) insert(tx, fresh);
    const change = fresh.length - gone.length;
    if (change !== 0)
      tx.run(
        `INSERT INTO search_count (one, docs) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET docs = docs + ?1`,
        [change],
      );
    tx.afterCommit(() => (indexed = (indexed ?? 0) + change));
  }

  function insert(tx: SqlTx, fresh: readonly Prepared[]): void {
    const taken = numbersFor(
      tx,
      fresh.map(({ thing }) => idAt(thing?.at ?? 0)),
    );
    const rows = fresh
      .map((one, at) => ({ one, id: taken[at] ?? 0 }))
      // The index takes rising numbers best.
      .toSorted((a, b) => a.id - b.id);
    const docs: unknown[] = [];
    const words: unknown[] = [];
    const names: unknown[] = [];
    const counts = new Map<string, { count: number; named: boolean }>();
    for (const { one, id } of rows) {
      const { thing, dirty, named } = one;
      if (thing === null) continue;
      const kind = labels.number(tx, "kind", dirty.kind);
      const space = labels.number(tx, "space", dirty.log_id);
      const author = labels.number(tx, "person", thing.author);
      docs.push([id, kind, space, dirty.ref, author, Math.trunc(thing.at), one.hash]);
      const filters = [
        `${WORD.kind}${kind}`,
        `${WORD.space}${space}`,
        ...(thing.within === undefined
          ? []
          : [`${WORD.space}${labels.number(tx, "space", thing.within)}`]),
        `${WORD.author}${author}`,
        ...(thing.has ?? []).map((has) => WORD.has + has),
      ].join(" ");
      const placed = new Set([...one.order.text, ...one.order.name]);
      const beside = [...one.words].filter((word) => !placed.has(word));
      // What is said about the thing stands between its name and its text, which are not one text.
      const all = [one.order.name, [filters], one.order.text, beside, prominentOf(one)];
      words.push([id, all.map((some) => some.join(" ")).join(" ")]);
      if (named.size > 0) names.push([id, `${filters} ${[...named].join(" ")}`]);
      for (const word of one.words) {
        const entry = counts.get(word);
        if (entry === undefined) counts.set(word, { count: 1, named: named.has(word) });
        else {
          entry.count++;
          entry.named ||= named.has(word);
        }
      }
    }
    tx.run(
      `INSERT INTO search_docs (id, kind, space, ref, author, at, hash)
       SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`,
      [JSON.stringify(docs)],
    );
    for (const [table, entries] of [
      ["search_words", words] as const,
      ["search_names", names] as const,
    ])
      if (entries.length > 0)
        tx.run(
          `INSERT INTO ${table} (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
          [JSON.stringify(entries)],
        );
    noteTerms(tx, counts);
  }

  /** Keeps count of words: a word that is new at once, one that is known when its number has doubled. */
  function noteTerms(
    tx: SqlTx,
    counts: ReadonlyMap<string, { count: number; named: boolean }>,
  ): void {
    const update: [string, number, number][] = [];
    const unknown: string[] = [];
    for (const [term, { count, named }] of counts) {
      const entry = seen.get(term);
      if (entry === undefined) {
        unknown.push(term);
        update.push([term, count, Number(named)]);
      } else {
        entry.since += count;
        if (named || entry.since > entry.stored) {
          update.push([term, entry.since, Number(named)]);
          entry.stored += entry.since;
          entry.since = 0;
        }
      }
    }
    if (update.length === 0) return;
    const had = new Map(
      tx
        .all<{ term: string; seen: number; named: number }>(
          "SELECT t.term, t.seen, t.named FROM json_each(?) j CROSS JOIN search_terms t ON t.term = j.value ->> 0",
          [JSON.stringify(update)],
        )
        .map((row) => [row.term, row]),
    );
    tx.run(
      `INSERT INTO search_terms (term, seen, named) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
       ON CONFLICT (term) DO UPDATE SET seen = seen + excluded.seen, named = max(named, excluded.named)`,
      [JSON.stringify(update)],
    );
    const parts = update.flatMap(([term]) => (had.has(term) || !hasParts(term) ? [] : [term]));
    if (parts.length > 0) {
      const first =
        (tx.get<{ n: number | null }>("SELECT max(id) AS n FROM search_part_terms")?.n ?? 0) + 1;
      const entries = JSON.stringify(parts.map((term, at) => [first + at, term]));
      tx.run(
        "INSERT INTO search_part_terms (id, term) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        [entries],
      );
      tx.run(
        "INSERT INTO search_parts (rowid, term) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        [entries],
      );
    }
    const near = update.flatMap(([term, , named]) =>
      named === 1 && had.get(term)?.named !== 1 ? nearKeys(term).map((key) => [key, term]) : [],
    );
    if (near.length > 0)
      tx.run(
        "INSERT OR IGNORE INTO search_near (key, term) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        [JSON.stringify(near)],
      );
    tx.afterCommit(() => {
      if (seen.size > REMEMBERED) seen.clear();
      for (const term of unknown)
        seen.set(term, {
          stored: (had.get(term)?.seen ?? 0) + (counts.get(term)?.count ?? 0),
          since: 0,
        });
    });
  }

  async function tidy(): Promise<boolean> {
    return store.transaction((tx) => {
      const changes = () => tx.get<{ n: number }>("SELECT total_changes() AS n")?.n ?? 0;
      const before = changes();
      tx.run("INSERT INTO search_words (search_words, rank) VALUES ('merge', 64)");
      return changes() - before > 1;
    });
  }

  return { slice, tidy };
}

/** How many things are in the index. */
export async function countOf(store: SqlStore): Promise<number> {
  const row = await store.get<{ docs: number }>("SELECT docs FROM search_count");
  return row?.docs ?? 0;
}

function keyOf(kind: string, logId: string, ref: string): string {
  return `${kind} ${logId} ${ref}`;
}

function hasParts(term: string): boolean {
  return (
    term.length >= PART_OF.least &&
    term.length <= PART_OF.most &&
    !/[\p{N}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(term)
  );
}

/** What the index has of these places. */
async function knownOf(
  store: SqlStore,
  prepared: readonly Prepared[],
): Promise<Map<string, Known>> {
  const rows = await store.all<Known & { kind_label: string; space_label: string }>(
    `SELECT d.id, d.kind, d.space, lower(hex(d.ref)) AS ref, d.hash, k.label AS kind_label, s.label AS space_label
     FROM json_each(?) j CROSS JOIN search_docs d ON d.ref = unhex(j.value)
     JOIN search_labels k ON k.n = d.kind JOIN search_labels s ON s.n = d.space`,
    [JSON.stringify([...new Set(prepared.map(({ dirty }) => dirty.ref))])],
  );
  return new Map(rows.map((row) => [keyOf(row.kind_label, row.space_label, row.ref), row]));
}

/** The text that was put for a thing in this state. */
async function textOf(
  store: SqlStore,
  { kind, log_id, ref }: Dirty,
  version: string,
): Promise<string> {
  const rows = await store.all<{ text: string }>(
    "SELECT text FROM search_texts WHERE kind = ? AND log_id = ? AND ref = ? AND version = ? ORDER BY part",
    [kind, log_id, ref, version],
  );
  return rows.map(({ text }) => text).join("");
}

/** Free numbers, each at its time or a little beside it. */
function numbersFor(tx: SqlTx, wanted: readonly number[]): number[] {
  const mine = new Set<number>();
  const numbers: number[] = wanted.map(() => 0);
  let open = wanted.map((want, at) => ({ want, at, spread: 1, try: want }));
  while (open.length > 0) {
    const busy = new Set(
      tx
        .all<{ id: number }>(
          "SELECT d.id FROM json_each(?) j CROSS JOIN search_docs d ON d.id = j.value",
          [JSON.stringify(open.map((one) => one.try))],
        )
        .map(({ id }) => id),
    );
    open = open.filter((one) => {
      if (busy.has(one.try) || mine.has(one.try)) {
        // Further and further away, at random: many things of one moment find room in few turns.
        one.spread *= 2;
        one.try = Math.max(1, one.want + Math.floor(Math.random() * one.spread) + 1);
        return true;
      }
      mine.add(one.try);
      numbers[one.at] = one.try;
      return false;
    });
  }
  return numbers;
}

/** 53 bits of a text, good enough to see that it changed (cyrb53, public domain). */
function hashOf(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
