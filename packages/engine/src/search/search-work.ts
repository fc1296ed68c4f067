/** The search at work: what answers a screen, and the background's indexer. Fetched when there is something to look for or to index. */
import * as v from "valibot";
import { EngineError } from "../errors.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import type { SearchCommands, SearchHit, SearchPage } from "./api.ts";
import type { Chosen, Found, Searcher } from "./find.ts";
import { find, meant, withTexts } from "./find.ts";
import { RUN, fold } from "./fold.ts";
import { stretches } from "./match.ts";
import type { Needle } from "./match.ts";
import { HAS } from "./port.ts";
import type { FindableReader, FindableSource } from "./port.ts";
import type { Query, Unit } from "./query.ts";
import { isEmpty, readQuery } from "./query.ts";
import { snippetOf } from "./snippet.ts";
import type { Labels } from "./words.ts";

export { createLabels } from "./words.ts";
export { createIndexer } from "./write.ts";
export { createTextFetcher } from "./fetch-texts.ts";

/** Searches of which the rest can be asked for. */
const KEPT = 6;
const PAGE = 30;
const MOST = 200;
/** UTF-16 units that a screen may send; what is read of it is less. */
const TYPED = 100_000;

const limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST)));
const word = v.pipe(v.string(), v.regex(/^[a-z]{1,20}$/));
const time = v.optional(v.pipe(v.number(), v.safeInteger()));
const list = <S extends v.GenericSchema>(schema: S) =>
  v.optional(v.pipe(v.array(schema), v.maxLength(100)));

const findArguments = v.object({
  text: v.pipe(v.string(), v.maxLength(TYPED)),
  filters: v.optional(
    v.object({
      kinds: list(word),
      spaceIds: list(hexId(32)),
      authors: list(hexId(32)),
      has: list(v.picklist(HAS)),
      after: time,
      before: time,
    }),
  ),
  limit,
});
const moreArguments = v.object({ more: v.pipe(v.string(), v.maxLength(40)), limit });

type Search = {
  units: readonly Unit[];
  chunks: AsyncGenerator<Found[]>;
  waiting: Found[];
  done: boolean;
  unknown: string[];
};

export type Answers = Pick<SearchCommands, "search.find" | "search.more">;

/** @param me the identity that `from:me` means */
export function createAnswers(
  db: FindableReader,
  sources: readonly FindableSource[],
  labels: Labels,
  options: { now: () => number; me: () => string },
): Answers {
  const searches = new Map<string, Search>();
  let count = 0;

  async function page(id: string, search: Search, most: number): Promise<SearchPage> {
    while (search.waiting.length < most && !search.done) {
      const next = await search.chunks.next();
      if (next.done === true) search.done = true;
      else search.waiting.push(...next.value);
    }
    const shown = search.waiting.splice(0, most);
    const over = search.done && search.waiting.length === 0;
    if (over) searches.delete(id);
    return {
      hits: await present(db, shown, search.units),
      more: over ? null : id,
      unknown: search.unknown,
    };
  }

  return {
    async "search.find"(args) {
      const { text, filters = {}, limit: most = PAGE } = checkArguments(findArguments, args);
      const now = options.now();
      const query = readQuery(text, now);
      const searcher: Searcher = { db, labels, sources, now };
      const { chosen, unknown } = await chosenOf(searcher, query, filters, options.me);
      const nothing =
        isEmpty(query) &&
        Object.values(filters).every(
          (one) => one === undefined || (Array.isArray(one) && one.length === 0),
        );
      if (nothing || unknown.length > 0) return { hits: [], more: null, unknown };
      const id = String(++count);
      const search: Search = {
        units: query.units,
        chunks: find(searcher, query, chosen),
        waiting: [],
        done: false,
        unknown,
      };
      for (const old of searches.keys()) if (searches.size >= KEPT) searches.delete(old);
      searches.set(id, search);
      return page(id, search, most);
    },
    async "search.more"(args) {
      const { more, limit: most = PAGE } = checkArguments(moreArguments, args);
      const search = searches.get(more);
      if (search === undefined) throw new EngineError("invalid", { data: { field: "more" } });
      return page(more, search, most);
    },
  };
}

/** Filters that were typed and those of buttons, both of which have to hold. */
async function chosenOf(
  searcher: Searcher,
  query: Query,
  filters: NonNullable<Parameters<SearchCommands["search.find"]>[0]["filters"]>,
  me: () => string,
): Promise<{ chosen: Chosen; unknown: string[] }> {
  const unknown: string[] = [];
  const resolve = async (kind: "person" | "space", names: readonly string[]) => {
    const all = new Set<string>();
    for (const name of names) {
      const found =
        kind === "person" && ME.has(fold(name))
          ? [me()]
          : [
              ...(await meant(searcher, kind, fold(name).match(RUN) ?? [])),
              ...(kind === "space" ? await channelsCalled(searcher.db, name) : []),
            ];
      if (found.length === 0) unknown.push(name);
      for (const one of found) all.add(one);
    }
    return [...all];
  };
  const both = (typed: string[], button: readonly string[] = []): string[] => {
    if (typed.length === 0) return [...button];
    if (button.length === 0) return typed;
    // A channel stands in its space.
    const common = typed.filter((one) => button.includes(one) || button.includes(one.slice(0, 64)));
    // Nothing is called so: what both ask for is nothing.
    return common.length > 0 ? common : ["-"];
  };
  const chosen: Chosen = {
    kinds: both(query.kinds, filters.kinds),
    spaceIds: both(await resolve("space", query.in), filters.spaceIds),
    authors: both(await resolve("person", query.from), filters.authors),
    has: [...query.has, ...(filters.has ?? [])],
    after: larger(query.after, filters.after),
    before: smaller(query.before, filters.before),
  };
  return { chosen, unknown };
}

/** The channels whose names have all words of what was typed, or words that begin so: `SPACE:CHANNEL`. */
async function channelsCalled(db: FindableReader, typed: string): Promise<string[]> {
  const words = fold(typed).match(RUN) ?? [];
  if (words.length === 0) return [];
  const rows = await db.all<{ place: string; name: string }>(
    "SELECT log_id || ':' || channel AS place, name FROM chat_channels WHERE channel <> '' LIMIT 5000",
  );
  return rows.flatMap(({ place, name }) => {
    const own = fold(name).match(RUN) ?? [];
    return words.every((word) => own.some((one) => one.startsWith(word))) ? [place] : [];
  });
}

/** Folded words for oneself. */
const ME: ReadonlySet<string> = new Set(["me", "moi", "mi", "yo", "انا", "mich", "ich"]);

const larger = (a: number | null, b: number | undefined): number | null =>
  b === undefined ? a : Math.max(a ?? b, b);
const smaller = (a: number | null, b: number | undefined): number | null =>
  b === undefined ? a : Math.min(a ?? b, b);

/** What a screen shows of what was found. */
async function present(
  db: FindableReader,
  found: readonly Found[],
  units: readonly Unit[],
): Promise<SearchHit[]> {
  for (const kind of new Set(found.map((one) => one.kind)))
    await withTexts(
      db,
      kind,
      found.filter((one) => one.kind === kind).map(({ thing }) => thing),
    );
  const spaces = new Map<string, string>();
  const spaceIds = [...new Set(found.map(({ thing }) => thing.spaceId))];
  const own = new Set<string>();
  const titles = await db.all<{ log_id: string; kind: string; title: string }>(
    `SELECT s.log_id, s.kind, CASE WHEN s.kind = 'pair' THEN coalesce((SELECT m.name FROM members m WHERE m.log_id = s.log_id
       AND m.identity_id <> (SELECT identity_id FROM account) LIMIT 1), s.title) ELSE s.title END AS title
     FROM json_each(?) j CROSS JOIN spaces s ON s.log_id = j.value`,
    [JSON.stringify(spaceIds)],
  );
  for (const { log_id, kind, title } of titles) {
    if (kind === "personal") own.add(log_id);
    else spaces.set(log_id, title);
  }
  const names = new Map<string, string>();
  const authors = await db.all<{ log_id: string; id: string; name: string }>(
    `SELECT j.value ->> 0 AS log_id, j.value ->> 1 AS id, coalesce(m.name, p.name, '') AS name FROM json_each(?) j
     LEFT JOIN members m ON m.log_id = j.value ->> 0 AND m.identity_id = j.value ->> 1
     LEFT JOIN people p ON p.identity_id = j.value ->> 1`,
    [JSON.stringify(found.map(({ thing }) => [thing.spaceId, thing.author]))],
  );
  for (const { log_id, id, name } of authors) names.set(`${log_id} ${id}`, name);
  const pairs = await pairsWith(
    db,
    found.flatMap(({ kind, thing }) => (kind === "person" ? [thing.ref] : [])),
  );
  return found.map(({ kind, thing, needles }) => {
    const title = thing.name ?? "";
    const shown = needles.length > 0 ? needles : units.map(plain);
    return {
      kind,
      spaceId: kind === "person" ? (pairs.get(thing.ref) ?? "") : thing.spaceId,
      ref: thing.ref,
      title,
      titleMarks: stretches(title, shown),
      ...snippetOf(thing.text ?? "", shown),
      authorId: thing.author,
      authorName: names.get(`${thing.spaceId} ${thing.author}`) ?? "",
      at: thing.at,
      spaceTitle: spaces.get(thing.spaceId) ?? "",
      own: own.has(thing.spaceId),
      has: [...(thing.has ?? [])],
    };
  });
}

function plain({ words, phrase, open }: Unit): Needle {
  const none: ReadonlySet<string> = new Set();
  return { words, phrase, open, near: new Map(), authors: none, spaces: none, weight: 1 };
}

/** The conversations of two with these people, by identity. */
async function pairsWith(
  db: FindableReader,
  people: readonly string[],
): Promise<Map<string, string>> {
  if (people.length === 0) return new Map();
  const rows = await db.all<{ identity_id: string; log_id: string }>(
    `SELECT m.identity_id, m.log_id FROM spaces s JOIN members m ON m.log_id = s.log_id
     WHERE s.kind = 'pair' AND m.identity_id IN (SELECT value FROM json_each(?))
       AND m.identity_id <> (SELECT identity_id FROM account)
     ORDER BY s.state = 'active', s.created`,
    [JSON.stringify(people)],
  );
  return new Map(rows.map(({ identity_id, log_id }) => [identity_id, log_id]));
}
