/** Recovery words as a way in. */
import { readVaultWraps, wayKeys } from "@baraza/crypto";
import { completeWord, createWords, readWords, wordsText } from "@baraza/crypto/words";
import type { Bytes } from "@baraza/protocol";
import { addWay } from "../account/ways.ts";
import { listWays, openByWay } from "../account/ways-store.ts";
import { signInAgainWith, signInBy, signInWith } from "../account/sign-in.ts";
import type { Account } from "../api.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { WordsRead } from "./api.ts";
import { takeClosed } from "./closed.ts";
import type { Arrival } from "./index.ts";

export function newWords(core: Core): { words: string[]; text: string } {
  const { words } = createWords();
  const address = core.signedIn() ? core.me().profile.address : "";
  return { words, text: wordsText(words, address) };
}

export async function keepWords(core: Core, words: readonly string[]): Promise<void> {
  const secret = wordsSecret(words.join(" "));
  const { ways } = await listWays(core);
  const replaces = ways.filter(({ way }) => way === "words").map(({ id }) => id);
  await addWay(core, { way: "words", secret, replaces });
}

export function readTyped(text: string): WordsRead {
  const read = readWords(text);
  return read.ok ? { ok: true, words: read.words } : read;
}

export function completeTyped(prefix: string): string[] {
  return completeWord(prefix);
}

export async function signInWithWords(
  core: Core,
  text: string,
  arrival: Arrival,
): Promise<Account> {
  const secret = wordsSecret(text);
  if (core.signedIn()) {
    await signInAgainWith(core, { way: "words", secret });
    return arrival.signedInAgain();
  }
  if (!(await openClosed(core, secret))) await signInWith(core, { way: "words", secret });
  return arrival.signedIn();
}

/** Goes on with what a passkey has begun. @returns false when there is none, or it is another person's */
async function openClosed(core: Core, secret: Bytes): Promise<boolean> {
  const answer = takeClosed(core);
  if (answer === null) return false;
  const keys = await wayKeys("words", secret);
  const open = (id: Bytes) => openByWay(keys, id, readVaultWraps(answer.vault));
  try {
    await signInBy(core, () => Promise.resolve({ answer, open }));
    return true;
  } catch {
    // Another person's words, perhaps: they say themselves whose they are.
    return false;
  }
}

/** S of words. @throws EngineError `words_wrong` */
export function wordsSecret(text: string): Bytes {
  const read = readWords(text);
  if (!read.ok) throw new EngineError("words_wrong", { data: { reason: read.reason } });
  return read.secret;
}
