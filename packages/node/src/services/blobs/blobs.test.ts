import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, RequestOf } from "@baraza/protocol";
import { encodeRequest, LIMITS, ProtocolError } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { httpClient, startFrame, temporaryDirectory } from "../../http/frame.testing.ts";
import { createOutbound } from "../../edges/outbound.ts";
import { openSqliteStore } from "../../store/sqlite/index.ts";
import { createLogs } from "../logs/index.ts";
import { testLog } from "../logs/log.testing.ts";
import { refuses } from "../node.testing.ts";
import { createBlobs } from "./index.ts";

const HUB = "hub.localhost:1";
let hub: Awaited<ReturnType<typeof startHub>>;
beforeEach(async () => {
  hub = await startHub();
});
afterEach(() => hub.close());

test("chunks are put in any order, the blob is complete when all are there, and reads give them back", async () => {
  const { blobId, chunks, announce, put } = hub.blob([1000, 1000, 500]);
  const made = await announce();
  expect(made).toMatchObject({ complete: false, have: Uint8Array.of(0) });
  expect(made.expires).toBe(hub.clock.now + LIMITS.blobGraceMs);
  expect(await put(2)).toEqual({ complete: false });
  expect(await put(0)).toEqual({ complete: false });
  await refuses(hub.get(blobId, 1), "blob_incomplete");
  expect((await announce()).have).toEqual(Uint8Array.of(0b101));
  expect(await put(1)).toEqual({ complete: true });
  const read = await hub.get(blobId, 2);
  expect(read).toMatchObject({ chunks: 3, bytes: 2500 });
  expect(read.chunk).toEqual(chunks[2]);
  expect((await announce()).complete).toBe(true);
});

test("repeating a chunk is harmless; another chunk in its place, or other numbers, are a conflict", async () => {
  const { put, announce, request } = hub.blob([1000, 1000]);
  await announce();
  await put(0);
  await put(0);
  const other = randomBytes(1000);
  await refuses(
    hub.call("blobs.put", { ...(await request(0)), chunk: other, hash: sha256(other) }),
    "blob_conflict",
  );
  await refuses(announce({ bytes: 2001 }), "blob_conflict");
  expect(await hub.files()).toHaveLength(1);
});

test("the same chunk put twice at the same moment leaves one file", async () => {
  const { announce, request } = hub.blob([5000]);
  await announce();
  const put = await request(0);
  const clients = Array.from({ length: 3 }, () => httpClient(hub.port));
  await Promise.all(clients.map(({ call }) => call("blobs.put", put)));
  for (const { close } of clients) close();
  expect(await hub.files()).toHaveLength(1);
});

test("what does not fit its hash, its announced size or its place is refused, and no file stays", async () => {
  const { request, announce, put } = hub.blob([1000, 1000]);
  await announce();
  const good = await request(0);
  await refuses(hub.call("blobs.put", { ...good, hash: randomBytes(32) }), "malformed");
  await refuses(hub.call("blobs.put", { ...good, index: 2 }), "malformed");
  await refuses(hub.call("blobs.put", { ...good, blobId: randomBytes(16) }), "not_found");
  const long = randomBytes(1500);
  await put(0);
  await refuses(
    hub.call("blobs.put", { ...good, index: 1, chunk: long, hash: sha256(long) }),
    "malformed",
  );
  const short = randomBytes(500);
  await refuses(
    hub.call("blobs.put", { ...good, index: 1, chunk: short, hash: sha256(short) }),
    "malformed",
  );
  await refuses(announce({ blobId: randomBytes(16), chunks: 1, bytes: 2 ** 21 }), "malformed");
  expect(await hub.files()).toHaveLength(1);
});

test("only who has a session of the log reads and writes its blobs", async () => {
  const { blobId, announce, put, request } = hub.blob([100]);
  await announce();
  await put(0);
  const { logId } = hub.log;
  const token = randomBytes(56);
  await refuses(hub.call("blobs.get", { logId, token, blobId, index: 0 }), "session_expired");
  await refuses(hub.call("blobs.put", { ...(await request(0)), token }), "session_expired");
  const other = await hub.open();
  const foreign = await hub.tokenOf(other);
  await refuses(
    hub.call("blobs.get", { logId, token: foreign, blobId, index: 0 }),
    "session_expired",
  );
  await refuses(
    hub.call("blobs.get", { logId: other.logId, token: foreign, blobId, index: 0 }),
    "not_found",
  );
});

test("a log's blobs, and all of them, stay within their quotas", async () => {
  await hub.blob([800_000, 800_000]).announce();
  await refuses(hub.blob([800_000]).announce(), "quota_exceeded");
  const other = await hub.open();
  await hub.blob([800_000, 800_000], other).announce();
  const third = await hub.open();
  await refuses(hub.blob([800_000], third).announce(), "quota_exceeded");
});

test("an entry keeps the blobs that it names; the others go after a day, files too", async () => {
  const kept = hub.blob([1000, 1000]);
  const lost = hub.blob([1000]);
  const unfinished = hub.blob([1000, 1000]);
  for (const { announce } of [kept, lost, unfinished]) await announce();
  for (const put of [kept.put(0), kept.put(1), lost.put(0), unfinished.put(0)]) await put;
  const name = (blobId: Bytes) => hub.call("logs.append", hub.log.entry({ blobs: [blobId] }));
  await name(kept.blobId);
  await refuses(name(unfinished.blobId), "blob_incomplete");
  await refuses(name(randomBytes(16)), "blob_incomplete");
  expect((await kept.announce()).expires).toBeNull();

  expect(await hub.service.collect()).toBe(0);
  hub.clock.now += LIMITS.blobGraceMs + 1;
  expect(await hub.service.collect()).toBe(2);
  expect(await hub.files()).toHaveLength(2);
  expect((await hub.get(kept.blobId, 1)).chunk).toEqual(kept.chunks[1]);
  await refuses(hub.get(lost.blobId, 0), "not_found");
  // What went no longer counts.
  await hub.blob([900_000, 900_000]).announce();
});

test("an entry that lets go of a blob takes it from those before; who names it again in time keeps it", async () => {
  const gone = hub.blob([1000]);
  const kept = hub.blob([1000, 1000]);
  for (const blob of [gone, kept]) {
    await blob.announce();
    for (const index of blob.chunks.keys()) await blob.put(index);
  }
  const append = (fields: object) => hub.call("logs.append", hub.log.entry(fields));
  await append({ blobs: [gone.blobId, kept.blobId] });
  await append({ blobs: [gone.blobId] });
  await append({ drops: [gone.blobId, kept.blobId, randomBytes(16)] });
  await append({ blobs: [kept.blobId] });
  expect((await gone.announce()).expires).not.toBeNull();
  expect((await kept.announce()).expires).toBeNull();
  expect(await hub.service.collect()).toBe(0);
  hub.clock.now += 2 * LIMITS.blobGraceMs + 1;
  expect(await hub.service.collect()).toBe(1);
  expect(await hub.files()).toHaveLength(2);
  await refuses(hub.get(gone.blobId, 0), "not_found");
  expect((await hub.get(kept.blobId, 1)).chunk).toEqual(kept.chunks[1]);
});

test("an entry that lets go of a blob and names it itself keeps it", async () => {
  const blob = hub.blob([1000]);
  await blob.announce();
  await blob.put(0);
  await hub.call("logs.append", hub.log.entry({ blobs: [blob.blobId] }));
  await hub.call("logs.append", hub.log.entry({ blobs: [blob.blobId], drops: [blob.blobId] }));
  expect((await blob.announce()).expires).toBeNull();
});

test("small blobs come many at a time, all of them or none, and repeats change nothing", async () => {
  const token = await hub.tokenOf(hub.log);
  const { logId } = hub.log;
  const blobs = Array.from({ length: 20 }, (_, index) => ({
    blobId: randomBytes(16),
    chunk: randomBytes(1000 + index),
  }));
  await hub.call("blobs.batch", { logId, token, blobs });
  await hub.call("blobs.batch", { logId, token, blobs: blobs.slice(5) });
  expect(await hub.files()).toHaveLength(20);
  for (const { blobId, chunk } of blobs) {
    expect(await hub.get(blobId, 0)).toEqual({ chunk, chunks: 1, bytes: chunk.length });
  }
  const other = { blobId: blobs[3]?.blobId ?? randomBytes(16), chunk: randomBytes(1003) };
  const fresh = { blobId: randomBytes(16), chunk: randomBytes(50) };
  await refuses(hub.call("blobs.batch", { logId, token, blobs: [fresh, other] }), "blob_conflict");
  await refuses(hub.get(fresh.blobId, 0), "not_found");
  const large = Array.from({ length: 40 }, () => ({
    blobId: randomBytes(16),
    chunk: randomBytes(25_000),
  }));
  await hub.call("blobs.batch", { logId, token, blobs: large });
  await refuses(
    hub.call("blobs.batch", {
      logId,
      token,
      blobs: large.map(({ chunk }) => ({ blobId: randomBytes(16), chunk })),
    }),
    "quota_exceeded",
  );
  expect(await hub.files()).toHaveLength(60);
  await refuses(
    hub.call("blobs.batch", { logId, token: randomBytes(56), blobs }),
    "session_expired",
  );
});

test("a file that a crash left without a row is swept when it is old; files with rows stay", async () => {
  const { announce, put, blobId } = hub.blob([1000]);
  await announce();
  await put(0);
  const shard = join(hub.dir, "ab");
  await writeFile(join(shard, `ab${"0".repeat(30)}`), randomBytes(10));
  await writeFile(join(shard, "note.txt"), "not ours");
  expect(await hub.service.sweepFiles()).toBe(0);
  for (const path of await hub.files())
    await utimes(path, new Date(0), new Date(hub.clock.now - 2 * 60 * 60_000));
  expect(await hub.service.sweepFiles()).toBe(1);
  expect((await hub.get(blobId, 0)).chunks).toBe(1);
});

test("a chunk whose row failed is put again after the crash", async () => {
  const { announce, put, request } = hub.blob([1000]);
  await announce();
  const { blobs } = hub.store;
  const add = blobs.addChunk;
  // The process dies between file and row: the file is there, the answer never comes.
  Object.assign(blobs, { addChunk: () => Promise.reject(new Error("killed")) });
  const { status } = await hub.postChunk(await request(0));
  expect(status).toBe(500);
  expect(await hub.files()).toHaveLength(1);
  Object.assign(blobs, { addChunk: add });
  expect((await announce()).have).toEqual(Uint8Array.of(0));
  expect(await put(0)).toEqual({ complete: true });
});

/** The blobs and logs services over a real store and directory, with one log. */
async function startHub() {
  const directory = await temporaryDirectory();
  const store = await openSqliteStore(join(directory.path, "store.sqlite"));
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const logs = createLogs({
    store,
    name: HUB,
    nodeKey: randomBytes(32),
    logSessionSecret: randomBytes(32),
    redeemToken: () => true,
    now,
  });
  const dir = join(directory.path, "blobs");
  const service = await createBlobs({
    store,
    dir,
    sessionSeat: logs.sessionSeat,
    quota: { log: 2_000_000, node: 3_500_000 },
    name: HUB,
    others: {
      nodeKey: randomBytes(32),
      outbound: createOutbound({ name: HUB }),
      nodeKeyOf: () => Promise.reject(new ProtocolError("target_unreachable")),
    },
    now,
  });
  const frame = await startFrame({ handlers: { ...logs.routes, ...service.routes } });
  const { call, post } = frame.client;
  const open = async () => {
    const log = testLog(HUB);
    const token = { input: randomBytes(32), output: new Uint8Array(64) };
    await call("logs.create", { genesis: log.genesis, token });
    return log;
  };
  const tokenOf = async (log: Awaited<ReturnType<typeof open>>) =>
    (await call("logs.session", await log.session(log.seat, clock.now))).token;
  const log = await open();
  return {
    clock,
    dir,
    port: frame.port,
    store,
    service,
    log,
    open,
    call,
    tokenOf,
    postChunk: (request: RequestOf<"blobs.put">) =>
      post("blobs.put", encodeRequest("blobs.put", request)),
    blob: (sizes: number[], of = log) => {
      const chunks = sizes.map((size) => randomBytes(size));
      const blobId = randomBytes(16);
      const { logId } = of;
      const numbers = { chunks: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0) };
      const request = async (index: number) => {
        const chunk = chunks[index] ?? new Uint8Array();
        return { logId, token: await tokenOf(of), blobId, index, chunk, hash: sha256(chunk) };
      };
      return {
        blobId,
        chunks,
        request,
        announce: async (other: Partial<typeof numbers & { blobId: Bytes }> = {}) =>
          call("blobs.create", { logId, token: await tokenOf(of), blobId, ...numbers, ...other }),
        put: async (index: number) => call("blobs.put", await request(index)),
      };
    },
    get: async (blobId: Bytes, index: number) =>
      call("blobs.get", { logId: log.logId, token: await tokenOf(log), blobId, index }),
    files: async () => {
      const found = await readdir(dir, { recursive: true, withFileTypes: true });
      return found
        .filter((one) => one.isFile() && one.name !== "note.txt")
        .map((one) => join(one.parentPath, one.name));
    },
    close: async () => {
      await service.close();
      await logs.close();
      await frame.close();
      await store.close();
      await directory.remove();
    },
  };
}
