/** What screens say to the lock on this device. The engine's host answers, also while no engine runs. */
import type { Bytes } from "@baraza/protocol";

/** What opens a lock: a PIN or phrase, or what a passkey's PRF gave (32 bytes). */
export type LockPresent = { code: string } | { prf: Bytes };

/** A new lock. `digits`: the code is a PIN, for which the lock screen shows a pad. `salt`: what PRF was evaluated at. */
export type LockNext = { code: string; digits: boolean } | LockPasskey;
export type LockPasskey = { prf: Bytes; credentialId: Bytes; salt: Bytes };

/** What the lock screen shows of the lock. */
export type LockFace = {
  way: { kind: "code"; digits: boolean } | { kind: "passkey"; credentialId: Bytes; salt: Bytes };
  /** Wrong tries since the last right one. */
  failed: number;
  /** How many more wrong tries until this device forgets everything. */
  left: number;
  /** Milliseconds until another try is heard. It counts only while the app is open: see [Note: Waiting without a clock]. */
  waitMs: number;
  /** Minutes without a touch after which it locks by itself; 0: only when the app is closed. */
  idleMinutes: number;
};

/**
 * `none`: no lock. `locked`: nothing of the engine runs. `open`: a lock is set, and somebody has opened it. `wiped`: the last try
 * was wrong, and nothing is left here; it stays until `lock.seen`.
 */
export type LockView =
  | { state: "none" }
  | { state: "wiped" }
  | ({ state: "locked" | "open" } & LockFace);

/** EngineErrors: `lock_wrong` (`left`, `waitMs`), `lock_wait` (`waitMs`), `lock_wiped`, `lock_none`, `invalid`. */
export interface LockCommands {
  "lock.unlock": (args: { present: LockPresent }) => Promise<void>;
  /** Sets or changes it. `present` is what opens the one that is set. */
  "lock.set": (args: { next: LockNext; present?: LockPresent }) => Promise<void>;
  "lock.remove": (args: { present: LockPresent }) => Promise<void>;
  "lock.setIdle": (args: { minutes: number }) => Promise<void>;
  /** Locks all tabs. Answers before it is done, or never. */
  "lock.now": (args: object) => Promise<void>;
  /** Somebody is at the device. */
  "lock.touch": (args: object) => Promise<void>;
  /** The person gives up on the lock: what is on this device is wiped. The account stays. */
  "lock.forget": (args: object) => Promise<void>;
  /** The screen has said that everything was wiped. */
  "lock.seen": (args: object) => Promise<void>;
}
