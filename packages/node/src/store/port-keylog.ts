/**
 * The operations of the key log. Leaves come by themselves, in the transaction of what they speak of: see `logAccount` of
 * the SQLite store, which every operation calls that changes an account's keys, devices or ways in.
 */
import type { Bytes } from "@baraza/protocol";

/** Where an account's name is hidden, and the proof of it (80 bytes). */
export type KeyLogPlace = { place: Bytes; proof: Bytes };

/** Both trees at one moment. */
export type KeyLogState = { size: number; root: Bytes; index: Bytes };

/** A leaf with its number and audit path; hashes lie one after the other. */
export type ProvenLeaf = { at: number; leaf: Bytes; path: Bytes };

/** What a leaf says, for whoever may see it. `secret` is where the salts of its parts come from. */
export type LeafContent = {
  secret: Bytes;
  identityId: Bytes | null;
  record: Bytes | null;
  devices: Bytes[];
  vaultVersion: number;
  ways: Bytes;
};

/** The newest leaf of an account with everything that proves it in one state of the trees. */
export type KeyLogFound = {
  state: KeyLogState;
  name: string;
  identity: Bytes;
  place: Bytes;
  latest: ProvenLeaf;
  inIndex: Bytes;
  content: LeafContent;
  consistency: Bytes | null;
};

/** A head of another node as it was signed (CBOR), with what is compared. */
export type SeenHead = { node: string; size: number; head: Bytes };

export type KeyLogOperations = {
  write: {
    /** Hides the name of an account that has no place yet, and writes its first leaf. Does nothing when it has one. */
    enter(arg: { accountId: Bytes; place: KeyLogPlace; now: number }): null;
    /** Keeps the newest head of another node; an older one changes nothing. */
    keepHead(arg: SeenHead): null;
    /** Keeps two heads of a node that do not fit together, once for each pair of sizes. At most `max` of a node. */
    keepProof(arg: { node: string; first: Bytes; second: Bytes; max: number }): null;
  };
  read: {
    state(arg: null): KeyLogState;
    /** Accounts without a place, at most `limit`. */
    withoutPlace(arg: { limit: number }): { accountId: Bytes; name: string }[];
    /** @throws not_found */
    lookup(arg: ({ name: string } | { identityId: Bytes }) & { since: number | null }): KeyLogFound;
    /** Leaves of an account after its `after`-th, at most `limit`. @throws not_found */
    own(arg: { accountId: Bytes; after: number; limit: number; since: number | null }): {
      found: KeyLogFound;
      /** With `after` 0: the last leaf of whoever had the name before. */
      before: (ProvenLeaf & { content: LeafContent }) | null;
      leaves: (ProvenLeaf & { content: LeafContent })[];
      more: boolean;
    };
    /** @throws malformed when `to` is beyond the log or before `from` */
    consistency(arg: { from: number; to: number }): Bytes;
    leaves(arg: { start: number; count: number }): Bytes[];
    /** Newest heads of other nodes that were kept, those of `nodes` first, at most `limit`. */
    heads(arg: { nodes: string[]; limit: number }): SeenHead[];
    proofs(arg: null): { node: string; first: Bytes; second: Bytes }[];
  };
};
