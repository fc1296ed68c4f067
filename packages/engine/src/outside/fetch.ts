/** Looking at what is behind a link, and downloading it. */
import { openStream, streamLayout } from "@baraza/crypto/files";
import type { HandoutAccess } from "@baraza/crypto/sharing";
import { handoutAccess, openManifest } from "@baraza/crypto/sharing";
import type { Bytes, ShareLink } from "@baraza/protocol";
import type { OutsideCall, Pace } from "./call.ts";
import { untilDone } from "./call.ts";

export type OutsideFile = { name: string; type: string; size: number; blobId: Bytes; key: Bytes };
export type OutsideShare = {
  title: string;
  expires: number;
  /** Downloads that are left; null: without limit. */
  left: number | null;
  files: OutsideFile[];
  access: HandoutAccess;
};

/** Chunks that are asked for ahead of the one that is read: more lines' worth of memory, 1 MiB each. */
const AHEAD = 4;

/**
 * Opens the list behind a link. @throws ProtocolError `wrong_credentials` (with tries `left`), `handout_ended` (`why`), `not_found`;
 * CryptoError when the node's list is not the one that was made
 */
export async function openShare(
  call: OutsideCall,
  { secret }: Extract<ShareLink, { kind: "files" }>,
  passphrase: string | null,
): Promise<OutsideShare> {
  const access = await handoutAccess(secret, passphrase);
  const { handoutId, reader } = access;
  const { manifest, expires, left } = await call("handouts.open", { handoutId, reader });
  const { title, files } = await openManifest(access, manifest);
  return { title, expires, left, files, access };
}

/** Counts a download; `ticket` (16 random bytes) lets it read for a day. A repeat is not counted. */
export async function takeShare(
  call: OutsideCall,
  { access }: OutsideShare,
  ticket: Bytes,
  pace: Pace,
): Promise<void> {
  const { handoutId, reader } = access;
  await untilDone(() => call("handouts.take", { handoutId, reader, ticket }, pace.signal), pace);
}

/**
 * A file's bytes, in order, opened as they come: never more than some chunks in memory. Goes on by itself when the line is back.
 * @throws CryptoError `bad_stream` when the node gives something else; ProtocolError `handout_ended`
 */
export function readFile(
  call: OutsideCall,
  { access }: OutsideShare,
  { blobId, key, size }: OutsideFile,
  ticket: Bytes,
  pace: Pace,
): AsyncGenerator<Bytes> {
  const { blobChunks } = streamLayout(size);
  const { handoutId } = access;
  const one = (index: number) =>
    untilDone(
      () => call("handouts.chunk", { handoutId, ticket, blobId, index }, pace.signal),
      pace,
    );
  async function* sealed(): AsyncGenerator<Bytes> {
    const asked: ReturnType<typeof one>[] = [];
    for (let next = 0, index = 0; index < blobChunks; index++) {
      for (; next < blobChunks && next < index + AHEAD; next++) {
        const chunk = one(next);
        // Told of when it is its turn.
        chunk.catch(() => undefined);
        asked.push(chunk);
      }
      const first = asked.shift();
      if (first !== undefined) yield (await first).chunk;
    }
  }
  return openStream(key, size, sealed());
}
