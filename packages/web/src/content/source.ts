/** Bytes that this page can give: what a person saves, and what a player asks for in ranges. Never whole in memory. */

/** Content of a known size that can be read anywhere. */
export interface RangedSource {
  name: string;
  /** Media type (RFC 6838), as it was found out. */
  type: string;
  /** Bytes. */
  size: number;
  /** The bytes from `start` up to, and without, `end`; the reader asks for at most {@link PIECE}. */
  read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Content that is made as it goes, once: a zip file. */
export interface MadeSource {
  name: string;
  type: string;
  stream: () => ReadableStream<Uint8Array>;
}

export type ContentSource = RangedSource | MadeSource;

/** Bytes that are asked for at once. */
export const PIECE = 1024 * 1024;

/** Reads a source from one byte to another, piece by piece. */
export async function* pieces(
  source: RangedSource,
  start = 0,
  end = source.size,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const piece = await source.read(at, Math.min(at + PIECE, end));
    if (piece.length === 0) throw new Error("the source ended early");
    yield piece;
    at += piece.length;
  }
}

/** All of a source, piece by piece. */
export function allOf(source: ContentSource): AsyncIterable<Uint8Array> {
  return "stream" in source ? valuesOf(source.stream()) : pieces(source);
}

/** Not every browser can iterate over a stream by itself. */
async function* valuesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        whole = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!whole) void reader.cancel().catch(() => undefined);
  }
}
