import type { EngineLive, FileEntry, FolderPage, Sort } from "@baraza/engine";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { save, TooLargeToSave } from "../../content/save.ts";
import { type Act, isThere } from "../../features/files/actions.ts";
import type { Chosen } from "../../features/files/chosen.ts";
import type { Layout } from "../../features/files/arrange.tsx";
import { Bin } from "../../features/files/bin.tsx";
import { Files as FilesScreen, NoFiles } from "../../features/files/browse.tsx";
import { troubleSentence } from "../../features/files/preview.tsx";
import { Storage } from "../../features/files/storage.tsx";
import { Uploads } from "../../features/files/uploads.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Live, Result, SpaceInfo } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import { recall, remember } from "../memory.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { FileDialogs, type Dialogue } from "./files-dialogs.tsx";
import { FilePreview } from "./files-preview.tsx";
import { contentOf, createThumbnails, type ReadError, troubleIn } from "./files-reading.ts";
import { type Sharing, useMarks } from "./sharing-marks.ts";
import { uploaderOf } from "./files-upload.ts";

const ShareDialogs = lazy(
  () =>
    Promise.all([import("./sharing.tsx"), loadWords("links")]).then(
      ([screens]) => screens.ShareDialogs,
    ),
  { aside: true },
);
const FilesImport = lazy(() =>
  Promise.all([import("./files-import.tsx"), loadWords("import")]).then(
    ([screens]) => screens.FilesImport,
  ),
);

/** Milliseconds after which a folder that is looked at has fetched what adding to it takes. */
const WARM_MS = 3000;

export interface FilesScreenProps {
  engine: EnginePort;
  /** Null: one's own files. */
  spaceId: string | null;
  folderId: string | null;
  /** This one is open over its folder. */
  fileId: string | null;
}

/** A folder of a space or of one's own, and a file over it. */
export function Files(props: FilesScreenProps) {
  const found = useSpaceId(props.engine, props.spaceId);
  if ("failed" in found)
    return (
      <EmptyState title={t("files.title")}>
        <span role="alert">{found.failed}</span>
      </EmptyState>
    );
  if (found.spaceId === undefined) return <Skeleton label={t("ui.moment")} />;
  return <Folder {...props} id={found.spaceId} />;
}

function Folder({
  engine,
  spaceId: asked,
  id: spaceId,
  folderId: askedFolder,
  fileId,
}: FilesScreenProps & { id: string }) {
  const now = useNow();
  const uploader = uploaderOf(engine);
  const space = useSpace(engine, asked);
  const uploads = useLive(engine.watch("files.uploads", {}), "uploads") ?? [];
  const open = useLive(
    fileId === null ? nothing : engine.watch("files.entry", { spaceId, fileId }),
    `entry ${spaceId} ${fileId}`,
  );
  // A file that was opened by its address lies in a folder that is not known at first.
  const lastFolder = useRef(askedFolder);
  const folderId =
    fileId === null
      ? askedFolder
      : open == null
        ? lastFolder.current
        : open.kind === "folder"
          ? open.fileId
          : open.parentId;
  lastFolder.current = folderId;
  const [sort, setSort] = useState<Sort>({ by: "name", down: false });
  const [layout, setLayout] = useState<Layout>(recall("files-grid") === "yes" ? "grid" : "list");
  const [keepDetails, setKeepDetails] = useState(false);
  const [dialogue, setDialogue] = useState<Dialogue>();
  const [storing, setStoring] = useState(false);
  const hub = useLive(engine.watch("files.hub", { spaceId }), `hub ${spaceId}`);
  const [bringing, setBringing] = useState(false);
  const [sharing, setSharing] = useState<Sharing>();
  const marks = useMarks(engine, spaceId);
  const folder = useFolder(
    (offset, limit) =>
      engine.watch("files.folder", { spaceId, parentId: folderId, sort, offset, limit }),
    `${spaceId} ${folderId} ${sort.by} ${sort.down}`,
  );
  const thumbnails = useMemo(() => createThumbnails(engine), [engine]);
  useEffect(() => () => thumbnails.close(), [thumbnails]);
  const onChosen = useCallback(
    (chosen: readonly Chosen[]): void => {
      uploader.add({ spaceId, parentId: folderId }, chosen, keepDetails);
    },
    [uploader, spaceId, folderId, keepDetails],
  );

  const canWrite = space?.mayWrite === true;
  useEffect(() => {
    if (!canWrite) return;
    const timer = setTimeout(() => uploader.warm(), WARM_MS);
    return () => clearTimeout(timer);
  }, [uploader, canWrite]);

  if (space === null) return <NoFiles homeHref={hrefOf({ at: "home" })} />;
  const act = (what: Act, entries: readonly FileEntry[]): void => {
    const [first] = entries;
    const fileIds = entries.map((entry) => entry.fileId);
    if (first === undefined) return;
    switch (what) {
      case "open":
        go(routeOf(asked, first));
        return;
      case "download":
        // What is in a folder may be much: that is asked for first.
        if (entries.some(({ kind }) => kind === "folder")) setDialogue({ what, entries });
        else void download(engine, entries);
        return;
      case "bin":
        void bin(engine, spaceId, fileIds);
        return;
      case "share":
        setSharing({ what: "give", entries });
        return;
      case "letSend":
        setSharing({ what: "ask", folderId: first.fileId, name: first.name });
        return;
      case "unpin":
        void engine.call("files.pin", { spaceId, fileIds, on: false }).then(tell);
        return;
      case "restore":
      case "purge":
        // Only what is in the bin, which is a screen of its own.
        return;
      default:
        setDialogue({ what, entries });
    }
  };
  const around = neighbours(folder.entryAt, folder.total ?? 0, fileId);
  const goTo = (entry: FileEntry | undefined) =>
    entry && (() => go({ at: "file", spaceId: asked, fileId: entry.fileId }, { replace: true }));
  return (
    <>
      <FilesScreen
        title={space === undefined ? "" : space.title}
        path={folder.path}
        total={folder.total}
        exists={folder.exists}
        entryAt={folder.entryAt}
        onRange={folder.onRange}
        sort={sort}
        onSort={setSort}
        layout={layout}
        onLayout={(next) => {
          setLayout(next);
          remember("files-grid", next === "grid" ? "yes" : undefined);
        }}
        canWrite={canWrite}
        keepDetails={keepDetails}
        onKeepDetails={setKeepDetails}
        now={now}
        urlOf={thumbnails.urlOf}
        hrefOf={(entry) => hrefOf(routeOf(asked, entry))}
        folderHref={(id) => hrefOf({ at: "files", spaceId: asked, folderId: id })}
        binHref={hrefOf({ at: "bin", spaceId: asked })}
        sharedHref={hrefOf({ at: "shared", spaceId: asked, boxId: null })}
        marks={marks}
        onLetSend={() =>
          setSharing({
            what: "ask",
            folderId,
            name: folder.path.at(-1)?.name ?? space?.title ?? t("files.own"),
          })
        }
        onChosen={onChosen}
        onNewFolder={() => setDialogue({ what: "newFolder", parentId: folderId })}
        onBringIn={() => setBringing(true)}
        onAct={act}
        onStorage={() => setStoring(true)}
        warning={warningOf(hub ?? null)}
        onBack={back}
      >
        <Uploads
          uploads={uploads.filter((upload) => upload.spaceId === spaceId)}
          preparing={uploader.preparing.value}
          onPause={(uploadId) => void engine.call("files.pause", { uploadId }).then(tell)}
          onResume={(uploadId) => void engine.call("files.resume", { uploadId }).then(tell)}
          onContent={(uploadId, content) =>
            void engine.call("files.resume", { uploadId, content }).then((result) => {
              if (!result.ok && result.code === "file_changed")
                toast({ text: t("files.failure.another") });
              else tell(result);
            })
          }
          onCancel={(uploadId) => void engine.call("files.cancel", { uploadId }).then(tell)}
          onDismiss={() => uploader.dismiss()}
        />
      </FilesScreen>
      {fileId !== null && open != null && open.kind === "file" && (
        <FilePreview
          key={open.fileId}
          engine={engine}
          entry={open}
          before={goTo(around.before)}
          after={goTo(around.after)}
          onDownload={() => void download(engine, [open])}
          onDetails={() => setDialogue({ what: "details", entries: [open] })}
          onShare={
            canWrite && isThere(open)
              ? () => setSharing({ what: "give", entries: [open] })
              : undefined
          }
          onClose={back}
        />
      )}
      {dialogue && (
        <FileDialogs
          engine={engine}
          spaceId={spaceId}
          dialogue={dialogue}
          canWrite={canWrite}
          now={now}
          keepDetails={keepDetails}
          onDownload={(entries) => void download(engine, entries)}
          onClose={() => setDialogue(undefined)}
        />
      )}
      {sharing && (
        <ShareDialogs
          engine={engine}
          spaceId={spaceId}
          asked={asked}
          sharing={sharing}
          now={now}
          onClose={() => setSharing(undefined)}
        />
      )}
      {bringing && (
        <FilesImport
          engine={engine}
          into={{ spaceId, parentId: folderId }}
          where={folder.path.at(-1)?.name ?? space?.title ?? t("files.title")}
          keepDetails={keepDetails}
          onClose={() => setBringing(false)}
        />
      )}
      {storing && <Room engine={engine} spaceId={spaceId} onClose={() => setStoring(false)} />}
    </>
  );
}

/** What was deleted in a space or in one's own files. */
export function FilesBin({
  engine,
  spaceId: asked,
}: {
  engine: EnginePort;
  spaceId: string | null;
}) {
  const found = useSpaceId(engine, asked);
  if (!("spaceId" in found) || found.spaceId === undefined)
    return <Skeleton label={t("ui.moment")} />;
  return <BinOf engine={engine} asked={asked} spaceId={found.spaceId} />;
}

function BinOf({
  engine,
  asked,
  spaceId,
}: {
  engine: EnginePort;
  asked: string | null;
  spaceId: string;
}) {
  const now = useNow();
  const space = useSpace(engine, asked);
  const folder = useFolder(
    (offset, limit) => engine.watch("files.binned", { spaceId, offset, limit }),
    `bin ${spaceId}`,
  );
  const thumbnails = useMemo(() => createThumbnails(engine), [engine]);
  useEffect(() => () => thumbnails.close(), [thumbnails]);
  if (space === null) return <NoFiles homeHref={hrefOf({ at: "home" })} />;
  const ids = (entries: readonly FileEntry[]): string[] => entries.map(({ fileId }) => fileId);
  return (
    <Bin
      title={space === undefined ? "" : space.title}
      total={folder.total}
      entryAt={folder.entryAt}
      onRange={folder.onRange}
      canWrite={space?.mayWrite === true}
      now={now}
      urlOf={thumbnails.urlOf}
      hrefOf={() => hrefOf({ at: "bin", spaceId: asked })}
      onRestore={(entries) =>
        void engine
          .call("files.restore", { spaceId, fileIds: ids(entries) })
          .then((result) => tell(result, t("files.restored")))
      }
      onPurge={(entries) =>
        void engine
          .call("files.purge", { spaceId, fileIds: ids(entries) })
          .then((result) => tell(result, t("files.purged")))
      }
      onEmpty={() =>
        void engine
          .call("files.emptyBin", { spaceId })
          .then((result) => tell(result, t("files.purged")))
      }
      onBack={back}
    />
  );
}

/** Of what the node said last, what somebody has to do something about. */
function warningOf(hub: EngineLive["files.hub"]["value"]): string | undefined {
  if (hub === null) return undefined;
  if (hub.standing === "full" || hub.standing === "missing")
    return t(`files.standing.${hub.standing}`);
  return hub.nearlyFull ? t("files.nearlyFull") : undefined;
}

function Room({
  engine,
  spaceId,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  onClose: () => void;
}) {
  const usage = useLive(engine.watch("files.usage", { spaceId }), `usage ${spaceId}`);
  const kept = useLive(engine.watch("files.kept", {}), "kept");
  return (
    <Storage
      usage={usage}
      kept={kept}
      onRoom={(bytes) => void engine.call("files.setRoom", { bytes }).then(tell)}
      onFree={() =>
        void engine.call("files.free", {}).then((result) => tell(result, t("files.freed")))
      }
      onClose={onClose}
    />
  );
}

/** What is known of a space; null: it is not on this device. One's own is always there, for oneself alone. */
function useSpace(
  engine: EnginePort,
  asked: string | null,
): (Pick<SpaceInfo, "state" | "mayWrite"> & { title: string | null }) | null | undefined {
  const space = useLive(asked === null ? nothing : engine.space(asked), `space ${asked}`);
  const [own, setOwn] = useState<string>();
  // A search leads to one's own files by the id of their space, which is no conversation.
  const missing = asked !== null && space === null;
  useEffect(() => {
    if (missing)
      void engine
        .call("files.own", {})
        .then((result) => setOwn(result.ok ? result.value.spaceId : ""));
  }, [engine, missing]);
  if (asked === null || (missing && own === asked))
    return { title: null, state: "active", mayWrite: true };
  return missing && own === undefined ? undefined : space;
}

const nothing: Live<null> = (listen) => {
  listen(null);
  return () => undefined;
};

/** The space of a route: one's own is asked for, and made when it is not there yet. */
function useSpaceId(
  engine: EnginePort,
  asked: string | null,
): { spaceId: string | undefined } | { failed: string } {
  const [own, setOwn] = useState<{ spaceId: string | undefined } | { failed: string }>({
    spaceId: undefined,
  });
  useEffect(() => {
    if (asked !== null) return;
    let current = true;
    void engine.call("files.own", {}).then((result) => {
      if (current)
        setOwn(
          result.ok ? { spaceId: result.value.spaceId } : { failed: failureText(result.failure) },
        );
    });
    return () => {
      current = false;
    };
  }, [engine, asked]);
  return asked === null ? own : { spaceId: asked };
}

/** Entries that are followed together. */
const PAGE = 200;

/** A folder of any length: only the pages near the screen are followed. `key` names the folder and its order. */
function useFolder(watch: (offset: number, limit: number) => Live<FolderPage>, key: string) {
  const [held, setHeld] = useState<{
    key: string;
    pages: ReadonlyMap<number, FolderPage>;
    last: FolderPage | undefined;
  }>({ key, pages: new Map(), last: undefined });
  const [range, setRange] = useState({ first: 0, last: 0 });
  const following = useRef(new Map<number, () => void>());
  const followed = useRef(key);
  const end = useCallback((): void => {
    for (const stop of following.current.values()) stop();
    following.current.clear();
  }, []);
  useEffect(() => {
    if (followed.current !== key) end();
    followed.current = key;
    for (const [page, stop] of following.current)
      if (page < range.first || page > range.last) {
        stop();
        following.current.delete(page);
      }
    for (let page = range.first; page <= range.last; page++) {
      if (following.current.has(page)) continue;
      following.current.set(
        page,
        watch(
          page * PAGE,
          PAGE,
        )((value) =>
          setHeld((before) => ({
            key,
            pages: new Map(before.key === key ? before.pages : []).set(page, value),
            last: value,
          })),
        ),
      );
    }
    // The key stands for what is followed, which is a new function in each render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, range.first, range.last]);
  useEffect(() => end, [end]);
  const { pages, last } =
    held.key === key ? held : { pages: new Map<number, FolderPage>(), last: undefined };
  const onRange = useCallback((first: number, to: number): void => {
    const next = { first: Math.floor(first / PAGE), last: Math.floor(to / PAGE) };
    setRange((before) =>
      before.first === next.first && before.last === next.last ? before : next,
    );
  }, []);
  return {
    total: last?.total,
    exists: last?.exists ?? true,
    path: last?.path ?? [],
    entryAt: (index: number): FileEntry | undefined =>
      pages.get(Math.floor(index / PAGE))?.entries[index % PAGE],
    onRange,
  };
}

function neighbours(
  entryAt: (index: number) => FileEntry | undefined,
  total: number,
  fileId: string | null,
): { before: FileEntry | undefined; after: FileEntry | undefined } {
  if (fileId === null) return { before: undefined, after: undefined };
  // Only what is loaded is looked at; it is what stands around the file on the screen.
  const files: FileEntry[] = [];
  for (let i = 0; i < total; i++) {
    const entry = entryAt(i);
    if (entry?.kind === "file") files.push(entry);
  }
  const at = files.findIndex((entry) => entry.fileId === fileId);
  return at < 0
    ? { before: undefined, after: undefined }
    : { before: files[at - 1], after: files[at + 1] };
}

function routeOf(spaceId: string | null, { kind, fileId }: FileEntry) {
  return kind === "folder"
    ? ({ at: "files", spaceId, folderId: fileId } as const)
    : ({ at: "file", spaceId, fileId } as const);
}

async function download(engine: EnginePort, entries: readonly FileEntry[]): Promise<void> {
  let told = false;
  const tellOnce = (why: ReadError): void => {
    // The browser says only that the download failed.
    if (!told) toast({ text: troubleSentence(troubleIn(why)) });
    told = true;
  };
  try {
    await save(contentOf(engine, entries, tellOnce));
  } catch (error) {
    toast({
      text:
        error instanceof TooLargeToSave
          ? t("files.failure.tooLargeHere")
          : t("files.failure.other"),
    });
  }
}

async function bin(engine: EnginePort, spaceId: string, fileIds: string[]): Promise<void> {
  const result = await engine.call("files.bin", { spaceId, fileIds });
  if (!result.ok) return tell(result);
  toast({
    text: t("files.binned", { count: fileIds.length }),
    action: {
      label: t("ui.undo"),
      run: () => void engine.call("files.restore", { spaceId, fileIds }).then(tell),
    },
  });
}

function tell(result: Result<unknown>, done?: string): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
  else if (typeof done === "string") toast({ text: done });
}
