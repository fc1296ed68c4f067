/**
 * Idle: resident memory of a node process with 1,000 accounts, each opened through the API with what a new user does
 * (key packages, an address, a letter, a live connection). `idle.rss`: started on that data, fifty devices connected
 * and quiet. `idle.rss.busy`: the process that has just made all those accounts, when it is quiet again.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bytes } from "../packages/protocol/src/index.ts";
import { startChildNode } from "../packages/node/src/child.testing.ts";
import type { ChildNode } from "../packages/node/src/child.testing.ts";
import { randomBytes } from "../packages/node/src/crypto-fast.ts";
import { listen } from "../packages/node/src/services/boxes/live.testing.ts";
import { apiOf, enrol } from "../packages/node/src/services/node.testing.ts";
import { report } from "./lib/figure.ts";
import { pause } from "./lib/process.ts";

const ACCOUNTS = Number(process.env["ACCOUNTS"] ?? 1000);
const CONNECTED = 50;
const AT_ONCE = 8;
const QUIET_MS = 15_000;
const DAY = 24 * 60 * 60_000;

type Device = { session: Bytes; boxId: Bytes };

const dataDir = await mkdtemp(join(fileURLToPath(new URL(".", import.meta.url)), ".data-idle-"));
try {
  const start = () =>
    startChildNode(dataDir, { args: ["--registration", "open", "--trusted-proxy", "true"] });
  const devices: Device[] = [];
  const maker = await start();
  const busy = await measure(maker, () => openAccounts(maker, devices));
  const idle = await start();
  report({
    figure: "idle.rss",
    value: await measure(idle, () => connect(idle, devices.slice(0, CONNECTED))),
    unit: "MiB",
  });
  report({ figure: "idle.rss.busy", value: busy, unit: "MiB" });
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

/** Resident memory in MiB when the node has been quiet for a while after some work. */
async function measure(node: ChildNode, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    await pause(QUIET_MS);
    return residentOf(node.process.pid ?? 0) / 1024;
  } finally {
    await node.end("SIGTERM");
  }
}

/** Devices that listen and have read what waited; they stay until the node ends. */
async function connect(node: ChildNode, devices: readonly Device[]): Promise<void> {
  for (const { session, boxId } of devices) {
    const live = await listen(node.port, { session, boxes: [{ boxId, after: 0 }] });
    await live.until(({ t }) => t === "letter");
  }
}

async function openAccounts(node: ChildNode, devices: Device[]): Promise<void> {
  let next = 0;
  const worker = async (_: unknown, index: number) => {
    const { client, call } = apiOf(node.port, `192.0.2.${index + 1}`);
    while (next < ACCOUNTS) {
      next += 1;
      const person = await enrol({ name: node.name, call, now: Date.now }, `person${next}`, {
        vault: randomBytes(8192),
      });
      const { session, boxId } = person;
      const expires = Date.now() + DAY;
      const packages = Array.from({ length: 10 }, () => ({
        ref: randomBytes(32),
        keyPackage: randomBytes(1500),
        expires,
      }));
      await call("keyPackages.publish", { packages }, session);
      const ask = { boxId, scope: "letters" as const, expires, count: 1 };
      const { addresses } = await call("boxes.addresses", ask, session);
      const address = addresses[0]?.address ?? new Uint8Array();
      await call("boxes.put", { address, letterId: randomBytes(16), letter: randomBytes(2048) });
      const live = await listen(node.port, { session, boxes: [{ boxId, after: 0 }] });
      await live.until(({ t }) => t === "letter");
      await live.close();
      devices.push({ session, boxId });
    }
    client.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function residentOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (found === undefined) throw new Error("the process has no resident memory");
  return Number(found);
}
