import "./search.css";
import { ArrowLeft, File, Search as SearchIcon, SlidersHorizontal, X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { currentLanguage, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { SelectField } from "../../ui/field.tsx";
import { LiveRegion, VisuallyHidden } from "../../ui/hidden.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Progress, Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

/** One thing that was found. Marks are stretches of the text before them, from and behind the last. */
export interface Hit {
  kind: "message" | "file" | "person" | "space" | "brought";
  /** Unlike any other's. */
  key: string;
  href: string;
  title: string;
  titleMarks: readonly (readonly [number, number])[];
  snippet: string;
  marks: readonly (readonly [number, number])[];
  authorId: string;
  authorName: string;
  spaceTitle: string;
  at: number;
}

export const KINDS = ["message", "file", "person", "space"] as const;
export const TIMES = ["any", "week", "month", "year"] as const;
export const HAVING = ["", "link", "file", "picture"] as const;

/** What buttons and lists choose; empty: everything. */
export interface Chosen {
  kind: (typeof KINDS)[number] | "";
  author: string;
  spaceId: string;
  time: (typeof TIMES)[number];
  has: (typeof HAVING)[number];
}

export const EVERYTHING: Chosen = { kind: "", author: "", spaceId: "", time: "any", has: "" };

export interface SearchProps {
  text: string;
  chosen: Chosen;
  /** Absent while nothing is looked for, or before the first answer. */
  hits: readonly Hit[] | undefined;
  /** There are more to be asked for. */
  more: boolean;
  busy: boolean;
  /** What else was found, above everything. */
  first?: ComponentChildren;
  failure?: string | undefined;
  /** Names that were looked for in a filter and that nobody and nothing has. */
  unknown: readonly string[];
  /** How much of everything has been read, 0 to 1; 1: all. */
  read: number;
  people: readonly { identityId: string; name: string }[];
  spaces: readonly { spaceId: string; title: string }[];
  now: number;
  onText: (text: string) => void;
  onChosen: (chosen: Chosen) => void;
  /** The lists of people and conversations are wanted. */
  onFilters: () => void;
  onMore: () => void;
  onBack: () => void;
}

/** One box over everything: what is typed, what it is limited to, and what was found. */
export function Search(props: SearchProps) {
  const { text, chosen, hits, unknown } = props;
  const field = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const [filters, setFilters] = useState(false);
  const limited = Object.values(chosen).some((value) => value !== "" && value !== "any");
  const nothing = text.trim() === "" && !limited;

  // One comes here to type.
  useEffect(() => field.current?.focus(), []);

  const rows = (): HTMLElement[] => [
    ...(results.current?.querySelectorAll<HTMLElement>(".row-main") ?? []),
  ];
  const onKey = (event: KeyboardEvent): void => {
    const inField = event.target === field.current;
    if (event.key === "ArrowDown" && inField) {
      event.preventDefault();
      rows()[0]?.focus();
    } else if (event.key === "ArrowUp" && document.activeElement === rows()[0]) {
      event.preventDefault();
      event.stopPropagation();
      field.current?.focus();
    } else if (event.key === "Enter" && inField && !event.isComposing) {
      event.preventDefault();
      rows()[0]?.click();
    } else if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      if (!inField) field.current?.focus();
      else if (text === "") props.onBack();
      else props.onText("");
    }
  };

  return (
    <section class="search" aria-labelledby="search-title" onKeyDownCapture={onKey}>
      <header class="pane-head search-head">
        <h1 id="search-title" class="visually-hidden" tabIndex={-1}>
          {t("search.title")}
        </h1>
        <span class="phone-only">
          <IconButton
            icon={ArrowLeft}
            mirror
            label={t("ui.back")}
            tip="below-start"
            onClick={props.onBack}
          />
        </span>
        <form
          class="search-box"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
          }}
        >
          <Icon of={SearchIcon} />
          <input
            ref={field}
            class="search-input"
            type="text"
            inputMode="search"
            enterkeyhint="search"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            dir="auto"
            aria-label={t("search.field")}
            placeholder={t("search.field")}
            value={text}
            maxLength={1000}
            onInput={(event) => props.onText(event.currentTarget.value)}
          />
          {text !== "" && (
            <IconButton
              icon={X}
              label={t("search.clear")}
              tip="below-end"
              onClick={() => {
                props.onText("");
                field.current?.focus();
              }}
            />
          )}
        </form>
      </header>
      <div class="search-limits">
        <div class="search-kinds" role="group" aria-label={t("search.kinds")}>
          {(["", ...KINDS] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              class="search-chip"
              aria-pressed={chosen.kind === kind}
              onClick={() => props.onChosen({ ...chosen, kind })}
            >
              {t(`search.kind.${kind === "" ? "all" : kind}`)}
            </button>
          ))}
          <button
            type="button"
            class="search-chip"
            aria-expanded={filters}
            onClick={() => {
              setFilters(!filters);
              props.onFilters();
            }}
          >
            <Icon of={SlidersHorizontal} />
            {t("search.filters")}
          </button>
        </div>
        {filters && <Filters {...props} />}
      </div>
      {props.read < 1 && (
        <div class="search-reading" role="status">
          <span>{t("search.reading", { percent: percentOf(props.read) })}</span>
          <Progress label={t("search.readingLabel")} done={props.read * 100} total={100} />
        </div>
      )}
      <div
        class="pane-body"
        ref={results}
        // What scrolls has to be reachable by keyboard: where nothing in it is, it is itself.
        {...(hits === undefined || hits.length === 0
          ? { tabIndex: 0, role: "region", "aria-label": t("search.results") }
          : {})}
      >
        {props.first}
        {props.failure !== undefined ? (
          <p class="field-error search-say" role="alert">
            {props.failure}
          </p>
        ) : nothing ? (
          <Nothing />
        ) : unknown.length > 0 ? (
          <EmptyState title={t("search.noneTitle")}>
            {t("search.unknown", { name: unknown[0] ?? "" })}
          </EmptyState>
        ) : hits === undefined ? (
          <Skeleton label={t("ui.moment")} rows={4} />
        ) : hits.length === 0 ? (
          !props.first && <None {...props} limited={limited} />
        ) : (
          <>
            <List label={t("search.results")}>
              {hits.map((hit) => (
                <Row key={hit.key} hit={hit} now={props.now} />
              ))}
            </List>
            {props.more && (
              <div class="search-more">
                <Button busy={props.busy} onClick={props.onMore}>
                  {t("search.more")}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
      <LiveRegion
        text={
          nothing || hits === undefined || props.busy
            ? ""
            : props.more
              ? t("search.foundMore", { count: hits.length })
              : t("search.found", { count: hits.length })
        }
      />
    </section>
  );
}

function percentOf(share: number): string {
  return new Intl.NumberFormat(currentLanguage(), { style: "percent" }).format(
    Math.floor(share * 100) / 100,
  );
}

function Filters({ chosen, people, spaces, onChosen }: SearchProps) {
  return (
    <div class="search-filters">
      <SelectField
        label={t("search.from")}
        value={chosen.author}
        options={[
          { value: "", label: t("search.anyone") },
          ...people.map(({ identityId, name }) => ({ value: identityId, label: name })),
        ]}
        onChange={(author) => onChosen({ ...chosen, author })}
      />
      <SelectField
        label={t("search.in")}
        value={chosen.spaceId}
        options={[
          { value: "", label: t("search.anywhere") },
          ...spaces.map(({ spaceId, title }) => ({ value: spaceId, label: title })),
        ]}
        onChange={(spaceId) => onChosen({ ...chosen, spaceId })}
      />
      <SelectField
        label={t("search.when")}
        value={chosen.time}
        options={TIMES.map((value) => ({ value, label: t(`search.time.${value}`) }))}
        onChange={(time) => onChosen({ ...chosen, time })}
      />
      <SelectField
        label={t("search.has")}
        value={chosen.has}
        options={HAVING.map((value) => ({
          value,
          label: t(`search.having.${value === "" ? "any" : value}`),
        }))}
        onChange={(has) => onChosen({ ...chosen, has })}
      />
    </div>
  );
}

/** Before anything is typed: what can be found, and how one says it more exactly. */
function Nothing() {
  return (
    <div class="search-start">
      <EmptyState picture={<Icon of={SearchIcon} />} title={t("search.emptyTitle")}>
        {t("search.empty")}
      </EmptyState>
      <dl class="search-hints">
        {(["words", "minus", "from", "when"] as const).map((hint) => (
          <div key={hint}>
            <dt dir="auto">
              <bdi>{t(`search.hint.${hint}`)}</bdi>
            </dt>
            <dd>{t(`search.hint.${hint}What`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function None({ text, limited, onChosen, read }: SearchProps & { limited: boolean }) {
  return (
    <EmptyState
      title={
        text.trim() === ""
          ? t("search.noneTitle")
          : t("search.none", { text: text.trim().slice(0, 80) })
      }
      action={
        limited && (
          <Button onClick={() => onChosen(EVERYTHING)}>{t("search.withoutFilters")}</Button>
        )
      }
    >
      {limited ? t("search.noneFilters") : read < 1 ? t("search.noneYet") : t("search.noneHint")}
    </EmptyState>
  );
}

function Row({ hit, now }: { hit: Hit; now: number }) {
  const { kind, authorName, spaceTitle } = hit;
  const message = kind === "message";
  return (
    <ListItem
      wrap
      href={hit.href}
      start={
        kind === "file" ? (
          <span class="search-file">
            <Icon of={File} />
          </span>
        ) : (
          <Avatar
            id={message ? hit.authorId : hit.key}
            name={message ? authorName : hit.title}
            square={kind === "space"}
          />
        )
      }
      title={
        <>
          <VisuallyHidden>
            {t(`search.one.${kind === "brought" ? "message" : kind}`)}{" "}
          </VisuallyHidden>
          {message ? <bdi>{authorName}</bdi> : <Marked text={hit.title} marks={hit.titleMarks} />}
          {kind !== "person" &&
            kind !== "space" &&
            spaceTitle !== "" &&
            spaceTitle !== authorName && (
              <span class="search-where">
                {" "}
                · <bdi>{spaceTitle}</bdi>
              </span>
            )}
        </>
      }
      {...(message || kind === "file" || kind === "brought"
        ? { aside: <TimeLabel at={hit.at} now={now} style="recent" /> }
        : {})}
      detail={
        hit.snippet === "" ? (
          kind === "person" || kind === "space" ? (
            t(`search.one.${kind}`)
          ) : (
            <bdi>{authorName}</bdi>
          )
        ) : (
          <Marked text={hit.snippet} marks={hit.marks} />
        )
      }
    />
  );
}

/** A text with what was found in it marked. */
function Marked({ text, marks }: { text: string; marks: Hit["marks"] }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from < at || to > text.length) continue;
    parts.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  parts.push(text.slice(at));
  return <bdi>{parts}</bdi>;
}
