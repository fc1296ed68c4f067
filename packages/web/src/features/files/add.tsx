import {
  Camera,
  Check,
  FolderPlus,
  FolderUp,
  Inbox,
  MapPin,
  PackageOpen,
  Plus,
  Upload,
} from "lucide";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import type { Chosen } from "./chosen.ts";

/** The button that brings files here: chosen, a whole folder, from the camera; or a new folder. */
export function AddMenu({
  keepDetails,
  onKeepDetails,
  onChosen,
  onNewFolder,
  onBringIn,
  onLetSend,
}: {
  keepDetails: boolean;
  onKeepDetails: (keep: boolean) => void;
  onChosen: (chosen: readonly Chosen[]) => void;
  onNewFolder: () => void;
  /** Zip files of other services. */
  onBringIn: () => void;
  /** People outside are to leave files for this folder. */
  onLetSend: () => void;
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
            { label: t("files.letSend"), icon: Inbox, onSelect: onLetSend },
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
