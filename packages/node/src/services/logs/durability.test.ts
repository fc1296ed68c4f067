import { genesisHead, nextHead } from "@baraza/crypto";
import { join } from "node:path";
import { equalBytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { startChildNode, tokenFor } from "../../child.testing.ts";
import type { ChildNode } from "../../child.testing.ts";
import { httpClient, temporaryDirectory } from "../../http/frame.testing.ts";
import { faultyDisk, findCompiler } from "../../store/faulty-disk/index.ts";
import type { TestLog } from "./log.testing.ts";
import { testLog } from "./log.testing.ts";

const isSoak = process.env["BARAZA_SOAK"] === "1";
const KILLS = isSoak ? 200 : 5;
const CUTS = isSoak ? 100 : 3;
const WRITERS = 4;
/** Each round starts a node anew, on a machine that may be busy. */
const timeout = isSoak ? 6 * 3_600_000 : 120_000;

type Acknowledged = Map<number, Uint8Array>;

/** Appends until the node is gone, and notes what was acknowledged. */
async function write(
  node: ChildNode,
  log: TestLog,
  noted: Acknowledged,
  counter: { count: number },
) {
  const client = httpClient(node.port);
  try {
    for (let i = 0; ; i++) {
      const request = i % 3 === 0 ? log.batch(1 + (i % 7), 500) : log.entry({}, undefined, 500);
      const { seqs } = await client.call("logs.append", request);
      for (const [index, seq] of seqs.entries())
        noted.set(seq, request.entries[index]?.header ?? new Uint8Array());
      counter.count += seqs.length;
    }
  } catch {
    client.close();
  }
}

async function everyEntry(node: ChildNode, log: TestLog) {
  const client = httpClient(node.port);
  const { token } = await client.call("logs.session", await log.session());
  let head = genesisHead(log.genesis);
  const headers = new Map<number, Uint8Array>();
  for (let after = 0, more = true; more;) {
    const page = await client.call("logs.read", { logId: log.logId, token, after });
    for (const entry of page.entries) {
      head = nextHead(head, entry.seq, entry.header, entry.sigs);
      headers.set(entry.seq, entry.header);
      after = entry.seq;
    }
    more = page.more;
    if (!more) expect(page.head.head).toEqual(head);
  }
  client.close();
  return headers;
}

type Writing = { log: TestLog; noted: Acknowledged };

async function openLogs(node: ChildNode, dataDir: string): Promise<Writing[]> {
  const client = httpClient(node.port);
  const logs: Writing[] = [];
  for (let i = 0; i < WRITERS; i++) {
    const log = testLog(node.name);
    await client.call("logs.create", { genesis: log.genesis, token: await tokenFor(dataDir) });
    logs.push({ log, noted: new Map() });
  }
  client.close();
  return logs;
}

/** Kills the node while all write, once so much was acknowledged. */
async function killUnderLoad(node: ChildNode, logs: readonly Writing[]): Promise<void> {
  const counter = { count: 0 };
  const writers = logs.map(({ log, noted }) => write(node, log, noted, counter));
  const enough = 20 + Math.floor(Math.random() * 400);
  while (counter.count < enough) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  await node.end("SIGKILL");
  await Promise.all(writers);
}

/** Acknowledged entries that are not there. */
async function lostOf(node: ChildNode, { log, noted }: Writing): Promise<number[]> {
  const headers = await everyEntry(node, log);
  return [...noted]
    .filter(([seq, header]) => !equalBytes(headers.get(seq) ?? new Uint8Array(), header))
    .map(([seq]) => seq);
}

const NAME = "hub.localhost:1";

test(
  `after ${KILLS} kills under load every acknowledged entry is there, and the chain is whole`,
  { timeout },
  async () => {
    const directory = await temporaryDirectory();
    let node = await startChildNode(directory.path, { name: NAME });
    const logs = await openLogs(node, directory.path);
    for (let kill = 0; kill < KILLS; kill++) {
      await killUnderLoad(node, logs);
      node = await startChildNode(directory.path, { name: NAME });
      for (const one of logs) expect(await lostOf(node, one)).toEqual([]);
    }
    expect(logs.every(({ noted }) => noted.size > 0)).toBe(true);
    await node.end("SIGTERM");
    await directory.remove();
  },
);

const compiler = process.platform === "linux" ? await findCompiler() : null;

test.runIf(compiler !== null)(
  `after ${CUTS} power cuts that lose what was not synced, every acknowledged entry is there`,
  { timeout },
  async () => {
    const directory = await temporaryDirectory();
    const dataDir = join(directory.path, "data");
    const disk = await faultyDisk({ dir: dataDir, work: directory.path, compiler: compiler ?? "" });
    const start = () => startChildNode(dataDir, { name: NAME, env: disk.env });
    let node = await start();
    const logs = await openLogs(node, dataDir);
    let lostWrites = 0;
    // A cut may find everything synced: go on until one did not, else this shows no more than the kills do.
    for (let cut = 0; cut < CUTS || (lostWrites === 0 && cut < CUTS + 20); cut++) {
      await killUnderLoad(node, logs);
      lostWrites += await disk.cutPower();
      node = await start();
      for (const one of logs) expect(await lostOf(node, one)).toEqual([]);
    }
    await node.end("SIGTERM");
    expect(lostWrites).toBeGreaterThan(0);
    await directory.remove();
  },
);

test.runIf(compiler !== null)(
  "a disk that only says it has synced loses acknowledged entries: the check sees it",
  { timeout },
  async () => {
    const directory = await temporaryDirectory();
    const dataDir = join(directory.path, "data");
    // Made and stopped in peace first, so that there is a node to come back to.
    const honest = await startChildNode(dataDir, { name: NAME });
    const logs = await openLogs(honest, dataDir);
    await honest.end("SIGTERM");
    const disk = await faultyDisk({
      dir: dataDir,
      work: directory.path,
      compiler: compiler ?? "",
      lies: true,
    });
    await killUnderLoad(await startChildNode(dataDir, { name: NAME, env: disk.env }), logs);
    await disk.cutPower();
    const node = await startChildNode(dataDir, { name: NAME });
    const lost = await Promise.all(logs.map((one) => lostOf(node, one)));
    expect(lost.flat().length).toBeGreaterThan(0);
    await node.end("SIGTERM");
    await directory.remove();
  },
);
