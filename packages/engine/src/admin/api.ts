/** What screens can ask about looking after the node, and about how one's own account stands there. Times in ms, ids in hexadecimal. */
import type { NodeRules } from "@baraza/protocol";

type None = Record<string, never>;

/** Somebody to invite: for the maker's own eyes. */
export type Invitee = {
  name: string;
  /** How the link is to be sent: an e-mail address, a telephone number. */
  address?: string | undefined;
  /** A language tag: the link opens the app in it. */
  language?: string | undefined;
  note?: string | undefined;
};

export type NodeInvitation = {
  id: string;
  number: number;
  /** The code, base64url; null where somebody else made it. */
  invitation: string | null;
  /** Whom it is meant for; null where somebody else made it, or nothing was noted. */
  invitee: Invitee | null;
  /** Account name of who made it; null: the node's console. */
  by: string | null;
  created: number;
  expires: number;
  uses: number;
  usesLeft: number;
  state: "open" | "used" | "expired" | "revoked";
  usedBy: string[];
};

/** `since` and `lastUse` are days, as the ms of their beginning by UTC. */
export type NodeAccount = {
  name: string;
  role: "member" | "administrator";
  since: number | null;
  lastUse: number | null;
  letters: number;
  vault: number;
  devices: number;
  suspended: number | null;
  leaves: number | null;
  closed: boolean;
  limits: AccountLimits;
};

/** What differs for one account from the node's rules; undefined: nothing. */
export type AccountLimits = {
  letters?: number | undefined;
  invitations?: number | undefined;
  spaces?: number | undefined;
};

export type Standing = {
  mayInvite: boolean;
  letters: { used: number; max: number };
  invitations: number;
  /** When one's membership in the organisation ends. */
  leaves: number | null;
};

export type JournalLine = {
  number: number;
  at: number;
  /** Null: the node's console, or the node by itself. */
  by: string | null;
  act: string;
  subject: string | null;
  detail: Record<string, string | number | boolean>;
};

/** A space of the organisation that somebody who leaves still leads, or is in. */
export type HandOver = {
  spaceId: string;
  title: string;
  /** Nobody else leads it: somebody has to be named before one goes. */
  onlySteward: boolean;
  /** Members who could lead it. */
  others: { identityId: string; name: string }[];
};

/** Somebody whose membership in the organisation ends, in a space of the organisation that one leads. */
export type Departure = {
  spaceId: string;
  title: string;
  identityId: string;
  name: string;
  address: string;
  /** When it ends or has ended. */
  at: number;
};

export type AdminCommands = {
  /** Invitations for people, one each. The same `batchId` again makes nothing twice. */
  "admin.invite": (args: {
    batchId: string;
    days: number;
    uses: number;
    people: Invitee[];
  }) => Promise<{ invitations: { invitation: string; expires: number; invitee: Invitee }[] }>;
  "admin.invitations": (args: {
    kind: "person" | "space";
    everybody?: boolean | undefined;
    before?: number | undefined;
  }) => Promise<{ invitations: NodeInvitation[]; more: boolean }>;
  "admin.revoke": (args: { ids: string[] }) => Promise<void>;
  "admin.accounts": (args: {
    search?: string | undefined;
    show?: "all" | "administrators" | "suspended" | "leaving" | undefined;
    after?: string | undefined;
  }) => Promise<{ accounts: NodeAccount[]; total: number; more: boolean }>;
  "admin.account": (args: { name: string }) => Promise<NodeAccount>;
  "admin.setRole": (args: {
    name: string;
    role: "member" | "administrator";
  }) => Promise<NodeAccount>;
  "admin.suspend": (args: { name: string; suspended: boolean }) => Promise<NodeAccount>;
  "admin.setLimits": (args: { name: string; limits: AccountLimits }) => Promise<NodeAccount>;
  /** Ends a membership at a time (null: it goes on). */
  "admin.setLeaving": (args: { name: string; at: number | null }) => Promise<NodeAccount>;
  "admin.settings": (args: {
    [K in keyof NodeRules]?: NodeRules[K] | undefined;
  }) => Promise<NodeRules>;
  "admin.status": (args: None) => Promise<{
    accounts: number;
    logs: number;
    blobBytes: number;
    databaseBytes: number;
    version: string;
  }>;
  /** Asks the node how one's account stands, and for the journal. */
  "admin.refresh": (args: None) => Promise<void>;
  /** Marks a space as the organisation's (of one's own node), or as its members'. @throws EngineError `not_steward` */
  "space.setOrganisation": (args: { spaceId: string; on: boolean }) => Promise<void>;
  /** Names another steward where one is the only one, steps down, and leaves. */
  "space.handOver": (args: { spaceId: string; to: string | null }) => Promise<void>;
};

export type AdminLive = {
  /** Null until the node has said so once. */
  "admin.standing": { args: None; value: Standing | null };
  /** Newest first. `rewritten`: since then the node's journal is not the one that this device had seen. */
  "admin.journal": { args: None; value: { lines: JournalLine[]; rewritten: number | null } };
  "admin.handOver": { args: None; value: HandOver[] };
  "admin.departures": { args: None; value: Departure[] };
};
