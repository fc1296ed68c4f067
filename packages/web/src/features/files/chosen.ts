/** What a person drops, pastes or chooses, as files and the folders that they lay in. */

/** A file that somebody chose, and the folders that it lay in below what was chosen; or the name of something that cannot be read. */
export type Chosen =
  | { readonly file: File; readonly path: readonly string[] }
  | { readonly unread: string; readonly why: "unreadable" | "tooMany" };

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
  if (into.length > MOST) return;
  if (into.length === MOST) into.push({ unread: entry.name, why: "tooMany" });
  else if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) =>
      entry.file(resolve, () => resolve(null)),
    );
    into.push(file === null ? { unread: entry.name, why: "unreadable" } : { file, path });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[] | null>((resolve) =>
        reader.readEntries(resolve, () => resolve(null)),
      );
      // A device whose system writes names in another way than the browser thinks has folders that the browser cannot enter.
      if (some === null) into.push({ unread: entry.name, why: "unreadable" });
      if (some === null || some.length === 0) return;
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
