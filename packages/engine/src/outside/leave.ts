/** Leaving files in a drop box. */
import { createFileKey, packBlob, sealStream, streamLayout } from "@baraza/crypto/files";
import { randomBytes, sha256 } from "@baraza/crypto/primitives";
import { intakeAccess, openNotice, sealIntakeNote } from "@baraza/crypto/sharing";
import type { Bytes, ShareLink } from "@baraza/protocol";
import type { Content } from "../tools/files/api.ts";
import type { OutsideCall, Pace } from "./call.ts";
import { untilDone } from "./call.ts";

export type OutsideDrop = {
  title: string;
  text: string;
  expires: number;
  bytesLeft: number;
  filesLeft: number;
  /** For {@link leaveFile}. */
  intakeId: Bytes;
  writer: Bytes;
  publicKey: Bytes;
};

/** Bytes that are read of a file at once. */
const SLICE = 1024 * 1024;
/** Chunks on their way at once. */
const ABREAST = 3;

/** What a drop box says. @throws ProtocolError `not_found`, `handout_ended`; CryptoError when it is not the link's */
export async function openDrop(
  call: OutsideCall,
  link: Extract<ShareLink, { kind: "drop" }>,
): Promise<OutsideDrop> {
  const { intakeId, writer } = intakeAccess(link.secret);
  const answer = await call("intakes.see", { intakeId, writer });
  const { title, text, publicKey } = await openNotice(link, answer.notice);
  const { expires, bytesLeft, filesLeft } = answer;
  return { title, text, expires, bytesLeft, filesLeft, intakeId, writer, publicKey };
}

/**
 * Seals a file under a key of its own, piece by piece, and leaves it. `onProgress`: bytes that have arrived. Goes on by itself when the
 * line is back. @returns when the node took it, by its clock
 * @throws ProtocolError `quota_exceeded`, `box_full`, `handout_ended`; CryptoError `bad_stream` when the file changed meanwhile
 */
export async function leaveFile(
  call: OutsideCall,
  drop: OutsideDrop,
  file: { name: string; type: string; from: string; content: Content },
  pace: Pace & { onProgress?: (done: number) => void },
): Promise<{ at: number }> {
  const { intakeId, writer } = drop;
  const { content, ...about } = file;
  const { size } = content;
  const { sealed, blobChunks } = streamLayout(size);
  const key = createFileKey();
  const itemId = randomBytes(16);
  const place = { intakeId, writer, itemId };
  const { signal } = pace;
  await untilDone(
    () => call("intakes.announce", { ...place, chunks: blobChunks, bytes: sealed }, signal),
    pace,
  );
  const underWay = new Set<Promise<void>>();
  let index = 0;
  let done = 0;
  for await (const chunk of packBlob(sealStream(key, size, slices(content)))) {
    const request = { ...place, index, chunk, hash: sha256(chunk) };
    const put = untilDone(() => call("intakes.put", request, signal), pace).then(() => {
      done += chunk.length;
      pace.onProgress?.(Math.min(size, Math.floor((done / sealed) * size)));
    });
    const settled = put.finally(() => underWay.delete(settled));
    settled.catch(() => undefined);
    underWay.add(settled);
    index += 1;
    if (underWay.size >= ABREAST) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  const note = await sealIntakeNote(
    { intakeId, itemId, publicKey: drop.publicKey },
    { v: 1, ...about, size, key },
  );
  const { at } = await untilDone(() => call("intakes.leave", { ...place, note }, signal), pace);
  return { at };
}

async function* slices(content: Content): AsyncGenerator<Bytes> {
  for (let at = 0; at < content.size; at += SLICE)
    yield new Uint8Array(await content.slice(at, Math.min(content.size, at + SLICE)).arrayBuffer());
}
