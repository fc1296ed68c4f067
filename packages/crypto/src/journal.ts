/** The chain of a node's journal: who keeps the newest hash notices when an entry before it was changed or taken out. */
import type { Bytes, JournalEntry } from "@baraza/protocol";
import { encodeCbor, LABELS, utf8 } from "@baraza/protocol";
import { sha256 } from "./primitives.ts";

/** What stands before the first entry. */
export const NO_JOURNAL: Bytes = new Uint8Array(32);

/** `H(label || previous || cbor(entry without its hash))`, 32 bytes. */
export function journalHash(previous: Bytes, entry: Omit<JournalEntry, "hash">): Bytes {
  const { number, at, by, act, subject, detail } = entry;
  const fields = {
    number,
    at,
    act,
    detail,
    ...(by === undefined ? {} : { by }),
    ...(subject === undefined ? {} : { subject }),
  };
  return sha256(utf8(LABELS.journal), previous, encodeCbor(fields));
}
