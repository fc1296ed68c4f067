import type { FileEntry } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { save } from "../../content/save.ts";
import { Details } from "../../features/files/details.tsx";
import { NameDialog } from "../../features/files/name-dialog.tsx";
import { type Folders, PlaceDialog, type Spot } from "../../features/files/place-dialog.tsx";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Live, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { sourceOf } from "./files-reading.ts";
import { uploaderOf } from "./files-upload.ts";

/** What is being asked about files. */
export type Dialogue =
  | { what: "newFolder"; parentId: string | null }
  | { what: "rename" | "move" | "copy" | "pin" | "details"; entries: readonly FileEntry[] };

export interface FileDialogsProps {
  engine: EnginePort;
  spaceId: string;
  dialogue: Dialogue;
  canWrite: boolean;
  now: number;
  keepDetails: boolean;
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
            void engine.call("files.newFolder", { spaceId, parentId, name }).then(tell);
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
      return <Pinning {...props} entries={dialogue.entries} />;
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
  const [own, setOwn] = useState<string>();
  const rows = useLive(engine.conversations, "conversations");
  useEffect(() => {
    if (what === "copy")
      void engine.call("files.own", {}).then((result) => {
        if (result.ok) setOwn(result.value.spaceId);
      });
  }, [engine, what]);
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
  const count = entries.length;
  const fileIds = entries.map(({ fileId }) => fileId);
  const places =
    what === "move"
      ? undefined
      : [
          ...(own === undefined ? [] : [{ spaceId: own, title: t("files.own"), own: true }]),
          ...(rows ?? []).map((row) => ({ spaceId: row.spaceId, title: row.title, own: false })),
        ];
  const refuse = (result: Result<unknown>, done: string): void => {
    if (result.ok) toast({ text: done });
    else
      toast({ text: result.code === "invalid" ? t("files.refused") : failureText(result.failure) });
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
          void engine.call("files.newFolder", { spaceId: spot.spaceId, parentId, name }).then(tell);
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

/** Bytes that are loaded without asking. */
const FREE = 1_000_000;

function Pinning({ engine, spaceId, entries, onClose }: Several) {
  const [cost, setCost] = useState<number>();
  const fileIds = entries.map(({ fileId }) => fileId);
  const pin = (): void => {
    onClose();
    void engine.call("files.pin", { spaceId, fileIds, on: true }).then(tell);
  };
  useEffect(() => {
    void engine.call("files.cost", { spaceId, fileIds }).then((result) => {
      if (!result.ok) {
        onClose();
        tell(result);
      } else if (result.value.bytes <= FREE) pin();
      else setCost(result.value.bytes);
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once for what was chosen
  }, [engine]);
  if (cost === undefined) return null;
  return (
    <Dialog
      title={t("files.pinTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" onClick={pin}>
            {t("files.pin")}
          </Button>
        </>
      }
    >
      <p>{t("files.pinCost", { size: formatBytes(cost) })}</p>
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
        save(sourceOf(engine, { ...entry, size, type }, versionId)).catch(() =>
          toast({ text: t("files.failure.other") }),
        );
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

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}
