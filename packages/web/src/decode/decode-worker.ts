/// <reference lib="webworker" />
/**
 * Decodes files apart from the tab and from the engine: what goes wrong here, or takes too long, ends with this worker.
 * It has nothing but the file that it is given; no store, no key, no line but to the app's own files.
 */
import type { Bytes } from "@baraza/protocol";
import { DecodeError, type Ranged, type Source } from "./api.ts";
import { describe, readFile, troubleOf } from "./describe.ts";
import type { Answers, FromWorker, Job, SentSource, ToWorker } from "./messages.ts";
import { drawPicture, encode } from "./pictures.ts";
import type { OpenPdf } from "./pdf.ts";
import { sniff } from "./sniff.ts";
import { ranged } from "./source.ts";

declare const self: DedicatedWorkerGlobalScope;

const asked = new Map<number, PromiseWithResolvers<Bytes>>();
let pieces = 0;
let pdf: OpenPdf | null = null;

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.baraza !== "decode") return;
  if ("piece" in data) {
    const waiting = asked.get(data.piece);
    asked.delete(data.piece);
    if (data.bytes === null) waiting?.reject(new DecodeError("unread"));
    else waiting?.resolve(data.bytes);
    return;
  }
  const { id, job } = data;
  work(job).then(
    (answer) => say({ baraza: "decode", id, answer }),
    (error: unknown) => say({ baraza: "decode", id, trouble: troubleOf(error) }),
  );
});

function say(message: FromWorker): void {
  self.postMessage(message);
}

async function work(job: Job): Promise<Answers[keyof Answers]> {
  switch (job.do) {
    case "describe":
      return describe(received(job.source), job.name);
    case "read":
      return readFile(received(job.source), job.name);
    case "draw": {
      const source = received(job.source);
      const { kind, type } = await sniff(ranged(source));
      if (kind !== "picture") throw new DecodeError("unsupported");
      const { canvas } = await drawPicture(source, type, job.edge);
      return { blob: await encode(canvas, 0.9), width: canvas.width, height: canvas.height };
    }
    case "open": {
      const { openPdf } = await import("./pdf.ts");
      pdf = await openPdf(ranged(received(job.source)));
      return { pages: pdf.pages };
    }
    case "page": {
      if (pdf === null) throw new DecodeError("unread");
      const { drawnPage } = await import("./pdf.ts");
      const drawn = await drawnPage(pdf, job.page, job.width);
      return { ...drawn, text: await pdf.text(job.page) };
    }
  }
}

/** The file as it came, or one whose pieces are asked for. */
function received(source: SentSource): Source {
  if ("blob" in source) return source.blob;
  const far: Ranged = {
    size: source.size,
    read: (start, end) => {
      const piece = ++pieces;
      const waiting = Promise.withResolvers<Bytes>();
      asked.set(piece, waiting);
      say({ baraza: "decode", piece, start, end });
      return waiting.promise;
    },
  };
  return far;
}
