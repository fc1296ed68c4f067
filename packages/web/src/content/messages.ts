/**
 * What a page and the service worker say to each other about content, over a channel of its own for each request.
 * Whatever does not fit is taken for a failure.
 */

/** Content stands at this path and an unguessable name. */
export const CONTENT_PATH = "/content/";

/** From the worker, to find the page that offers a name. Its port comes along. */
export interface WhoHas {
  content: string;
}

/** From the page: it has it. `size` is absent when it is made as it goes. */
export interface Described {
  name: string;
  type: string;
  size?: number;
  /** Shown or played in place; else it is saved. */
  inline: boolean;
}

/** From the worker: a range, or of what is made as it goes the next piece; or that nobody reads on. */
export type Wish = { start: number; end: number } | { next: true } | { over: true };

/** From the page: an answer to each wish. Empty bytes: that was all. */
export type Piece = { bytes: Uint8Array } | { failed: true };

export function isWhoHas(data: unknown): data is WhoHas {
  return isRecord(data) && typeof data["content"] === "string" && data["content"].length <= 100;
}

export function isDescribed(data: unknown): data is Described {
  if (!isRecord(data)) return false;
  const { name, type, size, inline } = data;
  const sized = size === undefined || (Number.isSafeInteger(size) && (size as number) >= 0);
  return (
    typeof name === "string" && typeof type === "string" && typeof inline === "boolean" && sized
  );
}

export function isWish(data: unknown): data is Wish {
  if (!isRecord(data)) return false;
  if (data["next"] === true || data["over"] === true) return true;
  const { start, end } = data;
  return Number.isSafeInteger(start) && Number.isSafeInteger(end);
}

export function bytesOf(data: unknown): Uint8Array<ArrayBuffer> | undefined {
  return isRecord(data) && data["bytes"] instanceof Uint8Array
    ? (data["bytes"] as Uint8Array<ArrayBuffer>)
    : undefined;
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null;
}
