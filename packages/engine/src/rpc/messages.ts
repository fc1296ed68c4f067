/**
 * What a tab and the engine's worker say to each other. Both sides check what they receive, since any script of the origin
 * can post into a BroadcastChannel, and an old tab may speak to a newer worker.
 */
import * as v from "valibot";

/** The largest message, by {@link sizeOf}: 8 MiB. Files travel in chunks below it. */
export const MESSAGE_BYTES = 8 * 1024 * 1024;

/** Anything with the two members that a MessagePort, a BroadcastChannel and a Worker share. */
export type Channel = {
  postMessage(message: unknown): void;
  onmessage: ((event: never) => void) | null;
};

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const name = v.pipe(v.string(), v.maxLength(100));
const ErrorSchema = v.object({
  code: v.pipe(v.string(), v.maxLength(100)),
  data: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
});

/** From the tab. */
export const RequestSchema = v.variant("t", [
  v.object({ t: v.literal("call"), id, method: name, args: v.unknown() }),
  v.object({ t: v.literal("subscribe"), id, method: name, args: v.unknown() }),
  v.object({ t: v.literal("cancel"), id }),
  v.object({ t: v.literal("bye") }),
]);

/** From the worker. A subscription gets any number of `value` and at most one `error`; a call one of either. */
export const AnswerSchema = v.variant("t", [
  v.object({ t: v.literal("value"), id, value: v.unknown() }),
  v.object({ t: v.literal("error"), id, error: ErrorSchema }),
]);

export type Request = v.InferOutput<typeof RequestSchema>;
export type Answer = v.InferOutput<typeof AnswerSchema>;
export type WireError = v.InferOutput<typeof ErrorSchema>;

/**
 * Roughly how many bytes a value takes when it is cloned. Stops counting once it is certain that the limit is passed.
 * @returns more than `limit` when the value is larger
 */
export function sizeOf(value: unknown, limit = MESSAGE_BYTES): number {
  let size = 0;
  const open: unknown[] = [value];
  // A cycle never ends, but it grows the count and so meets the limit.
  while (open.length > 0 && size <= limit) {
    const next = open.pop();
    size += 8;
    if (typeof next === "string") size += next.length;
    else if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) size += next.byteLength;
    else if (Array.isArray(next) || next instanceof Set) for (const one of next) open.push(one);
    else if (next instanceof Map) for (const pair of next) open.push(pair);
    else if (typeof next === "object" && next !== null)
      for (const [key, one] of Object.entries(next)) {
        size += key.length;
        open.push(one);
      }
  }
  return size;
}
