/** What a tab needs. It loads nothing of SQLite: that is in `worker.ts`, for the worker alone. */
export { ARCHIVE_BEGIN } from "../../src/moving/api.ts";
export { madeFile } from "./files.ts";
export { joinEngine } from "./tab.ts";
export type { EngineState, EngineTab, JoinOptions } from "./tab.ts";
export { browserSecrets } from "./secrets.ts";
export { RpcError } from "../../src/rpc/errors.ts";
export type * from "../../src/lock/api.ts";
export type { CallOptions } from "../../src/rpc/connect.ts";
