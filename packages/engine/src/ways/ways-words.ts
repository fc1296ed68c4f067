/** Recovery words as a way in. */
import { completeWord, createWords, readWords, wordsText } from "@baraza/crypto/words";
import type { Bytes } from "@baraza/protocol";
import { addWay } from "../account/ways.ts";
import { listWays } from "../account/ways-store.ts";
import { signInAgainWith, signInWith } from "../account/sign-in.ts";
import type { Account } from "../api.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { WordsRead } from "./api.ts";
import { openClosed } from "./closed.ts";
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
  if (!(await openClosed(core, { way: "words", secret })))
    await signInWith(core, { way: "words", secret });
  return arrival.signedIn();
}

/** S of words. @throws EngineError `words_wrong` */
export function wordsSecret(text: string): Bytes {
  const read = readWords(text);
  if (!read.ok) throw new EngineError("words_wrong", { data: { reason: read.reason } });
  return read.secret;
}
