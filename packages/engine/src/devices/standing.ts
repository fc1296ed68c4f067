/**
 * Whether what is signed in a person's name counts, where it stands in no log: letters, statements, keys to write to.
 *
 * [Note: Former keys] A device that was removed keeps a key that the identity had, and can hand that on to keys of its own, as
 * often as it likes. So a key counts by where it stands in the succession that is known of the person, never by its number;
 * and a device certified by a former key counts unless a roll that is known leaves it out.
 */
import { continuesIdentity, standsUnder } from "@baraza/crypto";
import type { Bytes, DeviceCertificate, IdentityRecord } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { chainOf, startsWith } from "../trust/see.ts";
import { knownRolls } from "./rolls.ts";

/** All keys of an identity as they are known here, the first one first; empty for somebody of whom nothing was seen. */
export async function knownChain(core: Core, identityId: string): Promise<Bytes> {
  const me = core.me();
  if (identityId === me.id) return chainOf(me.identity);
  const row = await core.store.get<{ chain: Bytes }>(
    "SELECT chain FROM person_keys WHERE identity_id = ?",
    [identityId],
  );
  return row?.chain ?? new Uint8Array();
}

/** Whether a record is of the newest key that is known of its identity, or goes on from there. */
export async function isNewest(
  core: Core,
  identityId: string,
  record: IdentityRecord,
): Promise<boolean> {
  const known = await knownChain(core, identityId);
  if (!startsWith(chainOf(record), known)) return false;
  const rolls = await knownRolls(core, identityId, known);
  return rolls.every((roll) => continuesIdentity(roll.identity, record));
}

/** Whether a device speaks for its owner: a verified certificate on no branch, and not left out by the newest roll that is known. */
export async function deviceCounts(
  core: Core,
  identityId: string,
  certificate: DeviceCertificate,
): Promise<boolean> {
  const known = await knownChain(core, identityId);
  const chain = chainOf(certificate.identity);
  if (!startsWith(chain, known) && !startsWith(known, chain)) return false;
  const rolls = await knownRolls(core, identityId, known);
  return rolls.every((roll) => standsUnder(roll, certificate));
}
