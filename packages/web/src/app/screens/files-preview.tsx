import type { FileEntry } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { offer } from "../../content/offer.ts";
import type { DecodeError } from "../../decode/api.ts";
import type { Decoder } from "../../decode/decoder.ts";
import { shownAs } from "../../features/files/model.ts";
import { Preview, type Seen } from "../../features/files/preview.tsx";
import type { EnginePort } from "../engine.ts";
import { ReadError, sourceOf, wholeOf } from "./files-reading.ts";

/** Bytes that are loaded for a look without asking first. */
const FREE = 10_000_000;
/** Animated pictures and sound are held whole where there is no other way; in bytes. */
const WHOLE = 64 * 1024 * 1024;

export interface FilePreviewProps {
  engine: EnginePort;
  entry: FileEntry;
  before: (() => void) | undefined;
  after: (() => void) | undefined;
  onDownload: () => void;
  onDetails: () => void;
  onClose: () => void;
}

/** One file over all of the screen, read as far as it is needed to be seen. */
export function FilePreview({ engine, entry, ...rest }: FilePreviewProps) {
  const [seen, setSeen] = useState<Seen>();
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
    void look(engine, entry).then((found) => {
      if (over) found.release();
      else {
        release = found.release;
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
    />
  );
}

interface Look {
  seen: Seen;
  /** Gives back what it holds. */
  release: () => void;
}

async function look(engine: EnginePort, entry: FileEntry): Promise<Look> {
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
  const source = sourceOf(engine, entry);
  const shown = shownAs(entry.type);
  try {
    if (shown === "none") return { seen: { is: "none" }, release };
    if (shown === "audio" || shown === "video") {
      const offered = await offer(source, true);
      if (offered !== null) {
        held.push(offered.close);
        return { seen: { is: shown, url: offered.url }, release };
      }
      if (entry.size > WHOLE) return { seen: { is: "trouble", trouble: "tooLarge" }, release };
      return { seen: { is: shown, url: url(await wholeOf(source, entry.type)) }, release };
    }
    const { createDecoder } = await import("../../decode/prepare.ts");
    decoder = createDecoder();
    if (shown === "pdf") {
      const pdf = await decoder.pdf(source);
      held.push(() => pdf.close());
      return { seen: { is: "pdf", pdf }, release };
    }
    if (shown === "words")
      return { seen: { is: "words", readable: await decoder.read(source, entry.name) }, release };
    if (entry.type === "image/gif" && entry.size <= WHOLE) {
      // As it is, so that it moves. A picture's address never runs what is in it.
      await decoder.describe(source, entry.name);
      return { seen: { is: "picture", url: url(await wholeOf(source, "image/gif")) }, release };
    }
    const edge = Math.min(
      4096,
      Math.round(Math.max(screen.width, screen.height) * devicePixelRatio),
    );
    const { blob } = await decoder.draw(source, edge);
    return { seen: { is: "picture", url: url(blob) }, release };
  } catch (error) {
    return { seen: { is: "trouble", trouble: await troubleOf(error, source) }, release };
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
  if (!(why instanceof ReadError)) return "unread";
  if (why.code === "blob_missing") return "missing";
  return why.code === "blob_altered" ? "altered" : "offline";
}
