/** Links for people outside: making them, how they stand, and what came into drop boxes. */
import type { DropBox, DroppedFile, FileEntry } from "@baraza/engine";
import type { Bytes } from "@baraza/protocol";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { save, TooLargeToSave } from "../../content/save.ts";
import { AskForFiles } from "../../features/sharing/ask.tsx";
import { Box } from "../../features/sharing/box.tsx";
import { Give } from "../../features/sharing/give.tsx";
import { type Change, Shared as SharedScreen } from "../../features/sharing/shared.tsx";
import { t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { PlacePicker } from "./files-dialogs.tsx";
import { FilePreview, type Reads } from "./files-preview.tsx";
import { ReadError } from "./files-reading.ts";
import type { Sharing } from "./sharing-marks.ts";

/** While a list of links is looked at, the nodes are asked how they stand this often; ms. */
const WATCHED = 20_000;
const DAY = 86_400_000;

/** The dialog that makes a link or a drop box. */
export function ShareDialogs({
  engine,
  spaceId,
  asked,
  sharing,
  now,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  /** The space as the address names it; null: one's own files. */
  asked: string | null;
  sharing: Sharing;
  now: number;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [link, setLink] = useState<string>();
  const links = useLive(engine.watch("sharing.links", {}), "links") ?? [];
  const make = async (work: () => Promise<Result<{ link: string }>>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const result = await work();
    setBusy(false);
    if (result.ok) setLink(result.value.link);
    else setProblem(problemOf(sharing.what, result));
  };
  if (sharing.what === "ask")
    return (
      <AskForFiles
        name={sharing.name}
        now={now}
        busy={busy}
        problem={problem}
        link={link}
        onMake={({ lasts, ...wish }) =>
          void make(() =>
            engine.call("sharing.openBox", {
              ...wish,
              expires: Date.now() + lasts,
              into: { spaceId, folderId: sharing.folderId },
            }),
          )
        }
        onClose={onClose}
      />
    );
  const { entries } = sharing;
  const fileIds = entries.map(({ fileId }) => fileId);
  const already = links.filter(
    (one) =>
      one.spaceId === spaceId &&
      one.state === "open" &&
      fileIds.every((id) => one.fileIds.includes(id)),
  );
  return (
    <Give
      names={entries.map(({ name }) => name)}
      folders={entries.some(({ kind }) => kind === "folder")}
      already={link === undefined ? already.length : 0}
      sharedHref={hrefOf({ at: "shared", spaceId: asked, boxId: null })}
      now={now}
      busy={busy}
      problem={problem}
      link={link}
      onMake={({ lasts, ...wish }) =>
        void make(() =>
          engine.call("sharing.create", {
            ...wish,
            spaceId,
            fileIds,
            expires: Date.now() + lasts,
          }),
        )
      }
      onClose={onClose}
    />
  );
}

function problemOf(what: Sharing["what"], { code, failure }: Extract<Result, { ok: false }>) {
  if (what === "ask") {
    if (code === "quota_exceeded") return t("links.failure.boxRoom");
    return code === "busy" ? t("links.failure.boxes") : failureText(failure);
  }
  switch (code) {
    case "too_large":
      return t("links.failure.tooMany");
    case "blob_incomplete":
      return t("links.failure.sending");
    case "invalid":
      return t("links.failure.empty");
    case "too_weak":
      return t("links.passphraseShort");
    case "busy":
      return t("links.failure.links");
    default:
      return failureText(failure);
  }
}

interface SharedPage {
  engine: EnginePort;
  /** Null: one's own files. */
  spaceId: string | null;
  /** One drop box; null: all that is shared. */
  boxId: string | null;
}

/** What of a space is shared outside, or one of its drop boxes. */
export function Shared(props: SharedPage) {
  const { engine, spaceId: asked } = props;
  const [own, setOwn] = useState<Result<{ spaceId: string }>>();
  useEffect(() => {
    void engine.call("files.own", {}).then(setOwn);
  }, [engine]);
  if (asked === null && own?.ok === false)
    return (
      <EmptyState title={t("links.title")}>
        <span role="alert">{failureText(own.failure)}</span>
      </EmptyState>
    );
  const ownId = own?.ok === true ? own.value.spaceId : undefined;
  const spaceId = asked ?? ownId;
  if (spaceId === undefined) return <Skeleton label={t("ui.moment")} rows={4} />;
  return props.boxId === null ? (
    <Everything {...props} id={spaceId} own={spaceId === ownId || asked === null} />
  ) : (
    <OneBox {...props} id={spaceId} boxId={props.boxId} />
  );
}

/** Asks the nodes on coming here, now and then while it is looked at, and whenever the line or the eyes come back. */
function useAsking(engine: EnginePort, spaceId: string) {
  const [asking, setAsking] = useState(false);
  const [stale, setStale] = useState(false);
  const under = useRef(false);
  const ask = useCallback(async (): Promise<void> => {
    if (under.current || document.visibilityState !== "visible") return;
    under.current = true;
    setAsking(true);
    const result = await engine.call("sharing.refresh", { spaceId });
    under.current = false;
    setAsking(false);
    setStale(!result.ok);
  }, [engine, spaceId]);
  const online = engine.status.value.line === "online";
  useEffect(() => {
    void ask();
    const timer = setInterval(() => void ask(), WATCHED);
    const look = (): void => void ask();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [ask, online]);
  return { asking, stale: stale || !online, ask };
}

function Everything({
  engine,
  spaceId: asked,
  id: spaceId,
  own,
}: SharedPage & { id: string; own: boolean }) {
  const now = useNow();
  const { asking, stale, ask } = useAsking(engine, spaceId);
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const links = useLive(engine.watch("sharing.links", {}), "links");
  const boxes = useLive(engine.watch("sharing.boxes", {}), "boxes");
  const change = (linkId: string, what: Change): void => {
    const link = links?.find((one) => one.linkId === linkId);
    if (link === undefined) return;
    const wish =
      what === "unlock"
        ? { unlock: true }
        : what === "more"
          ? { takes: Math.max(link.taken, link.takes ?? 0) + 5 }
          : // No node lets a link work for much more than a year.
            {
              expires: Math.min(
                Math.max(Date.now(), link.expires) + 7 * DAY,
                Date.now() + 365 * DAY,
              ),
            };
    void engine
      .call("sharing.change", { linkId, ...wish })
      .then((result) => tell(result, t("links.changed")));
  };
  return (
    <SharedScreen
      title={own ? null : (space?.title ?? "")}
      links={links?.filter((one) => one.spaceId === spaceId)}
      boxes={boxes?.filter(({ into }) => (into === null ? own : into.spaceId === spaceId))}
      now={now}
      asking={asking}
      stale={stale}
      boxHref={(boxId) => hrefOf({ at: "shared", spaceId: asked, boxId })}
      onAgain={() => void ask()}
      onCopy={copy}
      onChange={({ linkId }, what) => change(linkId, what)}
      onEnd={({ linkId }) =>
        void engine
          .call("sharing.revoke", { linkId })
          .then((result) => tell(result, t("links.ended")))
      }
      onClose={({ boxId }, discard) =>
        void engine
          .call("sharing.closeBox", { boxId, discard })
          .then((result) => tell(result, t("links.closed")))
      }
      onBack={back}
    />
  );
}

/** A file in a drop box as something that is read in pieces. @throws ReadError while reading */
function readsOf(
  engine: EnginePort,
  boxId: string,
  itemId: string,
  { name, type, size }: NonNullable<DroppedFile["file"]>,
): Reads {
  return {
    name,
    type,
    size,
    read: async (start, end) => {
      const parts: Bytes[] = [];
      for (let at = start; at < end;) {
        const length = Math.min(1024 * 1024, end - at);
        const result = await engine.call("sharing.read", { boxId, itemId, start: at, length });
        if (!result.ok)
          throw new ReadError(
            result.code === "not_found" || result.code === "invalid"
              ? "blob_missing"
              : (result.code ?? result.failure),
          );
        if (result.value.length === 0) break;
        parts.push(result.value);
        at += result.value.length;
      }
      if (parts.length === 1) return parts[0]!;
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    },
  };
}

type Left = DroppedFile & { file: NonNullable<DroppedFile["file"]> };
const isWhole = (one: DroppedFile): one is Left => one.file !== null;

function OneBox({ engine, id: spaceId, boxId }: SharedPage & { id: string; boxId: string }) {
  const now = useNow();
  const { asking, stale, ask } = useAsking(engine, spaceId);
  const boxes = useLive(engine.watch("sharing.boxes", {}), "boxes");
  const listed = useLive(engine.watch("sharing.dropped", { boxId }), `dropped ${boxId}`);
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const [preparing, setPreparing] = useState<ReadonlySet<string>>(new Set());
  /** Thrown away, and can still be taken back. */
  const [thrown, setThrown] = useState<ReadonlySet<string>>(new Set());
  const [placing, setPlacing] = useState<readonly Left[]>();
  const [seen, setSeen] = useState<{ file: Left; type: string }>();
  const box = boxes === undefined ? undefined : (boxes.find((one) => one.boxId === boxId) ?? null);
  const dropped = useMemo(
    () => listed?.filter(({ itemId }) => !thrown.has(itemId)),
    [listed, thrown],
  );
  const unseen = box?.unseen ?? 0;
  useEffect(() => {
    if (unseen > 0 && listed !== undefined) void engine.call("sharing.seen", { boxId });
  }, [engine, boxId, unseen, listed]);

  const note = (itemId: string, on: boolean, of: typeof setThrown): void =>
    of((before) => {
      const next = new Set(before);
      if (on) next.add(itemId);
      else next.delete(itemId);
      return next;
    });
  const throwAway = (one: DroppedFile): void => {
    const { itemId } = one;
    note(itemId, true, setThrown);
    toast({
      text: t("links.thrown", { name: one.file?.name ?? "" }),
      action: { label: t("ui.undo"), run: () => note(itemId, false, setThrown) },
      onGone: () =>
        void engine.call("sharing.discard", { boxId, itemId }).then((result) => {
          if (result.ok) return;
          note(itemId, false, setThrown);
          tell(result);
        }),
    });
  };
  const saveAll = async (
    files: readonly Left[],
    to: { spaceId: string; parentId: string | null },
  ): Promise<void> => {
    for (const { itemId } of files) note(itemId, true, setPreparing);
    for (const { itemId, file } of files) {
      try {
        const prepared = await preparedFrom(readsOf(engine, boxId, itemId, file));
        tell(await engine.call("sharing.save", { boxId, itemId, ...to, prepared }));
      } catch (error) {
        const gone = error instanceof ReadError && error.code === "blob_missing";
        toast({ text: gone ? t("links.failure.gone") : failureText("offline") });
      }
      note(itemId, false, setPreparing);
    }
  };
  const look = async (file: Left): Promise<void> => {
    const { sniff } = await import("../../decode/prepare.ts");
    const source = readsOf(engine, boxId, file.itemId, file.file);
    // What the sender's program says it is decides nothing.
    const type = await sniff(source, file.file.name).then(
      (found) => found.type,
      () => file.file.type,
    );
    setSeen({ file, type });
  };
  const download = (file: Left): void => {
    save(readsOf(engine, boxId, file.itemId, file.file)).catch((error: unknown) =>
      toast({
        text:
          error instanceof TooLargeToSave
            ? t("files.failure.tooLargeHere")
            : t("files.failure.other"),
      }),
    );
  };
  return (
    <>
      <Box
        box={box}
        dropped={dropped}
        now={now}
        asking={asking}
        stale={stale}
        canSave={space === null || space === undefined || space.state === "active"}
        preparing={preparing}
        onAgain={() => void ask()}
        onCopy={copy}
        onLook={(one) => isWhole(one) && void look(one)}
        onDownload={(one) => isWhole(one) && download(one)}
        onSave={(files) => setPlacing(files.filter(isWhole))}
        onResume={(uploadId) => void engine.call("files.resume", { uploadId }).then(tell)}
        onThrow={throwAway}
        onBack={back}
      />
      {placing && (
        <PlacePicker
          engine={engine}
          title={t("links.saveTitle", { count: placing.length })}
          action={t("links.saveHere")}
          start={startOf(box, spaceId)}
          onClose={() => setPlacing(undefined)}
          onChosen={(to) => {
            setPlacing(undefined);
            void saveAll(placing, to);
          }}
        />
      )}
      {seen && (
        <FilePreview
          engine={engine}
          entry={entryFor(spaceId, seen.file, seen.type)}
          source={{ ...readsOf(engine, boxId, seen.file.itemId, seen.file.file), type: seen.type }}
          before={undefined}
          after={undefined}
          onDownload={() => download(seen.file)}
          onClose={() => setSeen(undefined)}
        />
      )}
    </>
  );
}

function startOf(box: DropBox | null | undefined, spaceId: string) {
  return box?.into ?? { spaceId, folderId: null };
}

/** What was left, as the preview knows files. */
function entryFor(spaceId: string, { itemId, file, at }: Left, type: string): FileEntry {
  return {
    spaceId,
    fileId: itemId,
    kind: "file",
    parentId: null,
    name: file.name,
    type,
    size: file.size,
    meta: {},
    hasThumbnail: false,
    versions: 1,
    comments: 0,
    children: 0,
    addedAt: at,
    changedAt: at,
    changedBy: "",
    changedByName: file.from,
    mine: false,
    binned: null,
    sending: null,
    kept: { bytes: 0, pinned: "no" },
  };
}

/**
 * What this device makes of a file that somebody outside has left. The file itself stays as it was sent.
 * @throws ReadError when not even its beginning can be read now
 */
async function preparedFrom(source: Reads) {
  const { createDecoder, sniff } = await import("../../decode/prepare.ts");
  const { kind, type } = await sniff(source, source.name);
  if (kind === "audio" || kind === "video") return { type };
  const decoder = createDecoder();
  try {
    const { thumbnail, text, meta } = await decoder.describe(source, source.name);
    const { width, height, durationMs, pages } = meta;
    return { type, thumbnail, text, meta: { width, height, durationMs, pages } };
  } catch {
    // It goes in without a picture and words.
    return { type };
  } finally {
    decoder.close();
  }
}

function copy(link: string): void {
  navigator.clipboard.writeText(link).then(
    () => toast({ text: t("links.copied") }),
    () => toast({ text: t("links.notCopied") }),
  );
}

function tell(result: Result<unknown>, done?: string): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
  else if (typeof done === "string") toast({ text: done });
}
