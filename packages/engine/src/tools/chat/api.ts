/** What a screen can ask of the chat tool. */
import type { ChannelCommands, ChannelLive } from "./channel-api.ts";
import type { OwnEmojiCommands, OwnEmojiLive } from "./own-emoji-api.ts";
import type { LinkCard, MediaCommands, MediaLive, MessageMedia } from "./media-api.ts";

export type Reaction = { emoji: string; count: number; mine: boolean; names: string[] };

/** What stands under a message with a thread. */
export type ThreadSummary = {
  count: number;
  /** When the last one was written. */
  at: number;
  /** Who wrote last, the latest first; three at most. */
  people: { id: string; name: string }[];
  /** Messages of others that one has not seen; 0 where one does not follow. */
  unread: number;
  following: boolean;
};

export type Poll = {
  several: boolean;
  /** Who chose what is not shown: `names` are empty. */
  hidden: boolean;
  /** One may add choices. */
  open: boolean;
  /** ms since 1970; votes dated later do not count. */
  closesAt: number | null;
  ended: boolean;
  /** How many people voted. */
  voters: number;
  choices: { id: string; text: string; count: number; mine: boolean; names: string[] }[];
};

/** A message that is pinned. `thread`: where it stands in a thread alone. */
export type Pin = {
  eventId: string;
  thread: string | null;
  authorName: string;
  text: string;
  at: number;
  pinnedBy: string;
};

export type Message = {
  eventId: string;
  position: number;
  author: string;
  authorName: string;
  mine: boolean;
  text: string;
  at: number;
  editedAt: number | null;
  deleted: boolean;
  /** A newer app has put something into it that this one does not understand; what there is of the text is shown. */
  needsNewerApp: boolean;
  /** `authorName` and `text` are empty when this device does not have the message (it is older than one's history). */
  replyTo: { eventId: string; authorName: string; text: string; deleted: boolean } | null;
  mentions: string[];
  mentionsMe: boolean;
  /** It is meant for everybody in its channel. */
  everyone: boolean;
  /** Who deleted it, when that was not its author. */
  deletedBy: string | null;
  /** Brought here from another conversation: whose words they are said to be (empty: that is not said). */
  forwarded: string | null;
  /** The message whose thread this is part of. */
  inThread: string | null;
  /** What its own thread has come to; null: nobody has written in it. */
  thread: ThreadSummary | null;
  /** The text is the question of this poll. */
  poll: Poll | null;
  /** What it has beside its text. */
  media: MessageMedia | null;
  pinned: boolean;
  /** When one's own message was to go, where this device was off then and sent it late; ms since 1970. */
  meantFor: number | null;
  reactions: Reaction[];
  /** waiting: on this device; sent: in the log; delivered: another member's device has seen it. */
  state: "waiting" | "sent" | "delivered";
  /** For lines that are no message: somebody came, left, was removed, the title changed. */
  notice: null | {
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
    /** The new title; of a channel its name; of somebody who moved, their new address; of a timer, how long what is said stays, ms (0:
     * for good); of what was brought from another service its id, a space, and what it is called. */
    title: string | null;
  };
};

export type MessagePage = {
  messages: Message[];
  /** Older ones are there. */
  more: boolean;
  /** The first message of somebody else behind the read position. Moves with it: a screen remembers the one it opened with. */
  firstUnread: string | null;
};

type SpaceId = { spaceId: string };
/** One channel of a space; none: the first. */
type InChannel = SpaceId & { channel?: string | undefined };

export type ChatCommands = {
  "chat.send": (
    args: InChannel & {
      /** The id that it is to have: what is there already is not sent again. */
      eventId?: string | undefined;
      text: string;
      replyTo?: string | undefined;
      mentions?: string[] | undefined;
      /** It is meant for everybody in the channel. */
      everyone?: boolean | undefined;
      /** Into the thread of this message; `also`: into the conversation too. */
      thread?: string | undefined;
      also?: boolean | undefined;
      /** What a link that stands in the text leads to: see {@link MediaCommands} `chat.lookUp`. */
      link?: LinkCard | undefined;
    },
  ) => Promise<{ eventId: string }>;
  "chat.edit": (args: SpaceId & { eventId: string; text: string }) => Promise<void>;
  "chat.delete": (args: SpaceId & { eventId: string }) => Promise<void>;
  /** Sets or takes back one's own reaction. */
  "chat.react": (args: SpaceId & { eventId: string; emoji: string; on: boolean }) => Promise<void>;
  /** Moves the read position forward, never back, on all of one's own devices; nobody else learns of it. */
  "chat.markRead": (args: InChannel & { position: number }) => Promise<void>;
  /** Whether one is told of what is said in a thread; for all of one's devices. */
  "chat.follow": (args: SpaceId & { root: string; on: boolean }) => Promise<void>;
  /** Moves the read position of a thread forward. */
  "chat.markThreadRead": (args: SpaceId & { root: string; position: number }) => Promise<void>;
  /** For those who lead. */
  "chat.pin": (args: SpaceId & { eventId: string; on: boolean }) => Promise<void>;
  /**
   * Writes a message again in other conversations (or channels, `SPACE:CHANNEL`); `named`: with the name of who wrote it. Its files are copied there, into the
   * conversation's folder (called `folderName` where it has to be made).
   */
  "chat.forward": (
    args: SpaceId & { eventId: string; to: string[]; named: boolean; folderName?: string },
  ) => Promise<void>;
  "chat.poll": (
    args: InChannel & {
      question: string;
      choices: string[];
      several: boolean;
      hidden: boolean;
      open: boolean;
      closesAt: number | null;
    },
  ) => Promise<{ eventId: string }>;
  /** By the choices' ids; none takes one's vote back. */
  "chat.vote": (args: SpaceId & { eventId: string; choices: string[] }) => Promise<void>;
  "chat.addChoice": (args: SpaceId & { eventId: string; text: string }) => Promise<void>;
  /** For the poll's author and those who lead. */
  "chat.endPoll": (args: SpaceId & { eventId: string }) => Promise<void>;
  "chat.setDraft": (
    args: InChannel & { text: string; replyTo?: string | undefined },
  ) => Promise<void>;
} & MediaCommands &
  ChannelCommands &
  OwnEmojiCommands;

export type ChatLive = {
  /** The newest `limit` messages, oldest first. */
  "chat.messages": { args: InChannel & { limit: number }; value: MessagePage };
  /** A message in its surroundings; null: it is not on this device (any more). */
  "chat.around": {
    args: SpaceId & { eventId: string; before: number; after: number };
    /** `thread`: it stands in that message's thread alone, and nothing else is answered. */
    value: {
      messages: Message[];
      more: boolean;
      moreAfter: boolean;
      thread: string | null;
      /** The channel that it stands in; empty: the first. */
      channel: string;
    } | null;
  };
  /** A message with its thread: the newest `limit` of it, oldest first; null: it is not on this device. */
  "chat.thread": {
    args: SpaceId & { root: string; limit: number };
    value: {
      root: Message;
      messages: Message[];
      more: boolean;
      following: boolean;
      /** How far one has read. */
      read: number;
      channel: string;
    } | null;
  };
  /** What a message said before, the oldest first, and what it says now at the end. */
  "chat.history": {
    args: SpaceId & { eventId: string };
    value: { text: string; at: number }[];
  };
  /** What is pinned, the newest pin first. */
  "chat.pins": { args: InChannel; value: Pin[] };
  "chat.draft": { args: InChannel; value: { text: string; replyTo: string | null } | null };
} & MediaLive &
  ChannelLive &
  OwnEmojiLive;
