/**
 * A sign-in that a passkey without PRF has begun: the node let the person in, and what came is still sealed until another
 * way opens it. It is kept in memory, for one attempt to go on.
 */
import { readVaultWraps, wayKeys } from "@baraza/crypto";
import type { Bytes, SignedIn, WayKind } from "@baraza/protocol";
import { openByWay } from "../account/ways-store.ts";
import { signInBy } from "../account/sign-in.ts";
import type { Core } from "../core.ts";

const closed = new WeakMap<Core, SignedIn>();

export function keepClosed(core: Core, answer: SignedIn): void {
  closed.set(core, answer);
}

/** Opens it with a way. @returns false when there is none, or it is another person's */
export async function openClosed(
  core: Core,
  { way, secret }: { way: WayKind; secret: Bytes },
): Promise<boolean> {
  const answer = closed.get(core);
  if (answer === undefined) return false;
  closed.delete(core);
  const keys = await wayKeys(way, secret);
  const open = (id: Bytes) => openByWay(keys, id, readVaultWraps(answer.vault));
  try {
    await signInBy(core, () => Promise.resolve({ answer, open }));
    return true;
  } catch {
    // Another person's words, perhaps: they say themselves whose they are.
    return false;
  }
}
