/** What a screen can ask about notifications. Settings and choices are this device's own: no node and no member learns them. */
import type { Bytes } from "@baraza/protocol";

/** What of a conversation is told: everything, what mentions one, nothing. */
export type NotifyLevel = "all" | "mentions" | "none";

export type NotificationSettings = {
  /** The person wants to be told on this device. What the browser permits is the browser's to say. */
  on: boolean;
  /** Who wrote and what; else only that there is something. */
  content: boolean;
  sound: boolean;
  /** Minutes since midnight by this device's clock; over midnight where `from` is the later one. Null: none. */
  quiet: { from: number; to: number } | null;
  /** The person was asked and has answered, either way. */
  asked: boolean;
};

/** What is unread in one conversation, as far as one wants to be told of it. */
export type ConversationNews = {
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  /** The channel of the newest; empty: the first. */
  channelId: string;
  count: number;
  newest: { eventId: string; position: number; author: string; text: string; at: number };
};

export type News = {
  /** For the badge: all that is unread, and wanted. */
  count: number;
  /** Newest first; of very many, some. */
  conversations: ConversationNews[];
};

export type NotificationsCommands = {
  "notifications.set": (args: Partial<NotificationSettings>) => Promise<void>;
  "notifications.setLevel": (args: { spaceId: string; level: NotifyLevel }) => Promise<void>;
  /** How one's own node wakes this device: its key for push services, and where it does now. */
  "notifications.node": (
    args: Record<string, never>,
  ) => Promise<{ serverKey: Bytes; endpoint: string | null }>;
  /** Has the node wake this device there. @throws ProtocolError `target_refused` */
  "notifications.subscribe": (args: {
    endpoint: string;
    p256dh: Bytes;
    auth: Bytes;
  }) => Promise<void>;
  "notifications.unsubscribe": (args: Record<string, never>) => Promise<void>;
};

export type NotificationsLive = {
  "notifications.settings": { args: Record<string, never>; value: NotificationSettings };
  "notifications.level": { args: { spaceId: string }; value: NotifyLevel };
  "notifications.news": { args: Record<string, never>; value: News };
};
