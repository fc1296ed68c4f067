/** Reading files through the engine: for previews, for saving, and their small pictures. */
import type { Bytes } from "@baraza/protocol";
import type { FileEntry, FolderPage } from "@baraza/engine";
import { type ContentSource, pieces, type RangedSource } from "../../content/source.ts";
import { zipOf, type ZipEntry } from "../../content/zip.ts";
import type { ThumbnailUrl } from "../../features/files/thumbnail.tsx";
import type { EnginePort, Live } from "../engine.ts";

/** Why a file could not be read: the engine's word for it. */
export class ReadError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.name = "ReadError";
    this.code = code;
  }
}

/** What a screen says of it. */
export function troubleIn({ code }: ReadError): "missing" | "altered" | "offline" {
  if (code === "blob_missing") return "missing";
  return code === "blob_altered" ? "altered" : "offline";
}

/** What is asked of the engine at once, in bytes. */
const AT_ONCE = 1024 * 1024;

type Which = Pick<FileEntry, "spaceId" | "fileId" | "name" | "type" | "size">;

/** A file as something that is read in pieces. `onTrouble` hears of what cannot be read, too. @throws ReadError while reading */
export function sourceOf(
  engine: EnginePort,
  { spaceId, fileId, name, type, size }: Which,
  versionId?: string,
  onTrouble: (why: ReadError) => void = () => undefined,
): Omit<RangedSource, "read"> & { read(start: number, end: number): Promise<Bytes> } {
  return {
    name,
    type,
    size,
    read: async (start, end) => {
      const parts: Bytes[] = [];
      for (let at = start; at < end;) {
        const length = Math.min(AT_ONCE, end - at);
        const result = await engine.call("files.read", {
          spaceId,
          fileId,
          versionId,
          start: at,
          length,
        });
        if (!result.ok) {
          const why = new ReadError(result.code ?? result.failure);
          onTrouble(why);
          throw why;
        }
        if (result.value.length === 0) break;
        parts.push(result.value);
        at += result.value.length;
      }
      if (parts.length === 1) return parts[0]!;
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    },
  };
}

/** All of a file in memory; for small ones. @throws ReadError */
export async function wholeOf(source: RangedSource, type: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces(source)) parts.push(new Uint8Array(piece));
  return new Blob(parts, { type });
}

/** What to save of one or more entries: the file itself, or a zip file of all, folders with what is in them. */
export function contentOf(
  engine: EnginePort,
  entries: readonly FileEntry[],
  onTrouble: (why: ReadError) => void,
): ContentSource {
  const [one] = entries;
  if (entries.length === 1 && one?.kind === "file")
    return sourceOf(engine, one, undefined, onTrouble);
  const name = entries.length === 1 ? (one?.name ?? "") : "Baraza";
  return zipOf(`${name}.zip`, walk(engine, entries, "", onTrouble));
}

async function* walk(
  engine: EnginePort,
  entries: readonly FileEntry[],
  above: string,
  onTrouble: (why: ReadError) => void,
): AsyncGenerator<ZipEntry> {
  for (const entry of entries) {
    // What is not at the hub yet has nothing that could be read.
    if (entry.kind === "file" && entry.versions === 0) continue;
    const path = above + entry.name;
    if (entry.kind === "file") {
      yield { path, at: entry.changedAt, content: sourceOf(engine, entry, undefined, onTrouble) };
      continue;
    }
    yield { path, at: entry.changedAt, content: null };
    const inside = await allIn(engine, entry.spaceId, entry.fileId);
    yield* walk(engine, inside, `${path}/`, onTrouble);
  }
}

const PAGE = 500;

/** Everything in a folder, by its name. */
async function allIn(engine: EnginePort, spaceId: string, parentId: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (;;) {
    const page = await once<FolderPage>(
      engine.watch("files.folder", { spaceId, parentId, offset: entries.length, limit: PAGE }),
    );
    entries.push(...page.entries);
    if (page.entries.length === 0 || entries.length >= page.total) return entries;
  }
}

/** The first answer of a live query. */
export async function once<T>(live: Live<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const stop = live(resolve);
  try {
    return await promise;
  } finally {
    stop();
  }
}

/** How many small pictures are held for a screen. */
const HELD = 500;

/** Small pictures of files, each asked for once while the screen is there. */
export function createThumbnails(engine: EnginePort): { urlOf: ThumbnailUrl; close: () => void } {
  const held = new Map<string, Promise<string | null>>();
  const drop = (url: Promise<string | null>): void =>
    void url.then((one) => one !== null && URL.revokeObjectURL(one));
  return {
    urlOf: ({ spaceId, fileId, changedAt, versionId }) => {
      const key = `${fileId} ${versionId ?? changedAt}`;
      const known = held.get(key);
      if (known !== undefined) {
        held.delete(key);
        held.set(key, known);
        return known;
      }
      const made = engine.call("files.thumbnail", { spaceId, fileId, versionId }).then((result) => {
        if (!result.ok || result.value === null) {
          // It may come another time: there was no line.
          held.delete(key);
          return null;
        }
        const { bytes, type } = result.value;
        // Other members' programs say what it is: nothing but these is made of it.
        if (!/^image\/(?:webp|jpeg|png)$/.test(type)) return null;
        return URL.createObjectURL(new Blob([bytes], { type }));
      });
      held.set(key, made);
      const [oldest] = held.keys();
      if (held.size > HELD && oldest !== undefined) {
        const gone = held.get(oldest);
        held.delete(oldest);
        if (gone) drop(gone);
      }
      return made;
    },
    close: () => {
      for (const url of held.values()) drop(url);
      held.clear();
    },
  };
}
