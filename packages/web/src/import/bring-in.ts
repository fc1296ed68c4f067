/**
 * Brings files in, one after the other. What is there already, by its name and its size or date (a picture that is freed of its details
 * has another size), is not brought again: so an import that was cut off goes on when the same files are chosen once more.
 */
import { DecodeError } from "../decode/api.ts";
import type { Item, Left, NotTaken, Plan } from "./items.ts";

/** Where it goes. */
export interface Place {
  /** The folder of this path, made where it is missing; the empty path is where everything is put. @throws where it cannot be made */
  folderAt: (path: readonly string[]) => Promise<string | null>;
  /** What a name counts as: it may be put in with a safer one. */
  keyOf: (name: string) => string;
  /** The files in a folder by the keys of their names: their sizes and dates (ms since 1970). */
  filesIn: (folder: string | null) => Promise<Map<string, { size: number; at: number }[]>>;
  /** Puts one file in; resolves when the next may come. */
  put: (folder: string | null, name: string, content: Blob, at: number) => Promise<void>;
}

/** Zip files know dates to two seconds. */
const SAME_DATE_MS = 3000;

export interface Progress {
  /** Files and bytes that are done, whatever became of them. */
  files: number;
  bytes: number;
  taken: number;
  /** Was there already. */
  there: number;
}

export interface Report extends Progress {
  left: Left[];
  /** It was stopped, or what it was put into failed; the same files chosen again go on from here. */
  stopped: "no" | "asked" | "failed";
}

/** @param stopsWith whether a failure to put something in ends it all (no room, no line), instead of being one line of the report */
export async function bringIn(
  plan: Plan,
  place: Place,
  options: {
    onProgress: (progress: Progress) => void;
    signal: AbortSignal;
    stopsWith: (error: unknown) => boolean;
  },
): Promise<Report> {
  const progress: Progress = { files: 0, bytes: 0, taken: 0, there: 0 };
  const left: Left[] = [...plan.left];
  type Folder = { id: string | null; files: Awaited<ReturnType<Place["filesIn"]>> };
  const folders = new Map<string, Folder>();
  const folderOf = async (path: readonly string[]) => {
    const key = path.join("/");
    let known = folders.get(key);
    if (known === undefined) {
      const id = await place.folderAt(path);
      known = { id, files: await place.filesIn(id) };
      folders.set(key, known);
    }
    return known;
  };
  const one = async ({ path, size, at, open }: Item): Promise<"taken" | "there"> => {
    const name = path.at(-1) ?? "";
    const folder = await folderOf(path.slice(0, -1));
    const alike = folder.files.get(place.keyOf(name)) ?? [];
    if (alike.some((one) => one.size === size || Math.abs(one.at - at) < SAME_DATE_MS))
      return "there";
    await place.put(folder.id, name, await open(), at);
    return "taken";
  };
  const end = (stopped: Report["stopped"]): Report => ({ ...progress, left, stopped });
  for (const item of plan.items) {
    if (options.signal.aborted) return end("asked");
    try {
      progress[await one(item)] += 1;
    } catch (error) {
      if (options.signal.aborted) return end("asked");
      if (options.stopsWith(error)) return end("failed");
      left.push({ path: item.path.join("/"), why: whyOf(error) });
    }
    progress.files += 1;
    progress.bytes += item.size;
    options.onProgress({ ...progress });
  }
  return end("no");
}

function whyOf(error: unknown): NotTaken {
  if (!(error instanceof DecodeError)) return "failed";
  const { trouble } = error;
  return trouble === "protected" || trouble === "damaged" || trouble === "unsupported"
    ? trouble
    : "failed";
}
