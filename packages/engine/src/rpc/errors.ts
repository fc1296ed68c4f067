/** Errors of a call to the engine. */
import type { WireError } from "./messages.ts";

/**
 * What the connection itself can fail with. `leader_changed`: the worker died with the call under way, which may or may not
 * have been done: look, then ask again. `rpc_timeout`: likewise. The rest were certainly not done.
 */
export type ConnectionErrorCode =
  | "leader_changed"
  | "rpc_timeout"
  | "rpc_closed"
  | "rpc_aborted"
  | "rpc_too_large"
  | "rpc_not_cloneable"
  | "rpc_unknown_method"
  | "rpc_busy";

/** A failed call, with the code and the data of the error that the engine threw, or of the connection. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
  constructor(code: string, data: Readonly<Record<string, string | number | boolean>> = {}) {
    super(code);
    this.code = code;
    this.data = data;
  }
}

/** For a failure of the connection. */
export function connectionError(code: ConnectionErrorCode): RpcError {
  return new RpcError(code);
}

/** Code and data of a thrown error. One without a code becomes `internal`: its text may hold content, and stays here. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    return { code: "internal" };
  const data: Record<string, string | number | boolean> = {};
  if ("data" in error && typeof error.data === "object" && error.data !== null)
    for (const [key, value] of Object.entries(error.data as Record<string, unknown>))
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
        data[key] = value;
  return { code: error.code.slice(0, 100), data };
}
