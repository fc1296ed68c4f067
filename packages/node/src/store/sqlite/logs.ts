/** The logs' operations over SQLite. */
import type { LogsOperations } from "../port-logs.ts";
import type { SqliteOperations } from "./operations.ts";

export const logsOperations = {
  write: {},
  read: {},
} as unknown as SqliteOperations<LogsOperations>;
