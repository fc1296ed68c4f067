/** What a screen can ask of the chat tool. */

export type Reaction = { emoji: string; count: number; mine: boolean; names: string[] };

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
  reactions: Reaction[];
  /** waiting: on this device; sent: in the log; delivered: another member's device has seen it. */
  state: "waiting" | "sent" | "delivered";
  /** For lines that are no message: somebody came, left, was removed, the title changed. */
  notice: null | {
    kind: "joined" | "left" | "removed" | "returned" | "renamed" | "created" | "moved";
    name: string;
    by: string | null;
    /** The new title; of somebody who moved, their new address. */
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

export type ChatCommands = {
  "chat.send": (
    args: SpaceId & { text: string; replyTo?: string | undefined; mentions?: string[] | undefined },
  ) => Promise<{ eventId: string }>;
  "chat.edit": (args: SpaceId & { eventId: string; text: string }) => Promise<void>;
  "chat.delete": (args: SpaceId & { eventId: string }) => Promise<void>;
  /** Sets or takes back one's own reaction. */
  "chat.react": (args: SpaceId & { eventId: string; emoji: string; on: boolean }) => Promise<void>;
  /** Moves the read position forward, never back. It is this device's own: nothing of it is sent. */
  "chat.markRead": (args: SpaceId & { position: number }) => Promise<void>;
  "chat.setDraft": (
    args: SpaceId & { text: string; replyTo?: string | undefined },
  ) => Promise<void>;
};

export type ChatLive = {
  /** The newest `limit` messages, oldest first. */
  "chat.messages": { args: SpaceId & { limit: number }; value: MessagePage };
  /** A message in its surroundings; null: it is not on this device (any more). */
  "chat.around": {
    args: SpaceId & { eventId: string; before: number; after: number };
    value: { messages: Message[]; more: boolean; moreAfter: boolean } | null;
  };
  "chat.draft": { args: SpaceId; value: { text: string; replyTo: string | null } | null };
};
