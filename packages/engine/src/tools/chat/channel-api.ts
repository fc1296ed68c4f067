/** What a screen can ask of channels. The empty id is the first channel's. */

/** A channel with what one has noted about it. */
export type Channel = {
  channelId: string;
  /** Empty: the first one, which nobody has named. */
  name: string;
  purpose: string;
  archived: boolean;
  /** Messages of others that were not read, and those of them that name one: 100 stands for that many or more. */
  unread: number;
  mentions: number;
  /** ms since 1970; 0: not muted. */
  mutedUntil: number;
  markedUnread: boolean;
  draft: string | null;
};

type SpaceId = { spaceId: string };

/** All for those who keep order. */
export type ChannelCommands = {
  "chat.makeChannel": (
    args: SpaceId & { name: string; purpose?: string | undefined },
  ) => Promise<{ channelId: string }>;
  /** Names it anew, or says what it is for; what is not given stays. */
  "chat.changeChannel": (
    args: SpaceId & {
      channelId: string;
      name?: string | undefined;
      purpose?: string | undefined;
      archived?: boolean | undefined;
    },
  ) => Promise<void>;
  /** All channels but the first, in their new order. */
  "chat.orderChannels": (args: SpaceId & { channelIds: string[] }) => Promise<void>;
};

export type ChannelLive = {
  /** In their order, those that were put away too; none, or one alone: the space has no others. */
  "chat.channels": { args: SpaceId; value: Channel[] };
  /** Where a message stands; null: it is not on this device. */
  "chat.channelOf": { args: SpaceId & { eventId: string }; value: string | null };
};
