import { Camera, Check, FolderPlus, FolderUp, MapPin, PackageOpen, Plus, Upload } from "lucide";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";

/** A file that somebody chose, and the folders that it lay in below what was chosen. */
export interface Chosen {
  readonly file: File;
  readonly path: readonly string[];
}

/** The button that brings files here: chosen, a whole folder, from the camera; or a new folder. */
export function AddMenu({
  keepDetails,
  onKeepDetails,
  onChosen,
  onNewFolder,
  onBringIn,
}: {
  keepDetails: boolean;
  onKeepDetails: (keep: boolean) => void;
  onChosen: (chosen: readonly Chosen[]) => void;
  onNewFolder: () => void;
  /** Zip files of other services. */
  onBringIn: () => void;
}) {
  const [anchor, setAnchor] = useState<HTMLElement>();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    onChosen([...(input.files ?? [])].map((file) => ({ file, path: pathOf(file) })));
    // The same file can be chosen again.
    input.value = "";
  };
  const touch = matchMedia("(pointer: coarse)").matches;
  return (
    <>
      <Button
        kind="primary"
        icon={Plus}
        onClick={(event) => setAnchor(event.currentTarget as HTMLElement)}
      >
        {t("files.add")}
      </Button>
      <input
        ref={files}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t("files.upload")}
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={(input) => {
          folder.current = input;
          if (input) input.webkitdirectory = true;
        }}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t("files.uploadFolder")}
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={camera}
        class="visually-hidden"
        type="file"
        accept="image/*"
        capture="environment"
        tabIndex={-1}
        aria-label={t("files.camera")}
        onChange={(event) => take(event.currentTarget)}
      />
      {anchor && (
        <Menu
          label={t("files.add")}
          anchor={anchor}
          onClose={() => setAnchor(undefined)}
          items={[
            { label: t("files.upload"), icon: Upload, onSelect: () => files.current?.click() },
            {
              label: t("files.uploadFolder"),
              icon: FolderUp,
              onSelect: () => folder.current?.click(),
            },
            ...(touch
              ? [
                  {
                    label: t("files.camera"),
                    icon: Camera,
                    onSelect: () => camera.current?.click(),
                  },
                ]
              : []),
            { label: t("files.newFolder"), icon: FolderPlus, onSelect: onNewFolder },
            { label: t("files.bringIn"), icon: PackageOpen, onSelect: onBringIn },
            {
              label: keepDetails ? t("files.detailsKept") : t("files.keepDetails"),
              icon: keepDetails ? Check : MapPin,
              onSelect: () => onKeepDetails(!keepDetails),
            },
          ]}
        />
      )}
    </>
  );
}

function pathOf(file: File): string[] {
  return file.webkitRelativePath.split("/").slice(0, -1).filter(Boolean);
}

/** No more than this at once: whoever has more brings them in parts. */
const MOST = 200_000;

/** The files of what was dropped or pasted, folders with all that is in them. */
export async function chosenFrom(data: DataTransfer): Promise<Chosen[]> {
  // Asked for before anything is waited for: the list is emptied afterwards.
  const entries = [...data.items]
    .filter(({ kind }) => kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const chosen: Chosen[] = [];
  for (const { entry, file } of entries) {
    if (entry !== null) await walk(entry, [], chosen);
    else if (file !== null) chosen.push({ file, path: [] });
  }
  return chosen;
}

async function walk(
  entry: FileSystemEntry,
  path: readonly string[],
  into: Chosen[],
): Promise<void> {
  if (into.length >= MOST) return;
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) =>
      entry.file(resolve, () => resolve(null)),
    );
    if (file !== null) into.push({ file, path });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve) =>
        reader.readEntries(resolve, () => resolve([])),
      );
      if (some.length === 0) return;
      for (const each of some) await walk(each, [...path, entry.name], into);
    }
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
