/** The blobs service: sealed chunks under random names. It knows padded sizes and which log; not name, type or owner. */
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import {
  encodeCbor,
  encodeResponse,
  freeBytes,
  LABELS,
  LIMITS,
  ProtocolError,
} from "@baraza/protocol";
import { createVerifier, randomBytes, sha256, sha256Large } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import { Encoded } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import type { ChunkFiles } from "./files.ts";
import { openChunkFiles } from "./files.ts";
import type { Incoming, IncomingDeps } from "./incoming.ts";
import { createIncoming } from "./incoming.ts";

export type BlobsDeps = {
  store: Pick<Store, "blobs">;
  /** Where chunks lie: `DATA/blobs`. */
  dir: string;
  /** The seat of a log session. @throws ProtocolError `session_expired`, ... */
  sessionSeat: (logId: Bytes, token: Bytes) => Promise<{ removed: boolean }>;
  /** In bytes. */
  quota: { log: number; node: number };
  /** What the administrators allow one log, where they said; asked for each new blob. */
  logQuota?: () => Promise<number | undefined>;
  now: () => number;
  /** This node's name: what other nodes sign is meant for it alone. */
  name: string;
  /** How it reaches the hubs from which logs came here. */
  others: Pick<IncomingDeps, "nodeKey" | "outbound" | "nodeKeyOf" | "retryMs" | "retryMaxMs">;
};

/** What the routes do once it is clear who asks; for services that keep chunks for somebody else than a log's seats. */
export type BlobChunks = {
  announce(arg: {
    logId: Bytes;
    blobId: Bytes;
    chunks: number;
    bytes: number;
    /** Bytes that all blobs of `logId` may take. */
    quota: number;
  }): Promise<{ have: Bytes; complete: boolean; expires: number | null }>;
  /** The chunk's memory is given back once it is on the disk: the caller does not use it any more. */
  put(arg: {
    logId: Bytes;
    blobId: Bytes;
    index: number;
    chunk: Bytes;
    /** What arrives is checked against it, where the caller said it. */
    hash?: Bytes | undefined;
  }): Promise<{ complete: boolean }>;
  get(arg: {
    logId: Bytes;
    blobId: Bytes;
    index: number;
  }): Promise<{ chunk: Bytes; chunks: number; bytes: number }>;
};

export type BlobsService = Service & {
  chunks: BlobChunks;
  /** Content of logs that came from another hub. */
  incoming: Pick<Incoming, "opened" | "bring" | "idle">;
  /** Forgets blobs that nothing names; gives how many files went. */
  collect: () => Promise<number>;
  /** Deletes files that no row names: what a crash left between file and row. */
  sweepFiles: () => Promise<number>;
};

const NOT_HERE: ReadonlySet<string> = new Set(["not_found", "blob_incomplete"]);
const COLLECT_EVERY = 10 * 60_000;
const SWEEP_EVERY = 6 * 60 * 60_000;
const COLLECT_AT_ONCE = 50;
/** A file without a row may be one that is just being written. */
const YOUNG_MS = 60 * 60_000;

/** Opens the directory and starts the service. Close it before the store. */
export async function createBlobs(deps: BlobsDeps): Promise<BlobsService> {
  const { store, now } = deps;
  const files = await openChunkFiles(deps.dir);

  const collect = async () => {
    let gone = 0;
    for (;;) {
      const dead = await store.blobs.collect({ now: now(), limit: COLLECT_AT_ONCE });
      await Promise.all(dead.map((file) => files.remove(file)));
      gone += dead.length;
      if (dead.length === 0) return gone;
    }
  };
  const sweepFiles = () => sweep(files, store, now() - YOUNG_MS);
  const quietly = (work: () => Promise<unknown>) => () => {
    work().catch(() => {
      // The store is closing or the disk is out of order: the next round tries again.
    });
  };
  const timers = [
    setInterval(quietly(collect), COLLECT_EVERY),
    setInterval(quietly(sweepFiles), SWEEP_EVERY),
  ];
  for (const timer of timers) timer.unref();

  const mayWrite = async (logId: Bytes, token: Bytes) => {
    const { removed } = await deps.sessionSeat(logId, token);
    if (removed) throw new ProtocolError("seat_removed");
  };

  const quotaNow = async () => ({
    node: deps.quota.node,
    log: (await deps.logQuota?.()) ?? deps.quota.log,
  });
  const announce: BlobChunks["announce"] = async ({ logId, blobId, chunks, bytes, quota }) => {
    if (bytes < chunks || bytes > chunks * LIMITS.chunkBytes)
      throw new ProtocolError("malformed", { data: { field: "bytes" } });
    const expires = now() + LIMITS.blobGraceMs;
    const both = { node: deps.quota.node, log: quota };
    const state = await store.blobs.create({ logId, blobId, chunks, bytes, expires, quota: both });
    const { complete } = state;
    return { have: bitSet(state.chunks, state.have), complete, expires: state.expires };
  };
  const put: BlobChunks["put"] = async ({ logId, blobId, index, chunk, hash: told }) => {
    const wrong = () => new ProtocolError("malformed", { data: { field: "hash" } });
    const known = await store.blobs.peek({ logId, blobId, index });
    if (known.chunk !== null) {
      const hash = await sha256Large(chunk);
      if (told !== undefined && !Buffer.from(hash).equals(told)) throw wrong();
      if (!Buffer.from(known.chunk.hash).equals(hash)) throw new ProtocolError("blob_conflict");
      return { complete: known.complete };
    }
    const file = fileBeside(blobId);
    const size = chunk.length;
    const hash = await files.writeGiven(file, chunk);
    if (told !== undefined && !Buffer.from(hash).equals(told)) {
      await files.remove(file);
      throw wrong();
    }
    const row = { file, size, hash };
    const added = await store.blobs
      .addChunk({ logId, blobId, index, chunk: row })
      .catch(async (cause: unknown) => {
        // Where the store refused, no row names the file. Where it broke down, one may: the sweep finds out.
        if (cause instanceof ProtocolError && cause.code !== "unavailable")
          await files.remove(file);
        throw cause;
      });
    if (!added.kept) await files.remove(file);
    return { complete: added.complete };
  };
  const get: BlobChunks["get"] = async ({ logId, blobId, index }) => {
    const found = await store.blobs
      .chunk({ logId, blobId, index })
      .catch(async (error: unknown) => {
        if (!(error instanceof ProtocolError) || !NOT_HERE.has(error.code)) throw error;
        const there = await incoming.chunk({ logId, blobId, index });
        if (there === null) throw error;
        return there;
      });
    if ("chunk" in found) return found;
    const { file, chunks, bytes } = found;
    return { chunk: await files.read(file), chunks, bytes };
  };
  const incoming = createIncoming({
    ...deps.others,
    store,
    chunks: { announce, put },
    quota: async () => (await quotaNow()).log,
    now,
  });
  await incoming.start();
  /** See [Note: Where content comes from after a hand-over] in incoming.ts. */
  const notWhileItComes = async (logId: Bytes, blobIds: Bytes[]) => {
    const { coming, full } = incoming.state(logId);
    if (!coming && !full) return;
    const wanted = await store.blobs.wanted({ logId, blobIds });
    if (wanted.length > 0) throw new ProtocolError(full ? "quota_exceeded" : "busy");
  };
  const verify = createVerifier();
  type Asked = CheckedRequestOf<"blobs.fetch" | "blobs.letGo">;
  /** Refuses everybody but the node to which the stewards have given the log. */
  const successorOnly = async ({ sig, decision, ...signed }: Asked, label: string) => {
    const { logId, to, time } = signed;
    if (to !== deps.name || Math.abs(time - now()) > LIMITS.clockSkewMs)
      throw new ProtocolError("bad_signature");
    const key = await store.blobs.successor({ logId, decision });
    if (!verify(key, label, sha256(encodeCbor(signed)), sig))
      throw new ProtocolError("bad_signature");
  };

  const routes: Handlers = {
    "blobs.create": async ({ logId, token, blobId, chunks, bytes }, { limit }) => {
      limit("blobs.create", { perMinute: 600, burst: 600 }, keyOf(logId));
      await mayWrite(logId, token);
      await notWhileItComes(logId, [blobId]);
      const { log: quota } = await quotaNow();
      return announce({ logId, blobId, chunks, bytes, quota });
    },
    "blobs.put": async ({ logId, token, ...chunk }) => {
      await mayWrite(logId, token);
      await notWhileItComes(logId, [chunk.blobId]);
      return put({ logId, ...chunk });
    },
    "blobs.batch": async ({ logId, token, blobs }, { limit }) => {
      limit("blobs.batch", { perMinute: 1200, burst: 600 }, keyOf(logId));
      await mayWrite(logId, token);
      await notWhileItComes(
        logId,
        blobs.map(({ blobId }) => blobId),
      );
      const beside = blobs[0]?.blobId ?? new Uint8Array();
      const files_ = blobs.map(({ blobId, chunk }) => ({
        blobId,
        bytes: chunk,
        chunk: { file: fileBeside(beside), size: chunk.length, hash: sha256(chunk) },
      }));
      const remove = (gone: readonly Bytes[]) =>
        Promise.all(gone.map((file) => files.remove(file)));
      const written = await Promise.allSettled(
        files_.map(({ chunk, bytes }) => files.write(chunk.file, bytes)),
      );
      const failed = written.find((one) => one.status === "rejected");
      if (failed !== undefined) {
        await remove(files_.map(({ chunk }) => chunk.file));
        throw failed.reason;
      }
      const { unused } = await store.blobs
        .addWhole({
          logId,
          expires: now() + LIMITS.blobGraceMs,
          quota: await quotaNow(),
          blobs: files_.map(({ blobId, chunk }) => ({ blobId, chunk })),
        })
        .catch(async (cause: unknown) => {
          if (cause instanceof ProtocolError && cause.code !== "unavailable")
            await remove(files_.map(({ chunk }) => chunk.file));
          throw cause;
        });
      await remove(unused);
      return {};
    },
    "blobs.get": async ({ logId, token, blobId, index }) => {
      // A removed seat reads what it could read before: its entries name these blobs.
      await deps.sessionSeat(logId, token);
      const found = await get({ logId, blobId, index });
      const bytes = encodeResponse("blobs.get", found);
      freeBytes(found.chunk);
      return new Encoded(bytes);
    },
    "blobs.state": async ({ logId, token, after = new Uint8Array() }, { limit }) => {
      limit("blobs.state", { perMinute: 600, burst: 600 }, keyOf(logId));
      await mayWrite(logId, token);
      const [used, quota, missing] = await Promise.all([
        store.blobs.used({ logId }),
        quotaNow(),
        store.blobs.missing({ logId, after, limit: LIMITS.blobsMissing }),
      ]);
      return {
        bytes: used.log,
        // What is left for all logs may be less than this one's own share.
        quota: Math.min(quota.log, used.log + Math.max(0, quota.node - used.node)),
        missing: missing.blobIds,
        more: missing.more,
        ...incoming.state(logId),
      };
    },
    "blobs.fetch": async (request, { limit }) => {
      limit("blobs.fetch", { perMinute: 30_000, burst: 30_000 });
      await successorOnly(request, LABELS.blobFetch);
      const { logId, blobId, index } = request;
      return get({ logId, blobId, index });
    },
    "blobs.letGo": async (request, { limit }) => {
      limit("blobs.letGo", { perMinute: 600, burst: 600 });
      await successorOnly(request, LABELS.blobLetGo);
      await store.blobs.letGo({ logId: request.logId, expires: now() + LIMITS.blobRestMs });
      return {};
    },
  };
  return {
    routes,
    chunks: { announce, put, get },
    incoming,
    collect,
    sweepFiles,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await incoming.close();
      await files.close();
    },
  };
}

async function sweep(
  files: ChunkFiles,
  store: Pick<Store, "blobs">,
  before: number,
): Promise<number> {
  let gone = 0;
  for await (const found of files.olderThan(before)) {
    const unused = await store.blobs.unused({ files: found });
    await Promise.all(unused.map((file) => files.remove(file)));
    gone += unused.length;
  }
  return gone;
}

/** Least significant bit of byte 0 first; as many bytes as `count` bits need. */
export function bitSet(count: number, set: readonly number[]): Bytes {
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (const index of set) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return bits;
}

/** A name in the directory that goes with a blob: what is written together shares the sync of one directory. */
function fileBeside(blobId: Bytes): Bytes {
  const file = randomBytes(16);
  file[0] = blobId[0] ?? 0;
  return file;
}

function keyOf(bytes: Bytes): string {
  return Buffer.from(bytes).toString("latin1");
}
