/** Commands and the query about own emoji, by their names after `chat.`: their code is loaded when one is asked first. */
import type { LiveQuery, ToolContext } from "../tool.ts";
import type { OwnEmojiCommands, OwnEmojiLive } from "./own-emoji-api.ts";

type Short<K> = K extends `chat.${infer Name}` ? Name : never;
const acts = () => import("./own-emoji-acts.ts");

export const ownEmojiCommands: {
  [K in keyof OwnEmojiCommands as Short<K>]: (
    context: ToolContext,
    args: Parameters<OwnEmojiCommands[K]>[0],
  ) => ReturnType<OwnEmojiCommands[K]>;
} = {
  addEmoji: async (context, args) => (await acts()).addEmoji(context, args),
  renameEmoji: async (context, args) => (await acts()).renameEmoji(context, args),
  removeEmoji: async (context, args) => (await acts()).removeEmoji(context, args),
  emojiPicture: async (context, args) => (await acts()).emojiPicture(context, args),
};

export const ownEmojiQueries: {
  [K in keyof OwnEmojiLive as Short<K>]: LiveQuery<
    OwnEmojiLive[K]["args"],
    OwnEmojiLive[K]["value"]
  >;
} = {
  ownEmoji: {
    tables: ["chat_emojis"],
    // Every conversation that is open asks for these, and mostly there are none.
    run: async (context, args) =>
      (await context.get("SELECT 1 AS one FROM chat_emojis LIMIT 1")) === undefined
        ? []
        : (await acts()).ownEmoji(context, args),
  },
};
