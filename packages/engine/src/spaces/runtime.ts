/**
 * A space in memory: its row, the MLS group, the keys of its epochs and the devices in it. Always equal to what the
 * store holds: it changes only after the transaction that stores the change, and is thrown away when one fails.
 */
import type { Ed25519KeyPair, Group } from "@baraza/crypto";
import {
  decodeGroup,
  ed25519FromSeed,
  epochKeys,
  epoch,
  exportSecret,
  groupId,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes, Genesis } from "@baraza/protocol";
import { fromHex, genesis, readAs, toHex } from "@baraza/protocol";
import type { Trouble } from "../api.ts";
import type { Core } from "../core.ts";
import { loadRolls } from "../devices/rolls.ts";
import type { Roll } from "../devices/rolls.ts";
import { EngineError } from "../errors.ts";
import type { Queue } from "../util.ts";
import { createQueue } from "../util.ts";

export type SpaceRow = {
  log_id: string;
  hub: string;
  hub_key: Bytes;
  genesis: Bytes;
  kind: "personal" | "pair" | "group";
  history: "none" | "all";
  title: string;
  state: "active" | "joining" | "left" | "removed";
  created: number;
  gen: number;
  seq: number;
  head: Bytes;
  hub_seq: number;
  read_from: number;
  epoch: number;
  mls: Bytes | null;
  previous_mls: Bytes | null;
  previous_seq: number;
  seat_id: Bytes;
  seat_key: Bytes;
  counter: number;
  own_hash: Bytes;
  introduced: number;
  push_until: number;
  receipt: Bytes | null;
  slot_secret: Bytes | null;
  slot_before: Bytes | null;
  slot_good: number;
  trouble: Trouble["kind"] | null;
  trouble_identity: string | null;
};

/** A device seen in the log, and the end of its own chain of events. */
export type KnownDevice = {
  device: string;
  identity: string;
  deviceKey: Bytes;
  certificate: Bytes;
  counter: number;
  ownHash: Bytes;
};

export type SpaceRuntime = {
  readonly id: Bytes;
  readonly logId: string;
  readonly genesis: Genesis;
  /** One thing at a time happens to a space. */
  readonly queue: Queue;
  row: SpaceRow;
  group: Group | null;
  /** Content keys by epoch. */
  keys: Map<number, Bytes>;
  posting: Ed25519KeyPair | null;
  devices: Map<string, KnownDevice>;
  /** Which devices of an identity count, for those who have removed one; and devices that asked to be taken out. */
  rolls: Map<string, Roll>;
  leavingDevices: Set<string>;
  reading: { token: Bytes; expires: number } | null;
  /** Failed tries to reach the hub, for the pause before the next. */
  attempts: number;
  /** Whether the log was read since this device started: nothing is sent before that. */
  fetched: boolean;
  /** A stuck device gives a steward's device some time. */
  waitsForVoid: boolean;
  /** Decisions of stewards: whether it is this device's turn to see to one, and whether it waits for that. */
  leading: { turn: boolean; waits: boolean };
  /** A look at whether anybody has confirmed the newest is due. */
  looksAgain: boolean;
  /** When a timer is due that waits for the end of a guest's time, ms since 1970; 0: none waits. */
  guestsDue: number;
  /** Copies at other nodes: whether a look at them is due, whether a timer waits for that, and how many looks found something missing. */
  copies: { due: boolean; waits: boolean; missed: number };
  /** Events whose blobs the hub says not to have. */
  readonly blobsGone: Set<string>;
  /** Events whose blobs this device has tried to bring to a hub that lacks them. */
  readonly blobsBrought: Set<string>;
  /** One of some events names such blobs: they go one by one, to find out which. */
  oneByOne: boolean;
  /** Decisions that the hub was given already, as they were then. */
  readonly tried: Set<string>;
};

/** The runtime of a space, or null when the store does not know it. */
export function runtimeOf(core: Core, logId: string): Promise<SpaceRuntime | null> {
  let loading = core.spaces.get(logId);
  if (loading === undefined) {
    loading = load(core, logId).catch((error: unknown) => {
      core.spaces.delete(logId);
      throw error;
    });
    core.spaces.set(logId, loading);
  }
  return loading;
}

/** The runtime of a space that must be there. @throws EngineError `no_space` */
export async function needSpace(core: Core, logId: string): Promise<SpaceRuntime> {
  const runtime = await runtimeOf(core, logId);
  if (runtime === null) throw new EngineError("no_space");
  return runtime;
}

/** Throws the memory of a space away, so that the next use reads the store again. */
export function forgetRuntime(core: Core, logId: string): void {
  core.spaces.delete(logId);
}

/** The content key and the posting key of a group's present epoch. The exporter's context is the group id, which the genesis names: the log id would be a circle, since the genesis holds the first posting key. */
export function keysOf(group: Group): Promise<{ contentKey: Bytes; posting: Ed25519KeyPair }> {
  return epochKeys(
    (label, context, length) => exportSecret(group, label, context, length),
    groupId(group),
  );
}

/** The key pair of this device's seat. */
export function seatKeyPair(row: SpaceRow): Ed25519KeyPair {
  return ed25519FromSeed(row.seat_key);
}

async function load(core: Core, logId: string): Promise<SpaceRuntime | null> {
  const row = await core.store.get<SpaceRow>("SELECT * FROM spaces WHERE log_id = ?", [logId]);
  if (row === undefined) {
    core.spaces.delete(logId);
    return null;
  }
  const id = fromHex(logId);
  const group = row.mls === null ? null : await decodeGroup(row.mls);
  const epochs = await core.store.all<{ epoch: number; content_key: Bytes }>(
    "SELECT epoch, content_key FROM epochs WHERE log_id = ?",
    [logId],
  );
  const stored = await core.store.all<{
    device: string;
    identity_id: string;
    certificate: Bytes;
    counter: number;
    own_hash: Bytes;
  }>("SELECT device, identity_id, certificate, counter, own_hash FROM devices WHERE log_id = ?", [
    logId,
  ]);
  const devices = new Map<string, KnownDevice>();
  for (const one of stored) {
    const { deviceKey } = await verifyDeviceCertificate(one.certificate);
    devices.set(one.device, {
      device: one.device,
      identity: one.identity_id,
      deviceKey,
      certificate: one.certificate,
      counter: one.counter,
      ownHash: one.own_hash,
    });
  }
  const { rolls, leavingDevices } = await loadRolls(core, logId);
  const keys = new Map(epochs.map((one) => [one.epoch, one.content_key]));
  let posting: Ed25519KeyPair | null = null;
  if (group !== null) {
    const derived = await keysOf(group);
    posting = derived.posting;
    keys.set(epoch(group), derived.contentKey);
  }
  return {
    id,
    logId,
    genesis: readAs(genesis, row.genesis),
    queue: createQueue(),
    row,
    group,
    keys,
    posting,
    devices,
    rolls,
    leavingDevices,
    reading: null,
    attempts: 0,
    fetched: false,
    waitsForVoid: false,
    leading: { turn: false, waits: false },
    looksAgain: false,
    guestsDue: 0,
    copies: { due: false, waits: false, missed: 0 },
    blobsGone: new Set(),
    blobsBrought: new Set(),
    oneByOne: false,
    tried: new Set(),
  };
}

/** The seat's id, hexadecimal. */
export function seatIdOf(row: SpaceRow): string {
  return toHex(row.seat_id);
}
