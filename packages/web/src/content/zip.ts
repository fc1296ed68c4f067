/** Several files as one zip file, made while it is saved (ZIP64 where it takes it). */
import { type MadeSource, pieces, type RangedSource } from "./source.ts";

/** A thing in the zip file: a folder has no content. Paths are separated by slashes. */
export interface ZipEntry {
  path: string;
  /** Milliseconds since 1970. */
  at: number;
  content: RangedSource | null;
}

/** A zip file of these; they are asked for one after the other, as far as it is read. @param name of the zip file */
export function zipOf(
  name: string,
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): MadeSource {
  return {
    name,
    type: "application/zip",
    stream: () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      import("client-zip")
        .then(({ makeZip }) => makeZip(inputs(entries)).pipeTo(writable))
        .catch((error: unknown) => writable.abort(error).catch(() => undefined));
      return readable;
    },
  };
}

async function* inputs(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>) {
  for await (const { path, at, content } of entries) {
    const lastModified = new Date(at);
    if (content === null) yield { name: `${path}/`, lastModified };
    else yield { name: path, lastModified, size: content.size, input: pieces(content) };
  }
}
