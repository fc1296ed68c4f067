/** What a push carries, before it is wrapped: the entry where it is small, else only that there is one. */
import type { Bytes, Head } from "@baraza/protocol";
import { concat, encodeCbor, LIMITS } from "@baraza/protocol";
import { padPush } from "../../crypto-fast.ts";
import type { Appended } from "../logs/index.ts";
import { cborHead, encodeStoredEntry } from "../logs/encoding.ts";

/** Padded content, and the sequence number that it tells of. */
export type PushContents = { seq: number; padded: Bytes };

/** More entries than this at once are announced, not carried: the member reads them in one go. */
const CARRIED = 4;
const WRAPPING = 28;

const [SEQ, HEAD, ENTRY, LOG] = ["seq", "head", "entry", "logId"].map((name) =>
  encodeCbor(name),
) as [Bytes, Bytes, Bytes, Bytes];

/** The pushes for an append, in order. */
export function contentsOf({ logId, entries, head }: Appended): PushContents[] {
  const last = entries.at(-1);
  if (last === undefined) return [];
  if (entries.length > CARRIED) return [noticeOf(logId, last.seq, head)];
  return entries.map(({ seq, header, sigs, body }) => {
    const entry = encodeStoredEntry(seq, header, sigs, body);
    // Padding adds at most an eighth.
    const fits = entry.length + 1024 + WRAPPING < (LIMITS.pushBodyBytes * 8) / 9;
    return fits
      ? { seq, padded: padPush(encodeContent(logId, seq, head, entry)) }
      : noticeOf(logId, seq, head);
  });
}

/** That a log has reached a position. */
export function noticeOf(logId: Bytes, seq: number, head: Head): PushContents {
  return { seq, padded: padPush(encodeContent(logId, seq, head, null)) };
}

/** Canonical CBOR of `pushContent` (protocol); the entry is encoded already. */
export function encodeContent(logId: Bytes, seq: number, head: Head, entry: Bytes | null): Bytes {
  const parts = [SEQ, encodeCbor(seq), HEAD, encodeCbor(head)];
  if (entry !== null) parts.push(ENTRY, entry);
  parts.push(LOG, encodeCbor(logId));
  return concat(cborHead(5, parts.length / 2), ...parts);
}
