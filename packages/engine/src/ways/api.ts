/** What a screen can ask about the ways into the account. Words and answers of passkeys pass through; secrets stay in the engine. */
import type { Bytes, PasskeyAnswer, WayKind } from "@baraza/protocol";
import type { Account } from "../api.ts";

export type Way = {
  id: string;
  kind: WayKind | "other";
  label: string | null;
  /** ms since 1970 */
  created: number;
  /** False: it signs in, and another way has to open what was sealed. */
  opens: boolean;
  /** A node could guess it: a passphrase with nothing mixed in. */
  weak: boolean;
};

/** What was typed, scanned or pasted as words; see crypto's `readWords`. */
export type WordsRead =
  | { ok: true; words: string[] }
  | { ok: false; reason: "count"; found: number }
  | { ok: false; reason: "unknown"; at: number; word: string }
  | { ok: false; reason: "checksum" };

/** What the page hands to `navigator.credentials.create`. `prf` is the point at which PRF is evaluated. */
export type PasskeyToCreate = {
  createId: Bytes;
  challenge: Bytes;
  userHandle: Bytes;
  rpId: string;
  userName: string;
  displayName: string;
  prf: Bytes;
  exclude: Bytes[];
};
/** What the browser made, and PRF's first output where the authenticator gave one. */
export type CreatedPasskey = {
  createId: Bytes;
  credentialId: Bytes;
  publicKey: Bytes;
  algorithm: number;
  authData: Bytes;
  clientData: Bytes;
  prf: Bytes | null;
};
/** What the page hands to `navigator.credentials.get`. `allow` is empty where any passkey will do. */
export type PasskeyToAsk = {
  signInId: Bytes;
  challenge: Bytes;
  rpId: string;
  prf: Bytes;
  allow: Bytes[];
};
export type AnsweredPasskey = {
  signInId: Bytes;
  answer: PasskeyAnswer;
  prf: Bytes | null;
};

/** What came of a sign-in by passkey. `closed`: it is the person's, but another way has to open what was sealed. */
export type PasskeySignIn =
  | { state: "signedIn"; account: Account }
  | { state: "closed"; name: string; by: (WayKind | "other")[] };

export type WaysCommands = {
  /** Twelve new words, and the text of their QR code. Nothing is kept yet. */
  "ways.newWords": (args: Record<string, never>) => Promise<{ words: string[]; text: string }>;
  /** Makes these the account's words; former ones stop working. @throws EngineError words_wrong */
  "ways.keepWords": (args: { words: string[] }) => Promise<void>;
  "ways.readWords": (args: { text: string }) => Promise<WordsRead>;
  "ways.completeWord": (args: { prefix: string }) => Promise<string[]>;
  /**
   * Signs in with words alone, on a new device or on one whose session has ended. After `closed` it opens what the passkey
   * could not. @throws EngineError words_wrong, wrong_way (no account has these words)
   */
  "ways.signInWithWords": (args: { text: string }) => Promise<Account>;
  /** For a new account (`name` and `displayName`), or one more for the account that is signed in. */
  "ways.passkeyToCreate": (args: {
    name?: string | undefined;
    displayName?: string | undefined;
  }) => Promise<PasskeyToCreate>;
  /** Opens an account with a passkey; `words` as well where the passkey opens nothing. @throws as account.signUp; EngineError words_needed */
  "ways.signUpWithPasskey": (args: {
    name: string;
    displayName: string;
    passkey: CreatedPasskey;
    words?: string[] | undefined;
    invitation?: string | undefined;
    setup?: string | undefined;
  }) => Promise<Account>;
  /** @returns whether it opens what was sealed, or signs in only */
  "ways.addPasskey": (args: {
    passkey: CreatedPasskey;
    label?: string | undefined;
  }) => Promise<{ opens: boolean }>;
  "ways.passkeyToAsk": (args: Record<string, never>) => Promise<PasskeyToAsk>;
  /** @throws EngineError wrong_way (the node does not know this passkey), unverified */
  "ways.signInWithPasskey": (args: AnsweredPasskey) => Promise<PasskeySignIn>;
  /**
   * Sets the passphrase. With `code`, 128 bits are mixed in that every new device has to be given beside it: the words that
   * come back. @throws EngineError too_weak, changed_elsewhere (another device was faster)
   */
  "ways.setPassphrase": (args: {
    passphrase: string;
    code: boolean;
  }) => Promise<{ code: string[] | null }>;
  /** The words that go with the passphrase, where there are any. */
  "ways.passphraseCode": (args: Record<string, never>) => Promise<string[] | null>;
  "ways.rename": (args: { id: string; label: string }) => Promise<void>;
  /** @throws EngineError last_way */
  "ways.remove": (args: { id: string }) => Promise<void>;
};

export type WaysLive = {
  /** Every way of the person; not those that signed-in devices have for themselves. */
  ways: { args: Record<string, never>; value: Way[] };
};
