/** Where the bytes of a download go while they come: into the file that the person has chosen, aside on the disk, or, of small files, into memory. */

/** Up to here a file is put together in memory: no question is asked and no file is written twice. */
export const SMALL = 32 * 1024 * 1024;

/** Takes bytes in order. `done` hands the whole to the browser to save; `drop` leaves nothing behind. */
export type Sink = {
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  done: () => Promise<void>;
  drop: () => Promise<void>;
};

/** The person closed the question where to save. */
export class NotChosen extends Error {
  override readonly name = "NotChosen";
}

/** The part of the File System Access API (WICG) that is used; not in every browser. */
type Picker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/**
 * Opens a place for a file. Ask for it in the click that starts the download.
 * @throws NotChosen; DOMException `QuotaExceededError` and others of the platform
 */
export async function sinkFor(name: string, size: number): Promise<Sink> {
  if (size <= SMALL) return inMemory(name);
  const pick = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (pick) {
    const handle = await pick({ suggestedName: name }).catch((cause: unknown) => {
      throw cause instanceof DOMException && cause.name === "AbortError" ? new NotChosen() : cause;
    });
    return into(await handle.createWritable());
  }
  return aside(name);
}

function inMemory(name: string): Sink {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: async (bytes) => void parts.push(bytes),
    done: async () => hand(new Blob(parts, { type: "application/octet-stream" }), name),
    drop: async () => void (parts = []),
  };
}

/** The file itself: the browser puts it in place when it is closed, and never half of it. */
function into(stream: FileSystemWritableFileStream): Sink {
  return {
    write: (bytes) => stream.write(bytes),
    done: () => stream.close(),
    drop: () => stream.abort(),
  };
}

const FOLDER = "outside";
/** How long the browser may take to copy what it was handed. */
const COPY_MS = 10 * 60_000;

/** In the browser's private files (OPFS): what is handed over then lies on the disk, not in memory. */
async function aside(name: string): Promise<Sink> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const key = crypto.randomUUID();
  const handle = await folder.getFileHandle(key, { create: true });
  const remove = (): Promise<void> => folder.removeEntry(key).catch(() => undefined);
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    done: async () => {
      await stream.close();
      hand(await handle.getFile(), name);
      setTimeout(() => void remove(), COPY_MS);
    },
    drop: async () => {
      await stream.abort().catch(() => undefined);
      await remove();
    },
  };
}

/** Takes away what an earlier visit has left aside. */
export async function clearAside(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(FOLDER, { recursive: true });
}

function hand(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), COPY_MS);
}
