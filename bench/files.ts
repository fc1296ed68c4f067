/**
 * Files: 1 GiB up and down through an engine and a node, beside the same bytes by plain HTTP to nginx, each until they are on the
 * disk; the memory that both sides take for it; how many small files go in a minute; how soon a range of a long film is there.
 * docs/benchmarks.md says how each is measured. `npm run bench -- files 128 1`: with so many MiB instead,
 * in so many rounds.
 */
// debian: nginx
import { fork } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { median, percentile, report } from "./lib/figure.ts";
import type { Answer, Order } from "./lib/files-device.ts";
import { startNginx } from "./lib/nginx.ts";
import { startNode } from "./lib/node-process.ts";
import { end, pause, tie } from "./lib/process.ts";

const MiB = 1024 * 1024;
const SIZE = Number(process.argv[2] ?? 1024) * MiB;
const FILM = 4 * SIZE;
const SMALL = { count: Math.min(10_000, Math.max(500, (SIZE / MiB) * 10)), bytes: 2000 };
const ROUNDS = Number(process.argv[3] ?? 3);

const directory = await mkdtemp(join(tmpdir(), "baraza-bench-files-"));
const node = await startNode("a.localhost", { "blob-quota-mb": "30000" });
const nginx = await startNginx();
const device = fork(fileURLToPath(new URL("./lib/files-device.ts", import.meta.url)), {
  stdio: "inherit",
  execArgv: [
    // The collector begins at a small heap's limits otherwise, and goes over all of it every few chunks.
    "--initial-old-space-size=256",
    ...(process.env["BENCH_PROFILE"] === undefined
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${process.env["BENCH_PROFILE"]}`]),
  ],
});
tie(device);
try {
  await order({
    do: "start",
    origin: node.url,
    directory: join(directory, "device"),
    name: "amina",
  });
  await pause(2000);
  const idle = { device: rssOf(device.pid ?? 0), node: rssOf(node.pid) };

  const ours: Record<"up" | "down", number[]> = { up: [], down: [] };
  const peer: Record<"up" | "down", number[]> = { up: [], down: [] };
  const peak = watchPeaks({ device: device.pid ?? 0, node: node.pid });
  for (let round = 0; round < ROUNDS; round++) {
    const path = join(directory, `source-${round}`);
    await generate(path, SIZE, round);
    const stored = join(nginx.files, `film-${round}`);
    const url = `${nginx.url}/film-${round}`;
    const back = join(directory, `back-${round}`);
    let fileId = "";
    const upload = async () => {
      const up = await order({ do: "upload", path, name: `film ${round}.mkv` });
      fileId = up.fileId ?? "";
      ours.up.push(up.ms);
    };
    const put = async () => void peer.up.push((await order({ do: "put", path, url, stored })).ms);
    const download = async () => {
      ours.down.push((await order({ do: "download", fileId, path: back })).ms);
      if ((await hashOf(back)) !== (await hashOf(path))) throw new Error("other bytes came back");
    };
    const get = async () =>
      void peer.down.push((await order({ do: "get", path: `${back}-peer`, url })).ms);
    // In turns, and each first by turns: whoever comes first finds more of the memory for written files with the machine's host.
    const firstUs = round % 2 === 0;
    for (const one of firstUs ? [upload, put, download, get] : [put, upload, get, download])
      await one();
    for (const gone of [path, back, `${back}-peer`, stored]) await rm(gone);
  }
  const top = peak.end();
  const rate = (times: number[]) => SIZE / MiB / (median(times) / 1000);
  for (const [figure, way] of [
    ["files.upload", "up"],
    ["files.download", "down"],
  ] as const)
    report(
      { figure, value: rate(ours[way]), unit: "MiB/s", peer: "nginx", peerValue: rate(peer[way]) },
      "higher",
    );
  report({ figure: "files.rss.device", value: (top.device - idle.device) / MiB, unit: "MiB" });
  report({ figure: "files.rss.node", value: (top.node - idle.node) / MiB, unit: "MiB" });

  const small = await order({ do: "small", ...SMALL });
  report({ figure: "files.small", value: SMALL.count / (small.ms / 60_000), unit: "1/min" });

  const film = join(directory, "film");
  const file = await open(film, "w");
  await file.truncate(FILM);
  await file.close();
  const long = await order({ do: "upload", path: film, name: "long film.mkv" });
  const range = await order({ do: "range", fileId: long.fileId ?? "", size: FILM, count: 40 });
  report({ figure: "files.range", value: percentile(range.samples ?? [], 0.95), unit: "ms" });
  await order({ do: "end" });
  device.disconnect();
  await once(device, "exit");
} finally {
  await end(device);
  await node.close();
  await nginx.close();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

async function order(what: Order): Promise<Answer> {
  const answered = once(device, "message") as Promise<[Answer]>;
  device.send(what);
  const [answer] = await answered;
  if (process.env["BENCH_TRACE"] !== undefined) console.error(what.do, Math.round(answer.ms), "ms");
  if (answer.error !== undefined) throw new Error(`${what.do}: ${answer.error}`);
  return answer;
}

/** Bytes that nobody can pack, on the disk before anything is timed. */
async function generate(path: string, size: number, round: number): Promise<void> {
  const file = await open(path, "w");
  const block = crypto.getRandomValues(new Uint8Array(64 * 1024));
  const buffer = Buffer.alloc(MiB);
  for (let at = 0; at < MiB; at += block.length) buffer.set(block, at);
  for (let at = 0; at < size; at += MiB) {
    buffer.writeUInt32LE(at / MiB, 0);
    buffer.writeUInt32LE(round, 4);
    await file.write(buffer, 0, MiB, at);
  }
  await file.sync();
  await file.close();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: MiB }))
    hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Resident bytes of a process now (proc(5), status). */
function rssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

function watchPeaks<K extends string>(pids: Record<K, number>): { end(): Record<K, number> } {
  const names = Object.keys(pids) as K[];
  const top = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  const timer = setInterval(() => {
    for (const name of names) top[name] = Math.max(top[name], rssOf(pids[name]));
  }, 20);
  return {
    end() {
      clearInterval(timer);
      return top;
    },
  };
}
