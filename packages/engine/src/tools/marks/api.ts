/** What a screen can ask of one's own marks: what a person notes for themselves about conversations and messages, on all their devices. */

/** `until` of a conversation that is muted until one says otherwise: the last moment that a Date can hold, ms since 1970. */
export const FOREVER = 8_640_000_000_000_000;

/** A named group of conversations. */
export type MarkFolder = { folderId: string; name: string; spaceIds: string[] };

/** A message that one wants to find again. */
export type Bookmark = {
  spaceId: string;
  spaceTitle: string;
  kind: "pair" | "group";
  eventId: string;
  /** Empty when the message is not on this device, or was deleted. */
  authorName: string;
  mine: boolean;
  text: string;
  at: number;
  /** When it was marked. */
  since: number;
  /** away: this device does not have the message (any more). */
  state: "here" | "deleted" | "away";
};

/** How far a conversation was read before, to take a "mark as read" back. */
export type ReadBefore = { spaceId: string; from: number };

/** What is muted, read or marked unread may also be a channel, `SPACE:CHANNEL`, or the first one alone, `SPACE:`. */
type SpaceIds = { spaceIds: string[] };

export type MarksCommands = {
  /** `until`: ms since 1970, {@link FOREVER}, or null to hear of it again. */
  "marks.mute": (args: SpaceIds & { until: number | null }) => Promise<void>;
  "marks.archive": (args: SpaceIds & { on: boolean }) => Promise<void>;
  "marks.pin": (args: SpaceIds & { on: boolean }) => Promise<void>;
  /** Shows a conversation as unread again; with `eventId` (and one conversation) from that message on. */
  "marks.unread": (args: SpaceIds & { eventId?: string | undefined }) => Promise<void>;
  /** Everything in them is read. @returns what `marks.unreadAgain` takes to undo it */
  "marks.read": (args: SpaceIds) => Promise<ReadBefore[]>;
  "marks.unreadAgain": (args: { before: ReadBefore[] }) => Promise<void>;
  /** Makes a folder, or names one anew. */
  "marks.putFolder": (args: {
    folderId?: string | undefined;
    name: string;
  }) => Promise<{ folderId: string }>;
  /** The conversations in it stay. */
  "marks.removeFolder": (args: { folderId: string }) => Promise<void>;
  /** Puts conversations into a folder, or takes them out. */
  "marks.file": (args: SpaceIds & { folderId: string; on: boolean }) => Promise<void>;
  "marks.bookmark": (args: { spaceId: string; eventId: string; on: boolean }) => Promise<void>;
};

export type MarksLive = {
  "marks.folders": { args: Record<string, never>; value: MarkFolder[] };
  /** The newest first. */
  "marks.bookmarks": { args: { limit: number }; value: { bookmarks: Bookmark[]; more: boolean } };
  /** The bookmarked messages of one conversation. */
  "marks.bookmarked": { args: { spaceId: string }; value: string[] };
};
