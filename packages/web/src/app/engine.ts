/**
 * The app's connection to the engine: what screens need of it, and nothing of how it runs. `EnginePort`
 * is what the containers in `screens/` talk to; `connect.ts` makes one over the engine's worker.
 */
import type { CommandName, EngineCommands, EngineLive, LiveName } from "@baraza/engine";
import type { LockNext, LockPresent, LockView } from "@baraza/engine/browser";
import type { ReadonlySignal } from "@preact/signals";
import type {
  Account,
  ConversationRow,
  Failure,
  InvitationCard,
  InvitationLink,
  LineStatus,
  MessageMedia,
  MessageRow,
  PendingJoin,
  PersonRow,
  Role,
  Trouble,
} from "./model.ts";

/** What came of asking for something. Nothing that a person can cause is thrown. */
export type Result<T = void> =
  | { ok: true; value: T }
  /** `code`: the engine's own word for it, for screens that have a sentence of their own. */
  | { ok: false; failure: Failure; code?: string | undefined };

export type Session =
  | { state: "starting" }
  /** The store of this browser cannot be used: private window, no space, too old. */
  | { state: "broken" }
  /** The lock on this device has to be opened first. */
  | { state: "locked" }
  | { state: "signedOut" }
  | { state: "signedIn"; account: Account };

export interface NodePolicy {
  node: string;
  /** Anyone may open an account; else an invitation is needed. */
  open: boolean;
  /** Nobody administers the node yet. */
  setup: boolean;
}

/** The newest messages of a space, as many as asked for. */
export interface MessagePage {
  messages: readonly MessageRow[];
  more: boolean;
  /** These are not the newest. */
  hasNewer?: boolean;
  /** What was asked for stands in this message's thread alone. */
  thread?: string | null;
  /** The channel that what was asked for stands in; empty: the first. */
  channel?: string;
  firstUnreadId: string | null;
}

export interface SpaceInfo {
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  role: Role;
  state: "active" | "joining" | "left" | "removed";
  trouble: Trouble | null;
  /** Something waits for this account's decision. */
  asked: boolean;
  mayWrite: boolean;
  mayReact: boolean;
  /** How many ask to come in, and who writes very much: for those who keep order. */
  asking: number;
  /** Reports that lie before one who keeps order. */
  reports: number;
  flooding: { identityId: string; name: string } | null;
}

export interface Draft {
  text: string;
  replyTo: string | null;
}

/** Follows an answer that changes; returns a function that stops. Answers `undefined` until the first is there. */
export type Live<T> = (listen: (value: T) => void) => () => void;

/** What came of asking the lock: `wiped` ends everything here, and begins anew. */
export type LockAnswer =
  | { ok: true }
  | { ok: false; why: "wrong"; left: number; waitMs: number }
  | { ok: false; why: "wait"; waitMs: number }
  | { ok: false; why: "wiped" | "unexpected" };

/** The lock on this device, which answers also while no engine runs. */
export interface LockPort {
  view: ReadonlySignal<LockView>;
  unlock: (present: LockPresent) => Promise<LockAnswer>;
  set: (next: LockNext, present?: LockPresent) => Promise<LockAnswer>;
  remove: (present: LockPresent) => Promise<LockAnswer>;
  setIdle: (minutes: number) => Promise<LockAnswer>;
  /** Locks all tabs now. */
  now: () => void;
  /** Somebody is at the device. */
  touch: () => void;
  /** Gives up on the lock: wipes what is on this device. */
  forget: () => Promise<LockAnswer>;
}

export interface EnginePort {
  lock: LockPort;
  /** Settles when the engine has first said who is signed in. */
  started: Promise<void>;
  /** Settles when it is known whether there is something to show before the engine has started. */
  looked: Promise<void>;
  session: ReadonlySignal<Session>;
  /**
   * Asks the engine by its own names, for screens that show its answers as they are. The commands that may be asked
   * twice are listed in connect.ts.
   */
  call: <K extends CommandName>(
    name: K,
    args: Parameters<EngineCommands[K]>[0],
  ) => Promise<Result<Awaited<ReturnType<EngineCommands[K]>>>>;
  /** Follows one of the engine's live queries. */
  watch: <K extends LiveName>(name: K, args: EngineLive[K]["args"]) => Live<EngineLive[K]["value"]>;
  status: ReadonlySignal<LineStatus>;
  policy: () => Promise<Result<NodePolicy>>;
  signUp: (account: {
    name: string;
    shownName: string;
    passphrase: string;
    invitation?: string;
    setup?: string;
  }) => Promise<Result>;
  signIn: (account: { name: string; passphrase: string; code?: string }) => Promise<Result>;
  /** Goes on as the same device after the node ended its session. */
  signInAgain: (passphrase: string, code?: string) => Promise<Result>;
  signOut: () => Promise<Result>;
  setName: (name: string) => Promise<Result>;

  conversations: Live<readonly ConversationRow[]>;
  /** Null: there is no such space on this device. */
  space: (spaceId: string) => Live<SpaceInfo | null>;
  people: (spaceId: string) => Live<readonly PersonRow[]>;
  joins: Live<readonly PendingJoin[]>;
  createSpace: (space: {
    kind: "pair" | "group";
    title: string;
    untitled?: boolean;
  }) => Promise<Result<{ spaceId: string }>>;
  invite: (spaceId: string) => Promise<Result<InvitationLink>>;
  readInvitation: (secret: string) => Promise<Result<InvitationCard & { already: string | null }>>;
  /** Asks to come in; the space is there once a member's device has let one in. */
  join: (secret: string) => Promise<Result<{ joinId: string; spaceId: string }>>;
  cancelJoin: (joinId: string) => Promise<Result>;
  rename: (spaceId: string, title: string) => Promise<Result>;
  remove: (spaceId: string, identityId: string) => Promise<Result>;
  setRole: (spaceId: string, identityId: string, role: Role) => Promise<Result>;
  leave: (spaceId: string) => Promise<Result>;
  /** Takes a space that is over off this device. */
  forget: (spaceId: string) => Promise<Result>;
  repair: (spaceId: string) => Promise<Result>;
  syncNow: () => Promise<Result>;

  /** Makes the one who is signed in an administrator, by the link from the node's console. */
  claim: (setup: string) => Promise<Result>;

  /** `channel`: empty for the first, here and below. */
  messages: (spaceId: string, limit: number, channel?: string) => Live<MessagePage>;
  /** A message with so many before and behind it; null: it is not here. */
  around: (
    spaceId: string,
    eventId: string,
    reach: { before: number; after: number },
  ) => Live<MessagePage | null>;
  draft: (spaceId: string, channel?: string) => Live<Draft | null>;
  send: (
    spaceId: string,
    message: {
      eventId?: string;
      text: string;
      replyTo?: string;
      mentioned: string[];
      /** What a link in the text leads to. */
      link?: MessageMedia["link"];
      channel?: string;
    },
  ) => Promise<Result>;
  edit: (spaceId: string, eventId: string, text: string) => Promise<Result>;
  delete: (spaceId: string, eventId: string) => Promise<Result>;
  react: (spaceId: string, eventId: string, emoji: string, on: boolean) => Promise<Result>;
  markRead: (spaceId: string, position: number, channel?: string) => Promise<Result>;
  setDraft: (spaceId: string, draft: Draft, channel?: string) => Promise<Result>;
}
