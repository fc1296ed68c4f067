/**
 * What a screen can ask of the engine. Everything is plain, structured-clonable data; ids are lower-case hexadecimal.
 * `commands` answer once; `live` queries call back at once and again when the answer changed.
 * Tools add theirs under `<tool>.<name>` (see tools/chat for `chat.*`).
 */
import type { AdminCommands, AdminLive } from "./admin/api.ts";
import type { DevicesCommands, DevicesLive } from "./devices/api.ts";
import type { MovingCommands, MovingLive } from "./moving/api.ts";
import type { LinkWish } from "./letters/invite.ts";
import type { LeadingCommands, LeadingLive } from "./leading/api.ts";
import type { PeopleCommands, PeopleLive } from "./people/api.ts";
import type { MemberRole } from "./people/rules.ts";
import type { NewsLive } from "./news/api.ts";
import type { MirrorCommands, MirrorLive } from "./mirrors/api.ts";
import type { LaterCommands, LaterLive } from "./later/api.ts";
import type { ListsCommands, ListsLive } from "./lists/api.ts";
import type { WeeklyCommands, WeeklyLive } from "./weekly/api.ts";
import type { VanishCommands, VanishLive } from "./vanish/api.ts";
import type { NotificationsCommands, NotificationsLive } from "./notifications/api.ts";
import type { RequestsCommands, RequestsLive } from "./requests/api.ts";
import type { RecoveryCommands, RecoveryLive } from "./recovery/api.ts";
import type { SearchCommands, SearchLive } from "./search/api.ts";
import type { SharingCommands, SharingLive } from "./sharing/api.ts";
import type { SignalsCommands, SignalsLive } from "./signals/api.ts";
import type { SlotCommands, SlotLive } from "./slots/api.ts";
import type { TrustCommands, TrustLive } from "./trust/api.ts";
import type { WaysCommands, WaysLive } from "./ways/api.ts";
import type { MarksCommands, MarksLive } from "./tools/marks/api.ts";
import type { BroughtCommands, BroughtLive } from "./tools/brought/api.ts";
import type { Channel } from "./tools/chat/channel-api.ts";
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
  /** This device takes nothing more: what comes stays at the node, and what is written is not kept. */
  deviceFull: boolean;
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
  /** It disappears when its time is over: nobody keeps a copy. */
  lastPasses: boolean;
  /** Things of others that were not read, and those of them that name one: 100 stands for that many or more. */
  unread: number;
  mentions: number;
  people: number;
  /** Another one when its picture is another (see `space.picture`); null: it has none. */
  pictureId: string | null;
  /** No sounds and badges until then, ms since 1970 (FOREVER: until one says otherwise); 0: not muted. */
  mutedUntil: number;
  archived: boolean;
  /** When it was pinned to the top; null: it is not. */
  pinnedAt: number | null;
  /** One has marked it unread; there need not be anything that counts as unread. */
  markedUnread: boolean;
  /** The beginning of what one has begun to write. */
  draft: string | null;
  /** Its channels in their order, where there are several, without those that were put away. `unread` and `mentions` are of all. */
  channels: Channel[];
};

export type Space = SpaceSummary & {
  myRole: MemberRole;
  /** False for those who only read here. */
  mayWrite: boolean;
  mayReact: boolean;
  /** One may say what it is called and is about, and change its picture. */
  mayName: boolean;
  /** How many people ask to come in: for those who keep order. */
  asking: number;
  /** How many reports lie before one who keeps order. */
  reports: number;
  /** Who wrote very much in the last minutes: for those who keep order. */
  flooding: { identityId: string; name: string } | null;
  /** What the space says of itself. */
  about: string;
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
  role: MemberRole;
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
  /** Somebody looks at who asks first. */
  approval: boolean;
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
    /** Of two: it is called by the other's name, and `title` until that is known. */
    untitled?: boolean | undefined;
  }) => Promise<SpaceId>;
  "space.rename": (args: SpaceId & { title: string }) => Promise<void>;
  /** A link to pass on: the path and fragment after the node's origin. Valid for `days`, and for `most` people (null: any number). */
  "space.invite": (args: SpaceId & LinkWish) => Promise<{ link: string; expires: number }>;
  "space.readInvitation": (args: { fragment: string }) => Promise<InvitationCard>;
  /** Asks to come in; the join then shows in `joins`, and the space in `spaces` once a member's device has let one in. */
  "space.ask": (args: { fragment: string }) => Promise<{ joinId: string; spaceId: string }>;
  "space.cancelJoin": (args: { joinId: string }) => Promise<void>;
  "space.remove": (args: SpaceId & { identityId: string }) => Promise<void>;
  "space.setRole": (
    args: SpaceId & { identityId: string; role: MemberRole; until?: number | undefined },
  ) => Promise<void>;
  "space.leave": (args: SpaceId) => Promise<void>;
  /** Takes a space that one left or was removed from off this device. */
  "space.forget": (args: SpaceId) => Promise<void>;
  /** The button of a trouble's notice: does what can be done (asks to be let in again, fetches again, dismisses). */
  "space.repair": (args: SpaceId) => Promise<void>;
  /** Tries everything that waits now. */
  "sync.now": (args: Record<string, never>) => Promise<void>;
} & AdminCommands &
  BroughtCommands &
  ChatCommands &
  FilesCommands &
  MarksCommands &
  SharingCommands &
  SlotCommands &
  LeadingCommands &
  PeopleCommands &
  MirrorCommands &
  DevicesCommands &
  WaysCommands &
  MovingCommands &
  LaterCommands &
  ListsCommands &
  WeeklyCommands &
  NotificationsCommands &
  RecoveryCommands &
  RequestsCommands &
  SearchCommands &
  SignalsCommands &
  TrustCommands &
  VanishCommands;

export type EngineLive = {
  account: { args: Record<string, never>; value: Account | null };
  status: { args: Record<string, never>; value: Status };
  spaces: { args: Record<string, never>; value: SpaceSummary[] };
  space: { args: SpaceId; value: Space | null };
  people: { args: SpaceId; value: Person[] };
  joins: { args: Record<string, never>; value: Join[] };
} & AdminLive &
  BroughtLive &
  ChatLive &
  FilesLive &
  NewsLive &
  MarksLive &
  SharingLive &
  SlotLive &
  LeadingLive &
  PeopleLive &
  MirrorLive &
  DevicesLive &
  WaysLive &
  MovingLive &
  LaterLive &
  ListsLive &
  WeeklyLive &
  NotificationsLive &
  RecoveryLive &
  RequestsLive &
  SearchLive &
  SignalsLive &
  TrustLive &
  VanishLive;

export type CommandName = keyof EngineCommands;
export type LiveName = keyof EngineLive;
