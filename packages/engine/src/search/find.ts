/**
 * A search: what was typed becomes expressions for the index, from the narrow to the wide one, and each gives its newest things, a
 * chunk at a time. A chunk is ranked by the things' own texts, read from the tools' tables: so nothing is found that is not
 * there any more, and no ranking has to look at every hit of a word that is everywhere.
 *
 * [Note: Layers] Names come first (few, with errors forgiven). Then what holds all words as they are, the last one also as a
 * beginning; of this, things that are about them are taken beside the newest. Then the wide layer: beginnings of every word, parts of
 * compounds, and words that name who wrote it or the conversation.
 */
import type { FindablePlace, FindableReader, FindableSource, FindableThing } from "./port.ts";
import { isTogether, rank } from "./match.ts";
import type { Needle } from "./match.ts";
import { inOrder, isShort, piecesOf } from "./fold.ts";
import type { Query, Unit } from "./query.ts";
import {
  beginnings,
  compounds,
  gramsFor,
  isShortPiece,
  misspelt,
  seenOf,
  spellings,
} from "./widen.ts";
import { WORD } from "./words.ts";
import type { Labels } from "./words.ts";
import { idAt } from "./write.ts";

/** Things that a chunk takes from the index. The first one is small: reading them is what a search waits for. */
const CHUNK = 60;
const FIRST = 40;
const NAMES = 30;
const ABOUT = 24;
/** Fewer than this in the narrow layer, and the wide one joins its first chunk. */
const ENOUGH = 12;
/** What a word counts that is in a long text, and in one that is about it. */
const UNREAD = 0.45;
const UNREAD_ABOUT = 0.95;
/** Numbers may lie so far beside their time: a day. */
const BESIDE = 345_600;

/** `needles`: what it was found by, for the marks. */
export type Found = {
  id: number;
  kind: string;
  thing: FindableThing;
  score: number;
  needles: readonly Needle[];
};

/** What is chosen beside the text, in labels. */
export type Chosen = {
  kinds: readonly string[];
  spaceIds: readonly string[];
  authors: readonly string[];
  has: readonly string[];
  after: number | null;
  before: number | null;
};

export type Searcher = {
  db: FindableReader;
  labels: Labels;
  sources: readonly FindableSource[];
  now: number;
};

type Row = { id: number; kind: number; space: number; ref: string; author: number; at: number };

/** One word's way into the index in one layer: any of these expressions. */
type Ways = { any: string[] };

const quoted = (term: string): string => `"${term}"`;
const allOf = (terms: readonly string[]): string =>
  terms.length === 1 ? quoted(terms[0] ?? "") : `(${terms.map(quoted).join(" AND ")})`;
/** What a unit stands for in the index: words one behind the other where that is asked for and they have a place in the order. */
const exactly = (unit: Unit): string => {
  const pieces = isTogether(unit) ? unit.words.flatMap(piecesOf) : [];
  if (pieces.length > 0 && !pieces.some(isShort)) return quoted(pieces.flatMap(inOrder).join(" "));
  // What is too short to be a word of the index is looked for in the texts of those that have the rest.
  const rest = unit.words.filter((word) => !piecesOf(word).some(isShort));
  return allOf((rest.length > 0 ? rest : unit.words).flatMap(gramsFor));
};
const anyOf = (ways: readonly string[]): string =>
  ways.length === 1 ? (ways[0] ?? "") : `(${ways.join(" OR ")})`;

/** Everything that fits, best first within each chunk. */
export async function* find(
  searcher: Searcher,
  query: Query,
  chosen: Chosen,
): AsyncGenerator<Found[]> {
  const limits = await limitsOf(searcher, chosen, query.units.length > 0);
  if (limits === null) return;
  const range = rangeOf(chosen);
  const seen = new Set<number>();
  const not = query.not.map((unit) => needleOf(unit, 1));
  const without = query.not
    .filter(({ words, phrase }) => !phrase && words.length === 1)
    .map(({ words }) => allOf(gramsFor(words[0] ?? "")));
  const expression = (ways: readonly Ways[]): string | null => {
    const all = [...limits, ...ways.map(({ any }) => anyOf(any))];
    if (all.length === 0 || ways.some(({ any }) => any.length === 0)) return null;
    const positive = all.join(" AND ");
    return without.length === 0 ? positive : `(${positive}) NOT ${anyOf(without)}`;
  };
  const take = async (
    table: "search_words" | "search_names",
    match: string | null,
    needles: readonly Needle[],
    most: number,
    below = Number.MAX_SAFE_INTEGER,
    unread = UNREAD,
  ): Promise<{ found: Found[]; last: number; full: boolean }> => {
    if (match === null) return { found: [], last: 0, full: false };
    const rows = await searcher.db.all<Row>(
      `SELECT d.id, d.kind, d.space, lower(hex(d.ref)) AS ref, d.author, d.at
       FROM (SELECT rowid AS id FROM ${table} WHERE ${table} MATCH ? AND rowid >= ? AND rowid < ?
         ORDER BY rowid DESC LIMIT ?) f
       JOIN search_docs d ON d.id = f.id ORDER BY d.id DESC`,
      [match, range.from, Math.min(range.to, below), most],
    );
    const fresh = rows.filter(({ id, at }) => !seen.has(id) && isWithin(chosen, at));
    for (const { id } of fresh) seen.add(id);
    return {
      found: await ranked(searcher, fresh, needles, not, unread),
      last: rows.at(-1)?.id ?? 0,
      full: rows.length === most,
    };
  };

  const units = query.units;
  const { needles, narrow, about } = await narrowOf(searcher.db, units);
  const named = await namesOf(searcher.db, units);
  const first: Found[] = [];
  if (units.length > 0)
    first.push(...(await take("search_names", expression(named.ways), named.needles, NAMES)).found);
  const whole = expression(narrow);
  if (about !== null)
    first.push(
      ...(await take("search_words", expression(about), needles, ABOUT, undefined, UNREAD_ABOUT))
        .found,
    );
  let chunk = await take("search_words", whole, needles, FIRST);
  first.push(...chunk.found);

  let wide: Awaited<ReturnType<typeof wideOf>> | null = null;
  const widen = async () => (wide ??= await wideOf(searcher, units, needles));
  let wideChunk: typeof chunk | null = null;
  if (first.length < ENOUGH && !chunk.full && units.length > 0) {
    const { needles: more, ways } = await widen();
    wideChunk = await take("search_words", expression(ways), more, CHUNK);
    first.push(...wideChunk.found.map((one) => ({ ...one, score: one.score * 0.8 })));
  }
  yield best(first);
  while (chunk.full) {
    chunk = await take("search_words", whole, needles, CHUNK, chunk.last);
    yield best(chunk.found);
  }
  if (units.length === 0) return;
  const { needles: more, ways } = await widen();
  wideChunk ??= await take("search_words", expression(ways), more, CHUNK);
  if (wideChunk.found.length > 0 && first.length >= ENOUGH) yield best(wideChunk.found);
  while (wideChunk.full) {
    wideChunk = await take("search_words", expression(ways), more, CHUNK, wideChunk.last);
    yield best(wideChunk.found);
  }
}

function best(found: Found[]): Found[] {
  return found.toSorted((a, b) => b.score - a.score || b.id - a.id);
}

/** What the filters say, as expressions that all have to hold; null when nothing can fit them. */
async function limitsOf(
  { labels, sources }: Searcher,
  chosen: Chosen,
  hasWords: boolean,
): Promise<string[] | null> {
  const limits: string[] = [];
  for (const [what, mark, list] of [
    ["kind", WORD.kind, chosen.kinds],
    ["space", WORD.space, chosen.spaceIds],
    ["person", WORD.author, chosen.authors],
  ] as const) {
    if (list.length === 0) continue;
    const numbers: string[] = [];
    for (const label of list) {
      const n = await labels.find(what, label);
      if (n !== null) numbers.push(quoted(`${mark}${n}`));
    }
    if (numbers.length === 0) return null;
    limits.push(anyOf(numbers));
  }
  if (chosen.has.length > 0) limits.push(anyOf(chosen.has.map((has) => quoted(WORD.has + has))));
  if (limits.length > 0 || hasWords) return limits;
  // Times alone: everything there is, since everything has a kind.
  const kinds = await Promise.all(sources.map(({ kind }) => labels.find("kind", kind)));
  const known = kinds.filter((n) => n !== null).map((n) => quoted(`${WORD.kind}${n}`));
  return known.length === 0 ? null : [anyOf(known)];
}

function rangeOf({ after, before }: Chosen): { from: number; to: number } {
  return {
    from: after === null ? 0 : Math.max(0, idAt(after) - BESIDE),
    to: before === null ? Number.MAX_SAFE_INTEGER : idAt(before) + BESIDE,
  };
}

function isWithin({ after, before }: Chosen, at: number): boolean {
  return (after === null || at >= after) && (before === null || at < before);
}

async function ranked(
  { labels, sources, now, db }: Searcher,
  rows: readonly Row[],
  needles: readonly Needle[],
  not: readonly Needle[],
  unread: number,
): Promise<Found[]> {
  const reads = needles.some(isTogether) || not.some(isTogether);
  const byKind = new Map<string, Map<string, { id: number; place: FindablePlace }>>();
  for (const { id, kind, space, ref } of rows) {
    const name = await labels.name(kind);
    const spaceId = await labels.name(space);
    const places = byKind.get(name) ?? new Map<string, { id: number; place: FindablePlace }>();
    places.set(`${spaceId} ${ref}`, { id, place: { spaceId, ref } });
    byKind.set(name, places);
  }
  const found: Found[] = [];
  for (const [kind, places] of byKind) {
    const source = sources.find((one) => one.kind === kind);
    if (source === undefined) continue;
    const things = await source.read(
      db,
      [...places.values()].map(({ place }) => place),
    );
    if (reads) await withTexts(db, kind, things);
    for (const thing of things) {
      const id = places.get(`${thing.spaceId} ${thing.ref}`)?.id;
      const apart = thing.version !== undefined && !reads;
      const score = rank(thing, needles, not, now, apart ? unread : null);
      if (id !== undefined && score !== null) found.push({ id, kind, thing, score, needles });
    }
  }
  return found;
}

/** Reads the texts that are kept apart, where that has not been done. */
export async function withTexts(
  db: FindableReader,
  kind: string,
  things: readonly FindableThing[],
): Promise<void> {
  const apart = things.filter(({ version, text }) => version !== undefined && text === undefined);
  if (apart.length === 0) return;
  const rows = await db.all<{ log_id: string; ref: string; text: string }>(
    `SELECT t.log_id, t.ref, t.text FROM json_each(?1) j CROSS JOIN search_texts t
       ON t.kind = ?2 AND t.log_id = j.value ->> 0 AND t.ref = j.value ->> 1 AND t.version = j.value ->> 2
     ORDER BY t.log_id, t.ref, t.part`,
    [JSON.stringify(apart.map(({ spaceId, ref, version }) => [spaceId, ref, version])), kind],
  );
  const texts = new Map<string, string[]>();
  for (const { log_id, ref, text } of rows) {
    const key = `${log_id} ${ref}`;
    const parts = texts.get(key);
    if (parts === undefined) texts.set(key, [text]);
    else parts.push(text);
  }
  for (const thing of apart)
    thing.text = (texts.get(`${thing.spaceId} ${thing.ref}`) ?? []).join("");
}

function needleOf(unit: Unit, weight: number): Needle {
  const { words, phrase, open } = unit;
  const none: ReadonlySet<string> = new Set();
  return { words, phrase, open, near: new Map(), authors: none, spaces: none, weight };
}

/** Rare words say more: between 1 and some 4. */
function weightOf(seen: number): number {
  return 1 + 3 / (1 + Math.log10(1 + seen));
}

/** All words as they were typed, the last one also as a beginning. */
async function narrowOf(
  db: FindableReader,
  units: readonly Unit[],
): Promise<{ needles: Needle[]; narrow: Ways[]; about: Ways[] | null }> {
  const needles: Needle[] = [];
  const narrow: Ways[] = [];
  let about: Ways[] | null = [];
  const seen = await seenOf(
    db,
    units.flatMap(({ words }) => words),
  );
  for (const unit of units) {
    const [word = ""] = unit.words;
    const near = new Map<string, number>();
    const any = [exactly(unit)];
    if (!unit.phrase && unit.words.length === 1) {
      for (const other of spellings(unit)) {
        near.set(other, 0.95);
        any.push(quoted(other));
      }
      const short = isShortPiece(word);
      if (short || (unit.open && word.length > 1))
        for (const { term } of await beginnings(db, word)) {
          // In scripts without spaces a piece of three is no word: what is typed is looked for in the text.
          any.push(quoted(term));
        }
      about?.push({
        any: [
          quoted(WORD.prominent + word),
          ...[...near.keys()].map((one) => quoted(WORD.prominent + one)),
        ],
      });
    } else about = null;
    needles.push({ ...needleOf(unit, weightOf(seen.get(word) ?? 0)), near });
    narrow.push({ any });
  }
  if (units.length === 0) about = null;
  return { needles, narrow, about };
}

/** Words of names: whole, as beginnings, with errors forgiven. */
async function namesOf(
  db: FindableReader,
  units: readonly Unit[],
): Promise<{ needles: Needle[]; ways: Ways[] }> {
  const needles: Needle[] = [];
  const ways: Ways[] = [];
  for (const unit of units) {
    const near = new Map<string, number>();
    const any = [allOf(unit.words.flatMap(gramsFor))];
    if (!unit.phrase)
      for (const word of unit.words) {
        for (const other of spellings(unit)) {
          near.set(other, 0.95);
          any.push(quoted(other));
        }
        for (const { term } of await beginnings(db, word, { named: true, most: 24 })) {
          any.push(quoted(term));
          near.set(term, Math.max(near.get(term) ?? 0, 0.6 + 0.25 * (word.length / term.length)));
        }
        for (const { term, errors } of await misspelt(db, word)) {
          any.push(quoted(term));
          near.set(term, Math.max(near.get(term) ?? 0, errors === 1 ? 0.55 : 0.4));
        }
      }
    needles.push({ ...needleOf(unit, 2), near });
    ways.push({ any });
  }
  return { needles, ways };
}

/** What every word may also be: the beginning or a part of others, a person, a conversation. */
async function wideOf(
  searcher: Searcher,
  units: readonly Unit[],
  before: readonly Needle[],
): Promise<{ needles: Needle[]; ways: Ways[] }> {
  const { db } = searcher;
  const needles: Needle[] = [];
  const ways: Ways[] = [];
  for (const [at, unit] of units.entries()) {
    const narrow = before[at];
    if (narrow === undefined) continue;
    const [word = ""] = unit.words;
    const near = new Map(narrow.near);
    const any = [exactly(unit), ...[...near.keys()].map(quoted)];
    const authors = new Set<string>();
    const spaces = new Set<string>();
    if (!unit.phrase && unit.words.length === 1) {
      if (word.length > 2)
        for (const { term } of await beginnings(db, word)) {
          any.push(quoted(term));
          near.set(term, Math.max(near.get(term) ?? 0, 0.5 + 0.3 * (word.length / term.length)));
        }
      for (const { term } of await compounds(db, word)) {
        any.push(quoted(term));
        near.set(term, Math.max(near.get(term) ?? 0, 0.3 + 0.3 * (word.length / term.length)));
      }
      if (units.length > 1 && word.length > 2)
        for (const { kind, label, n } of await called(searcher, word)) {
          (kind === "person" ? authors : spaces).add(label);
          any.push(quoted(`${kind === "person" ? WORD.author : WORD.space}${n}`));
        }
    }
    needles.push({ ...narrow, near, authors, spaces });
    ways.push({ any });
  }
  return { needles, ways };
}

/** People and spaces that have a word in their name, with their numbers in the index. */
async function called(
  { db, labels }: Searcher,
  word: string,
): Promise<{ kind: "person" | "space"; label: string; n: number }[]> {
  const result: { kind: "person" | "space"; label: string; n: number }[] = [];
  for (const kind of ["person", "space"] as const)
    for (const ref of await refsCalled(db, labels, kind, allOf(gramsFor(word)), 12)) {
      const n = await labels.find(kind, ref);
      if (n !== null) result.push({ kind, label: ref, n });
    }
  return result;
}

async function refsCalled(
  db: FindableReader,
  labels: Labels,
  kind: "person" | "space",
  match: string,
  most: number,
): Promise<string[]> {
  const n = await labels.find("kind", kind);
  if (n === null) return [];
  const rows = await db.all<{ ref: string }>(
    `SELECT lower(hex(d.ref)) AS ref FROM search_names f JOIN search_docs d ON d.id = f.rowid
     WHERE search_names MATCH ? LIMIT ?`,
    [`${quoted(`${WORD.kind}${n}`)} AND ${match}`, most],
  );
  return rows.map(({ ref }) => ref);
}

/** The people or spaces that a name in `from:` or `in:` means: whole words or beginnings; if there are none, with errors forgiven. */
export async function meant(
  { db, labels }: Searcher,
  kind: "person" | "space",
  words: readonly string[],
): Promise<string[]> {
  if (words.length === 0) return [];
  const ways: string[] = [];
  const loose: string[] = [];
  for (const word of words) {
    const own = [allOf(gramsFor(word))];
    for (const { term } of await beginnings(db, word, { named: true, most: 24 }))
      own.push(quoted(term));
    const others = (await misspelt(db, word)).map(({ term }) => quoted(term));
    ways.push(anyOf(own));
    loose.push(anyOf([...own, ...others]));
  }
  const found = await refsCalled(db, labels, kind, ways.join(" AND "), 50);
  return found.length > 0 ? found : refsCalled(db, labels, kind, loose.join(" AND "), 50);
}
