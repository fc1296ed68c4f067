/** Saying what one wants as a steward: proposals and answers, each with this account's signature. */
import { randomBytes, signDecision } from "@baraza/crypto";
import type { StewardRecord } from "@baraza/protocol";
import { encodeCbor, fromHex, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { tellStewards } from "../handover/letters.ts";
import { post } from "../spaces/post.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { KnownProposal } from "./state.ts";
import { ownStewardKey } from "./state.ts";

/** Signs a proposal and tells the others. */
export async function agree(
  core: Core,
  space: SpaceRuntime,
  { id, gen, record }: Pick<KnownProposal, "id" | "gen" | "record">,
): Promise<void> {
  const decision = { logId: space.id, gen, id: fromHex(id), record };
  const signed = await signDecision(ownStewardKey(core, space), decision);
  const payload = { id: fromHex(id), signed };
  await post(core, space.logId, [{ type: "space.answer", payload }]);
  // The hub may be gone, or hostile.
  if (record.op === "handover") await tellStewards(core, space, { answer: encodeCbor(payload) });
}

/** Proposes a record and signs it. @returns its id */
export async function proposeRecord(
  core: Core,
  space: SpaceRuntime,
  about: KnownProposal["about"],
  record: StewardRecord,
  subject: string | null,
): Promise<string> {
  const id = randomBytes(16);
  const gen = record.op === "handover" ? record.gen : space.row.gen;
  const signed = await signDecision(ownStewardKey(core, space), {
    logId: space.id,
    gen,
    id,
    record,
  });
  const payload = {
    id,
    gen,
    record,
    about,
    signed,
    ...(subject === null ? {} : { subject: fromHex(subject) }),
  };
  await post(core, space.logId, [{ type: "space.proposal", payload }]);
  if (record.op === "handover") await tellStewards(core, space, { proposal: encodeCbor(payload) });
  return toHex(id);
}
