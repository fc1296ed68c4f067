/** What decoding a file gives: the types that the worker, its host and the screens share. */
import type { Bytes } from "@baraza/protocol";

/** Reads pieces of a file that is somewhere else. `end` is the offset behind the last byte; what is asked for is there. */
export interface Ranged {
  /** In bytes. */
  readonly size: number;
  read(start: number, end: number): Promise<Bytes>;
}

/** A file to decode: what the browser has, or what is read in pieces. */
export type Source = Blob | Ranged;

/** What a file is for people, which decides how it is shown. */
export type FileKind =
  | "picture"
  | "pdf"
  | "audio"
  | "video"
  | "text"
  | "markdown"
  | "table"
  | "document"
  | "slides"
  | "archive"
  | "other";

/** What a file's first bytes say, whatever its name says. */
export interface Sniffed {
  readonly kind: FileKind;
  /** A media type. */
  readonly type: string;
}

/** Why there is no preview, or not all of it. `unsupported`: no program here reads it. */
export type Trouble =
  | "damaged"
  | "tooLarge"
  | "tooSlow"
  | "protected"
  | "unsupported"
  | "crashed"
  | "unread";

/** A small picture of a file, in a form that every browser shows. */
export interface Thumbnail {
  readonly bytes: Bytes;
  readonly type: "image/webp" | "image/jpeg";
  readonly width: number;
  readonly height: number;
}

/** What is known of a file's inside. Widths and heights are as seen, with the orientation applied. */
export interface Meta {
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly pages?: number;
  /** The picture moves. */
  readonly animated?: boolean;
  /** It carries a place, a camera or the like, which strip/free.ts takes out. */
  readonly hasDetails?: boolean;
}

/** All that the device makes of a file when it is put in. */
export interface Described extends Sniffed {
  readonly meta: Meta;
  readonly thumbnail?: Thumbnail;
  /** Words for search: at most `limits.textChars` characters. */
  readonly text?: string;
  /** Why something is missing; the file itself is whole. */
  readonly trouble?: Trouble;
}

/** A run of text with its marks. */
export interface Inline {
  readonly text: string;
  readonly strong?: true;
  readonly em?: true;
  readonly strike?: true;
  readonly code?: true;
  /** An address of http, https or mailto. */
  readonly href?: string;
}

/** A piece of a readable text, of markdown and of office documents alike. */
export type Block =
  | { readonly is: "heading"; readonly level: number; readonly runs: readonly Inline[] }
  | { readonly is: "paragraph"; readonly runs: readonly Inline[] }
  | { readonly is: "list"; readonly start: number | null; readonly items: readonly Block[][] }
  | { readonly is: "quote"; readonly blocks: readonly Block[] }
  | { readonly is: "code"; readonly text: string }
  | {
      readonly is: "table";
      readonly rows: readonly (readonly Inline[][])[];
      readonly head: boolean;
    }
  | { readonly is: "rule" }
  /** A slide begins. */
  | { readonly is: "slide"; readonly number: number };

/** A sheet of a table: rows of cells as text. */
export interface Sheet {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  /** There is more than is shown. */
  readonly cut: boolean;
}

/** What a screen shows of a file with words in it. `cut`: there is more than is shown. */
export type Readable =
  | { readonly is: "text"; readonly text: string; readonly encoding: string; readonly cut: boolean }
  | { readonly is: "blocks"; readonly blocks: readonly Block[]; readonly cut: boolean }
  | { readonly is: "sheets"; readonly sheets: readonly Sheet[]; readonly cut: boolean };

/** A page of a PDF or a picture, drawn. */
export interface Drawn {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}

/** One page of a PDF: its picture and its words, which a screen reader reads. */
export interface DrawnPage extends Drawn {
  readonly text: string;
}

/** Thrown where a file cannot be decoded; what is wrong is in `trouble`. */
export class DecodeError extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble, why: string = trouble) {
    super(why);
    this.name = "DecodeError";
    this.trouble = trouble;
  }
}
