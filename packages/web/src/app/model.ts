/** What screens show. Plain data: the engine's queries give it, screens never ask how. All times are ms since 1970. */

/** Something is wrong with a space; one sentence and one button each (see features/chat/trouble.tsx). */
export interface Trouble {
  kind:
    | "stuck"
    | "behind"
    | "forked"
    | "rolledBack"
    | "cloned"
    | "offender"
    | "unconfirmed"
    | "full";
  /** The person concerned, where it is known. */
  name: string | null;
}

export interface ConversationRow {
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  /** Empty before the first message. */
  lastText: string;
  /** Name of who wrote it; empty for one's own and in a pair. */
  lastAuthor: string;
  lastAt: number;
  /** It disappears when its time is over. */
  lastPasses?: boolean;
  unread: number;
  mentioned: boolean;
  trouble: Trouble | null;
  /** No sounds and badges until then; 0: it is not muted. */
  mutedUntil: number;
  archived: boolean;
  pinned: boolean;
  /** One has marked it unread, also where nothing counts as unread. */
  marked: boolean;
  /** What one has begun to write; empty for nothing. */
  draft: string;
  /** Where there are several; the first among them, without those that were put away. */
  channels: readonly ChannelMark[];
  /** Another one when its picture is another; null: it has none. */
  pictureId: string | null;
}

/** A channel in a list. The first has no id; its name is empty where nobody has given it one. */
export interface ChannelMark {
  channelId: string;
  name: string;
  unread: number;
  mentioned: boolean;
  mutedUntil: number;
  marked: boolean;
}

/** Somebody's invitation that one has accepted and that waits for an answer. */
export interface PendingJoin {
  joinId: string;
  inviterName: string;
  /** Empty in a pair. */
  title: string;
  state: "asking" | "refused";
  /** Why one was not let in, where that was said. */
  reason?: string | null;
}

/** A conversation of one's own that this device is coming back into. */
export interface PendingReturn {
  spaceId: string;
  title: string;
  state: "asking" | "stale" | "gone" | "removed" | "damaged";
}

export interface ReplyTo {
  eventId: string;
  authorName: string;
  text: string;
  deleted: boolean;
}

/** A line that nobody wrote: somebody came or left, the title changed. */
export interface Notice {
  kind:
    | "joined"
    | "left"
    | "removed"
    | "returned"
    | "renamed"
    | "created"
    | "moved"
    | "timer"
    | "brought"
    | "channelMade"
    | "channelNamed"
    | "channelArchived"
    | "channelBack"
    | "aboutChanged"
    | "pictureChanged";
  name: string;
  by: string | null;
  title: string | null;
}

/** What stands under a message with a thread. */
export interface ThreadSummary {
  count: number;
  /** When the last one was written. */
  at: number;
  /** Who wrote last, the latest first. */
  people: { id: string; name: string }[];
  unread: number;
  following: boolean;
}

export interface Poll {
  several: boolean;
  /** Names are not shown. */
  hidden: boolean;
  /** One may add choices. */
  open: boolean;
  closesAt: number | null;
  ended: boolean;
  voters: number;
  choices: { id: string; text: string; count: number; mine: boolean; names: string[] }[];
}

/** What a message has beside its text; see the engine's words for each. */
/** As the engine has it. */
export interface Once {
  kind: "picture" | "film" | "voice";
  state: "closed" | "opened" | "sent" | "over";
  durationMs: number;
}

export interface MessageMedia {
  files: { fileId: string; type: string; width: number; height: number }[];
  voice: { bars: number[]; durationMs: number } | null;
  place: { latitude: number; longitude: number; name: string } | null;
  contact: { address: string; name: string; identityId: string | null; checked: boolean } | null;
  /** It can be opened once; then there is nothing else. */
  once?: Once | undefined;
  /** What a link in the text leads to; then there is nothing else. */
  link?: { url: string; title: string; description: string; site: string } | undefined;
}

export interface MessageRow {
  eventId: string;
  /** Grows along the conversation; read positions are counted in it. */
  position: number;
  authorId: string;
  authorName: string;
  mine: boolean;
  text: string;
  at: number;
  editedAt: number | null;
  deleted: boolean;
  /** Who deleted it, when that was not its author. */
  deletedBy: string | null;
  replyTo: ReplyTo | null;
  /** Brought from another conversation: whose words they are said to be; empty where that is not said. */
  forwarded: string | null;
  /** The message whose thread it is part of, and what its own has come to. */
  inThread: string | null;
  thread: ThreadSummary | null;
  /** The text is this poll's question. */
  poll: Poll | null;
  media: MessageMedia | null;
  /** It waits on this device for its files: the id to take it back by. */
  outgoing?: string;
  pinned: boolean;
  /** When one's own message was to go, where this device was off then. */
  meantFor?: number | null;
  reactions: { emoji: string; count: number; mine: boolean; names: string[] }[];
  /** On this phone, on the way, or with the node. */
  state: "waiting" | "sent" | "delivered";
  mentionsMe: boolean;
  /** It is meant for everybody in its channel. */
  everyone: boolean;
  /** Holds something that this version cannot show. */
  needsNewerApp: boolean;
  notice: Notice | null;
}

export type Role = "steward" | "moderator" | "member" | "guest" | "observer";
/** How sure one can be that a person is who they say. */
export type Check = "met" | "code" | "invited" | "known" | "unchecked" | "changed";

export interface PersonRow {
  identityId: string;
  name: string;
  address: string;
  role: Role;
  check: Check;
  you: boolean;
}

export interface LineStatus {
  line: "online" | "connecting" | "offline";
  /** Items that wait on this device to be sent. */
  waiting: number;
  /** A long job, counted in any unit. */
  /** `total` 0: not known yet. */
  progress: {
    job: "history" | "joining" | "signingUp" | "signingIn" | "reseeding";
    done: number;
    total: number;
  } | null;
  /** The node ended this device's session: a person has to sign in again. */
  sessionEnded: boolean;
  /** The person lives at this address now; the device is still at the old account. */
  movedTo: string | null;
  /** Why nobody may sign in with the account any more. */
  shut: "suspended" | "account_closed" | null;
  /** Nobody is signed in, because another device of the account has removed this one. */
  wasRemoved: boolean;
  /** How many days this device's clock is off. */
  clockOffDays: number;
  /** This device has no room left for what comes. */
  deviceFull: boolean;
}

export interface Conversation {
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  messages: readonly MessageRow[];
  /** Older messages can be asked for. */
  hasOlder: boolean;
  /** The first message that had not been read when the conversation was opened. */
  firstUnreadId: string | null;
  people: readonly PersonRow[];
  /** False once one has been removed or has left: it stays readable. */
  canWrite: boolean;
  /** One is in it, and reads what those write who lead it. */
  readsOnly?: boolean;
  /** Its channel was put away. */
  putAway?: boolean;
  /** Older messages stand further up than a screen can show at once. */
  cut: boolean;
  /** It was opened at this message; there are newer ones than are shown, and they can be asked for. */
  opened?: { eventId: string; hasNewer: boolean; canNewer: boolean };
  trouble: Trouble | null;
  /** Something waits for this account's decision. */
  asked: boolean;
}

export interface InvitationLink {
  link: string;
  expiresAt: number;
}

/** What an invitation link says about itself, before one is in. */
export interface InvitationCard {
  inviterName: string;
  inviterAddress: string;
  spaceTitle: string;
  kind: "pair" | "group";
  /** Somebody looks at who asks first. */
  approval?: boolean;
}

export type JoinState =
  | { step: "reading" }
  | { step: "open"; card: InvitationCard }
  /** It lies at another node, which can be asked only by those who have an account here. */
  | { step: "account" }
  /** It could not be fetched now. */
  | { step: "failed"; failure: Failure }
  /** Asked; waits until the inviter's device answers. */
  | { step: "asked"; card: InvitationCard }
  | { step: "refused"; reason: string | null }
  | { step: "expired" }
  | { step: "broken" };

export interface Account {
  identityId: string;
  name: string;
  address: string;
  /** Administrators look after the node. */
  role: "member" | "administrator";
}

/** What this device holds, for the settings. */
export interface StorageUse {
  usedBytes: number;
  availableBytes: number;
  /** The browser promised not to clear it by itself. */
  kept: boolean;
}

/** What would be lost by signing out of this device now. */
export interface SignOutLoss {
  waiting: number;
}

/** Why a request did not work, for a sentence on the screen. */
export type Failure =
  | "offline"
  | "unreachable"
  | "nameTaken"
  | "nameInvalid"
  | "wrongSignIn"
  | "wordsWrong"
  | "wrongWay"
  | "codeNeeded"
  | "changedElsewhere"
  | "lastWay"
  | "notOpen"
  | "linkUsed"
  | "linkBroken"
  | "blocked"
  | "linkExpired"
  | "tooMany"
  | "tooWeak"
  | "full"
  | "deviceFull"
  | "lastSteward"
  | "mayNot"
  | "suspended"
  | "noAccount"
  | "wrongCode"
  | "nothingHeld"
  | "codeWrong"
  | "codeUnknown"
  | "codeTaken"
  | "codeMismatch"
  | "accountClosed"
  | "lastAdministrator"
  | "signedOut"
  | "unexpected";

/** `system` follows the device. */
export type Theme = "system" | "light" | "dark";

/** What the app is coloured with, in light and dark. */
export type Colour = "teal" | "green" | "blue" | "plum";

/** Stands among the people that a message names, where everybody in its channel is meant. */
export const EVERYONE = "everyone";
