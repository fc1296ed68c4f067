/** What a screen can ask about a person's devices. */
import type { Account } from "../api.ts";

/** Why a pairing came to nothing. Each has its own sentence. */
export type PairingFailure =
  /** Its minutes are over. */
  | "expired"
  /** Somebody pressed "not the same" or "no". */
  | "refused"
  /** The other side ended it, or closed its tab. */
  | "ended"
  /** What came is not what the code promised: somebody stands in between. */
  | "mismatch"
  /** The new device did not say that it has everything. */
  | "unanswered";

/**
 * A pairing under way on this device.
 * new: opening -> showing (code, link) -> compare (number; typed codes only) -> waiting -> done.
 * old: joining -> compare (number; typed) or confirm (scanned) -> waiting -> done.
 */
export type Pairing = {
  side: "new" | "old";
  step: "opening" | "joining" | "showing" | "compare" | "confirm" | "waiting" | "done" | "failed";
  /** Eight characters to type on the other device. */
  code: string | null;
  /** For the picture: the path and fragment after the node's origin. */
  link: string | null;
  /** Six digits that both screens show. */
  number: string | null;
  /** ms since 1970, by the node's clock as far as it is known here. */
  expires: number;
  /** The line is gone; it goes on by itself. */
  offline: boolean;
  failure: PairingFailure | null;
};

/** One of the account's devices. */
export type OwnDevice = {
  deviceId: string;
  /** Empty: nobody has named it. */
  name: string;
  here: boolean;
  addedAt: number;
  /** Days since 1970; null: it has never said. */
  usedDay: number | null;
  /** It is being removed. told: the node has cut it off; left: spaces that it is still to be taken out of. */
  removing: { told: boolean; left: number; total: number } | null;
};

export type DevicesCommands = {
  /** On a device without an account: shows a code, and becomes a device of whoever's other device takes it. @throws EngineError signed_in, offline */
  "devices.offer": (args: Record<string, never>) => Promise<void>;
  /**
   * On a signed-in device: takes what was scanned or typed. @throws EngineError code_wrong (no code at all), code_unknown (run
   * out, or never was), code_taken, code_mismatch, offline
   */
  "devices.join": (args: { code: string }) => Promise<void>;
  /** "It is the same number", or "add it". */
  "devices.confirm": (args: Record<string, never>) => Promise<void>;
  /** "It is another number", or "no". */
  "devices.refuse": (args: Record<string, never>) => Promise<void>;
  /** Ends the pairing under way on this device, and forgets one that is over. */
  "devices.cancel": (args: Record<string, never>) => Promise<void>;
  "devices.rename": (args: { deviceId: string; name: string }) => Promise<void>;
  /**
   * Cuts a device off: at the node, from the vault, and in every space. Durable: what cannot be done now is done later, and
   * `devices.list` says how far it is. @throws EngineError invalid (this device, or none of one's own)
   */
  "devices.remove": (args: { deviceId: string }) => Promise<void>;
};

export type DevicesLive = {
  "devices.list": { args: Record<string, never>; value: OwnDevice[] };
  "devices.pairing": { args: Record<string, never>; value: Pairing | null };
};

/** What the engine does once a new device has its account. */
export type SignedIn = () => Promise<Account>;
