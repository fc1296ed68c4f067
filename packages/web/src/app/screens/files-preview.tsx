import type { FileEntry } from "@baraza/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import { offer } from "../../content/offer.ts";
import type { DecodeError } from "../../decode/api.ts";
import type { Decoder } from "../../decode/decoder.ts";
import { shownAs } from "../../features/files/model.ts";
import { Preview, type Seen } from "../../features/files/preview.tsx";
import type { EnginePort } from "../engine.ts";
import { ReadError, sourceOf, troubleIn, wholeOf } from "./files-reading.ts";

/** Bytes that are loaded for a look without asking first. */
const FREE = 10_000_000;
/** Animated pictures and sound are held whole where there is no other way; in bytes. */
const WHOLE = 64 * 1024 * 1024;

/** What is looked into, piece by piece. */
export type Reads = ReturnType<typeof sourceOf>;

export interface FilePreviewProps {
  engine: EnginePort;
  entry: FileEntry;
  /** Where it is read; unless told otherwise, as a file of its space. */
  source?: Reads | undefined;
  before: (() => void) | undefined;
  after: (() => void) | undefined;
  onDownload: () => void;
  onDetails?: (() => void) | undefined;
  onShare?: (() => void) | undefined;
  onClose: () => void;
}

/** One file over all of the screen, read as far as it is needed to be seen. */
export function FilePreview({ engine, entry, source, ...rest }: FilePreviewProps) {
  const [seen, setSeen] = useState<Seen>();
  const broken = useRef<() => Seen>(() => ({ is: "trouble", trouble: "unsupported" }));
  const [agreed, setAgreed] = useState(false);
  const { fileId, spaceId, changedAt, size, type } = entry;
  const shows = shownAs(type) !== "none";
  const far = size - entry.kept.bytes;
  const asks = shows && !agreed && far > FREE && seen === undefined;
  useEffect(() => {
    setSeen(undefined);
    if (asks) return;
    let over = false;
    let release: (() => void) | undefined;
    void look(source ?? sourceOf(engine, entry), entry).then((found) => {
      if (over) found.release();
      else {
        release = found.release;
        broken.current = found.broken;
        setSeen(found.seen);
      }
    });
    return () => {
      over = true;
      release?.();
    };
    // The entry is a new object with each answer of the engine.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [engine, spaceId, fileId, changedAt, agreed]);
  return (
    <Preview
      {...rest}
      entry={entry}
      seen={seen}
      cost={asks ? far : null}
      onAgree={() => setAgreed(true)}
      onBroken={() => setSeen(broken.current())}
    />
  );
}

interface Look {
  seen: Seen;
  /** What to show where the browser cannot go on showing it. */
  broken: () => Seen;
  /** Gives back what it holds. */
  release: () => void;
}

async function look(reads: Reads, entry: FileEntry): Promise<Look> {
  let decoder: Decoder | undefined;
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const each of held) each();
    decoder?.close();
  };
  const url = (blob: Blob): string => {
    const made = URL.createObjectURL(blob);
    held.push(() => URL.revokeObjectURL(made));
    return made;
  };
  let unread: ReadError | undefined;
  const source: Reads = {
    ...reads,
    read: async (start, end) => {
      try {
        return await reads.read(start, end);
      } catch (error) {
        if (error instanceof ReadError) unread = error;
        throw error;
      }
    },
  };
  // A player says only that it cannot go on.
  const broken = (): Seen => ({
    is: "trouble",
    trouble: unread === undefined ? "unsupported" : troubleIn(unread),
  });
  const shown = shownAs(entry.type);
  try {
    if (shown === "none") return { seen: { is: "none" }, broken, release };
    if (shown === "audio" || shown === "video") {
      const offered = await offer(source, true);
      if (offered !== null) {
        held.push(offered.close);
        return { seen: { is: shown, url: offered.url }, broken, release };
      }
      if (entry.size > WHOLE)
        return { seen: { is: "trouble", trouble: "tooLarge" }, broken, release };
      return { seen: { is: shown, url: url(await wholeOf(source, entry.type)) }, broken, release };
    }
    const { createDecoder } = await import("../../decode/prepare.ts");
    decoder = createDecoder();
    if (shown === "pdf") {
      const pdf = await decoder.pdf(source);
      held.push(() => pdf.close());
      return { seen: { is: "pdf", pdf }, broken, release };
    }
    if (shown === "words") {
      const readable = await decoder.read(source, entry.name);
      return { seen: { is: "words", readable }, broken, release };
    }
    if (entry.type === "image/gif" && entry.size <= WHOLE) {
      // As it is, so that it moves. A picture's address never runs what is in it.
      await decoder.describe(source, entry.name);
      const moving = url(await wholeOf(source, "image/gif"));
      return { seen: { is: "picture", url: moving }, broken, release };
    }
    const edge = Math.min(
      4096,
      Math.round(Math.max(screen.width, screen.height) * devicePixelRatio),
    );
    const { blob } = await decoder.draw(source, edge);
    return { seen: { is: "picture", url: url(blob) }, broken, release };
  } catch (error) {
    const trouble = await troubleOf(error, source);
    return { seen: { is: "trouble", trouble }, broken, release };
  }
}

/** By what it carries: its class comes with the decoder's chunk. */
function isDecodeError(error: unknown): error is DecodeError {
  return error instanceof Error && "trouble" in error;
}

/** The decoder says only that it could not read; why, the engine tells whoever asks it for a byte. */
async function troubleOf(
  error: unknown,
  source: { read(start: number, end: number): Promise<unknown> },
): Promise<Extract<Seen, { is: "trouble" }>["trouble"]> {
  if (isDecodeError(error) && error.trouble !== "unread") return error.trouble;
  const why =
    error instanceof ReadError
      ? error
      : await source.read(0, 1).then(
          () => undefined,
          (reason: unknown) => reason,
        );
  return why instanceof ReadError ? troubleIn(why) : "unread";
}
