import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { verifyNodeRecord } from "@baraza/crypto";
import {
  decodeRequest,
  encodeCbor,
  isErrorCode,
  readAs,
  errorBody,
  ROUTES,
} from "@baraza/protocol";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenFor } from "./child.testing.ts";
import { configOf } from "./config.ts";
import { randomBytes, sha256 } from "./crypto-fast.ts";
import { databasePath } from "./data-dir.ts";
import { httpClient, temporaryDirectory } from "./http/frame.testing.ts";
import type { RunningNode } from "./node.ts";
import { createNode } from "./node.ts";
import { encodeAppend, testLog } from "./services/logs/log.testing.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let node: RunningNode;
let client: ReturnType<typeof httpClient>;
const configFor = (dataDir: string) => configOf({ dataDir, port: 0, logLevel: "silent" });

beforeAll(async () => {
  directory = await temporaryDirectory();
  node = await createNode(configFor(join(directory.path, "a")), {
    name: (port) => `a.localhost:${port}`,
  });
  client = httpClient(node.port);
});
afterAll(async () => {
  client.close();
  await node.close();
  await directory.remove();
});

test("a node answers under its name, with its record and its health", async () => {
  expect(node.name).toBe(`a.localhost:${node.port}`);
  expect(node.url).toBe(`http://a.localhost:${node.port}`);
  expect((await client.send("/health")).status).toBe(200);
  const { body } = await client.send("/.well-known/baraza");
  expect(await verifyNodeRecord(body)).toMatchObject({ name: node.name, nodeKey: node.nodeKey });
  expect(await client.call("accounts.policy", {})).toMatchObject({ node: node.name, setup: true });
});

test("its data directory is its own, and one node has it at a time", async () => {
  const dataDir = join(directory.path, "a");
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  await expect(createNode(configFor(dataDir))).rejects.toThrow(/Another node is running/);
});

test("the setup link is good for an administrator and kept for this user only", async () => {
  const link = await node.setupLink();
  expect(link).toMatch(/^http:\/\/a\.localhost:\d+\/setup#[\w-]{22}$/);
  const path = join(directory.path, "a", "setup-link");
  expect((await readFile(path, "utf8")).trim()).toBe(link);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("several nodes run in one process, and each is the same after a restart", async () => {
  const config = configFor(join(directory.path, "b"));
  const b = await createNode(config, { name: (port) => `b.localhost:${port}` });
  expect(b.nodeKey).not.toEqual(node.nodeKey);
  await b.close();
  const again = await createNode(config, { name: () => "b.localhost:1" });
  expect(again.nodeKey).toEqual(b.nodeKey);
  await again.close();
});

test("a port that is taken is an error, and frees the data directory", async () => {
  const config = { ...configFor(join(directory.path, "c")), port: node.port };
  await expect(createNode(config)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await (await createNode({ ...config, port: 0 })).close();
});

/** Everything in the store, as one hash. */
function contentOf(dataDir: string): string {
  const db = new DatabaseSync(databasePath(dataDir), { readOnly: true });
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all();
  const dump = tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${String(name)}`).all()]);
  db.close();
  const text = JSON.stringify(dump, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
  return Buffer.from(sha256(new TextEncoder().encode(text))).toString("hex");
}

/** A small generator with a seed, so that a failure can be seen again. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("mutated requests get a typed error each, store nothing, and leave the connection alive", async () => {
  const rounds = process.env["BARAZA_SOAK"] === "1" ? 100_000 : 2000;
  const seed = Number(process.env["BARAZA_SEED"] ?? 20_261_122);
  const next = numbers(seed);
  const log = testLog(node.name);
  const token = await tokenFor(join(directory.path, "a"));
  await client.call("logs.create", { genesis: log.genesis, token });
  await client.call("logs.append", log.batch(3));
  const session = await client.call("logs.session", await log.session());
  const { logId } = log;
  const other = testLog(node.name);
  const bases: [string, Uint8Array][] = [
    ["logs.append", encodeAppend(log.entry({}, undefined, 60))],
    ["logs.append", encodeAppend(log.batch(3, 40))],
    ["logs.append", encodeAppend(log.commit(log.seat))],
    ["logs.append", encodeAppend(log.putSeat(other.seat))],
    ["logs.append", encodeAppend(log.steward({ op: "retention", keepMs: 5 }))],
    [
      "logs.create",
      encodeCbor({ genesis: other.genesis, token: { ...token, input: randomBytes(32) } }),
    ],
    ["logs.session", encodeCbor({ ...(await log.session()), sig: randomBytes(64) })],
    ["logs.read", encodeCbor({ logId, token: session.token, after: 0, limit: 1 })],
    ["logs.seats", encodeCbor({ logId, token: session.token })],
    ["logs.push", encodeCbor({ ...(await log.push(null)), sig: randomBytes(64) })],
    [
      "blobs.put",
      encodeCbor({
        logId,
        token: session.token,
        blobId: randomBytes(16),
        index: 0,
        chunk: randomBytes(50),
        hash: randomBytes(32),
      }),
    ],
    [
      "boxes.put",
      encodeCbor({ address: randomBytes(120), letterId: randomBytes(16), letter: randomBytes(99) }),
    ],
    [
      "push.deliver",
      encodeCbor({
        hub: "b.localhost",
        to: node.name,
        time: Date.now(),
        nonce: randomBytes(16),
        deliveries: [{ address: randomBytes(120), body: randomBytes(50) }],
        sig: randomBytes(64),
      }),
    ],
    ["accounts.signInFinish", encodeCbor({ signInId: randomBytes(16), finish: "AAAA" })],
    [
      "accounts.registerFinish",
      encodeCbor({
        name: "amina",
        record: "AAAA",
        ways: [{ id: randomBytes(16), way: "passphrase" }],
        identity: randomBytes(50),
        deviceCert: randomBytes(50),
        boxKey: randomBytes(50),
        possession: randomBytes(64),
        vault: randomBytes(50),
      }),
    ],
    ...Object.keys(ROUTES).map((name): [string, Uint8Array] => [name, encodeCbor({})]),
  ];
  const mutate = (bytes: Uint8Array): Uint8Array => {
    const out = [...bytes];
    for (let times = 1 + next(3); times > 0; times--) {
      const at = next(out.length + 1);
      const way = next(5);
      if (way === 0) out.splice(at, 1 + next(4));
      else if (way === 1) out.splice(at, 0, next(256));
      else if (way === 2) out.length = at;
      else if (way === 3) out.splice(at, 0, ...out.slice(next(out.length + 1)).slice(0, 20));
      else out[Math.min(at, out.length - 1)] = next(256);
    }
    return new Uint8Array(out);
  };
  const before = contentOf(join(directory.path, "a"));
  const connections = client.connections();
  const codes = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const [name, base] = bases[next(bases.length)] as [string, Uint8Array];
    const body = mutate(base);
    if (name === "logs.append" && Buffer.from(body).equals(base)) continue;
    const answer = await client.post(name, body);
    if (answer.status === 200) {
      // Only what is a whole request of its route after all.
      decodeRequest(name as "logs.read", new Uint8Array(body));
      codes.set("ok", (codes.get("ok") ?? 0) + 1);
      continue;
    }
    const { error } = readAs(errorBody, answer.body);
    expect(isErrorCode(error.code), `${name} in round ${round} of seed ${seed}`).toBe(true);
    expect(error.code, `${name} in round ${round} of seed ${seed}`).not.toBe("internal");
    codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
  }
  expect(codes.get("malformed")).toBeGreaterThan(rounds / 4);
  expect(client.connections()).toBe(connections);
  expect(contentOf(join(directory.path, "a"))).toBe(before);
});
