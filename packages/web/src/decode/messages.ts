/** What the worker and whoever started it say to each other. */
import type { Bytes } from "@baraza/protocol";
import type { Described, Drawn, DrawnPage, Readable, Trouble } from "./api.ts";

/** A file as it travels to the worker: itself, or its size, with the pieces asked for one by one. */
export type SentSource = { blob: Blob } | { size: number };

/** What can be asked of the worker, one thing at a time. */
export type Job =
  | { do: "describe"; source: SentSource; name: string }
  | { do: "read"; source: SentSource; name: string }
  | { do: "draw"; source: SentSource; edge: number }
  /** Opens a PDF, which stays open for `page`. */
  | { do: "open"; source: SentSource }
  | { do: "page"; page: number; width: number };

/** What comes of each job. */
export interface Answers {
  describe: Described;
  read: Readable;
  draw: Drawn;
  open: { pages: number };
  page: DrawnPage;
}

/** To the worker. `baraza` marks what is ours: pdf.js talks on the same line. */
export type ToWorker = { baraza: "decode" } & (
  | { id: number; job: Job }
  /** A piece that was asked for; null when it could not be read. */
  | { piece: number; bytes: Bytes | null }
);

/** From the worker. */
export type FromWorker = { baraza: "decode" } & (
  | { id: number; answer: Answers[keyof Answers] }
  | { id: number; trouble: Trouble }
  | { piece: number; start: number; end: number }
);
