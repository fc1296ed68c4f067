import type { FileEntry } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { save } from "../../content/save.ts";
import { Details } from "../../features/files/details.tsx";
import { NameDialog } from "../../features/files/name-dialog.tsx";
import { type Folders, PlaceDialog, type Spot } from "../../features/files/place-dialog.tsx";
import { troubleSentence } from "../../features/files/preview.tsx";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Live, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { sourceOf, troubleIn } from "./files-reading.ts";
import { uploaderOf } from "./files-upload.ts";

/** What is being asked about files. */
export type Dialogue =
  | { what: "newFolder"; parentId: string | null }
  | {
      what: "rename" | "move" | "copy" | "pin" | "download" | "details";
      entries: readonly FileEntry[];
    };

export interface FileDialogsProps {
  engine: EnginePort;
  spaceId: string;
  dialogue: Dialogue;
  canWrite: boolean;
  now: number;
  keepDetails: boolean;
  onDownload: (entries: readonly FileEntry[]) => void;
  onClose: () => void;
}

/** The dialog that is open. */
export function FileDialogs(props: FileDialogsProps) {
  const { engine, spaceId, dialogue, onClose } = props;
  switch (dialogue.what) {
    case "newFolder":
      return (
        <NameDialog
          title={t("files.newFolder")}
          action={t("files.make")}
          name=""
          onClose={onClose}
          onName={(name) => {
            onClose();
            const { parentId } = dialogue;
            void engine.call("files.newFolder", { spaceId, parentId, name }).then(tellPlace);
          }}
        />
      );
    case "rename": {
      const [entry] = dialogue.entries;
      if (entry === undefined) return null;
      return (
        <NameDialog
          title={t("files.rename")}
          action={t("ui.save")}
          name={entry.name}
          onClose={onClose}
          onName={(name) => {
            onClose();
            const { fileId } = entry;
            void engine.call("files.rename", { spaceId, fileId, name }).then(tell);
          }}
        />
      );
    }
    case "move":
    case "copy":
      return <Placing {...props} what={dialogue.what} entries={dialogue.entries} />;
    case "pin":
    case "download":
      return <Costing {...props} what={dialogue.what} entries={dialogue.entries} />;
    case "details":
      return dialogue.entries[0] === undefined ? null : (
        <FileDetails {...props} first={dialogue.entries[0]} />
      );
  }
}

type Several = FileDialogsProps & { entries: readonly FileEntry[] };

/** Folders that a place shows at most. */
const FOLDERS = 500;

function Placing({ engine, spaceId, what, entries, onClose }: Several & { what: "move" | "copy" }) {
  const [spot, setSpot] = useState<Spot | null>({ spaceId, path: [] });
  const own = useOwnSpace(engine, what === "copy");
  const rows = useLive(engine.conversations, "conversations");
  const { folders, parentId } = useFolders(engine, spot);
  const count = entries.length;
  const fileIds = entries.map(({ fileId }) => fileId);
  const places = what === "move" ? undefined : placesOf(own, rows);
  const refuse = (result: Result<unknown>, done: string): void => {
    if (result.ok) toast({ text: done });
    else tellPlace(result);
  };
  return (
    <PlaceDialog
      title={what === "move" ? t("files.moveTitle", { count }) : t("files.copyTitle", { count })}
      action={what === "move" ? t("files.moveHere") : t("files.copyHere")}
      places={places}
      spot={spot}
      onSpot={setSpot}
      folders={folders}
      refused={new Set(spot?.spaceId === spaceId ? fileIds : [])}
      onNewFolder={(name) => {
        if (spot !== null)
          void engine
            .call("files.newFolder", { spaceId: spot.spaceId, parentId, name })
            .then(tellPlace);
      }}
      onClose={onClose}
      onChosen={(chosen) => {
        onClose();
        const to = chosen.path.at(-1)?.fileId ?? null;
        if (what === "move")
          void engine
            .call("files.move", { spaceId, fileIds, parentId: to })
            .then((result) => refuse(result, t("files.moved")));
        else
          void engine
            .call("files.copy", { spaceId, fileIds, toSpaceId: chosen.spaceId, parentId: to })
            .then((result) => refuse(result, t("files.copied")));
      }}
    />
  );
}

/** Choosing a folder of any space, for something that comes from elsewhere. */
export function PlacePicker({
  engine,
  title,
  action,
  start,
  onClose,
  onChosen,
}: {
  engine: EnginePort;
  title: string;
  action: string;
  /** Where it begins. */
  start: { spaceId: string; folderId: string | null };
  onClose: () => void;
  onChosen: (to: { spaceId: string; parentId: string | null }) => void;
}) {
  const [spot, setSpot] = useState<Spot | null>();
  const own = useOwnSpace(engine, true);
  const rows = useLive(engine.conversations, "conversations");
  const { spaceId, folderId } = start;
  // The folder's way from the top; it may be gone by now.
  const first = useLive(
    engine.watch("files.folder", { spaceId, parentId: folderId, offset: 0, limit: 1 }),
    `start ${spaceId} ${folderId}`,
  );
  const now: Spot | null | undefined =
    spot === undefined && first !== undefined
      ? { spaceId, path: first.exists ? first.path : [] }
      : spot;
  const { folders, parentId } = useFolders(engine, now ?? null);
  if (now === undefined) return null;
  return (
    <PlaceDialog
      title={title}
      action={action}
      places={placesOf(own, rows)}
      spot={now}
      onSpot={setSpot}
      folders={folders}
      refused={new Set()}
      onNewFolder={(name) => {
        if (now !== null)
          void engine.call("files.newFolder", { spaceId: now.spaceId, parentId, name }).then(tell);
      }}
      onClose={onClose}
      onChosen={(chosen) =>
        onChosen({ spaceId: chosen.spaceId, parentId: chosen.path.at(-1)?.fileId ?? null })
      }
    />
  );
}

/** One's own space, once it is wanted. */
function useOwnSpace(engine: EnginePort, wanted: boolean): string | undefined {
  const [own, setOwn] = useState<string>();
  useEffect(() => {
    if (wanted)
      void engine.call("files.own", {}).then((result) => {
        if (result.ok) setOwn(result.value.spaceId);
      });
  }, [engine, wanted]);
  return own;
}

function placesOf(
  own: string | undefined,
  rows: readonly { spaceId: string; title: string }[] | undefined,
) {
  return [
    ...(own === undefined ? [] : [{ spaceId: own, title: t("files.own"), own: true }]),
    ...(rows ?? []).map((row) => ({ spaceId: row.spaceId, title: row.title, own: false })),
  ];
}

/** The folders where one is. */
function useFolders(engine: EnginePort, spot: Spot | null) {
  const parentId = spot?.path.at(-1)?.fileId ?? null;
  const page = useLive(
    spot === null
      ? nothing
      : engine.watch("files.folder", {
          spaceId: spot.spaceId,
          parentId,
          offset: 0,
          limit: FOLDERS,
        }),
    `folders ${spot?.spaceId} ${parentId}`,
  );
  // Folders stand in front: where there is a file among them, all were seen.
  const folders: Folders =
    page == null
      ? undefined
      : {
          folders: page.entries.filter(({ kind }) => kind === "folder"),
          cut: page.total > FOLDERS && page.entries.every(({ kind }) => kind === "folder"),
        };
  return { folders, parentId };
}

/** Bytes that are loaded without asking. */
const FREE = 1_000_000;

/** Keeping here or saving: what has to be loaded for it is said first. */
function Costing({
  engine,
  spaceId,
  what,
  entries,
  onDownload,
  onClose,
}: Several & { what: "pin" | "download" }) {
  const [cost, setCost] = useState<number>();
  const fileIds = entries.map(({ fileId }) => fileId);
  const begin = (): void => {
    onClose();
    if (what === "download") onDownload(entries);
    else void engine.call("files.pin", { spaceId, fileIds, on: true }).then(tell);
  };
  useEffect(() => {
    void engine.call("files.cost", { spaceId, fileIds }).then((result) => {
      if (!result.ok) {
        onClose();
        tell(result);
      } else if (result.value.bytes <= FREE) begin();
      else setCost(result.value.bytes);
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once for what was chosen
  }, [engine]);
  if (cost === undefined) return null;
  const size = formatBytes(cost);
  return (
    <Dialog
      title={what === "pin" ? t("files.pinTitle") : t("files.download")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" onClick={begin}>
            {what === "pin" ? t("files.pin") : t("files.download")}
          </Button>
        </>
      }
    >
      <p>{what === "pin" ? t("files.pinCost", { size }) : t("files.zipCost", { size })}</p>
    </Dialog>
  );
}

function FileDetails({
  engine,
  spaceId,
  first,
  canWrite,
  now,
  keepDetails,
  onClose,
}: FileDialogsProps & { first: FileEntry }) {
  const { fileId } = first;
  const key = `${spaceId} ${fileId}`;
  const entry = useLive(engine.watch("files.entry", { spaceId, fileId }), `entry ${key}`) ?? first;
  const versions = useLive(engine.watch("files.versions", { spaceId, fileId }), `versions ${key}`);
  const comments = useLive(engine.watch("files.comments", { spaceId, fileId }), `comments ${key}`);
  return (
    <Details
      entry={entry}
      versions={versions}
      comments={comments}
      canWrite={canWrite}
      now={now}
      onClose={onClose}
      onNewVersion={(file) => uploaderOf(engine).addVersion({ spaceId, fileId }, file, keepDetails)}
      onDownload={(versionId) => {
        const version = versions?.find((one) => one.versionId === versionId);
        if (version === undefined) return;
        const { size, type } = version;
        const source = sourceOf(engine, { ...entry, size, type }, versionId, (why) =>
          toast({ text: troubleSentence(troubleIn(why)) }),
        );
        save(source).catch(() => toast({ text: t("files.failure.other") }));
      }}
      onRestore={(versionId) =>
        void engine.call("files.restoreVersion", { spaceId, fileId, versionId }).then(tell)
      }
      onComment={(text) => void engine.call("files.comment", { spaceId, fileId, text }).then(tell)}
      onDeleteComment={(eventId) =>
        void engine.call("files.deleteComment", { spaceId, fileId, eventId }).then(tell)
      }
    />
  );
}

const nothing: Live<null> = (listen) => {
  listen(null);
  return () => undefined;
};

/** For what may not go where it was wanted: too deep, or into itself. */
function tellPlace(result: Result<unknown>): void {
  if (!result.ok && result.code === "invalid") toast({ text: t("files.refused") });
  else tell(result);
}

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}
