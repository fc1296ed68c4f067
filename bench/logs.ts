/**
 * Logs: durable, signature-checked appends and reads through the HTTP API of one node process, with the load generator
 * on the same machine. The peer is what bare node:sqlite does with the same rows in the same run (see `baseline`).
 */
import { generateKeyPairSync, hash, sign, verify } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { percentile, report } from "./lib/figure.ts";
import type { Bytes } from "../packages/protocol/src/index.ts";
import { decodeResponse, encodeRequest } from "../packages/protocol/src/index.ts";
import { startChildNode, tokenFor } from "../packages/node/src/child.testing.ts";
import { encodeAppend, testLog } from "../packages/node/src/services/logs/log.testing.ts";
import type { TestLog } from "../packages/node/src/services/logs/log.testing.ts";

const ENTRIES = Number(process.env["ENTRIES"] ?? 60_000);
const SINGLES = Number(process.env["SINGLES"] ?? 20_000);
const BATCH = 128;
const BATCH_CONNECTIONS = 4;
const SINGLE_CONNECTIONS = 200;
const READ_CONNECTIONS = 2;
const READ_ENTRIES = 1000;
const BODY = 2048;

const dataDir = await mkdtemp(join(fileURLToPath(new URL(".", import.meta.url)), ".data-logs-"));
try {
  await run();
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const token = () => tokenFor(dataDir);
  const node = await startChildNode(dataDir);
  try {
    const logs: TestLog[] = [];
    for (let i = 0; i < 8; i++) {
      const log = testLog(node.name);
      const [answer] = await post(node.port, "logs.create", [
        encodeRequest("logs.create", { genesis: log.genesis, token: await token() }),
      ]);
      decodeResponse("logs.create", answer?.status ?? 0, answer?.body ?? new Uint8Array());
      logs.push(log);
    }
    const logAt = (index: number) => logs[index % logs.length] as TestLog;
    const batches = (count: number) =>
      Array.from({ length: count }, (_, index) => encodeAppend(logAt(index).batch(BATCH, BODY)));
    const singles = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        encodeAppend(logAt(index).entry({}, undefined, BODY)),
      );

    await load(node.port, "logs.append", batches(32), BATCH_CONNECTIONS);
    const requests = batches(Math.ceil(ENTRIES / BATCH));
    const cpuBefore = process.cpuUsage();
    const nodeBefore = await cpuOf(node.process.pid);
    const batched = await load(node.port, "logs.append", requests, BATCH_CONNECTIONS);
    const generator = process.cpuUsage(cpuBefore);
    const nodeUsed = (await cpuOf(node.process.pid)) - nodeBefore;
    const entries = requests.length * BATCH;
    const peer = baseline(dataDir, BATCH, Math.min(entries, 40_000), 1);
    report(
      {
        figure: "logs.append",
        value: entries / batched.seconds,
        unit: "entries/s",
        peer: `bare node:sqlite, ${BATCH} rows a transaction, one Ed25519 verification each`,
        peerValue: peer,
      },
      "higher",
    );
    const generatorSeconds = (generator.user + generator.system) / 1e6;
    say(
      `batches of ${BATCH} over ${BATCH_CONNECTIONS} connections`,
      batched,
      `node ${((nodeUsed / entries) * 1e6).toFixed(0)} µs of CPU an entry, generator ${((generatorSeconds / entries) * 1e6).toFixed(0)} µs`,
    );

    await load(node.port, "logs.append", singles(2000), SINGLE_CONNECTIONS);
    const ones = singles(SINGLES);
    const singleCpu = await cpuOf(node.process.pid);
    const single = await load(node.port, "logs.append", ones, SINGLE_CONNECTIONS);
    const singleUsed = (await cpuOf(node.process.pid)) - singleCpu;
    const singlePeer = baseline(dataDir, SINGLE_CONNECTIONS, 20_000, SINGLE_CONNECTIONS);
    report(
      {
        figure: "logs.append.single",
        value: ones.length / single.seconds,
        unit: "entries/s",
        peer: `bare node:sqlite, ${SINGLE_CONNECTIONS} rows a transaction, an Ed25519 verification for each row`,
        peerValue: singlePeer,
      },
      "higher",
    );
    const each = ((singleUsed / ones.length) * 1e6).toFixed(0);
    say(`one by one over ${SINGLE_CONNECTIONS} connections`, single, `node ${each} µs of CPU each`);

    const log = logAt(0);
    const [opened] = await post(node.port, "logs.session", [
      encodeRequest("logs.session", await log.session()),
    ]);
    const session = decodeResponse(
      "logs.session",
      opened?.status ?? 0,
      opened?.body ?? new Uint8Array(),
    );
    const pages = Array.from({ length: 60 }, (_, index) =>
      encodeRequest("logs.read", {
        logId: log.logId,
        token: session.token,
        after: (index * READ_ENTRIES) % (session.head.seq - READ_ENTRIES),
        limit: READ_ENTRIES,
      }),
    );
    await load(node.port, "logs.read", pages.slice(0, 6), READ_CONNECTIONS);
    const read = await load(node.port, "logs.read", pages, READ_CONNECTIONS);
    report({
      figure: "logs.read",
      value: (pages.length * READ_ENTRIES) / read.seconds,
      unit: "entries/s",
    });
    say(
      `reads of ${READ_ENTRIES} over ${READ_CONNECTIONS} connections`,
      read,
      `${(read.bytes / 1e6 / read.seconds).toFixed(0)} MB/s`,
    );
  } finally {
    await node.end("SIGTERM");
  }
}

/** CPU seconds that a process has used in all its threads (Linux; NaN elsewhere). */
async function cpuOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  // In hundredths of a second.
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
}

/** What belongs to a figure without being one, for whoever reads along. */
function say(what: string, { times }: { times: readonly number[] }, more = ""): void {
  const at = (share: number) => percentile(times, share).toFixed(1);
  console.error(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms ${more}`);
}

type Answer = { status: number; body: Bytes };

/** Sends all requests over some connections, each with one under way; every answer must be 200. */
async function load(port: number, route: string, bodies: readonly Bytes[], connections: number) {
  let next = 0;
  let bytes = 0;
  const times: number[] = [];
  const clients = await Promise.all(Array.from({ length: connections }, () => openClient(port)));
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (;;) {
        const body = bodies[next++];
        if (body === undefined) return;
        const at = performance.now();
        const { status, body: answer } = await client.post(route, body);
        if (status !== 200) throw new Error(`${route} answered ${status}`);
        bytes += answer.length;
        times.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const client of clients) client.close();
  return { seconds, bytes, times };
}

async function post(port: number, route: string, bodies: readonly Bytes[]): Promise<Answer[]> {
  const client = await openClient(port);
  const answers: Answer[] = [];
  for (const body of bodies) answers.push(await client.post(route, body));
  client.close();
  return answers;
}

/** As little HTTP/1.1 as the node's answers need: the generator shares the machine with what it measures. */
async function openClient(port: number) {
  const socket: Socket = await new Promise((resolve, reject) => {
    const opening = connect(port, "127.0.0.1", () => resolve(opening));
    opening.on("error", reject);
  });
  socket.setNoDelay(true);
  let parts: Buffer[] = [];
  let have = 0;
  let need = -1;
  let bodyAt = 0;
  let status = 0;
  let done: ((answer: Answer) => void) | undefined;
  let lost: ((error: Error) => void) | undefined;
  socket.on("close", () => lost?.(new Error("connection closed")));
  socket.on("data", (part: Buffer) => {
    parts.push(part);
    have += part.length;
    if (need < 0) {
      const text = (parts.length === 1 ? part : Buffer.concat(parts)).toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      status = Number(text.slice(9, 12));
      bodyAt = end + 4;
      need = bodyAt + Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
    }
    if (have < need) return;
    const body = new Uint8Array(Buffer.concat(parts).subarray(bodyAt, need));
    parts = [];
    have = 0;
    need = -1;
    done?.({ status, body });
  });
  return {
    post: (route: string, body: Bytes): Promise<Answer> =>
      new Promise((resolve, reject) => {
        done = resolve;
        lost = reject;
        socket.cork();
        socket.write(
          `POST /api/v1/${route} HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/cbor\r\ncontent-length: ${body.length}\r\n\r\n`,
        );
        socket.write(body);
        socket.uncork();
      }),
    close: () => socket.destroy(),
  };
}

/**
 * The same rows without a node: one process, bare node:sqlite with the same settings, `group` rows a transaction (each
 * fsynced), hashed once and `signatures` Ed25519 signatures verified a group. No HTTP, no codec, no head chain. Rows/s.
 */
function baseline(directory: string, group: number, rows: number, signatures: number): number {
  const db = new DatabaseSync(join(directory, `baseline-${group}-${signatures}.sqlite`));
  db.exec(
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000",
  );
  db.exec(
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, hour INTEGER, header BLOB, sigs BLOB, body BLOB);" +
      "CREATE TABLE ids (log INTEGER, append_id BLOB, seq INTEGER, PRIMARY KEY (log, append_id)) WITHOUT ROWID",
  );
  const insert = db.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?)");
  const insertId = db.prepare("INSERT INTO ids VALUES (1, ?, ?)");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const message = Buffer.alloc(48);
  const signature = sign(null, message, privateKey);
  const body = crypto.getRandomValues(new Uint8Array(BODY));
  const header = crypto.getRandomValues(new Uint8Array(190));
  const sigs = crypto.getRandomValues(new Uint8Array(150));
  const started = performance.now();
  for (let done = 0; done < rows; done += group) {
    for (let i = 0; i < signatures; i++) verify(null, message, publicKey, signature);
    db.exec("BEGIN");
    for (let i = 0; i < group; i++) {
      hash("sha256", body, "buffer");
      insert.run(done + i, 0, header, sigs, body);
      insertId.run(crypto.getRandomValues(new Uint8Array(16)), done + i);
    }
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - started) / 1000;
  db.close();
  return rows / seconds;
}
