/** The letters that let newcomers in: prepared with the commit, sealed once its place in the log is known. */
import type { Bytes } from "@baraza/protocol";
import {
  bytes,
  bytes32,
  equalBytes,
  fromHex,
  LIMITS,
  object,
  readAs,
  reply,
  welcomeBody,
  writeAs,
} from "@baraza/protocol";
import * as v from "valibot";
import { newestSeen } from "../account/vault-floor.ts";
import type { Core } from "../core.ts";
import { seesPast } from "../people/context.ts";
import { hubLeads } from "../leading/hub-list.ts";
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
  const past = [...draft.keys]
    .filter(([epoch]) => epoch < row.epoch)
    .map(([epoch, key]) => ({ epoch, key }));
  const people = await peopleOf(core, space.logId);
  const leads = [...(await hubLeads(core, space))];
  const letters: OutgoingLetter[] = [];
  for (const { reply: to, ref } of waiting.to) {
    const all = seesPast(space.genesis, draft.group, to.identityId);
    const own = equalBytes(to.identityId, core.me().identityId);
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
      ring: { epochs: all ? past : [] },
      ...(own ? { vault: await newestSeen(core) } : {}),
      ...(row.slot_secret === null ? {} : { slotSecret: row.slot_secret }),
      people,
      ...(all ? {} : { leads }),
    });
    const letter = await sealIfPossible(core, to, "welcome", body);
    if (letter !== null) letters.push(letter);
  }
  return letters;
}

/** Who is in a space, for somebody who will not read how they introduced themselves. */
export async function peopleOf(core: Core, logId: string) {
  const rows = await core.store.all<{
    identity_id: string;
    name: string;
    address: string;
    role: string;
    steward_key: Bytes;
    reply: Bytes;
  }>(
    `SELECT identity_id, name, address, role, steward_key, reply FROM members
     WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND steward_key IS NOT NULL LIMIT ?`,
    [logId, LIMITS.members],
  );
  return rows.map((row) => ({
    identityId: fromHex(row.identity_id),
    profile: { name: row.name, address: row.address },
    stewardKey: row.steward_key,
    ...(row.role === "steward" ? { reply: readAs(reply, row.reply, LIMITS.requestBytes) } : {}),
  }));
}
