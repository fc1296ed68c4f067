import { ed25519Generate } from "@baraza/crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs(undefined, { bytes: 16 * 1024, appendsPerMinute: 2 });
});
afterAll(() => logs.close());

test("a log takes entries up to its quota; what repairs it and others' logs are not stopped by that", async () => {
  const log = await logs.open();
  await logs.call("logs.append", log.batch(4, 3000));
  await refuses(logs.call("logs.append", log.batch(2, 3000)), "quota_exceeded", {
    bytes: 16 * 1024,
  });
  await logs.call("logs.append", log.steward({ op: "retention", keepMs: 0 }));
  await logs.call("logs.append", log.commit(ed25519Generate()));
  const other = await logs.open();
  await logs.call("logs.append", other.entry());
  expect((await logs.read(log)).head.seq).toBe(6);
});

test("a log takes so many appends in a minute, each log by itself", async () => {
  const log = await logs.open();
  for (let i = 0; i < 10; i++) await logs.call("logs.append", log.entry({}, undefined, 10));
  await refuses(logs.call("logs.append", log.entry({}, undefined, 10)), "rate_limited");
  const other = await logs.open();
  await logs.call("logs.append", other.entry({}, undefined, 10));
});
