/** The events of files. Payloads are CBOR maps; see [Note: Newer payloads] in ../checks.ts for how they may grow. */
import type { Bytes } from "@baraza/protocol";
import { bytes16, bytes32, LIMITS, text, time, toHex, uint } from "@baraza/protocol";
import * as v from "valibot";
import type { BlobPointer } from "../../blobs/api.ts";
import { payload, readPayload } from "../checks.ts";
import type { EventType } from "../tool.ts";
import { FILE_LIMITS } from "./api.ts";

export const EVENT_LIMITS = {
  /** Things in one event. */
  items: 16,
  ids: 512,
  typeLength: 127,
} as const;

const pointer = v.looseObject({
  blobId: bytes16,
  key: bytes32,
  size: uint(),
  hash: bytes32,
});
const count = v.optional(uint(0xffff_ffff));
const contentSchema = v.looseObject({
  /** The version's own id. */
  id: bytes16,
  blob: pointer,
  type: text(EVENT_LIMITS.typeLength),
  /** Thumbnail and text, sealed as one more blob (see sidecar.ts). */
  side: v.optional(pointer),
  /** There is a thumbnail in `side`. */
  thumbnail: v.optional(v.boolean()),
  width: count,
  height: count,
  durationMs: v.optional(uint()),
  pages: count,
  /** When the file was changed last, by its own date. */
  changedAt: v.optional(time),
});

const parent = v.nullable(bytes16);
/** What a program sends is made safe once more before it is shown (names.ts). */
const name = text(4 * FILE_LIMITS.nameBytes, 1);
const ids = v.pipe(v.array(bytes16), v.minLength(1), v.maxLength(EVENT_LIMITS.ids));
const blobIds = v.pipe(v.array(bytes16), v.maxLength(LIMITS.entryBlobs));

const add = payload({
  items: v.pipe(
    v.array(
      v.looseObject({
        id: bytes16,
        parent,
        name,
        /** None: a folder. */
        content: v.optional(contentSchema),
      }),
    ),
    v.minLength(1),
    v.maxLength(EVENT_LIMITS.items),
  ),
});
/** A new present version; an earlier one that is taken back is named once more. */
const version = payload({ file: bytes16, content: contentSchema });
const rename = payload({ file: bytes16, name });
const move = payload({ files: ids, parent });
const bin = payload({ files: ids, on: v.boolean() });
/** Counts for what its author added, and for everything when a steward wrote it. `drops`: the blobs that the hub lets go. */
const purge = payload({ files: ids, drops: blobIds });
/** Names blobs once more that a purge elsewhere let go, though something still refers to them. */
const keep = payload({ blobs: blobIds });
const comment = payload({ file: bytes16, text: text(FILE_LIMITS.commentLength, 1) });
/** Counts when the author of the comment or a steward wrote it. */
const uncomment = payload({ target: bytes16 });

export const filesEvents = {
  "files.add": { version: 1, schema: add.schema },
  "files.version": { version: 1, schema: version.schema },
  "files.rename": { version: 1, schema: rename.schema },
  "files.move": { version: 1, schema: move.schema },
  "files.bin": { version: 1, schema: bin.schema },
  "files.purge": { version: 1, schema: purge.schema },
  "files.keep": { version: 1, schema: keep.schema },
  "files.comment": { version: 1, schema: comment.schema },
  "files.uncomment": { version: 1, schema: uncomment.schema },
} as const satisfies Record<string, EventType>;

/** What a version is, as events carry it. */
export type EventContent = {
  id: Bytes;
  blob: BlobPointer;
  type: string;
  side?: BlobPointer | undefined;
  thumbnail?: boolean | undefined;
  width?: number | undefined;
  height?: number | undefined;
  durationMs?: number | undefined;
  pages?: number | undefined;
  changedAt?: number | undefined;
};
export type AddedItem = {
  id: Bytes;
  parent: Bytes | null;
  name: string;
  content?: EventContent | undefined;
};

/** What {@link filesEvents} carry, by type, for whoever writes them. */
export type FilesPayloads = {
  "files.add": { items: AddedItem[] };
  "files.version": { file: Bytes; content: EventContent };
  "files.rename": { file: Bytes; name: string };
  "files.move": { files: Bytes[]; parent: Bytes | null };
  "files.bin": { files: Bytes[]; on: boolean };
  "files.purge": { files: Bytes[]; drops: Bytes[] };
  "files.keep": { blobs: Bytes[] };
  "files.comment": { file: Bytes; text: string };
  "files.uncomment": { target: Bytes };
};

/** An event that was read. */
export type FilesEvent = {
  [K in keyof FilesPayloads]: { type: K } & FilesPayloads[K];
}[keyof FilesPayloads];

const KNOWN = {
  "files.add": add.known,
  "files.version": version.known,
  "files.rename": rename.known,
  "files.move": move.known,
  "files.bin": bin.known,
  "files.purge": purge.known,
  "files.keep": keep.known,
  "files.comment": comment.known,
  "files.uncomment": uncomment.known,
} as const;

/** @returns null for what this version does not know or understand: when a newer one plays the events again, it shows the rest. */
export function readFilesEvent(type: string, value: unknown): FilesEvent | null {
  if (!Object.hasOwn(KNOWN, type)) return null;
  const read = readPayload(KNOWN[type as keyof typeof KNOWN], value);
  return read.state === "ok" ? ({ ...read.value, type } as FilesEvent) : null;
}

/** The blobs that an event keeps alive at the hub, and those that it lets go. */
export function blobsOf(type: string, value: unknown): { names: Bytes[]; drops: Bytes[] } {
  const event = readFilesEvent(type, value);
  switch (event?.type) {
    case "files.add":
      return { names: distinct(event.items.flatMap((item) => namesOf(item.content))), drops: [] };
    case "files.version":
      return { names: distinct(namesOf(event.content)), drops: [] };
    case "files.keep":
      return { names: distinct(event.blobs), drops: [] };
    case "files.purge":
      return { names: [], drops: distinct(event.drops) };
    default:
      return { names: [], drops: [] };
  }
}

function namesOf(content: EventContent | undefined): Bytes[] {
  if (content === undefined) return [];
  return content.side === undefined
    ? [content.blob.blobId]
    : [content.blob.blobId, content.side.blobId];
}

function distinct(list: readonly Bytes[]): Bytes[] {
  return [...new Map(list.map((id) => [toHex(id), id])).values()];
}
