import "./order.css";
import type { Bookmark } from "@baraza/engine";
import { BookmarkX } from "lucide";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

/** Messages that one marked to find them again, the newest mark first. */
export function Bookmarks({
  bookmarks,
  more,
  now,
  hrefOf,
  onRemove,
  onMore,
}: {
  /** Absent while they are being read from this device. */
  bookmarks: readonly Bookmark[] | undefined;
  more: boolean;
  now: number;
  hrefOf: (bookmark: Bookmark) => string;
  onRemove: (bookmark: Bookmark) => void;
  onMore: () => void;
}) {
  return (
    <section class="search" aria-labelledby="bookmarks-title">
      <header class="pane-head search-head">
        <h1 class="pane-title" id="bookmarks-title" tabIndex={-1}>
          {t("order.bookmarks")}
        </h1>
      </header>
      <div class="pane-body">
        {bookmarks === undefined ? (
          <Skeleton label={t("ui.moment")} />
        ) : bookmarks.length === 0 ? (
          <EmptyState title={t("order.noBookmarks")}>{t("order.noBookmarksHint")}</EmptyState>
        ) : (
          <List label={t("order.bookmarks")}>
            {bookmarks.map((one) => (
              <ListItem
                key={`${one.spaceId} ${one.eventId}`}
                wrap
                // What is not here cannot be shown in its surroundings.
                {...(one.state === "here" ? { href: hrefOf(one) } : {})}
                start={
                  <Avatar id={one.spaceId} name={one.spaceTitle} square={one.kind === "group"} />
                }
                title={
                  <>
                    <bdi>{one.mine ? t("order.you") : one.authorName || one.spaceTitle}</bdi>
                    {one.authorName !== "" && one.spaceTitle !== one.authorName && (
                      <span class="search-where">
                        {" "}
                        · <bdi>{one.spaceTitle}</bdi>
                      </span>
                    )}
                  </>
                }
                detail={
                  one.state === "here" ? (
                    <bdi>{one.text}</bdi>
                  ) : (
                    t(one.state === "deleted" ? "order.bookmarkDeleted" : "order.bookmarkAway")
                  )
                }
                aside={<TimeLabel at={one.at} now={now} style="recent" />}
                end={
                  <IconButton
                    icon={BookmarkX}
                    label={t("chat.unbookmark")}
                    tip="below-end"
                    onClick={() => onRemove(one)}
                  />
                }
              />
            ))}
          </List>
        )}
        {more && (
          <div class="search-more">
            <Button onClick={onMore}>{t("order.showMore")}</Button>
          </div>
        )}
      </div>
    </section>
  );
}
