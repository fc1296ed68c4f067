/** What is new across all tools, as a screen shows it. */

/**
 * One thing that is new. message: nobody in particular is meant; mention, reply: it is for one; reaction: to what one wrote oneself
 * (`text` is its emoji); file, comment: in the space's files (`ref` is the file); joined: somebody came.
 */
export type NewsItem = {
  kind: "message" | "mention" | "reply" | "reaction" | "file" | "comment" | "joined";
  /** Of a message (the one reacted to, too) its event, of a file and a comment the file; empty for who came. */
  ref: string;
  position: number;
  at: number;
  authorId: string;
  authorName: string;
  text: string;
};

/** What is new in one conversation, oldest first, what is for oneself before the rest. */
export type NewsGroup = {
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  /** The channel, where a space has several; its name may be empty for the first. */
  channel: { channelId: string; name: string } | null;
  mutedUntil: number;
  archived: boolean;
  /** Messages of others that were not read, at most 1000. */
  unread: number;
  /** The first of them; null: there is none. */
  firstUnread: string | null;
  markedUnread: boolean;
  /** A decision of those who lead waits for this account. */
  asked: boolean;
  lastAt: number;
  items: NewsItem[];
  /** There is more than `items`. */
  more: boolean;
};

export type NewsLive = {
  /** Conversations with something new: where one is meant first, then the newest; what is muted comes last. */
  "news.all": { args: Record<string, never>; value: { groups: NewsGroup[]; more: boolean } };
};
