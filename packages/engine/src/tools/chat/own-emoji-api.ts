/** What a screen can ask of a space's own emoji. */

export type OwnEmoji = {
  emojiId: string;
  /** Without its colons. */
  name: string;
  /** Names that it had before, and that still find it. */
  former: string[];
  /** Tells one picture from the next. */
  pictureId: string;
};

type SpaceId = { spaceId: string };

/** Changes are for those who keep order. @throws EngineError `not_steward`; `invalid` with the `field` at fault */
export type OwnEmojiCommands = {
  /** `picture`: small, still and square. Fields: `name` (no name), `taken`, `many`, `picture`. */
  "chat.addEmoji": (
    args: SpaceId & { name: string; picture: Uint8Array<ArrayBuffer> },
  ) => Promise<{ emojiId: string }>;
  "chat.renameEmoji": (args: SpaceId & { emojiId: string; name: string }) => Promise<void>;
  /** `back`: it is there again. */
  "chat.removeEmoji": (
    args: SpaceId & { emojiId: string; back?: boolean | undefined },
  ) => Promise<void>;
  /** A picture as it may be shown; null: it is gone, or cannot be shown. */
  "chat.emojiPicture": (
    args: SpaceId & { pictureId: string },
  ) => Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> } | null>;
};

export type OwnEmojiLive = {
  /** In the order in which they were made. */
  "chat.ownEmoji": { args: SpaceId; value: OwnEmoji[] };
};
