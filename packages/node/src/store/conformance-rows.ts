/** Rows that several parts of the kit hand to a store. */
import { randomBytes } from "../crypto-fast.ts";
import type { NewInvitation } from "./port-invitations.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** An invitation as the service hands it to the store. */
export function newInvitation(more: Partial<NewInvitation> = {}): NewInvitation {
  return {
    codeHash: randomBytes(32),
    sealed: randomBytes(64),
    kind: "person",
    label: null,
    expires: NOW + HOUR,
    uses: 1,
    ...more,
  };
}
