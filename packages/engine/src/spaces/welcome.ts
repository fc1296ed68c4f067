/** The letters that let newcomers in: prepared with the commit, sealed once its place in the log is known. */
import type { Bytes } from "@baraza/protocol";
import {
  bytes,
  bytes32,
  LIMITS,
  object,
  readAs,
  reply,
  welcomeBody,
  writeAs,
} from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import type { OutgoingLetter } from "../letters/send.ts";
import { sealIfPossible } from "../letters/send.ts";
import type { Draft } from "./draft.ts";

/** This device's commit that is under way. `letters` is the CBOR of what newcomers will get. */
export type PendingCommit = {
  log_id: string;
  event_id: string;
  request: Bytes;
  state: Bytes;
  epoch: number;
  letters: Bytes;
  intents: string;
};

const waitingLetters = object({
  welcome: v.nullable(bytes(LIMITS.letterBytes)),
  tree: bytes(LIMITS.letterBytes),
  to: v.array(object({ reply, ref: bytes32 })),
});

/** The letters that let newcomers in, sealed now that the commit's place is known. */
export async function welcomeLetters(
  core: Core,
  draft: Draft,
  pending: PendingCommit,
  seq: number,
): Promise<OutgoingLetter[]> {
  const { space, row } = draft;
  const waiting = readAs(waitingLetters, pending.letters, LIMITS.letterBytes * 3);
  if (waiting.welcome === null) return [];
  const all = space.genesis.history === "all";
  const ring = {
    epochs: all
      ? [...draft.keys]
          .filter(([epoch]) => epoch < row.epoch)
          .map(([epoch, key]) => ({ epoch, key }))
      : [],
  };
  const letters: OutgoingLetter[] = [];
  for (const { reply: to, ref } of waiting.to) {
    const body = writeAs(welcomeBody, {
      logId: space.id,
      genesis: row.genesis,
      hub: row.hub,
      hubKey: row.hub_key,
      title: row.title,
      welcome: waiting.welcome,
      tree: waiting.tree,
      keyPackageRef: ref,
      gen: row.gen,
      seq,
      head: row.head,
      readFrom: all ? 0 : seq,
      ring,
    });
    const letter = await sealIfPossible(core, to, "welcome", body);
    if (letter !== null) letters.push(letter);
  }
  return letters;
}
