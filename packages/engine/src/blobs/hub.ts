/** Sealed chunks at a space's hub: the calls, with the space's reading session. */
import type { Bytes } from "@baraza/protocol";
import { fromHex, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { reading } from "../spaces/sync.ts";
import { needSpace } from "../spaces/runtime.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";

export type Announced = { have: Set<number>; complete: boolean };

/** Announces a blob, or finds out how much of it is there. */
export async function announce(
  core: Core,
  logId: string,
  blob: { blobId: string; chunks: number; bytes: number },
): Promise<Announced> {
  return atHub(core, logId, async (space, token) => {
    const { have, complete } = await core.remote.call(space.row.hub, "blobs.create", {
      logId: space.id,
      token,
      blobId: fromHex(blob.blobId),
      chunks: blob.chunks,
      bytes: blob.bytes,
    });
    const there = new Set<number>();
    for (let index = 0; index < blob.chunks; index++)
      if (((have[index >> 3] ?? 0) & (1 << (index & 7))) !== 0) there.add(index);
    return { have: there, complete };
  });
}

/** Puts one chunk. @returns whether the blob is complete now */
export async function putChunk(
  core: Core,
  logId: string,
  blobId: string,
  index: number,
  chunk: Bytes,
): Promise<boolean> {
  return atHub(core, logId, async (space, token) => {
    const { complete } = await core.remote.call(space.row.hub, "blobs.put", {
      logId: space.id,
      token,
      blobId: fromHex(blobId),
      index,
      chunk,
    });
    return complete;
  });
}

/** Puts small blobs, all at once. */
export async function putBatch(
  core: Core,
  logId: string,
  blobs: readonly { blobId: string; chunk: Bytes }[],
): Promise<void> {
  await atHub(core, logId, (space, token) =>
    core.remote.call(space.row.hub, "blobs.batch", {
      logId: space.id,
      token,
      blobs: blobs.map(({ blobId, chunk }) => ({ blobId: fromHex(blobId), chunk })),
    }),
  );
}

export type HubState = {
  bytes: number;
  quota: number;
  missing: string[];
  more: boolean;
  coming: boolean;
  full: boolean;
};

/** What the blobs of a space take at its hub, and which are missing there, by their ids behind `after`. */
export async function hubState(core: Core, logId: string, after?: string): Promise<HubState> {
  return atHub(core, logId, async (space, token) => {
    const { missing, ...state } = await core.remote.call(space.row.hub, "blobs.state", {
      logId: space.id,
      token,
      ...(after === undefined ? {} : { after: fromHex(after) }),
    });
    return { ...state, missing: missing.map(toHex) };
  });
}

/** @throws EngineError `blob_missing` */
export async function getChunk(
  core: Core,
  logId: string,
  blobId: string,
  index: number,
): Promise<Bytes> {
  try {
    return await atHub(core, logId, async (space, token) => {
      const { chunk } = await core.remote.call(space.row.hub, "blobs.get", {
        logId: space.id,
        token,
        blobId: fromHex(blobId),
        index,
      });
      return chunk;
    });
  } catch (error) {
    if (error instanceof ProtocolError && GONE.has(error.code))
      throw new EngineError("blob_missing", { cause: error });
    throw error;
  }
}

const GONE: ReadonlySet<string> = new Set(["not_found", "blob_incomplete"]);

async function atHub<T>(
  core: Core,
  logId: string,
  work: (space: SpaceRuntime, token: Bytes) => Promise<T>,
): Promise<T> {
  const space = await needSpace(core, logId);
  return reading(core, space, (token) => work(space, token));
}
