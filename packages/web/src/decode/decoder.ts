/**
 * Decoding files from a tab: in a worker that is ended when it takes too long or dies, one file after the other. Whatever is
 * in a file costs at most its own preview.
 */
import {
  DecodeError,
  type Described,
  type Drawn,
  type DrawnPage,
  type Readable,
  type Source,
} from "./api.ts";
import { limits } from "./limits.ts";
import type { Answers, FromWorker, Job, SentSource, ToWorker } from "./messages.ts";
import { sniff } from "./sniff.ts";
import { ranged } from "./source.ts";

/** What of a worker is needed here, so that tests can have one of their own. */
export type WorkerLike = Pick<Worker, "postMessage" | "terminate" | "addEventListener">;

/** Decodes files one after the other. */
export interface Decoder {
  /** All that is made of a file when it is put in. What is wrong with the file stands in its `trouble`. */
  describe(source: Source, name: string): Promise<Described>;
  /** What a screen shows of a text, table, document or slides. @throws DecodeError */
  read(source: Source, name: string): Promise<Readable>;
  /** A picture, upright, its longer side at most `edge` pixels. @throws DecodeError */
  draw(source: Source, edge: number): Promise<Drawn>;
  /** Opens a PDF in a worker of its own, until it is closed. @throws DecodeError */
  pdf(source: Source): Promise<PdfPages>;
  /** Ends the worker, and what waits for it. */
  close(): void;
}

/** An open PDF. */
export interface PdfPages {
  readonly pages: number;
  /** Draws a page, counted from one, so many pixels wide. @throws DecodeError */
  page(page: number, width: number): Promise<DrawnPage>;
  close(): void;
}

/** How long a worker that has nothing to do is kept, in milliseconds: pdf.js alone takes some ten megabytes. */
const IDLE_MS = 20_000;

/** Starts a decoder; its worker starts with the first file. `times` are for tests. */
export function createDecoder(
  start: () => WorkerLike = startWorker,
  times: { describeMs: number; drawMs: number } = limits,
): Decoder {
  const shared = lane(start);
  return {
    describe: async (source, name) => {
      const job = { do: "describe", source: sent(source), name } as const;
      try {
        return await shared.run(job, source, times.describeMs);
      } catch (error) {
        const trouble = error instanceof DecodeError ? error.trouble : "crashed";
        const unknown = { kind: "other", type: "application/octet-stream" } as const;
        const sniffed = await sniff(ranged(source), name).catch(() => unknown);
        return { ...sniffed, meta: {}, trouble };
      }
    },
    read: (source, name) =>
      shared.run({ do: "read", source: sent(source), name }, source, times.describeMs),
    draw: (source, edge) =>
      shared.run({ do: "draw", source: sent(source), edge }, source, times.drawMs),
    pdf: async (source) => {
      const own = lane(start, null);
      try {
        const { pages } = await own.run({ do: "open", source: sent(source) }, source, times.drawMs);
        return {
          pages,
          page: (page, width) => own.run({ do: "page", page, width }, source, times.drawMs),
          close: () => own.close(),
        };
      } catch (error) {
        own.close();
        throw error;
      }
    },
    close: () => shared.close(),
  };
}

function sent(source: Source): SentSource {
  return source instanceof Blob ? { blob: source } : { size: source.size };
}

function startWorker(): Worker {
  return new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module" });
}

interface Lane {
  run<J extends Job>(job: J, source: Source, ms: number): Promise<Answers[J["do"]]>;
  close(): void;
}

/** One worker and what waits for it. `idleMs`: when it is ended without work; null: only by `close`. */
function lane(start: () => WorkerLike, idleMs: number | null = IDLE_MS): Lane {
  let worker: WorkerLike | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let idle: ReturnType<typeof setTimeout> | undefined;
  let ids = 0;
  let stop: ((error: DecodeError) => void) | null = null;
  let closed = false;
  const end = (): void => {
    worker?.terminate();
    worker = null;
  };
  const one = (job: Job, source: Source, ms: number): Promise<Answers[keyof Answers]> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new DecodeError("crashed", "closed"));
        return;
      }
      // A PDF is open in the worker that died.
      if (worker === null && job.do === "page") {
        reject(new DecodeError("crashed"));
        return;
      }
      worker ??= start();
      const current = worker;
      const id = ++ids;
      const done = new AbortController();
      const { signal } = done;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = (): void => {
        clearTimeout(timer);
        done.abort();
        stop = null;
      };
      const fail = (error: DecodeError): void => {
        finish();
        end();
        reject(error);
      };
      // Reading from a slow line is not the decoder's time: the clock begins anew with each piece.
      const wind = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => fail(new DecodeError("tooSlow")), ms);
      };
      stop = fail;
      current.addEventListener(
        "message",
        ({ data }: MessageEvent<FromWorker>) => {
          if (data.baraza !== "decode") return;
          if ("piece" in data) {
            clearTimeout(timer);
            void give(current, source, data, wind);
          } else if (data.id === id) {
            finish();
            if ("answer" in data) resolve(data.answer);
            else reject(new DecodeError(data.trouble));
          }
        },
        { signal },
      );
      const crash = (): void => fail(new DecodeError("crashed"));
      current.addEventListener("error", crash, { signal });
      current.addEventListener("messageerror", crash, { signal });
      wind();
      const message: ToWorker = { baraza: "decode", id, job };
      current.postMessage(message);
    });
  return {
    run: async <J extends Job>(job: J, source: Source, ms: number) => {
      const turn = last.then(() => {
        clearTimeout(idle);
        return one(job, source, ms);
      });
      last = turn.then(
        () => undefined,
        () => undefined,
      );
      if (idleMs !== null)
        last = last.then(() => {
          clearTimeout(idle);
          idle = setTimeout(end, idleMs);
        });
      return (await turn) as Answers[J["do"]];
    },
    close: () => {
      closed = true;
      clearTimeout(idle);
      stop?.(new DecodeError("crashed", "closed"));
      end();
    },
  };
}

async function give(
  worker: WorkerLike,
  source: Source,
  { piece, start, end }: { piece: number; start: number; end: number },
  wind: () => void,
): Promise<void> {
  const bytes = await ranged(source)
    .read(start, end)
    .catch(() => null);
  wind();
  const message: ToWorker = { baraza: "decode", piece, bytes };
  worker.postMessage(message);
}
