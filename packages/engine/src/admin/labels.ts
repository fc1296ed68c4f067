/** Whom an invitation is for: sealed for the maker's own account, kept at the node. */
import { CryptoError, openAead, randomBytes, sealAead } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, encodeCbor, LABELS } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import type { Invitee } from "./api.ts";
import { allKeys } from "./notes.ts";

/** The key that new notes are sealed under, made with the first. */
async function notesKey(core: Core): Promise<Bytes> {
  const [known] = await allKeys(core);
  if (known !== undefined) return known;
  const key = randomBytes(32);
  await core.store.transaction((tx) => {
    tx.run("INSERT INTO notes_keys VALUES (?)", [key]);
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  core.kick({ vault: true });
  return key;
}

const LABEL = { label: LABELS.invitationLabel };
/** Padded to a multiple of this, so that its length does not tell a name's. */
const STEP = 512;

const invitee = v.object({
  name: v.string(),
  address: v.optional(v.string()),
  language: v.optional(v.string()),
  note: v.optional(v.string()),
});

/** Seals whom an invitation is for, bound to its code. */
export async function sealInvitees(
  core: Core,
  all: readonly { code: Bytes; invitee: Invitee }[],
): Promise<Bytes[]> {
  const key = await notesKey(core);
  return Promise.all(
    all.map(async ({ code, invitee: { name, address, language, note } }) => {
      const plain = encodeCbor({
        name,
        ...(address === undefined ? {} : { address }),
        ...(language === undefined ? {} : { language }),
        ...(note === undefined ? {} : { note }),
      });
      const padded = new Uint8Array(Math.ceil((plain.length + 2) / STEP) * STEP);
      new DataView(padded.buffer).setUint16(0, plain.length);
      padded.set(plain, 2);
      return sealAead(key, padded, code, LABEL);
    }),
  );
}

/** Opens what {@link sealInvitees} sealed; null where no key of this account does. */
export async function openInvitee(core: Core, code: Bytes, label: Bytes): Promise<Invitee | null> {
  for (const key of await allKeys(core)) {
    try {
      const padded = await openAead(key, label, code, LABEL);
      const length = new DataView(padded.buffer, padded.byteOffset).getUint16(0);
      return v.parse(invitee, decodeCbor(padded.slice(2, 2 + length)));
    } catch (error) {
      // The node made it up, or it is of another key of this account.
      if (error instanceof CryptoError) continue;
      return null;
    }
  }
  return null;
}
