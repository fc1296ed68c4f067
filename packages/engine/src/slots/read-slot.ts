/** Fetching a rejoin slot, judging what the hub says with it, and opening it. */
import {
  CryptoError,
  logIdOf,
  openSlot,
  openSlotEnvelope,
  rejoinKeyPair,
  slotOuterKey,
  slotTag,
  verifyHead,
} from "@baraza/crypto";
import type { Bytes, Head, ResponseOf, SlotContent } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { ReturnState } from "./api.ts";
import { rejoinSecrets } from "./keys.ts";
import type { Way } from "./return.ts";

/** Whether the hub signed this as a head of the log. */
export async function isHeadOf(way: Way, head: Head): Promise<boolean> {
  return equalBytes(head.logId, way.id) && verifyHead(way.hubKey, head);
}

/** A slot that was opened, and the hub's receipt that came with it. */
export type Read = {
  genesisBytes: Bytes;
  secret: Bytes;
  content: SlotContent;
  head: Head;
};

/** Fetches and opens the slot. @returns a state when it does not let this person in */
export async function readSlotOf(core: Core, way: Way): Promise<Read | ReturnState> {
  if (way.groupId === undefined) return "gone";
  const tagged = [];
  for (const { secret } of await rejoinSecrets(core))
    for (const suite of ["x25519", "xwing"] as const) {
      const key = await rejoinKeyPair(secret, way.groupId, suite);
      tagged.push({ key, tag: slotTag(way.id, key.publicKey) });
    }
  if (tagged.length === 0) return "gone";
  let found: ResponseOf<"logs.slot">;
  try {
    const tags = tagged.map((one) => one.tag);
    found = await core.remote.call(way.hub, "logs.slot", { logId: way.id, tags });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "not_found") return "gone";
    throw error;
  }
  const { head, outerKey, sealed, envelope } = found;
  if (!(await isHeadOf(way, head)) || !equalBytes(logIdOf(found.genesis), way.id)) return "stale";
  if (goesBack(way.seen, head)) return "stale";
  const mine = tagged.find((one) => equalBytes(one.tag, envelope.tag));
  if (mine === undefined) return "gone";
  const secret = await openSlotEnvelope(envelope, mine.key, way.id);
  if (!equalBytes(slotOuterKey(secret, way.groupId).publicKey, outerKey))
    throw new CryptoError("open_failed");
  const content = await openSlot(secret, { outerKey, sealed }, way.id);
  if (content.epoch !== found.epoch || content.seen.seq > head.seq) return "stale";
  return { genesisBytes: found.genesis, secret, content, head };
}

function goesBack(seen: Way["seen"], head: Head): boolean {
  if (head.gen !== seen.gen) return head.gen < seen.gen;
  if (head.seq !== seen.seq) return head.seq < seen.seq;
  return head.seq > 0 && !equalBytes(head.head, seen.head);
}
