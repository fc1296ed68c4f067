/** What the parts of a running engine share. Made once per engine, in engine.ts. */
import type { Device } from "@baraza/crypto";
import type { Bytes, IdentityRecord, Profile } from "@baraza/protocol";
import type { Line, Progress } from "./api.ts";
import type { OwnNode } from "./net/own-node.ts";
import type { Remote } from "./net/remote.ts";
import type { Platform, SqlStore } from "./ports.ts";
import type { SpaceRuntime } from "./spaces/runtime.ts";
import type { FilesWork } from "./tools/files/work-port.ts";
import type { Tool, ToolContext } from "./tools/tool.ts";

/** The signed-in account with its private keys: in memory only, loaded from the store. */
export type Me = {
  name: string;
  node: string;
  identityId: Bytes;
  /** The same in hexadecimal. */
  id: string;
  profile: Profile;
  role: "member" | "administrator";
  identity: IdentityRecord;
  identityKey: Bytes;
  device: Device;
  deviceHash: string;
  session: Bytes;
  boxId: Bytes;
  vaultKey: Bytes;
};

export type Core = {
  readonly store: SqlStore;
  readonly platform: Platform;
  readonly tools: readonly Tool[];
  readonly own: OwnNode;
  readonly remote: Remote;
  /** Runtimes of spaces, loaded at first use. */
  readonly spaces: Map<string, Promise<SpaceRuntime | null>>;
  /** Uploads and the content of files, loaded when they are needed. */
  files(): Promise<FilesWork>;
  /** What tools work with. */
  context(): ToolContext;
  /** The signed-in account. @throws EngineError `signed_out` */
  me(): Me;
  signedIn(): boolean;
  setMe(me: Me | null): void;
  line(): Line;
  setLine(line: Line): void;
  setProgress(progress: Progress | null): void;
  /** By how much one's own node's signed time is ahead of this device's, in milliseconds. */
  setClockOff(ms: number): void;
  /** By how much the signed time of hubs is ahead of this device's clock, ms, since this device started. */
  readonly clocks: Map<string, number>;
  /** What this device is called until somebody names it. */
  readonly deviceName: string;
  /** Something failed that nobody foresaw: told to whoever runs the engine, without content. */
  report(error: unknown): void;
  /** Takes a signal that came; null while nobody wants to see any. */
  onSignal: ((addressId: Bytes, body: Bytes) => void) | null;
  /** Wakes the background work: letters to send, spaces to sync and flush, the vault to put. */
  kick(what?: {
    space?: string;
    letters?: boolean;
    vault?: boolean;
    inbox?: boolean;
    /** There are spaces to ask for a place in. */
    places?: boolean;
    /** Shares to make, to confirm, or to end. */
    recovery?: boolean;
    /** Spaces to come back into by the slot. */
    returns?: boolean;
    /** People to look up, heads to judge. */
    trust?: boolean;
    /** There is something to do about a move, one's own or another's. */
    moves?: boolean;
    /** There is one more box to listen at. */
    boxes?: boolean;
    /** A device is to be removed. */
    devices?: boolean;
    /** Something that one has marked waits for one's other devices. */
    marks?: boolean;
    /** Something may be over. */
    vanish?: boolean;
    /** A message may be due. */
    later?: boolean;
    /** Something waits to go through a broadcast list. */
    lists?: boolean;
    /** A weekly letter may be due. */
    weekly?: boolean;
    /** First letters to send, or to look up the writers of. */
    requests?: boolean;
    /** There is content to send, to load, or to look after. */
    files?: boolean;
  }): void;
};
