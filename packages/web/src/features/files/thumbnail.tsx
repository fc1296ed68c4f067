import type { FileEntry } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { dataSaver } from "../../app/settings.ts";
import { Icon } from "../../ui/icon.tsx";
import { iconOf } from "./model.ts";

/** Answers the address of a file's small picture, or null; the same file is asked for once. */
export type ThumbnailUrl = (
  entry: Pick<FileEntry, "spaceId" | "fileId" | "changedAt"> & { versionId?: string | undefined },
) => Promise<string | null>;

/** A file's small picture; its kind's icon until it is there, and where there is none. */
export function Thumbnail({ entry, urlOf }: { entry: FileEntry; urlOf: ThumbnailUrl }) {
  const [url, setUrl] = useState<string | null>(null);
  const { fileId, changedAt } = entry;
  // While it is on its way from here there is nothing to be read yet.
  const isThere = entry.hasThumbnail && entry.versions > 0 && !dataSaver.value;
  useEffect(() => {
    if (!isThere) return;
    let current = true;
    setUrl(null);
    void urlOf(entry).then((found) => current && setUrl(found));
    return () => {
      current = false;
    };
    // The entry is a new object with each answer of the engine.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [fileId, isThere, changedAt, urlOf]);
  return (
    <span class="file-thumb" data-folder={entry.kind === "folder" || undefined}>
      {url === null ? (
        <Icon of={iconOf(entry)} />
      ) : (
        <img src={url} alt="" draggable={false} onError={() => setUrl(null)} />
      )}
    </span>
  );
}
