/** What the main thread and the store's workers say to each other. */
import type { ErrorCode, ErrorData } from "@baraza/protocol";

/** One operation: its number, `service.operation`, its value. */
export type WireCall = [id: number, name: string, arg: unknown];
export type WireError = { code: ErrorCode; data: ErrorData } | { message: string };
export type WireReply =
  | [id: number, ok: true, value: unknown]
  | [id: number, ok: false, error: WireError];

/** To a worker: a batch of calls, or `close`. */
export type ToWorker = WireCall[] | "close";
/** From a worker: once `ready` (or why not), then replies; `commits` and `writes` count up to this message. */
export type FromWorker =
  | { ready: true }
  | { failed: string; version: boolean }
  | { replies: WireReply[]; commits: number; writes: number };

export type WorkerData = { path: string; role: "writer" | "reader" };
