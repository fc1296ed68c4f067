import "./order.css";
import "./news.css";
import type { NewsGroup, NewsItem } from "@baraza/engine";
import { BellOff, Bookmark, CheckCheck, CornerDownRight, FileText, UserPlus } from "lucide";
import type { ComponentChildren } from "preact";
import { formatNumber, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nextIndex } from "../../ui/keyboard.ts";
import { Badge, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

export interface NewsProps {
  /** Absent while they are being read from this device. */
  groups: readonly NewsGroup[] | undefined;
  /** There are more conversations than are shown. */
  more: boolean;
  /** Above everything else. */
  first?: ComponentChildren;
  now: number;
  hrefOf: (group: NewsGroup, item?: NewsItem) => string;
  bookmarksHref: string;
  /** Goes into the first conversation, and from one to the next. */
  onCatchUp: () => void;
  onRead: (groups: readonly NewsGroup[]) => void;
}

/** Everything that is new, by conversation: what is for oneself first, what one does not want to hear of last. */
export function News(props: NewsProps) {
  const { groups, now } = props;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const root = event.currentTarget as HTMLElement;
    const links = [...root.querySelectorAll<HTMLElement>("a")];
    const at = links.findIndex((link) => link === document.activeElement);
    const key = { j: "ArrowDown", k: "ArrowUp" }[event.key] ?? event.key;
    const next = nextIndex(key, at, links.length, "block", false);
    if (next !== undefined) {
      event.preventDefault();
      links[next]?.focus();
    } else if (event.key === "e" || (event.shiftKey && event.key.toLowerCase() === "i")) {
      const place = links[at]?.closest<HTMLElement>("[data-space]")?.dataset["space"];
      const group = groups?.find((one) => placeOf(one) === place);
      if (!group) return;
      event.preventDefault();
      links
        .find((link, index) => index > at && link.closest(`[data-space="${place}"]`) === null)
        ?.focus();
      props.onRead([group]);
    }
  };
  const waiting = groups !== undefined && groups.length > 0;
  return (
    <section class="search" aria-labelledby="news-title">
      <header class="pane-head search-head">
        <h1 class="pane-title" id="news-title" tabIndex={-1}>
          {t("order.news")}
        </h1>
        <a
          class="icon-button"
          data-kind="quiet"
          data-tip="below-end"
          href={props.bookmarksHref}
          aria-label={t("order.bookmarks")}
        >
          <Icon of={Bookmark} />
        </a>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys move among the links in it */}
      <div class="pane-body" onKeyDown={onKeyDown}>
        {props.first}
        {groups === undefined ? (
          <Skeleton label={t("ui.moment")} />
        ) : groups.length === 0 ? (
          <EmptyState title={t("order.newsNone")}>{t("order.newsNoneHint")}</EmptyState>
        ) : (
          groups.map((group) => <Group key={placeOf(group)} {...props} group={group} now={now} />)
        )}
        {props.more && <p class="order-say">{t("order.newsMore")}</p>}
      </div>
      {waiting && (
        <footer class="news-foot">
          <Button icon={CheckCheck} onClick={() => props.onRead(groups)}>
            {t("order.readAll")}
          </Button>
          <Button kind="primary" icon={CornerDownRight} mirrorIcon onClick={props.onCatchUp}>
            {t("order.catchUp")}
          </Button>
        </footer>
      )}
    </section>
  );
}

/** Unlike any other's in the page. */
function placeOf({ spaceId, channel }: NewsGroup): string {
  return channel === null || channel.channelId === "" ? spaceId : `${spaceId}-${channel.channelId}`;
}

function Group({ group, now, hrefOf, onRead }: NewsProps & { group: NewsGroup }) {
  const { unread, mutedUntil, channel } = group;
  const title =
    channel === null || channel.name === "" ? group.title : `${group.title} · ${channel.name}`;
  const id = `news-${placeOf(group)}`;
  const shown = group.items.filter(({ kind }) => kind === "message").length;
  const rest = unread - shown - group.items.filter(({ kind }) => FOR_ONE.has(kind)).length;
  return (
    <section class="news-group" aria-labelledby={id} data-space={placeOf(group)}>
      <div class="news-head">
        <h2 id={id}>
          <a href={hrefOf(group)}>
            <bdi>{title}</bdi>
          </a>
        </h2>
        {mutedUntil > now && (
          <span class="row-mark" title={t("list.muted")}>
            <Icon of={BellOff} />
            <span class="visually-hidden">{t("list.muted")}</span>
          </span>
        )}
        {unread > 0 && (
          <Badge
            label={t("list.unread", { count: unread })}
            tone={mutedUntil > now ? "plain" : "accent"}
          >
            {unread > 99 ? `${formatNumber(99)}+` : formatNumber(unread)}
          </Badge>
        )}
        <IconButton
          icon={CheckCheck}
          label={t("order.readOne", { name: title })}
          tip="below-end"
          onClick={() => onRead([group])}
        />
      </div>
      <ul class="list" aria-label={title}>
        {group.asked && (
          <ListItem
            href={hrefOf(group, ASKED)}
            title={t("order.asked")}
            strong
            wrap
            detail={t("order.askedHint")}
          />
        )}
        {group.items.map((item) => (
          <Item
            key={`${item.kind} ${item.position} ${item.ref} ${item.authorId}`}
            item={item}
            now={now}
            href={hrefOf(group, item)}
          />
        ))}
        {(rest > 0 || group.more) && (
          <ListItem
            href={hrefOf(group)}
            title={rest > 0 ? t("order.rest", { count: rest }) : t("order.restMore")}
          />
        )}
      </ul>
    </section>
  );
}

const FOR_ONE: ReadonlySet<NewsItem["kind"]> = new Set(["mention", "reply"]);
/** Stands for the decision that waits: it is among the people. */
const ASKED: NewsItem = {
  kind: "joined",
  ref: "",
  position: 0,
  at: 0,
  authorId: "",
  authorName: "",
  text: "",
};

function Item({ item, now, href }: { item: NewsItem; now: number; href: string }) {
  const { kind, authorId, authorName, text } = item;
  const name = <bdi>{authorName}</bdi>;
  return (
    <ListItem
      wrap
      href={href}
      strong={FOR_ONE.has(kind)}
      start={
        kind === "file" || kind === "comment" ? (
          <span class="search-file">
            <Icon of={FileText} />
          </span>
        ) : kind === "joined" ? (
          <span class="search-file">
            <Icon of={UserPlus} />
          </span>
        ) : (
          <Avatar id={authorId} name={authorName} />
        )
      }
      title={tParts(`order.item.${kind}`, { name })}
      detail={kind === "reaction" ? t("order.reacted", { emoji: text }) : <bdi>{text}</bdi>}
      aside={<TimeLabel at={item.at} now={now} style="recent" />}
    />
  );
}
