/** The channels of a conversation: the bar above it, and the page with all of them. */
import type { Channel } from "@baraza/engine";
import { ChannelBar as Bar } from "../../features/channels/channel-bar.tsx";
import { Channels as ChannelsScreen } from "../../features/channels/channels.tsx";
import { NoConversation } from "../../features/chat/conversation.tsx";
import { t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { back, go } from "../router.ts";
import { conversationOf, hrefOf } from "../routes.ts";

/** Until one says otherwise: the last moment that a Date can hold. */
const FOREVER = 8_640_000_000_000_000;

function show(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

function mute(engine: EnginePort, spaceId: string, channelId: string, on: boolean): void {
  void engine
    .call("marks.mute", { spaceIds: [`${spaceId}:${channelId}`], until: on ? FOREVER : null })
    .then(show);
}

/** Above a conversation with several channels. */
export function ChannelBar({
  engine,
  spaceId,
  channels,
  current,
  now,
}: {
  engine: EnginePort;
  spaceId: string;
  channels: readonly Channel[];
  current: string;
  now: number;
}) {
  return (
    <Bar
      channels={channels}
      current={current}
      now={now}
      hrefOf={(channel) => hrefOf(conversationOf({ spaceId, channel }))}
      allHref={hrefOf({ at: "channels", spaceId })}
      onMute={(channelId, on) => mute(engine, spaceId, channelId, on)}
    />
  );
}

/** All channels of a conversation. */
export function Channels({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const now = useNow();
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const channels = useLive(engine.watch("chat.channels", { spaceId }), `channels ${spaceId}`);
  if (space === null) return <NoConversation />;
  if (!space || !channels) return <Skeleton label={t("ui.moment")} />;
  return (
    <ChannelsScreen
      title={space.title}
      channels={channels}
      orders={space.state === "active" && (space.role === "steward" || space.role === "moderator")}
      now={now}
      hrefOf={(channel) => hrefOf(conversationOf({ spaceId, channel }))}
      onSave={async ({ channelId, name, purpose }) => {
        const result =
          channelId === null
            ? await engine.call("chat.makeChannel", { spaceId, name, purpose })
            : await engine.call("chat.changeChannel", {
                spaceId,
                channelId,
                // A first one that nobody has named keeps the name that each language has for it.
                ...(channelId === "" && name.trim() === t("channels.first") ? {} : { name }),
                purpose,
              });
        if (!result.ok)
          return result.code === "invalid" ? t("channels.nameTaken") : failureText(result.failure);
        if (channelId === null && result.value !== undefined)
          go(conversationOf({ spaceId, channel: result.value.channelId }));
        return undefined;
      }}
      onArchive={(channelId, archived) => {
        void engine.call("chat.changeChannel", { spaceId, channelId, archived }).then((result) => {
          if (!result.ok) return show(result);
          const undo = (): void =>
            void engine
              .call("chat.changeChannel", { spaceId, channelId, archived: !archived })
              .then(show);
          toast({
            text: archived ? t("channels.didArchive") : t("channels.didBack"),
            action: { label: t("ui.undo"), run: undo },
          });
        });
      }}
      onOrder={(channelIds) =>
        void engine.call("chat.orderChannels", { spaceId, channelIds }).then(show)
      }
      onMute={(channelId, on) => mute(engine, spaceId, channelId, on)}
      onRead={(channelId) =>
        void engine.call("marks.read", { spaceIds: [`${spaceId}:${channelId}`] }).then(show)
      }
      onBack={back}
    />
  );
}
