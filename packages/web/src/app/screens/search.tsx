import type { SearchFilters, SearchHit } from "@baraza/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chosen, Hit } from "../../features/search/search.tsx";
import { EVERYTHING, KINDS, Search as SearchScreen } from "../../features/search/search.tsx";
import { best } from "../../features/frame/find.ts";
import { loadWords } from "../../i18n/index.ts";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";

const ListsFound = lazy(
  () =>
    Promise.all([import("./lists.tsx"), loadWords("lists")]).then(
      ([screens]) => screens.ListsFound,
    ),
  { aside: true },
);

/** Milliseconds after a key before it is looked for: a word is typed faster than that. */
const TYPING = 90;
const DAY = 86_400_000;
const DAYS = { any: 0, week: 7, month: 30, year: 365 } as const;
const PAGE = 30;

/** What was looked for last: whoever comes back from a hit goes on there. It goes with the page. */
let last: { text: string; chosen: Chosen } = { text: "", chosen: EVERYTHING };

type Found = { hits: Hit[]; more: string | null; unknown: string[]; failure?: string };

/** The search over the engine. */
export function Search({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const [text, setText] = useState(last.text);
  const [chosen, setChosen] = useState(last.chosen);
  const [found, setFound] = useState<Found>();
  const [busy, setBusy] = useState(false);
  const [people, setPeople] = useState<{ identityId: string; name: string }[]>([]);
  const state = useLive(engine.watch("search.state", {}), "search.state");
  const spaces = useLive(engine.conversations, "conversations");
  const lists = useLive(engine.watch("lists.all", {}), "lists.all") ?? [];
  // They are few, and one's own: found by their names alone.
  const named =
    text.trim() !== "" && isNothing("", chosen)
      ? best(lists, ({ name }) => name, text.trim(), 5)
      : [];
  const asking = useRef(0);
  const paged = useRef(false);
  const changes = state?.changes;
  /** What there was to find when it was looked for last. */
  const lookedAt = useRef<number | undefined>(undefined);
  const find = async (): Promise<Found> => {
    lookedAt.current = changes;
    const filters = filtersOf(chosen, Date.now());
    const result = await engine.call("search.find", { text, filters, limit: PAGE });
    return result.ok
      ? { ...result.value, hits: result.value.hits.flatMap(hitOf) }
      : { hits: [], more: null, unknown: [], failure: failureText(result.failure) };
  };
  useEffect(() => {
    last = { text, chosen };
    const turn = ++asking.current;
    if (isNothing(text, chosen)) {
      setFound(undefined);
      setBusy(false);
      return;
    }
    setBusy(true);
    const timer = setTimeout(() => {
      paged.current = false;
      void find().then((answer) => {
        // Somebody has typed on meanwhile.
        if (turn !== asking.current) return;
        setBusy(false);
        setFound(answer);
      });
    }, TYPING);
    return () => clearTimeout(timer);
    // `find` is made of these.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [engine, text, chosen]);
  useEffect(() => {
    // What is read meanwhile joins what was found, where nobody is on the way through the list.
    if (found === undefined || busy || changes === lookedAt.current) return;
    if (paged.current || isInList()) return;
    const turn = asking.current;
    void find().then((answer) => {
      if (turn === asking.current && !paged.current && !isInList()) setFound(answer);
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [changes, busy]);

  const showMore = (): void => {
    if (!found?.more || busy) return;
    const turn = asking.current;
    paged.current = true;
    setBusy(true);
    void engine.call("search.more", { more: found.more, limit: PAGE }).then((result) => {
      if (turn !== asking.current) return;
      setBusy(false);
      // A search that is kept no longer has shown what it had.
      setFound(
        result.ok
          ? { ...result.value, hits: [...found.hits, ...result.value.hits.flatMap(hitOf)] }
          : { ...found, more: null },
      );
    });
  };

  const loadPeople = (): void => {
    void engine
      .call("search.find", { text: "", filters: { kinds: ["person"] }, limit: 200 })
      .then((result) => {
        if (!result.ok) return;
        const listed = result.value.hits.map(({ ref, title }) => ({
          identityId: ref,
          name: title,
        }));
        setPeople(listed.toSorted((a, b) => a.name.localeCompare(b.name)));
      });
  };

  return (
    <SearchScreen
      text={text}
      chosen={chosen}
      hits={found?.hits}
      more={found?.more != null}
      busy={busy}
      first={named.length > 0 && <ListsFound lists={named} />}
      failure={found?.failure}
      unknown={found?.unknown ?? []}
      read={state === undefined || state.total === 0 ? 1 : state.done / state.total}
      people={people}
      spaces={(spaces ?? []).map(({ spaceId, title }) => ({ spaceId, title }))}
      now={now}
      onText={setText}
      onChosen={setChosen}
      onFilters={loadPeople}
      onMore={showMore}
      onBack={back}
    />
  );
}

/** Somebody goes through the hits with the keyboard. */
function isInList(): boolean {
  return document.activeElement?.classList.contains("row-main") === true;
}

function isNothing(text: string, chosen: Chosen): boolean {
  return (
    text.trim() === "" && Object.values(chosen).every((value) => value === "" || value === "any")
  );
}

function filtersOf({ kind, author, spaceId, time, has }: Chosen, now: number): SearchFilters {
  return {
    ...(kind === ""
      ? {}
      : // What was brought from elsewhere are messages, too.
        { kinds: kind === "message" ? ["message", "brought"] : [kind] }),
    ...(author === "" ? {} : { authors: [author] }),
    ...(spaceId === "" ? {} : { spaceIds: [spaceId] }),
    ...(has === "" ? {} : { has: [has] }),
    ...(time === "any" ? {} : { after: now - DAYS[time] * DAY }),
  };
}

/** What a screen shows of a hit; nothing for a kind that it has no place for. */
function hitOf(hit: SearchHit): Hit[] {
  const kind = hit.kind === "brought" ? hit.kind : KINDS.find((known) => known === hit.kind);
  if (kind === undefined) return [];
  return [{ ...hit, kind, key: hit.ref, href: placeOf(kind, hit) }];
}

function placeOf(kind: Hit["kind"], { spaceId, ref, own, has }: SearchHit): string {
  const space = own ? null : spaceId;
  if (kind === "person") return hrefOf({ at: "person", identityId: ref });
  if (kind === "message") return hrefOf({ at: "space", spaceId, message: ref });
  if (kind === "brought")
    return hrefOf({ at: "brought", spaceId, chat: ref.slice(0, 48), message: ref.slice(48) });
  if (kind === "space") return hrefOf({ at: "space", spaceId });
  return has.includes("file")
    ? hrefOf({ at: "file", spaceId: space, fileId: ref })
    : hrefOf({ at: "files", spaceId: space, folderId: ref });
}
