/** Commands and queries about channels, by their names after `chat.`: their code is loaded when one is asked first. */
import type { LiveQuery, ToolContext } from "../tool.ts";
import type { ChannelCommands, ChannelLive } from "./channel-api.ts";

type Short<K> = K extends `chat.${infer Name}` ? Name : never;
const acts = () => import("./channel-acts.ts");

export const channelCommands: {
  [K in keyof ChannelCommands as Short<K>]: (
    context: ToolContext,
    args: Parameters<ChannelCommands[K]>[0],
  ) => ReturnType<ChannelCommands[K]>;
} = {
  makeChannel: async (context, args) => (await acts()).makeChannel(context, args),
  changeChannel: async (context, args) => (await acts()).changeChannel(context, args),
  orderChannels: async (context, args) => (await acts()).orderChannels(context, args),
};

export const channelQueries: {
  [K in keyof ChannelLive as Short<K>]: LiveQuery<ChannelLive[K]["args"], ChannelLive[K]["value"]>;
} = {
  channels: {
    tables: ["chat_channels", "activity", "read_positions", "marks", "marks_drafts", "spaces"],
    // Every conversation that is open asks for these, and most have one.
    run: async (context, args) =>
      (await context.get("SELECT 1 AS one FROM chat_channels LIMIT 1")) === undefined
        ? []
        : (await acts()).channels(context, args),
  },
  channelOf: {
    tables: ["chat_messages"],
    run: async (context, args) => (await acts()).channelOf(context, args),
  },
};
