/**
 * A draft of a space: what processing entries will have changed, before anything is stored. Checking signatures and
 * opening seals is asynchronous, writing is one synchronous transaction: the draft carries the first to the second.
 */
import type { Ed25519KeyPair, Group, VanishNode } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { Roll } from "../devices/rolls.ts";
import type { SqlTx } from "../ports.ts";
import type { SpaceContext } from "./events.ts";
import type { KnownDevice, SpaceRow, SpaceRuntime } from "./runtime.ts";

export type Draft = {
  readonly space: SpaceRuntime;
  row: SpaceRow;
  group: Group | null;
  /** In the time before one's own: what commits told of the rules (people/context.ts); null: nothing yet. */
  past: SpaceContext | null;
  keys: Map<number, Bytes>;
  /** Keys of what disappears, of epochs that begin in this draft. */
  vanish: Map<number, VanishNode[]>;
  posting: Ed25519KeyPair | null;
  devices: Map<string, KnownDevice>;
  rolls: Map<string, Roll>;
  leavingDevices: Set<string>;
  /** Identities that asked to leave. */
  leaving: Set<string>;
  /** Where in this draft they did. */
  left: { author: string; seq: number; epoch: number }[];
  /** Where generations that began in this draft have their base. */
  bases: Map<number, number>;
  /** Heads of the entries of this draft, by position. */
  heads: Map<number, Bytes>;
  /** What the transaction will do, in order. */
  writes: ((tx: SqlTx) => void)[];
  /** What has to be done once it is stored: repairs by stewards, letters, a new try of the outbox. */
  after: FollowUp[];
};

/** Work that a processed entry asks for. */
export type FollowUp =
  | { do: "void"; seq: number; epoch: number }
  | { do: "mend"; epoch: number }
  | { do: "removeSeats"; seatIds: Bytes[] }
  /** Decisions of stewards may have something to do; `mine`: this device made the commit that asks for it. */
  | { do: "lead"; mine: boolean }
  | { do: "takeOut"; identityId: string }
  | { do: "rekey"; keys: Bytes[] }
  | { do: "takeOutDevice"; device: string; identityId: string }
  | { do: "enrol" }
  | { do: "slot" }
  | { do: "rebuild" };

export function draftOf(space: SpaceRuntime, leaving: Iterable<string>): Draft {
  return {
    space,
    row: { ...space.row },
    group: space.group,
    past: null,
    keys: new Map(space.keys),
    vanish: new Map(),
    posting: space.posting,
    devices: new Map(space.devices),
    rolls: new Map(space.rolls),
    leavingDevices: new Set(space.leavingDevices),
    leaving: new Set(leaving),
    left: [],
    bases: new Map(),
    heads: new Map(),
    writes: [],
    after: [],
  };
}

/** Makes the runtime what the draft says. Call it only once the draft is stored. */
export function adopt(draft: Draft): void {
  const { space } = draft;
  space.row = draft.row;
  space.group = draft.group;
  space.keys = draft.keys;
  space.posting = draft.posting;
  space.devices = draft.devices;
  space.rolls = draft.rolls;
  space.leavingDevices = draft.leavingDevices;
}

/** Writes the row of a space as the draft has it. The title is the reducer's: it is read back, never written. */
export function writeRow(tx: SqlTx, row: SpaceRow): void {
  const names = Object.keys(row).filter(
    (name) => name !== "log_id" && name !== "title",
  ) as (keyof SpaceRow)[];
  tx.run(`UPDATE spaces SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE log_id = ?`, [
    ...names.map((name) => row[name]),
    row.log_id,
  ]);
  row.title =
    tx.get<{ title: string }>("SELECT title FROM spaces WHERE log_id = ?", [row.log_id])?.title ??
    row.title;
}

/** Notes that a member's program did what ours never does. A graver state stays. */
export function blame(draft: Draft, identity: string | null): void {
  if (draft.row.trouble !== null && draft.row.trouble !== "unconfirmed") return;
  draft.row.trouble = "offender";
  draft.row.trouble_identity = identity;
}
