import { ArrowLeft, ChevronRight, Folder, FolderPlus, House, MessagesSquare } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { safeName } from "./model.ts";

/** A space that things can be copied into. */
export interface Place {
  readonly spaceId: string;
  readonly title: string;
  /** One's own files. */
  readonly own: boolean;
}

/** Where in a space: a folder by its way from the top. */
export interface Spot {
  readonly spaceId: string;
  readonly path: readonly { fileId: string; name: string }[];
}

/** The folders in a folder; undefined until they are known. `cut`: there are more. */
export type Folders =
  | { folders: readonly { fileId: string; name: string }[]; cut: boolean }
  | undefined;

/** Choosing a folder to move or copy into: one goes down into it and up again. */
export function PlaceDialog({
  title,
  action,
  places,
  spot,
  onSpot,
  folders,
  refused,
  onNewFolder,
  onClose,
  onChosen,
}: {
  title: string;
  action: string;
  /** Undefined: only within the space that `spot` is in. */
  places: readonly Place[] | undefined;
  /** Null: a space is to be chosen first. */
  spot: Spot | null;
  onSpot: (spot: Spot | null) => void;
  folders: Folders;
  /** What cannot be gone into: what is being moved itself. */
  refused: ReadonlySet<string>;
  onNewFolder: (name: string) => void;
  onClose: () => void;
  onChosen: (spot: Spot) => void;
}) {
  const [naming, setNaming] = useState<string>();
  const here = spot?.path.at(-1);
  const place = places?.find(({ spaceId }) => spaceId === spot?.spaceId);
  const up = (): void => {
    if (spot === null) return;
    if (spot.path.length > 0) onSpot({ ...spot, path: spot.path.slice(0, -1) });
    else onSpot(null);
  };
  const canGoUp = spot !== null && (spot.path.length > 0 || places !== undefined);
  const make = (): void => {
    if (naming?.trim()) onNewFolder(naming.trim());
    setNaming(undefined);
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          {spot !== null && naming === undefined && (
            <Button kind="quiet" icon={FolderPlus} onClick={() => setNaming("")}>
              {t("files.newFolder")}
            </Button>
          )}
          <Button kind="primary" disabled={spot === null} onClick={() => spot && onChosen(spot)}>
            {action}
          </Button>
        </>
      }
    >
      <div class="place-head">
        {canGoUp && (
          <IconButton
            icon={ArrowLeft}
            mirror
            label={t("files.up")}
            tip="below-start"
            onClick={up}
          />
        )}
        <p role="status">
          <bdi>
            {spot === null
              ? t("files.whichPlace")
              : here !== undefined
                ? safeName(here.name)
                : (place?.title ?? t("files.top"))}
          </bdi>
        </p>
      </div>
      {naming !== undefined && (
        <form
          class="place-new"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          <input
            class="field-input"
            aria-label={t("files.name")}
            placeholder={t("files.newFolder")}
            value={naming}
            maxLength={200}
            onInput={(event) => setNaming(event.currentTarget.value)}
          />
          <Button type="submit">{t("files.make")}</Button>
        </form>
      )}
      <ul
        class="place-list"
        aria-label={spot === null ? t("files.whichPlace") : t("files.folders")}
      >
        {spot === null
          ? places?.map((each) => (
              <li key={each.spaceId}>
                <button
                  type="button"
                  class="place-row"
                  onClick={() => onSpot({ spaceId: each.spaceId, path: [] })}
                >
                  <Icon of={each.own ? House : MessagesSquare} />
                  <bdi class="as-page">{each.title}</bdi>
                  <Icon of={ChevronRight} mirror />
                </button>
              </li>
            ))
          : folders?.folders.map((folder) => (
              <li key={folder.fileId}>
                <button
                  type="button"
                  class="place-row"
                  disabled={refused.has(folder.fileId)}
                  onClick={() => onSpot({ ...spot, path: [...spot.path, folder] })}
                >
                  <Icon of={Folder} />
                  <bdi class="as-page">{safeName(folder.name)}</bdi>
                  <Icon of={ChevronRight} mirror />
                </button>
              </li>
            ))}
      </ul>
      {spot !== null && folders === undefined && <Skeleton label={t("ui.moment")} rows={2} />}
      {spot !== null && folders?.folders.length === 0 && (
        <p class="field-hint">{t("files.noFolders")}</p>
      )}
      {folders?.cut === true && <p class="field-hint">{t("files.moreFolders")}</p>}
    </Dialog>
  );
}
