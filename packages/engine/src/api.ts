/**
 * What a screen can ask of the engine. Everything is plain, structured-clonable data; ids are lower-case hexadecimal.
 * `commands` answer once; `live` queries call back at once and again when the answer changed.
 * Tools add theirs under `<tool>.<name>` (see tools/chat for `chat.*`).
 */
import type { AdminCommands, AdminLive } from "./admin/api.ts";
import type { DevicesCommands, DevicesLive } from "./devices/api.ts";
import type { MovingCommands, MovingLive } from "./moving/api.ts";
import type { LeadingCommands, LeadingLive } from "./leading/api.ts";
import type { MirrorCommands, MirrorLive } from "./mirrors/api.ts";
import type { RecoveryCommands, RecoveryLive } from "./recovery/api.ts";
import type { SearchCommands, SearchLive } from "./search/api.ts";
import type { SharingCommands, SharingLive } from "./sharing/api.ts";
import type { SlotCommands, SlotLive } from "./slots/api.ts";
import type { TrustCommands, TrustLive } from "./trust/api.ts";
import type { WaysCommands, WaysLive } from "./ways/api.ts";
import type { ChatCommands, ChatLive } from "./tools/chat/api.ts";
import type { FilesCommands, FilesLive } from "./tools/files/api.ts";

export type Line = "online" | "connecting" | "offline";

/** A long job, for a progress bar. `total` 0 = not known yet. */
export type Progress = {
  job: "history" | "joining" | "signingUp" | "signingIn" | "reseeding";
  done: number;
  total: number;
};

export type Status = {
  line: Line;
  /** How many changes wait to be sent. */
  waiting: number;
  progress: Progress | null;
  /** The node does not know this device's session any more: everything stays here, and waits for `account.signInAgain`. */
  sessionEnded: boolean;
  /** The address at another node where the person lives now, when this device is still at the old account. */
  movedTo: string | null;
  /** Why the node lets nobody sign in with this account any more; null: it does. */
  shut: "suspended" | "account_closed" | null;
  /** Nobody is signed in, because another device of the account has removed this one. */
  wasRemoved: boolean;
  /** How many days this device's clock is off, by its node's signed time; 0 for what does not matter. */
  clockOffDays: number;
};

export type Account = {
  identityId: string;
  name: string;
  node: string;
  /** `name@node` */
  address: string;
  displayName: string;
  role: "member" | "administrator";
};

/**
 * Why a space needs attention. stuck: this device could not follow a change and is asking to be let in again.
 * behind: the hub withholds entries that others have seen. forked: the hub showed two histories. rolledBack: the hub
 * lost entries (after a restored backup); the devices bring them back. cloned: this device runs in two places.
 * offender: a member did something that only a broken or hostile program does. unconfirmed: what one wrote a day ago or
 * longer, nobody's device has confirmed to have been shown; nothing stops for it. full: the hub has no more room for it, and
 * what was written since waits on this device.
 */
export type Trouble = {
  kind:
    | "stuck"
    | "behind"
    | "forked"
    | "rolledBack"
    | "cloned"
    | "offender"
    | "unconfirmed"
    | "full";
  /** The member concerned (offender), where it is known. */
  identityId: string | null;
  name: string | null;
};

export type SpaceState = "active" | "joining" | "left" | "removed";

export type SpaceSummary = {
  spaceId: string;
  title: string;
  kind: "personal" | "pair" | "group";
  state: SpaceState;
  trouble: Trouble | null;
  /** The newest thing in it, for the list. `lastAuthor` is null for one's own. */
  lastText: string | null;
  lastAuthor: string | null;
  lastAt: number;
  unread: number;
  mentions: number;
  people: number;
};

export type Space = SpaceSummary & {
  myRole: "steward" | "member";
  history: "none" | "all";
  hub: string;
  /** Changes of this space that wait to be sent. */
  waiting: number;
  /** Those who lead are asked to decide something, and this account has not answered. */
  asked: boolean;
  /** The node of the organisation that it belongs to; null: it is its members' own. */
  organisation: string | null;
};

/**
 * How sure one can be who it is, the same everywhere. you; met: in person; code: a number was compared, on a call say;
 * invited: one of you accepted the other's invitation; known: through somebody; unchecked; changed: no longer who one knew,
 * see `PersonCard.changed`.
 */
export type Check = "you" | "met" | "code" | "invited" | "known" | "unchecked" | "changed";

export type Person = {
  identityId: string;
  name: string;
  address: string;
  role: "steward" | "member";
  check: Check;
  devices: number;
};

/** What a link shows before one asks to come in. `unverified` never reaches the screen: it is an error. */
export type InvitationCard = {
  title: string;
  kind: "pair" | "group" | "personal";
  inviterName: string;
  inviterAddress: string;
  expires: number;
  /** One is already in it: its space. */
  already: string | null;
};

export type Join = {
  joinId: string;
  title: string;
  inviterName: string;
  state: "asking" | "refused";
  reason: string | null;
  since: number;
};

export type NodePolicy = {
  node: string;
  registration: "invitation" | "open";
  setup: boolean;
  version: string;
};

type SpaceId = { spaceId: string };

export type EngineCommands = {
  "account.policy": (args: Record<string, never>) => Promise<NodePolicy>;
  /** `invitation`: from a /signup or /join link; `setup`: from the console's first-run link. @throws ProtocolError name_taken, invitation_needed ... */
  "account.signUp": (args: {
    name: string;
    displayName: string;
    passphrase: string;
    invitation?: string | undefined;
    setup?: string | undefined;
  }) => Promise<Account>;
  /**
   * `code`: the words that go with the passphrase, where there are any. @throws EngineError wrong_passphrase, code_needed,
   * words_wrong, wrong_way (the code of another passphrase)
   */
  "account.signIn": (args: {
    name: string;
    passphrase: string;
    code?: string | undefined;
  }) => Promise<Account>;
  /** Goes on as the same device after its session ended at the node. @throws EngineError wrong_passphrase */
  "account.signInAgain": (args: { passphrase: string; code?: string | undefined }) => Promise<void>;
  /** Ends the session and destroys everything that this device keeps. What waits unsent is lost: ask first. */
  "account.signOut": (args: Record<string, never>) => Promise<void>;
  "account.setDisplayName": (args: { displayName: string }) => Promise<void>;
  "node.claim": (args: { setup: string }) => Promise<void>;
  "space.create": (args: {
    title: string;
    kind?: "group" | "pair" | undefined;
    history?: "none" | "all" | undefined;
    organisation?: boolean | undefined;
  }) => Promise<SpaceId>;
  "space.rename": (args: SpaceId & { title: string }) => Promise<void>;
  /** A link to pass on: the path and fragment after the node's origin. Valid for `days`; any number of people may use it. */
  "space.invite": (args: SpaceId & { days: number }) => Promise<{ link: string; expires: number }>;
  "space.readInvitation": (args: { fragment: string }) => Promise<InvitationCard>;
  /** Asks to come in; the join then shows in `joins`, and the space in `spaces` once a member's device has let one in. */
  "space.ask": (args: { fragment: string }) => Promise<{ joinId: string; spaceId: string }>;
  "space.cancelJoin": (args: { joinId: string }) => Promise<void>;
  "space.remove": (args: SpaceId & { identityId: string }) => Promise<void>;
  "space.setRole": (
    args: SpaceId & { identityId: string; role: "steward" | "member" },
  ) => Promise<void>;
  "space.leave": (args: SpaceId) => Promise<void>;
  /** Takes a space that one left or was removed from off this device. */
  "space.forget": (args: SpaceId) => Promise<void>;
  /** The button of a trouble's notice: does what can be done (asks to be let in again, fetches again, dismisses). */
  "space.repair": (args: SpaceId) => Promise<void>;
  /** Tries everything that waits now. */
  "sync.now": (args: Record<string, never>) => Promise<void>;
} & AdminCommands &
  ChatCommands &
  FilesCommands &
  SharingCommands &
  SlotCommands &
  LeadingCommands &
  MirrorCommands &
  DevicesCommands &
  WaysCommands &
  MovingCommands &
  RecoveryCommands &
  SearchCommands &
  TrustCommands;

export type EngineLive = {
  account: { args: Record<string, never>; value: Account | null };
  status: { args: Record<string, never>; value: Status };
  spaces: { args: Record<string, never>; value: SpaceSummary[] };
  space: { args: SpaceId; value: Space | null };
  people: { args: SpaceId; value: Person[] };
  joins: { args: Record<string, never>; value: Join[] };
} & AdminLive &
  ChatLive &
  FilesLive &
  SharingLive &
  SlotLive &
  LeadingLive &
  MirrorLive &
  DevicesLive &
  WaysLive &
  MovingLive &
  RecoveryLive &
  SearchLive &
  TrustLive;

export type CommandName = keyof EngineCommands;
export type LiveName = keyof EngineLive;
