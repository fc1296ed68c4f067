/** What screens can ask about getting back into an account with the help of others, and about what would be lost. */
import type { Account, Check } from "../api.ts";

/** People one trusts, or the stewards of a space of one's organisation. */
export type SetKind = "people" | "organisation";

/**
 * How a holder stands. sent: not confirmed yet; held: they keep it; declined: they gave it up; left: no space in common
 * any more (or no steward any more); changed: somebody else has their address now.
 */
export type HolderState = "sent" | "held" | "declined" | "left" | "changed";

export type Holder = {
  identityId: string;
  name: string;
  address: string;
  state: HolderState;
  /** When they were last heard of about it. */
  at: number;
};

export type TrustedSet = {
  setId: string;
  kind: SetKind;
  made: number;
  /** How many of the holders it takes. */
  k: number;
  holders: Holder[];
  /** Enough have confirmed. */
  stands: boolean;
  /** Somebody is missing: a new set is offered. */
  renew: boolean;
  /** The space whose stewards hold it, by its title. */
  space: { spaceId: string; title: string } | null;
  rehearsedAt: number | null;
};

/** Somebody who could hold a share: they share a space with this account. */
export type Candidate = { identityId: string; name: string; address: string; check: Check };

/** A space whose stewards one could ask to let one back in. */
export type Office = { spaceId: string; title: string; stewards: Candidate[] };

/** What one holds for somebody else. */
export type HeldShare = {
  owner: string;
  name: string;
  address: string;
  since: number;
  kind: SetKind;
  k: number;
  n: number;
};

/**
 * What became of what a helper left. good: counts; altered: it was changed, by them or on the way; old: of an earlier
 * set; foreign: for another account, or not theirs to give; again: they gave it before.
 */
export type HelpVerdict = "good" | "altered" | "old" | "foreign" | "again";

/** A request for help that this device has made. */
export type Rescue = {
  rescueId: string;
  address: string;
  /** The path and fragment after the node's origin. */
  link: string;
  /** Six digits, read to each helper. */
  code: string;
  created: number;
  expires: number;
  /** The node has it: the link works. */
  opened: boolean;
  rehearsal: boolean;
  helpers: { name: string; address: string; verdict: HelpVerdict }[];
  have: number;
  /** How many it takes; null until the first has helped. */
  need: number | null;
  /** asking; ready: `recovery.finish` opens the account; outdated: what came opens it no more; expired: ask anew. */
  state: "asking" | "ready" | "outdated" | "expired";
};

/** What a link from somebody who asks for help says. */
export type HelpRequest = {
  address: string;
  at: number;
  rehearsal: boolean;
  /** What one holds for them; null when one holds nothing. */
  held: HeldShare | null;
};

/** Something that would be gone with this device. */
export type Loss =
  | { kind: "unsent"; count: number }
  | { kind: "history"; spaces: { spaceId: string; title: string }[] }
  | { kind: "place"; spaces: { spaceId: string; title: string }[] };

export type OverviewWay = {
  id: string;
  kind: string;
  label: string | null;
  created: number;
  rehearsedAt: number | null;
  /** Whether the account opens with it when no device is left. */
  opens: boolean;
};

/** What would be left, and what lost, if this device were gone now. */
export type Overview = {
  ways: OverviewWay[];
  /** Other devices that are signed in. */
  otherDevices: number;
  sets: TrustedSet[];
  losses: Loss[];
  /** The most useful thing to do next. */
  next: "addWay" | "people" | "renew" | "rehearse" | "send" | null;
  /** One came back by recovery: until new ways were made, the old ones may be in other hands. */
  recoveredAt: number | null;
};

type NoArgs = Record<string, never>;

export type RecoveryCommands = {
  /** Divides a new secret among people (3 of 5, say) or a space's stewards. Others of the kind end once enough have confirmed. */
  "recovery.share": (args: {
    kind: SetKind;
    holders: string[];
    k: number;
    spaceId?: string | undefined;
  }) => Promise<{ setId: string }>;
  /** Ends a set: what its holders have opens nothing any more. @throws EngineError `last_way` */
  "recovery.withdraw": (args: { setId: string }) => Promise<void>;
  /** Asks holders whether they still have it; their apps answer by themselves. */
  "recovery.askHolders": (args: { setId: string }) => Promise<void>;
  /** Learns what one's other devices have heard meanwhile. */
  "recovery.refresh": (args: NoArgs) => Promise<void>;
  /** Gives up what one holds for somebody; they are told. */
  "recovery.decline": (args: { owner: string }) => Promise<void>;
  /** A new request for help, on a device with nothing; or to practise, on one's own. @throws EngineError `no_account`, `other_node` (data: node) */
  "recovery.begin": (args: { address: string }) => Promise<{ rescueId: string }>;
  "recovery.practise": (args: NoArgs) => Promise<{ rescueId: string }>;
  /** Looks for what helpers have left. */
  "recovery.look": (args: { rescueId: string }) => Promise<void>;
  "recovery.cancel": (args: { rescueId: string }) => Promise<void>;
  /** Opens the account with what came; when practising, only finds out that it would. @throws EngineError `too_few`, `wrong_way` */
  "recovery.finish": (args: { rescueId: string }) => Promise<Account>;
  /** @throws EngineError `link_invalid`, `link_expired`, `offline` */
  "recovery.readRequest": (args: { link: string }) => Promise<HelpRequest>;
  /** @throws EngineError `wrong_code` (data: left), `nothing_held`, `link_expired` */
  "recovery.help": (args: { link: string; code: string }) => Promise<void>;
  /**
   * Tries words (typed, scanned or pasted) against the account as it is at the node; changes nothing.
   * @throws EngineError `words_wrong` (not twelve words of one sheet), `wrong_way` (of another sheet)
   */
  "recovery.rehearseWords": (args: { text: string }) => Promise<void>;
  /** The card on the list of conversations is not shown again. */
  "recovery.dismissNudge": (args: NoArgs) => Promise<void>;
};

export type RecoveryLive = {
  "recovery.sets": { args: NoArgs; value: TrustedSet[] };
  "recovery.candidates": { args: NoArgs; value: Candidate[] };
  "recovery.offices": { args: NoArgs; value: Office[] };
  "recovery.held": { args: NoArgs; value: HeldShare[] };
  "recovery.rescues": { args: NoArgs; value: Rescue[] };
  "recovery.overview": { args: NoArgs; value: Overview | null };
  /** True once, after the first day, while no way back is there that others cannot take away. */
  "recovery.nudge": { args: NoArgs; value: boolean };
};
