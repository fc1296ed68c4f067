/**
 * What there is to bring in: the files of a folder, or of the zip files that other services hand out. Nothing is
 * unpacked yet.
 */
import { DecodeError } from "../decode/api.ts";
import { ranged } from "../decode/source.ts";
import { listZip, startOf, type ZipEntry } from "../decode/zip.ts";
import { unpacked } from "./unpack.ts";

/** One file to bring in. */
export interface Item {
  /** Folders and name, below where it is put. */
  path: string[];
  /** Bytes, as it is claimed. */
  size: number;
  /** When it was changed last, in ms since 1970. */
  at: number;
  /** Its content. @throws DecodeError */
  open: () => Promise<Blob>;
}

/**
 * Why something is not taken. `system`: made by a computer for itself. `about`: another file's details, or the hand-out's own pages.
 * `path`: its path leads elsewhere, or is too deep. Else as in DecodeError; `failed`: it could not be put in.
 */
export type NotTaken =
  | "system"
  | "about"
  | "path"
  | "protected"
  | "damaged"
  | "unsupported"
  | "failed";

export interface Left {
  path: string;
  why: NotTaken;
}

export interface Plan {
  items: Item[];
  left: Left[];
  /** Bytes of all items. */
  bytes: number;
}

/** A hand-out of half a million files has a directory of some 60 MiB. */
const BOUNDS = { zipEntries: 1_000_000, zipDirectory: 128 * 1024 * 1024 };
const DEPTH = 60;

/** Files that somebody chose, with their paths where a whole folder was chosen; zip files among them are opened where `unzip` says so. */
export async function planOf(files: readonly File[], { unzip }: { unzip: boolean }): Promise<Plan> {
  const found: Item[] = [];
  const left: Left[] = [];
  for (const file of files) {
    if (unzip) await ofZip(file, found, left);
    else {
      const path = file.webkitRelativePath === "" ? file.name : file.webkitRelativePath;
      add(found, left, path, { size: file.size, at: file.lastModified, open: async () => file });
    }
  }
  const items = unzip ? withoutWrapping(found, left) : found;
  return { items, left, bytes: items.reduce((sum, { size }) => sum + size, 0) };
}

async function ofZip(file: File, items: Item[], left: Left[]): Promise<void> {
  const source = ranged(file);
  const entries = await listZip(source, BOUNDS).catch((error: unknown) => {
    if (!(error instanceof DecodeError)) throw error;
    left.push({ path: file.name, why: error.trouble === "tooLarge" ? "unsupported" : "damaged" });
    return [];
  });
  for (const entry of entries) {
    if (entry.name.endsWith("/")) continue;
    const refused = refusalOf(entry);
    if (refused === null)
      add(items, left, entry.name, {
        size: entry.size,
        at: entry.at,
        open: async () => unpacked(file, entry, await startOf(source, entry)),
      });
    else left.push({ path: entry.name, why: refused });
  }
}

function refusalOf({ locked, method }: ZipEntry): NotTaken | null {
  if (locked) return "protected";
  return method === 0 || method === 8 ? null : "unsupported";
}

function add(items: Item[], left: Left[], name: string, rest: Omit<Item, "path">): void {
  const path = name
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  if (
    path.length === 0 ||
    path.length > DEPTH ||
    path.includes("..") ||
    /^([/\\]|[a-z]:)/i.test(name)
  )
    left.push({ path: name, why: "path" });
  else if (isOfSystem(path)) left.push({ path: name, why: "system" });
  else items.push({ path, ...rest });
}

const OF_SYSTEM = new Set([
  "__macosx",
  ".ds_store",
  "thumbs.db",
  "desktop.ini",
  ".dropbox",
  ".dropbox.attr",
  ".dropbox.cache",
]);

/** What computers put beside people's files. */
function isOfSystem(path: readonly string[]): boolean {
  return path.some((part) => OF_SYSTEM.has(part.toLowerCase()) || part.startsWith("._"));
}

/**
 * Google Takeout puts everything into a folder of its own, with a page about it, and beside each photograph its details as JSON;
 * these give the photograph its date.
 */
function withoutWrapping(found: readonly Item[], left: Left[]): Item[] {
  if (found.length === 0 || found.some(({ path }) => path[0] !== "Takeout")) return [...found];
  const names = new Set(found.map(({ path }) => path.join("/")));
  const items: Item[] = [];
  for (const item of found) {
    const name = item.path.join("/");
    if (item.path.length === 2 && /^archive_browser\.html$/i.test(item.path[1] ?? ""))
      left.push({ path: name, why: "about" });
    else if (isDetails(name, names)) left.push({ path: name, why: "about" });
    else items.push({ ...item, path: item.path.slice(1) });
  }
  return items;
}

/** `IMG_1.jpg.json`, `IMG_1.jpg.supplemental-metadata.json` (cut to a length), and `metadata.json` of an album, in Google Photos. */
function isDetails(name: string, names: ReadonlySet<string>): boolean {
  if (!/^Takeout\/Google [^/]*\//.test(name) || !name.endsWith(".json")) return false;
  if (/\/metadata(\(\d+\))?\.json$/.test(name)) return true;
  const bare = name.slice(0, -".json".length);
  if (names.has(bare)) return true;
  const cut = bare.lastIndexOf(".");
  const [of, tail] = [bare.slice(0, cut), bare.slice(cut + 1).replace(/\(\d+\)$/, "")];
  return names.has(of) && "supplemental-metadata".startsWith(tail);
}
