/** The events of segments, in the space of one's own devices. */
import type { Bytes } from "@baraza/protocol";
import { bytes16, bytes32, uint } from "@baraza/protocol";
import * as v from "valibot";
import { payload, readPayload } from "../checks.ts";
import type { EventType } from "../tool.ts";

export const SEGMENT_LIMITS = {
  /** Things that one device asks for at once. */
  ids: 512,
  /** Segments in one answer. */
  parts: 8,
  /** Bytes of one segment before it is sealed: it is one chunk at the hub. */
  partBytes: 1_000_000,
} as const;

/** Fewer are fetched one by one: that is done before another device has answered. */
export const SEVERAL = 16;

/** What lies beside files (their thumbnails and words), by the names that it has at their hubs: the wanted first. */
const ask = payload({
  ids: v.pipe(v.array(bytes16), v.minLength(1), v.maxLength(SEGMENT_LIMITS.ids)),
});
/** Where the segments are that answer it. No entry names these blobs, so the hub lets them go after a day. */
const made = payload({
  ask: bytes16,
  parts: v.pipe(
    v.array(
      v.looseObject({
        blobId: bytes16,
        key: bytes32,
        size: uint(SEGMENT_LIMITS.partBytes + 64 * 1024),
        hash: bytes32,
      }),
    ),
    v.minLength(1),
    v.maxLength(SEGMENT_LIMITS.parts),
  ),
});

export const segmentEvents = {
  "segments.ask": { version: 1, schema: ask.schema },
  "segments.made": { version: 1, schema: made.schema },
} as const satisfies Record<string, EventType>;

/** @returns null for what a newer version needs understood */
export function readAsk(value: unknown): { ids: Bytes[] } | null {
  const read = readPayload(ask.known, value);
  return read.state === "ok" ? read.value : null;
}

export function readMade(value: unknown): v.InferOutput<typeof made.known> | null {
  const read = readPayload(made.known, value);
  return read.state === "ok" ? read.value : null;
}
