/**
 * Looking after a node: invitations to open an account, accounts as an administrator sees them (never their content or
 * contacts), what each may take, suspension, the end of a membership, and the journal of all these acts, which every
 * member may read.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { accountName, bytes, bytes16, bytes32, object, text, time, uint } from "./schema.ts";

export const role = v.picklist(["member", "administrator"]);
export type Role = Infer<typeof role>;

/** Days since 1970 by UTC: as exact as an administrator learns when somebody came and was last here. */
const day = uint(1_000_000);
const page = uint(LIMITS.adminPage);

/**
 * `person`: given to somebody by hand. `space`: goes with a link into a conversation, for guests who have no account yet.
 */
export const invitationKind = v.picklist(["person", "space"]);
export type InvitationKind = Infer<typeof invitationKind>;

/**
 * Makes node invitations, all or none. The maker chooses the 16-byte codes: a repeat after a cut line makes nothing
 * twice. `label` is sealed by the maker's device for the maker's own account.
 */
export const invitationsCreate = {
  request: object({
    invitations: v.pipe(
      v.array(
        object({
          invitation: bytes16,
          expires: time,
          uses: uint(1000),
          kind: invitationKind,
          label: v.optional(bytes(LIMITS.invitationLabelBytes)),
        }),
      ),
      v.minLength(1),
      v.maxLength(LIMITS.invitationsAtOnce),
    ),
  }),
  response: object({}),
};

/** Newest first; `before` is the `number` of the last one seen. `everybody`: an administrator sees those of others too. */
export const invitationsList = {
  request: object({
    kind: invitationKind,
    everybody: v.optional(v.boolean()),
    before: v.optional(uint()),
    limit: v.optional(page),
  }),
  response: object({
    invitations: v.array(
      object({
        number: uint(),
        /** SHA-256 of the code: names it for taking it back. */
        id: bytes32,
        /** The code and the sealed label: for whoever made it. */
        invitation: v.optional(bytes16),
        label: v.optional(bytes(LIMITS.invitationLabelBytes)),
        /** Who gave it; absent when the node's console did. */
        by: v.optional(accountName),
        created: time,
        expires: time,
        uses: uint(),
        usesLeft: uint(),
        revoked: v.boolean(),
        /** Accounts that were opened with it, the first hundred. */
        usedBy: v.array(accountName),
      }),
    ),
    more: v.boolean(),
  }),
};

/** A member takes back their own, an administrator anybody's. What is gone already is no error. */
export const invitationsRevoke = {
  request: object({
    ids: v.pipe(v.array(bytes32), v.minLength(1), v.maxLength(LIMITS.invitationsAtOnce)),
  }),
  response: object({}),
};

/** Gives the administrator role to the signed-in account, by the single-use setup code that the console printed. */
export const adminClaim = { request: object({ setup: bytes16 }), response: object({ role }) };

const registration = v.picklist(["invitation", "open"]);

/** What an account may take. Absent: what the node's settings say for everybody. */
export const accountLimits = object({
  /** Bytes of letters that wait in its boxes. */
  letters: v.optional(uint(1024 * LIMITS.boxBytes)),
  /** Uses of its open invitations. */
  invitations: v.optional(uint(100_000)),
  /** Spaces that it may open in a day. */
  spaces: v.optional(uint(10_000)),
});
export type AccountLimits = {
  letters?: number | undefined;
  invitations?: number | undefined;
  spaces?: number | undefined;
};

/** `letters`, `invitations`, `spaces`: see {@link accountLimits}. `files`: bytes of files of one space at this hub. */
export const nodeRules = object({
  registration,
  membersInvite: v.boolean(),
  letters: uint(1024 * LIMITS.boxBytes),
  invitations: uint(100_000),
  spaces: uint(10_000),
  files: uint(),
  /** How long letters of a suspended account, and what an ended one leaves behind, are kept. */
  keepDays: v.pipe(uint(3650), v.minValue(1)),
});
export type NodeRules = {
  registration: "invitation" | "open";
  membersInvite: boolean;
  letters: number;
  invitations: number;
  spaces: number;
  files: number;
  keepDays: number;
};
export const adminSettings = {
  request: object({
    registration: v.optional(registration),
    membersInvite: v.optional(v.boolean()),
    letters: v.optional(nodeRules.entries.letters),
    invitations: v.optional(nodeRules.entries.invitations),
    spaces: v.optional(nodeRules.entries.spaces),
    files: v.optional(nodeRules.entries.files),
    keepDays: v.optional(nodeRules.entries.keepDays),
  }),
  response: nodeRules,
};

export const adminStatus = {
  request: object({}),
  response: object({
    accounts: uint(),
    logs: uint(),
    blobBytes: uint(),
    databaseBytes: uint(),
    version: text(32),
  }),
};

/** An account as an administrator sees it. */
export const accountEntry = object({
  name: accountName,
  role,
  since: v.optional(day),
  lastUse: v.optional(day),
  /** Bytes of letters that wait, and of the sealed vault. */
  letters: uint(),
  vault: uint(),
  devices: uint(),
  suspended: v.optional(time),
  /** When its membership ends, or has ended. */
  leaves: v.optional(time),
  /** Its membership has ended. */
  closed: v.boolean(),
  /** What differs from the node's rules. */
  limits: accountLimits,
});
export type AccountEntry = Infer<typeof accountEntry>;

/** By name; `after` is the last one seen. `search` is part of a name. */
export const adminAccounts = {
  request: object({
    search: v.optional(text(LIMITS.accountNameLength)),
    show: v.optional(v.picklist(["all", "administrators", "suspended", "leaving"])),
    after: v.optional(accountName),
    limit: v.optional(page),
  }),
  response: object({ accounts: v.array(accountEntry), total: uint(), more: v.boolean() }),
};
const named = { name: accountName };
export const adminAccount = { request: object(named), response: accountEntry };
/** @throws `last_administrator` when nobody would be left */
export const adminRole = { request: object({ ...named, role }), response: accountEntry };
/** Suspends (all sessions end at once, nobody signs in) or lifts it. */
export const adminSuspend = {
  request: object({ ...named, suspended: v.boolean() }),
  response: accountEntry,
};
/** Replaces what differs from the node's rules. */
export const adminLimits = {
  request: object({ ...named, limits: accountLimits }),
  response: accountEntry,
};
/** Ends a membership at a time; without one, it goes on. */
export const adminLeave = {
  request: object({ ...named, at: v.optional(time) }),
  response: accountEntry,
};

/** How one's own account stands at its node. */
export const accountsStanding = {
  request: object({}),
  response: object({
    role,
    mayInvite: v.boolean(),
    letters: object({ used: uint(), max: uint() }),
    /** Uses that one may still give away. */
    invitations: uint(),
    /** One's membership ends then. */
    leaves: v.optional(time),
    /** The number of the journal's newest entry. */
    journal: uint(),
  }),
};

/** What an act was about, beside the account: numbers and settings, never content. */
export const journalDetail = v.record(
  v.pipe(v.string(), v.maxLength(32)),
  v.union([text(64), uint(), v.boolean()]),
);
export const JOURNAL_ACTS = [
  "claim",
  "invite",
  "revoke",
  "role",
  "suspend",
  "lift",
  "limits",
  "leave",
  "stay",
  "closed",
  "settings",
  "block",
  "unblock",
] as const;
export type JournalAct = (typeof JOURNAL_ACTS)[number];
/**
 * One administrative act. `by` is absent when the node's console did it. Entries form a chain: see crypto `journalHash`.
 * `act` is one of {@link JOURNAL_ACTS}, or of a later version.
 */
export const journalEntry = object({
  number: uint(),
  at: time,
  by: v.optional(accountName),
  act: v.pipe(v.string(), v.regex(/^[a-z]+$/), v.maxLength(32)),
  subject: v.optional(accountName),
  detail: journalDetail,
  hash: bytes32,
});
export type JournalEntry = Infer<typeof journalEntry>;
/** Entries after a number, oldest first. `limit` as many as fit a page unless said. */
export const journalList = {
  request: object({ after: uint(), limit: v.optional(page) }),
  response: object({ entries: v.array(journalEntry), more: v.boolean() }),
};
