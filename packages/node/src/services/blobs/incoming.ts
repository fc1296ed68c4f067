/**
 * Content of logs that came from another hub: fetched there, sealed as it is, chunk by chunk.
 *
 * [Note: Where content comes from after a hand-over] While the hub before gives it, or has what there is no room for here, it comes
 * from there alone, and what is read meanwhile is passed through; so nobody can put other bytes in its place. Where that hub is gone, or has lost some of it, members'
 * devices bring what they hold. An id stands for the bytes that came first: the node cannot tell which are right; readers can.
 */
import type { Bytes, RequestOf, ResponseOf } from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  equalBytes,
  LABELS,
  LIMITS,
  PATHS,
  ProtocolError,
  toHex,
} from "@baraza/protocol";
import { createSigner, sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { BlobSource } from "../../store/port-blobs.ts";
import type { Store } from "../../store/port.ts";
import type { BlobChunks } from "./index.ts";

export type IncomingDeps = {
  store: Pick<Store, "blobs">;
  chunks: Pick<BlobChunks, "announce" | "put">;
  /** Bytes that the blobs of one log may take now. */
  quota: () => Promise<number>;
  /** 32-byte seed of the node's key. */
  nodeKey: Bytes;
  outbound: Outbound;
  /** The key of another node. @throws ProtocolError `target_refused`, `target_unreachable` */
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  now: () => number;
  /** First and longest wait before a hub that did not answer is tried again, milliseconds. */
  retryMs?: number;
  retryMaxMs?: number;
};

export type Chunk = ResponseOf<"blobs.fetch">;
export type Incoming = {
  /** Takes up what was under way. */
  start: () => Promise<void>;
  /** A log was opened here. */
  opened: (logId: Bytes) => void;
  /** Whether the hub before gives what is missing of a log; and whether there is no room for it here. */
  state: (logId: Bytes) => { coming: boolean; full: boolean };
  /** A chunk that is still at the hub before; null when it cannot be had. */
  chunk: (at: { logId: Bytes; blobId: Bytes; index: number }) => Promise<Chunk | null>;
  /**
   * Fetches some blobs at once, for an entry that names them.
   * @returns whether all of them are here now @throws ProtocolError `quota_exceeded`
   */
  bring: (logId: Bytes, blobIds: readonly Bytes[]) => Promise<boolean>;
  /** Resolves when nothing is under way. */
  idle: () => Promise<void>;
  close: () => Promise<void>;
};

/** How it stands with one log. `waiting`: the hub before does not answer, or has no more of it. */
type Standing = "fetching" | "waiting" | "full" | "done";
type Job = {
  standing: Standing;
  wait: number;
  running: Promise<void> | null;
  timer: NodeJS.Timeout | undefined;
};

/** Chunks under way at once: of one blob, and blobs of one log. */
const CHUNKS_AT_ONCE = 4;
const BLOBS_AT_ONCE = 4;
const PAGE = 200;
const FULL_RETRY_MS = 60 * 60_000;
const ANSWER_BYTES = LIMITS.blobRequestBytes;

/** That of one blob nothing more can be had there: the others go on. */
const ITS_OWN: ReadonlySet<string> = new Set([
  "not_found",
  "blob_incomplete",
  "blob_conflict",
  "malformed",
]);

export function createIncoming(deps: IncomingDeps): Incoming {
  const { store, chunks, now, retryMs = 5000, retryMaxMs = 30 * 60_000 } = deps;
  const sign = createSigner(deps.nodeKey);
  const jobs = new Map<string, Job>();
  let closed = false;

  const sourceOf = async (logId: Bytes): Promise<BlobSource | null> =>
    (await store.blobs.sources({ logId }))[0] ?? null;

  const ask = async <N extends "blobs.fetch" | "blobs.letGo">(
    { node, decision }: BlobSource,
    route: N,
    label: string,
    fields: Omit<RequestOf<N>, "to" | "time" | "sig" | "decision">,
  ): Promise<ResponseOf<N>> => {
    const signed = { ...fields, to: node, time: now() };
    const sig = sign(label, sha256(encodeCbor(signed)));
    const request = { ...signed, sig, decision } as unknown as RequestOf<N>;
    const { status, body } = await deps.outbound.send(node, {
      method: "POST",
      path: `${PATHS.api}${route}`,
      type: "application/cbor",
      body: encodeRequest(route, request),
      maxBytes: ANSWER_BYTES,
    });
    return decodeResponse(route, status, body);
  };
  const fetchChunk = (source: BlobSource, blobId: Bytes, index: number): Promise<Chunk> =>
    ask(source, "blobs.fetch", LABELS.blobFetch, { logId: source.logId, blobId, index });

  /** The name may belong to somebody else by now. */
  const isStillThere = async ({ node, nodeKey }: BlobSource): Promise<boolean> => {
    for (const fresh of [false, true])
      if (equalBytes(await deps.nodeKeyOf(node, fresh), nodeKey)) return true;
    return false;
  };

  const takeIn = async (source: BlobSource, blobId: Bytes): Promise<void> => {
    const { logId } = source;
    const first = await fetchChunk(source, blobId, 0);
    const { have } = await chunks.announce({
      logId,
      blobId,
      chunks: first.chunks,
      bytes: first.bytes,
      quota: await deps.quota(),
    });
    const missing = Array.from({ length: first.chunks }, (_, index) => index).filter(
      (index) => ((have[index >> 3] ?? 0) & (1 << (index & 7))) === 0,
    );
    await each(missing, CHUNKS_AT_ONCE, async (index) => {
      if (closed) throw new ProtocolError("unavailable");
      const { chunk } = index === 0 ? first : await fetchChunk(source, blobId, index);
      await chunks.put({ logId, blobId, index, chunk });
    });
  };

  /** Goes through all that is missing once. @returns whether nothing is any more */
  const round = async (source: BlobSource): Promise<boolean> => {
    const { logId } = source;
    let left = false;
    for (let after: Bytes = new Uint8Array(); ;) {
      const { blobIds, more } = await store.blobs.missing({ logId, after, limit: PAGE });
      await each(blobIds, BLOBS_AT_ONCE, async (blobId) => {
        try {
          await takeIn(source, blobId);
        } catch (error) {
          if (!(error instanceof ProtocolError) || !ITS_OWN.has(error.code)) throw error;
          left = true;
        }
      });
      const last = blobIds.at(-1);
      if (!more || last === undefined) return !left;
      after = last;
    }
  };

  const run = async (logId: Bytes, job: Job): Promise<void> => {
    const source = await sourceOf(logId);
    if (source === null) return forget(logId, job);
    try {
      if (!(await isStillThere(source))) throw new ProtocolError("target_unreachable");
      if (job.standing !== "full") job.standing = "fetching";
      if (!(await round(source))) return later(logId, job, "waiting");
      job.standing = "done";
      job.wait = 0;
      if (source.told === null) {
        await ask(source, "blobs.letGo", LABELS.blobLetGo, { logId });
        await store.blobs.sourceTold({ logId, told: now() });
      } else if (source.told + LIMITS.blobRestMs <= now()) {
        await store.blobs.sourceTold({ logId, told: null });
        forget(logId, job);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (error.code === "quota_exceeded") return later(logId, job, "full");
      later(logId, job, job.standing === "done" ? "done" : "waiting");
    }
  };
  const forget = (logId: Bytes, job: Job) => {
    clearTimeout(job.timer);
    if (jobs.get(toHex(logId)) === job) jobs.delete(toHex(logId));
  };
  const later = (logId: Bytes, job: Job, standing: Standing) => {
    job.standing = standing;
    if (closed) return;
    job.wait = Math.min(retryMaxMs, job.wait === 0 ? retryMs : job.wait * 2);
    const ms = standing === "full" ? FULL_RETRY_MS : job.wait * (0.5 + Math.random() / 2);
    job.timer = setTimeout(() => {
      job.timer = undefined;
      go(logId);
    }, ms);
    job.timer.unref();
  };
  const go = (logId: Bytes) => {
    if (closed) return;
    const name = toHex(logId);
    const job = jobs.get(name) ?? {
      standing: "fetching" as const,
      wait: 0,
      running: null,
      timer: undefined,
    };
    jobs.set(name, job);
    if (job.running !== null) return;
    clearTimeout(job.timer);
    job.timer = undefined;
    job.running = run(logId, job)
      .catch(() => {
        // The store is closing; what is missing is found again at the next start.
      })
      .finally(() => {
        job.running = null;
      });
  };

  return {
    start: async () => {
      for (const { logId, told } of await store.blobs.sources({ logId: null }))
        if (told === null || told + LIMITS.blobRestMs <= now()) go(logId);
    },
    opened: (logId) => {
      forget(logId, jobs.get(toHex(logId)) ?? IDLE);
      go(logId);
    },
    state: (logId) => {
      const standing = jobs.get(toHex(logId))?.standing;
      return { coming: standing === "fetching", full: standing === "full" };
    },
    chunk: async ({ logId, blobId, index }) => {
      const wanted = await store.blobs.wanted({ logId, blobIds: [blobId] });
      const source = wanted.length === 0 ? null : await sourceOf(logId);
      if (source === null) return null;
      try {
        return await fetchChunk(source, blobId, index);
      } catch (error) {
        if (error instanceof ProtocolError) return null;
        throw error;
      }
    },
    bring: async (logId, blobIds) => {
      const source = await sourceOf(logId);
      if (source === null) return false;
      try {
        await each(blobIds, BLOBS_AT_ONCE, (blobId) => takeIn(source, blobId));
        return true;
      } catch (error) {
        if (error instanceof ProtocolError && error.code !== "quota_exceeded") return false;
        throw error;
      }
    },
    idle: async () => {
      for (;;) {
        const running = [...jobs.values()].flatMap((job) => job.running ?? []);
        if (running.length === 0) return;
        await Promise.all(running);
      }
    },
    close: async () => {
      closed = true;
      for (const job of jobs.values()) clearTimeout(job.timer);
      await Promise.all([...jobs.values()].flatMap((job) => job.running ?? []));
    },
  };
}

const IDLE: Job = { standing: "done", wait: 0, running: null, timer: undefined };

/** Does some things, so many at a time; after a failure it begins none any more. @throws the first failure */
async function each<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const lane = async () => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: Math.min(atOnce, items.length) }, lane),
  );
  for (const one of lanes) if (one.status === "rejected") throw one.reason;
}
