import "../../features/search/search.css";
import type { NewsGroup } from "@baraza/engine";
import { useState } from "preact/hooks";
import { Bookmarks as BookmarksScreen } from "../../features/order/bookmarks.tsx";
import { CatchUp as CatchUpBar } from "../../features/order/catch-up.tsx";
import { News as NewsScreen } from "../../features/order/news.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import { nextUnreadPlace, unreadChannels, unreadRows } from "../catch-up.ts";
import { catching } from "../catching.ts";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import type { ConversationRow } from "../model.ts";
import { go } from "../router.ts";
import { conversationOf, hrefOf } from "../routes.ts";

const WeekLine = lazy(
  () =>
    Promise.all([import("./weekly.tsx"), loadWords("weekly")]).then(
      ([screens]) => screens.WeekLine,
    ),
  { aside: true },
);

/** Above a conversation while one goes through what is unread: how much is left, and on to the next. */
export function CatchUp({
  rows,
  spaceId,
  channel,
  now,
}: {
  rows: readonly ConversationRow[];
  spaceId: string;
  channel: string;
  now: number;
}) {
  const row = rows.find((one) => one.spaceId === spaceId);
  const next = nextUnreadPlace(rows, { spaceId, channel }, now);
  const left = unreadRows(rows, now).filter((one) => one !== row).length;
  return (
    <CatchUpBar
      left={left + (row === undefined ? 0 : unreadChannels(row, now, channel).length)}
      next={rows.find((one) => next?.at === "space" && one.spaceId === next.spaceId)?.title}
      onNext={() => {
        if (next) go(next);
      }}
      onEnd={() => {
        catching.value = false;
      }}
    />
  );
}

/** What is new across all conversations. */
export function News({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const news = useLive(engine.watch("news.all", {}), "news.all");
  const read = (groups: readonly NewsGroup[]): void => {
    const spaceIds = groups.map(({ spaceId, channel }) =>
      channel === null ? spaceId : `${spaceId}:${channel.channelId}`,
    );
    void engine.call("marks.read", { spaceIds }).then((result) => {
      if (!result.ok) return toast({ text: failureText(result.failure) });
      const before = result.value;
      if (before.length === 0) return;
      const undo = (): void => void engine.call("marks.unreadAgain", { before });
      toast({
        text: t("order.didRead", { count: before.length }),
        action: { label: t("ui.undo"), run: undo },
      });
    });
  };
  return (
    <NewsScreen
      groups={news?.groups}
      more={news?.more === true}
      first={<WeekLine engine={engine} />}
      now={now}
      bookmarksHref={hrefOf({ at: "bookmarks" })}
      hrefOf={({ spaceId, channel }, item) => {
        if (item === undefined)
          return hrefOf(conversationOf({ spaceId, channel: channel?.channelId }));
        if (item.kind === "joined") return hrefOf({ at: "people", spaceId });
        return item.kind === "file" || item.kind === "comment"
          ? hrefOf({ at: "file", spaceId, fileId: item.ref })
          : hrefOf({ at: "space", spaceId, message: item.ref });
      }}
      onCatchUp={() => {
        const first = news?.groups[0];
        if (first === undefined) return;
        catching.value = true;
        go(conversationOf({ spaceId: first.spaceId, channel: first.channel?.channelId }));
      }}
      onRead={read}
    />
  );
}

const PAGE = 100;

/** Messages that one marked to find them again. */
export function Bookmarks({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const [limit, setLimit] = useState(PAGE);
  const found = useLive(engine.watch("marks.bookmarks", { limit }), `bookmarks ${limit}`);
  return (
    <BookmarksScreen
      bookmarks={found?.bookmarks}
      more={found?.more === true && limit < 2000}
      now={now}
      hrefOf={({ spaceId, eventId }) => hrefOf({ at: "space", spaceId, message: eventId })}
      onMore={() => setLimit((before) => Math.min(2000, before + PAGE))}
      onRemove={({ spaceId, eventId }) => {
        const mark = (on: boolean) => engine.call("marks.bookmark", { spaceId, eventId, on });
        void mark(false).then((result) => {
          if (!result.ok) return toast({ text: failureText(result.failure) });
          toast({
            text: t("chat.didUnbookmark"),
            action: { label: t("ui.undo"), run: () => void mark(true) },
          });
        });
      }}
    />
  );
}
