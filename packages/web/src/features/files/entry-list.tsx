import type { FileEntry } from "@baraza/engine";
import { CircleAlert, CloudUpload, Ellipsis, Link2, Pin } from "lucide";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { formatBytes, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Progress } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import { type Act, actIcons, actsOn, actsOnAll, wordOf } from "./actions.ts";
import type { Layout } from "./arrange.tsx";
import { failureSentence, kindWord, safeName } from "./model.ts";
import { Thumbnail, type ThumbnailUrl } from "./thumbnail.tsx";

export interface EntryListProps {
  label: string;
  total: number;
  entryAt: (index: number) => FileEntry | undefined;
  onRange: (first: number, last: number) => void;
  layout: Layout;
  canWrite: boolean;
  now: number;
  urlOf: ThumbnailUrl;
  hrefOf: (entry: FileEntry) => string;
  /** These can be opened by people outside now. */
  given?: ReadonlySet<string> | undefined;
  selected: ReadonlyMap<string, FileEntry>;
  onSelect: (selected: ReadonlyMap<string, FileEntry>) => void;
  onAct: (act: Act, entries: readonly FileEntry[]) => void;
}

/** The narrowest that a tile of the grid gets, in pixels. */
const TILE = 148;

/** Things in a folder, as rows or as tiles; only those near the screen are in the page, however many there are. */
export function EntryList(props: EntryListProps) {
  const { total, entryAt, onRange, layout, selected, onSelect, onAct } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const columns = useColumns(scroller, layout);
  const rows = useMemo(
    () => Array.from({ length: Math.ceil(total / columns) }, (_, row) => row * columns),
    [total, columns],
  );
  /** The one that Tab leads to. */
  const [at, setAt] = useState(0);
  /** Where a range with Shift begins. */
  const from = useRef(0);
  /** The one that is to have the focus once it is in the page. */
  const wanted = useRef<number>(undefined);
  const [menu, setMenu] = useState<{ entry: FileEntry; anchor: HTMLElement }>();

  const look = useCallback((): void => {
    const handle = list.current;
    if (handle === null) return;
    const first = handle.findItemIndex(handle.scrollOffset) * columns;
    const last = (handle.findItemIndex(handle.scrollOffset + handle.viewportSize) + 1) * columns;
    onRange(Math.max(0, first), Math.min(total - 1, Math.max(last, first + 30)));
  }, [columns, onRange, total]);
  useEffect(look, [look]);

  const focusOn = (index: number): void => {
    const target = Math.max(0, Math.min(total - 1, index));
    setAt(target);
    list.current?.scrollToIndex(Math.floor(target / columns), { align: "nearest" });
    const link = scroller.current?.querySelector<HTMLElement>(
      `[data-index="${target}"] .file-open`,
    );
    // Far away, it comes into the page only now, and then takes the focus by itself.
    wanted.current = link ? undefined : target;
    link?.focus();
  };
  const toggle = (index: number, range: boolean): void => {
    const entry = entryAt(index);
    if (entry === undefined) return;
    const next = new Map(selected);
    if (range) {
      for (let i = Math.min(from.current, index); i <= Math.max(from.current, index); i++) {
        const each = entryAt(i);
        if (each !== undefined) next.set(each.fileId, each);
      }
    } else if (!next.delete(entry.fileId)) next.set(entry.fileId, entry);
    from.current = index;
    onSelect(next);
  };
  const selectAll = (): void => {
    const all = new Map(selected);
    for (let i = 0; i < total; i++) {
      const entry = entryAt(i);
      if (entry !== undefined) all.set(entry.fileId, entry);
    }
    onSelect(all);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (place === null) return;
    const index = Number(place.dataset["index"]);
    const entry = entryAt(index);
    const next = nextPlace(event, index, columns, total);
    if (next !== undefined) {
      event.preventDefault();
      if (event.shiftKey) toggle(next, true);
      focusOn(next);
    } else if (event.key === " ") {
      event.preventDefault();
      toggle(index, event.shiftKey);
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      selectAll();
    } else if (event.key === "Escape" && selected.size > 0) onSelect(new Map());
    else if (entry !== undefined && props.canWrite) {
      const marked = selected.size > 0 ? [...selected.values()] : [entry];
      if (event.key === "Delete" && entry.binned === null) onAct("bin", marked);
      else if (event.key === "F2" && entry.binned === null) onAct("rename", [entry]);
      else if (isShareKey(event) && actsOnAll(marked, true).includes("share"))
        onAct("share", marked);
    }
  };

  const cell = (index: number) => {
    const entry = index < total ? entryAt(index) : undefined;
    if (index >= total) return <span key={index} class="file-cell" />;
    if (entry === undefined)
      return (
        <span key={index} class="file-cell" data-index={index} data-empty aria-busy="true">
          <span class="file-thumb" />
        </span>
      );
    return (
      <EntryCell
        key={entry.fileId}
        {...props}
        entry={entry}
        index={index}
        marked={selected.has(entry.fileId)}
        tabbed={index === Math.min(at, total - 1)}
        wanted={wanted}
        onFocus={() => setAt(index)}
        onToggle={(range) => toggle(index, range)}
        onMenu={(anchor) => setMenu({ entry, anchor })}
      />
    );
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrow keys move among the entries' own links
    <div
      ref={scroller}
      class="pane-body files-scroll"
      role="group"
      aria-label={props.label}
      data-layout={layout}
      data-choosing={selected.size > 0 || undefined}
      onKeyDown={onKeyDown}
    >
      <Virtualizer ref={list} scrollRef={scroller} data={rows} onScroll={look} onResize={look}>
        {(first) => (
          <div class="files-line" key={first}>
            {Array.from({ length: columns }, (_, column) => cell(first + column))}
          </div>
        )}
      </Virtualizer>
      {menu && (
        <Menu
          label={safeName(menu.entry.name)}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
          items={actsOn(menu.entry, props.canWrite).map((act) => ({
            label: wordOf(act, [menu.entry]),
            icon: actIcons[act],
            danger: act === "purge",
            onSelect: () => onAct(act, [menu.entry]),
          }))}
        />
      )}
    </div>
  );
}

/** A full stop shares what is chosen, as in other programs of this kind. */
function isShareKey(event: KeyboardEvent): boolean {
  return event.key === "." && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/** How many tiles stand beside each other; one for a list. */
function useColumns(scroller: { current: HTMLElement | null }, layout: Layout): number {
  const [columns, setColumns] = useState(layout === "list" ? 1 : 2);
  useLayoutEffect(() => {
    const area = scroller.current;
    if (layout === "list" || area === null) {
      setColumns(1);
      return;
    }
    const measure = (): void => setColumns(Math.max(2, Math.floor((area.clientWidth - 16) / TILE)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(area);
    return () => observer.disconnect();
  }, [layout, scroller]);
  return columns;
}

/** Where an arrow key leads; undefined for other keys. */
function nextPlace(
  event: KeyboardEvent,
  index: number,
  columns: number,
  total: number,
): number | undefined {
  const rtl = getComputedStyle(event.currentTarget as HTMLElement).direction === "rtl";
  const step: Readonly<Record<string, number>> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: columns * 10,
    PageUp: -columns * 10,
    Home: -total,
    End: total,
    ...(columns > 1 ? { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 } : {}),
  };
  const by = Object.hasOwn(step, event.key) ? step[event.key] : undefined;
  return by === undefined ? undefined : Math.max(0, Math.min(total - 1, index + by));
}

interface CellProps extends EntryListProps {
  entry: FileEntry;
  index: number;
  marked: boolean;
  tabbed: boolean;
  wanted: { current: number | undefined };
  onFocus: () => void;
  onToggle: (range: boolean) => void;
  onMenu: (anchor: HTMLElement) => void;
}

function EntryCell(props: CellProps) {
  const { entry, index, marked, tabbed, now, wanted } = props;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (wanted.current !== index) return;
    wanted.current = undefined;
    link.current?.focus();
  }, [index, wanted]);
  const { sending } = entry;
  const name = safeName(entry.name);
  const stopped = sending?.state === "failed" || sending?.state === "content";
  return (
    <div
      class="file-cell"
      data-index={index}
      data-marked={marked || undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu(event.currentTarget);
      }}
    >
      <input
        type="checkbox"
        class="file-check"
        checked={marked}
        tabIndex={-1}
        aria-label={t("files.select", { name })}
        onClick={(event) => {
          event.preventDefault();
          props.onToggle(event.shiftKey);
        }}
      />
      <a
        ref={link}
        class="file-open"
        href={props.hrefOf(entry)}
        tabIndex={tabbed ? 0 : -1}
        title={name}
        draggable={false}
        onFocus={props.onFocus}
        onClick={(event) => {
          // With something selected, a press selects on.
          if (!(event.shiftKey || event.ctrlKey || event.metaKey || props.selected.size > 0))
            return;
          event.preventDefault();
          props.onToggle(event.shiftKey);
        }}
      >
        <Thumbnail entry={entry} urlOf={props.urlOf} />
        <span class="file-words">
          <span class="file-name">
            <bdi>{name}</bdi>
            {entry.kept.pinned !== "no" && (
              <span class="file-mark" title={t("files.pinned")}>
                <Icon of={Pin} />
                <span class="visually-hidden">{t("files.pinned")}</span>
              </span>
            )}
            {props.given?.has(entry.fileId) === true && (
              <span class="file-mark" title={t("files.isShared")}>
                <Icon of={Link2} />
                <span class="visually-hidden">{t("files.isShared")}</span>
              </span>
            )}
          </span>
          <span class="file-detail">
            {stopped ? (
              <span class="file-stopped">
                <Icon of={CircleAlert} />
                {sending?.state === "content"
                  ? t("files.needsContent")
                  : failureSentence(sending?.failure ?? null)}
              </span>
            ) : sending !== null ? (
              <span class="file-sending">
                <Icon of={CloudUpload} />
                {sending.state === "paused" ? t("files.paused") : t("files.sending")}
              </span>
            ) : (
              <Detail entry={entry} now={now} />
            )}
          </span>
          {sending?.state === "sending" && sending.total > 0 && (
            <Progress label={t("files.sending")} done={sending.done} total={sending.total} />
          )}
        </span>
      </a>
      <IconButton
        icon={Ellipsis}
        label={t("files.more", { name })}
        tip="below-end"
        hasPopup="menu"
        onClick={(event) => props.onMenu(event.currentTarget as HTMLElement)}
      />
    </div>
  );
}

function Detail({ entry, now }: { entry: FileEntry; now: number }) {
  if (entry.binned !== null)
    return (
      <>
        {t("files.binnedBy", { name: entry.binned.byName })}{" "}
        <TimeLabel at={entry.binned.at} now={now} style="recent" />
      </>
    );
  if (entry.kind === "folder") return <>{t("files.count", { count: entry.children })}</>;
  return (
    <>
      <span class="visually-hidden">{kindWord(entry)} </span>
      <span class="file-size">{formatBytes(entry.size)}</span>
      <Dot />
      <TimeLabel at={entry.changedAt} now={now} style="recent" />
      {!entry.mine && (
        <span class="file-by">
          <Dot />
          <bdi>{entry.changedByName}</bdi>
        </span>
      )}
      {entry.comments > 0 && (
        <span class="file-by">
          <Dot />
          {t("files.commentCount", { count: entry.comments })}
        </span>
      )}
    </>
  );
}

/** Between two facts; the spaces keep them apart for those who hear them. */
function Dot() {
  return (
    <>
      {" "}
      <span class="file-dot" aria-hidden="true">
        ·
      </span>{" "}
    </>
  );
}
