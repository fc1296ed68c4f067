/** Notifications, put together for the engine; what does the work is loaded when it is first needed. */
import type { Core } from "../core.ts";
import type { Engine } from "../engine.ts";
import { live } from "../store/live.ts";
import type { NotificationsCommands, NotificationsLive } from "./api.ts";
import { levelOf, settingsOf } from "./settings.ts";

const work = () => import("./notify-work.ts");

export function notificationsCommands(core: Core): NotificationsCommands {
  return {
    "notifications.set": async (args) => (await work()).setSettings(core, args),
    "notifications.setLevel": async (args) => (await work()).setLevel(core, args),
    "notifications.node": () => core.own.call("webPush.state", {}),
    "notifications.subscribe": async (args) => (await work()).subscribe(core, args),
    "notifications.unsubscribe": async () => {
      await core.own.call("webPush.unsubscribe", {});
    },
  };
}

const NEWS_TABLES = [
  "spaces",
  "activity",
  "members",
  "people",
  "read_positions",
  "chat_channels",
  "notify_levels",
  "marks",
];

/** The live queries, by name. */
export function notificationsWatches({ store, platform }: Core): Engine["live"] {
  const on =
    <N extends keyof NotificationsLive>(
      tables: string[],
      query: (args: NotificationsLive[N]["args"]) => Promise<NotificationsLive[N]["value"]>,
    ): Engine["live"][string] =>
    (args, onValue, onError) =>
      live(store, {
        tables,
        query: () => query(args as NotificationsLive[N]["args"]),
      }).subscribe(onValue, onError);
  return {
    "notifications.settings": on<"notifications.settings">(["notify_settings"], () =>
      settingsOf(store),
    ),
    "notifications.level": on<"notifications.level">(["notify_levels"], ({ spaceId }) =>
      levelOf(store, spaceId),
    ),
    "notifications.news": on<"notifications.news">(NEWS_TABLES, async () =>
      (await work()).newsOf(store, platform.clock.now()),
    ),
  };
}
