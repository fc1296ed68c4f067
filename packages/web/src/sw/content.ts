/** Content that a page offers (content/offer.ts), as answers to requests: whole, or in ranges (RFC 9110, section 14). */
import type { Described, WhoHas, Wish } from "../content/messages.ts";
import { bytesOf, isDescribed } from "../content/messages.ts";
import { PIECE } from "../content/source.ts";

/** The part of a page, or of its client as a worker sees it, that is needed. */
export interface Page {
  postMessage: (message: WhoHas, transfer: MessagePort[]) => void;
}

/** How long the pages have to say whether they offer it. */
const ANSWER_MS = 5000;

/** Answers a request for offered content; without a page that offers it, with nothing, and whoever followed a link to it stays where they are. */
export async function contentFor(
  name: string,
  range: string | null,
  pages: readonly Page[],
  waitMs = ANSWER_MS,
): Promise<Response> {
  const found = await firstThatHas(name, pages, waitMs);
  if (found === null) return new Response(null, { status: 204 });
  return respond(found.port, found.described, range);
}

async function firstThatHas(
  name: string,
  pages: readonly Page[],
  waitMs: number,
): Promise<{ port: MessagePort; described: Described } | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), waitMs);
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener(
        "message",
        ({ data }: MessageEvent<unknown>) => {
          if (!isDescribed(data)) return;
          clearTimeout(timer);
          resolve({ port: port1, described: data });
        },
        { once: true },
      );
      port1.start();
      page.postMessage({ content: name }, [port2]);
    }
  });
}

function respond(port: MessagePort, described: Described, range: string | null): Response {
  const { size } = described;
  const headers = headersOf(described);
  if (size === undefined)
    return new Response(
      streamOf(port, () => ({ next: true })),
      { headers },
    );
  headers.set("Accept-Ranges", "bytes");
  const wanted = rangeOf(range, size);
  if (wanted === null) {
    port.postMessage({ over: true } satisfies Wish);
    port.close();
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = wanted;
  headers.set("Content-Length", String(end - start));
  if (range !== null) headers.set("Content-Range", `bytes ${start}-${end - 1}/${size}`);
  let at = start;
  const stream = streamOf(
    port,
    () => (at < end ? { start: at, end: Math.min(at + PIECE, end) } : null),
    (length) => (at += length),
  );
  return new Response(stream, { status: range === null ? 200 : 206, headers });
}

/** Asks for a piece whenever the reader has room for one. */
function streamOf(
  port: MessagePort,
  wish: () => Wish | null,
  came: (length: number) => void = () => undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const over = (): void => {
    port.postMessage({ over: true } satisfies Wish);
    port.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          const next = wish();
          if (next === null) {
            controller.close();
            over();
            return resolve();
          }
          port.addEventListener(
            "message",
            ({ data }: MessageEvent<unknown>) => {
              const bytes = bytesOf(data);
              const ended = bytes?.length === 0;
              if (bytes === undefined || (ended && !("next" in next))) {
                controller.error(new Error("the content cannot be read"));
                over();
              } else if (ended) {
                controller.close();
                over();
              } else {
                controller.enqueue(bytes);
                came(bytes.length);
              }
              resolve();
            },
            { once: true },
          );
          port.postMessage(next);
        }),
      cancel: over,
    },
    // One is on its way while one is read; what lies further ahead is the engine's to fetch.
    { highWaterMark: 1 },
  );
}

/**
 * The range of a request; the whole where none is named or where it is of a kind that need not be understood.
 * @returns null for one that begins behind the end
 */
export function rangeOf(
  header: string | null,
  size: number,
): { start: number; end: number } | null {
  const named = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, first = "", last = ""] = named ?? [];
  if (first === "" && last === "") return { start: 0, end: size };
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return start < end ? { start, end } : null;
}

/** What can be shown in place without being able to do anything; a picture that may hold a program (SVG) is not among it. */
const HARMLESS = /^(audio|video)\/[\w.+-]+$|^image\/(png|jpeg|gif|webp|avif)$/;

function headersOf({ name, type, inline }: Described): Headers {
  const shown = inline && HARMLESS.test(type);
  return new Headers({
    "Content-Type": shown ? type : "application/octet-stream",
    "Content-Disposition": shown ? "inline" : `attachment; filename*=UTF-8''${encoded(name)}`,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  });
}

/** RFC 8187, section 3.2.1: what `encodeURIComponent` leaves and is not an attribute character is encoded as well. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${(one.codePointAt(0) ?? 0).toString(16).toUpperCase()}`,
  );
}
