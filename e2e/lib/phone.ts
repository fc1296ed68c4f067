/** A cheap phone on a slow line: a small screen that is touched, a CPU that is six times slower, and 400 kbit/s with 400 ms there and back. */
import type { TestNode } from "@baraza/testkit";
import type { Page } from "playwright-core";
import { slowDown } from "../../bench/lib/slow-cpu.ts";
import type { SlowCpu } from "../../bench/lib/slow-cpu.ts";
import { openSlowLine } from "../../bench/lib/slow-line.ts";
import type { Visitor } from "./visitor.ts";
import { arrive } from "./visitor.ts";

export type Phone = Visitor & {
  /** From now on it is as slow as such a phone is. At first it is as fast as this machine, for what is only the way there. */
  slow(): void;
  fast(): Promise<void>;
};

const LINE = { kbit: 400, roundTripMs: 400 };
/** All its threads stand still so long after each run of 10 ms. */
const REST_MS = 50;

/** Opens a node's start page on a phone. */
export async function arriveByPhone(node: TestNode): Promise<Phone> {
  const line = await openSlowLine();
  const port = Number(new URL(node.url).port);
  line.target(port);
  const visitor = await arrive(node, "/", undefined, [
    `--host-resolver-rules=MAP ${node.name} 127.0.0.1:${line.port}`,
  ]);
  await handHeld(visitor.page);
  const leave = visitor.leave.bind(visitor);
  let cpu: SlowCpu | undefined;
  const fast = async (): Promise<void> => {
    line.limit();
    await cpu?.end();
    cpu = undefined;
  };
  return Object.assign(visitor, {
    slow: () => {
      line.limit(LINE);
      cpu ??= slowDown(visitor.browser.pid, { way: "slices", restMs: REST_MS });
    },
    fast,
    leave: async () => {
      await fast();
      await leave();
      await line.close();
    },
  });
}

async function handHeld(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  // As long as this session is there.
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setDeviceMetricsOverride", {
    width: 360,
    height: 740,
    deviceScaleFactor: 2,
    mobile: true,
  });
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
}
