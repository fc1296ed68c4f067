import "./files.css";
import type { FileEntry, Sort } from "@baraza/engine";
import {
  ArrowLeft,
  ChevronRight,
  FolderOpen,
  HardDrive,
  Link2,
  Trash2,
  TriangleAlert,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber, t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { LiveRegion } from "../../ui/hidden.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { AddMenu } from "./add.tsx";
import { type Chosen, chosenFrom } from "./chosen.ts";
import { Arrange, type Layout } from "./arrange.tsx";
import { EntryList } from "./entry-list.tsx";
import { safeName } from "./model.ts";
import type { Act } from "./actions.ts";
import { SelectionBar } from "./selection.tsx";
import type { ThumbnailUrl } from "./thumbnail.tsx";

export interface FilesProps {
  /** The space's title; null for one's own files. */
  title: string | null;
  /** From the top to the folder; empty at the top. */
  path: readonly { fileId: string; name: string }[];
  /** How many things are here; undefined until the first answer. */
  total: number | undefined;
  /** False: the folder was deleted, or never was. */
  exists: boolean;
  entryAt: (index: number) => FileEntry | undefined;
  /** These are on the screen; both ends are counted. */
  onRange: (first: number, last: number) => void;
  sort: Sort;
  onSort: (sort: Sort) => void;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  canWrite: boolean;
  /** Where the place and camera in pictures are kept. */
  keepDetails: boolean;
  onKeepDetails: (keep: boolean) => void;
  now: number;
  urlOf: ThumbnailUrl;
  hrefOf: (entry: FileEntry) => string;
  folderHref: (fileId: string | null) => string;
  binHref: string;
  sharedHref: string;
  /** What is given to people outside now, and how much they have left here that was not looked at. */
  marks: { fileIds: ReadonlySet<string>; unseen: number };
  onChosen: (chosen: readonly Chosen[]) => void;
  onNewFolder: () => void;
  onBringIn: () => void;
  onLetSend: () => void;
  onAct: (act: Act, entries: readonly FileEntry[]) => void;
  onStorage: () => void;
  /** Something about the room at the node that people should know. */
  warning?: string | undefined;
  onBack: () => void;
  /** Below the list: what is being uploaded. */
  children?: ComponentChildren;
}

/** What lies in a folder of a space. */
export function Files(props: FilesProps) {
  const { path, total } = props;
  const [selected, setSelected] = useState<ReadonlyMap<string, FileEntry>>(new Map());
  const here = path.at(-1);
  const folderId = here?.fileId ?? null;
  useEffect(() => setSelected(new Map()), [folderId]);
  const title = here === undefined ? (props.title ?? t("files.own")) : safeName(here.name);
  const act: FilesProps["onAct"] = (what, entries) => {
    props.onAct(what, entries);
    if (selected.size > 0) setSelected(new Map());
  };
  return (
    <DropPlace canWrite={props.canWrite} onChosen={props.onChosen}>
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="files-title" class="as-page" dir="auto" tabIndex={-1}>
            {title}
          </h1>
          <p class="pane-sub">
            {total === undefined ? t("files.title") : t("files.count", { count: total })}
          </p>
        </div>
        <IconButton
          icon={HardDrive}
          label={t("files.storage")}
          tip="below-end"
          hasPopup="dialog"
          onClick={props.onStorage}
        />
        <a
          class="icon-button"
          data-tip="below-end"
          aria-label={t("files.bin")}
          href={props.binHref}
        >
          <Icon of={Trash2} />
        </a>
      </header>
      <Crumbs path={path} top={props.title ?? t("files.own")} hrefOf={props.folderHref} />
      {selected.size > 0 ? (
        <SelectionBar
          selected={[...selected.values()]}
          canWrite={props.canWrite}
          onAct={act}
          onClear={() => setSelected(new Map())}
        />
      ) : (
        <div class="files-bar">
          {props.canWrite && (
            <AddMenu
              keepDetails={props.keepDetails}
              onKeepDetails={props.onKeepDetails}
              onChosen={props.onChosen}
              onNewFolder={props.onNewFolder}
              onBringIn={props.onBringIn}
              onLetSend={props.onLetSend}
            />
          )}
          <a
            class="icon-button files-outside"
            data-tip="below-end"
            aria-label={
              props.marks.unseen > 0
                ? t("files.sharedNew", { count: props.marks.unseen })
                : t("files.shared")
            }
            href={props.sharedHref}
          >
            <Icon of={Link2} />
            {props.marks.unseen > 0 && (
              <span class="files-unseen" aria-hidden="true">
                {formatNumber(props.marks.unseen)}
              </span>
            )}
          </a>
          <Arrange
            sort={props.sort}
            onSort={props.onSort}
            layout={props.layout}
            onLayout={props.onLayout}
          />
        </div>
      )}
      {props.warning !== undefined && (
        <Banner
          tone="notice"
          icon={TriangleAlert}
          action={{ label: t("files.storage"), onClick: props.onStorage }}
        >
          {props.warning}
        </Banner>
      )}
      {total === undefined ? (
        <Skeleton label={t("ui.moment")} rows={6} />
      ) : !props.exists ? (
        <EmptyState
          picture={<Icon of={FolderOpen} />}
          title={t("files.goneTitle")}
          action={
            <a class="button" data-kind="primary" href={props.folderHref(null)}>
              <span class="button-words">{t("files.toTop")}</span>
            </a>
          }
        >
          {t("files.gone")}
        </EmptyState>
      ) : total === 0 ? (
        <EmptyState picture={<Icon of={FolderOpen} />} title={t("files.emptyTitle")}>
          {!props.canWrite
            ? t("files.emptyClosed")
            : props.title === null
              ? t("files.emptyOwn")
              : t("files.empty")}
        </EmptyState>
      ) : (
        <EntryList
          key={`${folderId} ${props.layout}`}
          label={title}
          total={total}
          entryAt={props.entryAt}
          onRange={props.onRange}
          layout={props.layout}
          canWrite={props.canWrite}
          now={props.now}
          urlOf={props.urlOf}
          hrefOf={props.hrefOf}
          given={props.marks.fileIds}
          selected={selected}
          onSelect={setSelected}
          onAct={act}
        />
      )}
      <LiveRegion text={selected.size > 0 ? t("files.selected", { count: selected.size }) : ""} />
      {props.children}
    </DropPlace>
  );
}

/** The way from the top to here. The middle of a long one folds into a scroll of its own. */
function Crumbs({
  path,
  top,
  hrefOf,
}: {
  path: FilesProps["path"];
  top: string;
  hrefOf: (fileId: string | null) => string;
}) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // The end of the way is where one is.
    list.current?.lastElementChild?.scrollIntoView({ block: "nearest", inline: "end" });
  }, [path]);
  if (path.length === 0) return null;
  return (
    <nav class="crumbs" aria-label={t("files.path")}>
      <ol ref={list}>
        <li>
          <a href={hrefOf(null)}>
            <bdi>{top}</bdi>
          </a>
        </li>
        {path.map(({ fileId, name }, i) => (
          <li key={fileId}>
            <Icon of={ChevronRight} mirror />
            <a href={hrefOf(fileId)} aria-current={i === path.length - 1 ? "page" : undefined}>
              <bdi>{safeName(name)}</bdi>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Takes files and folders that are dropped or pasted anywhere on the screen. */
function DropPlace({
  canWrite,
  onChosen,
  children,
}: {
  canWrite: boolean;
  onChosen: (chosen: readonly Chosen[]) => void;
  children: ComponentChildren;
}) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!canWrite) return;
    const paste = (event: ClipboardEvent): void => {
      const inField =
        event.target instanceof Element && event.target.closest("input, textarea, dialog");
      const data = event.clipboardData;
      if (inField || data === null || data.files.length === 0) return;
      event.preventDefault();
      void chosenFrom(data).then(onChosen);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [canWrite, onChosen]);
  const isFiles = (event: DragEvent): boolean =>
    canWrite && event.dataTransfer !== null && event.dataTransfer.types.includes("Files");
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the button that adds files is the keyboard's way
    <section
      class="files settings"
      aria-labelledby="files-title"
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!isFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!isFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        void chosenFrom(event.dataTransfer).then(onChosen);
      }}
    >
      {children}
      {over && (
        <p class="files-drop" role="status">
          {t("files.dropHere")}
        </p>
      )}
    </section>
  );
}

/** Nothing of a space is here: it is not there, or one is no member any more. */
export function NoFiles({ homeHref }: { homeHref: string }) {
  return (
    <EmptyState
      title={t("files.noneTitle")}
      action={
        <a class="button" data-kind="primary" href={homeHref}>
          <span class="button-words">{t("ui.toStart")}</span>
        </a>
      }
    >
      {t("files.none")}
    </EmptyState>
  );
}
