/**
 * A sign-in that a passkey without PRF has begun: the node let the person in, and what came is still sealed until another
 * way opens it. It is kept in memory, for one attempt to go on.
 */
import type { SignedIn } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";

const closed = new WeakMap<Core, SignedIn>();

/** Keeps it in the place of one that nobody went on with. */
export async function keepClosed(core: Core, answer: SignedIn): Promise<void> {
  await endClosed(core);
  closed.set(core, answer);
}

/** Takes it, to go on with it; null when there is none. */
export function takeClosed(core: Core): SignedIn | null {
  const answer = closed.get(core) ?? null;
  closed.delete(core);
  return answer;
}

/** Nobody goes on with it: its session is not left behind at the node. */
export async function endClosed(core: Core): Promise<void> {
  const answer = takeClosed(core);
  if (answer !== null) await endSession(core, answer);
}

/** Ends the session of a sign-in that came to nothing. */
export async function endSession(core: Core, { session }: SignedIn): Promise<void> {
  try {
    await core.own.call("accounts.signOut", {}, { session });
  } catch (error) {
    // It ends by itself, and nobody has it any more.
    if (!(error instanceof ProtocolError)) throw error;
  }
}
