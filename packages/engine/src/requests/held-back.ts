/** Whom one has blocked is not heard. */
import { toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";

/** How the ids of joins begin that follow a stranger's letter: they lead into a conversation of two, and nowhere else. */
export const STRANGERS = "stranger-";

/** Letters that somebody whom one has blocked does not get through with. */
const HELD_BACK: ReadonlySet<string> = new Set(["request", "ask", "share", "report"]);

/** True for a letter that is dropped here, unread and unanswered: its writer learns nothing of it. */
export async function isHeldBack(
  core: Core,
  letter: { kind: string; sender: { identityId: Uint8Array<ArrayBuffer> } },
): Promise<boolean> {
  return HELD_BACK.has(letter.kind) && isBlocked(core, letter.sender.identityId);
}

/** True for somebody whom this account has blocked. */
export async function isBlocked(core: Core, identityId: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const row = await core.store.get(
    "SELECT 1 AS one FROM marks WHERE kind = 'block' AND key = ? AND value IS NOT NULL",
    [toHex(identityId)],
  );
  return row !== undefined;
}
