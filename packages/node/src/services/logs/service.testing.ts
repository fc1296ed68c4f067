/** For tests: the logs service alone, over a real SQLite file, behind the real HTTP server. */
import { join } from "node:path";
import { expect } from "vitest";
import type { ErrorCode, ErrorData } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import { createSigner, randomBytes } from "../../crypto-fast.ts";
import { startFrame, temporaryDirectory } from "../../http/frame.testing.ts";
import { openSqliteStore } from "../../store/sqlite/index.ts";
import type { Appended, LogsDeps } from "./index.ts";
import { createLogs } from "./index.ts";
import type { TestLog } from "./log.testing.ts";
import { testLog } from "./log.testing.ts";

export const HUB = "hub.localhost:1";

/** `clock.now` may be moved. Tokens are good unless their output begins with 0xff. */
export async function startLogs(name = HUB, quota?: LogsDeps["quota"]) {
  const directory = await temporaryDirectory();
  const store = await openSqliteStore(join(directory.path, "store.sqlite"));
  const clock = { now: Date.now() };
  const appended: Appended[] = [];
  const nodeKey = randomBytes(32);
  const service = createLogs({
    store,
    name,
    nodeKey,
    logSessionSecret: randomBytes(32),
    redeemToken: ({ output }) => output[0] !== 0xff,
    ...(quota === undefined ? {} : { quota }),
    onAppend: (one) => appended.push(one),
    now: () => clock.now,
  });
  const frame = await startFrame({ handlers: service.routes, decoders: service.decoders ?? {} });
  const { call } = frame.client;
  return {
    service,
    store,
    frame,
    clock,
    appended,
    nodeKey,
    sign: createSigner(nodeKey),
    call,
    directory: directory.path,
    create: (log: TestLog, token = { input: randomBytes(32), output: new Uint8Array(64) }) =>
      call("logs.create", { genesis: log.genesis, token }),
    /** A new log that stands at the hub. */
    open: async (options: Parameters<typeof testLog>[1] = {}) => {
      const log = testLog(name, options);
      await call("logs.create", {
        genesis: log.genesis,
        token: { input: randomBytes(32), output: new Uint8Array(64) },
      });
      return log;
    },
    read: async (log: TestLog, seat = log.seat) => {
      const { token } = await call("logs.session", await log.session(seat, clock.now, name));
      return call("logs.read", { logId: log.logId, token, after: 0 });
    },
    close: async () => {
      await service.close();
      await frame.close();
      await store.close();
      await directory.remove();
    },
  };
}

/** Expects a refusal by code, and where given its data. */
export async function refuses(
  work: Promise<unknown>,
  code: ErrorCode,
  data?: ErrorData,
): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error, `expected ${code}`).toBeInstanceOf(ProtocolError);
  if (!(error instanceof ProtocolError)) return;
  expect(error.code).toBe(code);
  if (data !== undefined) expect(error.data).toEqual(data);
}
