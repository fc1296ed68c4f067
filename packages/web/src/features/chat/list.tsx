import "./list.css";
import {
  AtSign,
  BellOff,
  Bookmark,
  Ellipsis,
  Inbox,
  MessageCirclePlus,
  Pin,
  UserRoundPlus,
  X,
} from "lucide";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { ConversationRow, PendingJoin, PendingReturn } from "../../app/model.ts";
import { formatNumber, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nextIndex } from "../../ui/keyboard.ts";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { Logo } from "../../ui/logo.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import { signalsShown } from "../../app/signals-shown.ts";
import { useSwipe } from "./swipe.ts";

/** What one does with a row by a key or a swipe; each undoes itself when it holds already. */
export type RowAct = "read" | "mute" | "archive" | "pin";

/** What can be done with rows; without it the list only leads into conversations. */
export interface RowActs {
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onAct: (act: RowAct, row: ConversationRow) => void;
  onMenu: (row: ConversationRow, anchor: HTMLElement) => void;
}

export interface ConversationListProps {
  /** Absent while they are being read from this device. */
  rows: readonly ConversationRow[] | undefined;
  /** Invitations that one has accepted and is not in yet. */
  joins: readonly PendingJoin[];
  /** Conversations that this device is not in yet, though its owner is. */
  returns: readonly PendingReturn[];
  currentId?: string | undefined;
  /** Under a conversation, on wide screens: its channels. */
  channelsOf?: ((row: ConversationRow, current: boolean) => ComponentChildren) | undefined;
  now: number;
  hrefOf: (spaceId: string) => string;
  onNew: () => void;
  /** What is new everywhere, and what one marked to find again. */
  newsHref?: string;
  bookmarksHref?: string;
  /** What people wrote whom one has not met: kept apart, in one quiet line. */
  requests?: { count: number; href: string } | undefined;
  /** Takes a request back, or away once it was refused. */
  onCancelJoin: (joinId: string) => void;
  acts?: RowActs;
  /** In the place of the head while rows are selected. */
  head?: ComponentChildren;
  /** Below the head: which of them are shown. */
  filters?: ComponentChildren;
  /** In the place of rows, when a filter leaves none. */
  none?: ComponentChildren;
}

/** Conversations, newest first; only those near the screen are in the page, however many there are. */
export function ConversationList(props: ConversationListProps) {
  const { rows, joins, returns, onNew } = props;
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <section class="conversations" aria-labelledby="conversations-title">
      <header class={props.head ? "visually-hidden" : "pane-head"}>
        <h1 class="pane-title" id="conversations-title" tabIndex={-1}>
          {t("list.title")}
        </h1>
        {!props.head && props.newsHref !== undefined && (
          <a
            class="icon-button"
            data-kind="quiet"
            data-tip="below"
            href={props.newsHref}
            aria-label={t("list.news")}
          >
            <Icon of={Inbox} />
          </a>
        )}
        {!props.head && props.bookmarksHref !== undefined && (
          <a
            class="icon-button"
            data-kind="quiet"
            data-tip="below"
            href={props.bookmarksHref}
            aria-label={t("list.bookmarks")}
          >
            <Icon of={Bookmark} />
          </a>
        )}
        {!props.head && (
          <Button kind="quiet" icon={MessageCirclePlus} onClick={onNew} label={t("newSpace.title")}>
            {t("list.new")}
          </Button>
        )}
      </header>
      {props.head}
      {props.filters}
      <div class="pane-body" ref={scroller}>
        {props.requests && (
          <a class="list-aside" href={props.requests.href}>
            <Icon of={UserRoundPlus} />
            {t("list.requests", { count: props.requests.count })}
          </a>
        )}
        {joins.length > 0 && (
          <List label={t("list.joins")}>
            {joins.map((join) => (
              <JoinRow key={join.joinId} join={join} onCancel={props.onCancelJoin} />
            ))}
          </List>
        )}
        {returns.length > 0 && (
          <List label={t("list.returns")}>
            {returns.map((one) => (
              <ReturnRow key={one.spaceId} one={one} />
            ))}
          </List>
        )}
        {rows === undefined ? (
          <Skeleton label={t("list.loading")} />
        ) : rows.length > 0 ? (
          <Rows {...props} rows={rows} scroller={scroller} />
        ) : props.none ? (
          props.none
        ) : joins.length + returns.length > 0 ? null : (
          <EmptyState
            picture={<Logo size="l" />}
            title={t("list.emptyTitle")}
            action={
              <Button kind="primary" icon={MessageCirclePlus} onClick={onNew}>
                {t("newSpace.title")}
              </Button>
            }
          >
            {t("list.empty")}
          </EmptyState>
        )}
      </div>
    </section>
  );
}

/** So many rows stand in the page in any case: the browser's own search finds them, and a screen reader reads on. */
const MANY = 60;

const KEYS: Readonly<Record<string, RowAct>> = { e: "archive", m: "mute", p: "pin", u: "read" };

function Rows(
  props: ConversationListProps & {
    rows: readonly ConversationRow[];
    scroller: RefObject<HTMLDivElement | null>;
  },
) {
  const { rows, scroller, acts, now, hrefOf, currentId } = props;
  const list = useRef<VirtualizerHandle>(null);
  const frame = useRef<HTMLDivElement>(null);
  /** The row that is to have the focus once it is in the page, and where a range begins. */
  const wanted = useRef<number>(undefined);
  const from = useRef(0);
  const [above, setAbove] = useState(0);
  useLayoutEffect(() => {
    const [inside, outside] = [frame.current, scroller.current];
    if (!inside || !outside) return;
    const top =
      inside.getBoundingClientRect().top - outside.getBoundingClientRect().top + outside.scrollTop;
    setAbove(Math.max(0, Math.round(top)));
  }, [scroller, props.joins.length, props.returns.length]);

  const focusOn = (index: number): void => {
    list.current?.scrollToIndex(index, { align: "nearest" });
    const link = frame.current?.querySelector<HTMLElement>(`[data-index="${index}"] .row-main`);
    wanted.current = link ? undefined : index;
    link?.focus();
  };
  const toggle = (index: number, range: boolean): void => {
    if (!acts) return;
    const next = new Set(acts.selected);
    const row = rows[index];
    if (!row) return;
    if (range)
      for (let i = Math.min(from.current, index); i <= Math.max(from.current, index); i++)
        next.add(rows[i]?.spaceId ?? row.spaceId);
    else if (!next.delete(row.spaceId)) next.add(row.spaceId);
    from.current = index;
    acts.onSelect(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = (event.target as Element).closest<HTMLElement>("[data-index]");
    // Arrows with Alt go from conversation to conversation, wherever one is.
    if (!place || event.altKey || event.target instanceof HTMLInputElement) return;
    const index = Number(place.dataset["index"]);
    const row = rows[index];
    const next = nextIndex(event.key, index, rows.length, "block", false);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const key = event.key.toLowerCase();
    const act = KEYS[key];
    if (next !== undefined) {
      event.preventDefault();
      if (event.shiftKey) toggle(next, true);
      focusOn(next);
    } else if (!acts || !row) return;
    else if (key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      acts.onSelect(new Set(rows.map(({ spaceId }) => spaceId)));
    } else if (event.key === "Escape" && acts.selected.size > 0) acts.onSelect(new Set());
    else if (plain && (key === "x" || event.key === " ")) {
      event.preventDefault();
      toggle(index, event.shiftKey);
    } else if (plain && act) {
      event.preventDefault();
      acts.onAct(act, row);
    }
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrow keys move among the rows' own links
    <div
      ref={frame}
      class="conversation-rows"
      role="list"
      aria-label={t("list.title")}
      onKeyDown={onKeyDown}
    >
      <Virtualizer
        ref={list}
        scrollRef={scroller}
        startMargin={above}
        bufferSize={rows.length > MANY ? 400 : 64 * MANY}
        data={rows}
      >
        {(row, index) => (
          <Row
            key={row.spaceId}
            row={row}
            index={index}
            count={rows.length}
            now={now}
            href={hrefOf(row.spaceId)}
            current={row.spaceId === currentId}
            acts={acts}
            below={row.channels.length > 0 && props.channelsOf?.(row, row.spaceId === currentId)}
            wanted={wanted}
            onToggle={(range) => toggle(index, range)}
          />
        )}
      </Virtualizer>
    </div>
  );
}

/** A conversation that one is not in yet: what it waits for, and the way out of it. */
function JoinRow({ join, onCancel }: { join: PendingJoin; onCancel: (joinId: string) => void }) {
  const { joinId, inviterName, title, state } = join;
  const name = title || inviterName;
  const cancel = state === "refused" ? t("list.clearJoin") : t("list.cancelJoin");
  return (
    <ListItem
      wrap
      start={<Avatar id={joinId} name={name} square={title !== ""} />}
      title={name}
      detail={
        state === "refused"
          ? tParts("list.refused", { name: <bdi>{inviterName}</bdi> })
          : tParts("list.asking", { name: <bdi>{inviterName}</bdi> })
      }
      end={<IconButton icon={X} label={cancel} tip="below-end" onClick={() => onCancel(joinId)} />}
    />
  );
}

const RETURN_WORDS = {
  asking: "list.returnAsking",
  stale: "list.returnStale",
  gone: "list.returnGone",
  removed: "list.returnRemoved",
  damaged: "list.returnDamaged",
} as const;

/** A conversation that this device is coming back into, and what it waits for. */
function ReturnRow({ one }: { one: PendingReturn }) {
  return (
    <ListItem
      wrap
      start={<Avatar id={one.spaceId} name={one.title} square />}
      title={one.title}
      detail={t(RETURN_WORDS[one.state])}
    />
  );
}

function Row({
  row,
  index,
  count,
  now,
  href,
  current,
  acts,
  below,
  wanted,
  onToggle,
}: {
  row: ConversationRow;
  index: number;
  count: number;
  now: number;
  href: string;
  current: boolean;
  acts: RowActs | undefined;
  below: ComponentChildren;
  wanted: { current: number | undefined };
  onToggle: (range: boolean) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted.current !== index) return;
    wanted.current = undefined;
    place.current?.querySelector<HTMLElement>(".row-main")?.focus();
  }, [index, wanted]);
  useSwipe(place, acts && ((side) => acts.onAct(side === "start" ? "archive" : "read", row)));
  const muted = row.mutedUntil > now;
  const chosen = acts?.selected.has(row.spaceId) === true;
  const detail =
    // What is only worth a quiet line inside is no news outside.
    row.trouble && row.trouble.kind !== "unconfirmed"
      ? t("list.trouble")
      : row.draft && row.unread === 0 && !current
        ? tParts("list.draft", { text: <bdi class="draft-text">{row.draft}</bdi> })
        : row.lastText
          ? row.lastAuthor
            ? t("list.last", { name: row.lastAuthor, text: row.lastText })
            : row.lastText
          : t("list.nothing");
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the menu is on its button, too
    <div
      ref={place}
      class="conversation-row"
      role="listitem"
      aria-posinset={index + 1}
      aria-setsize={count}
      data-index={index}
      data-chosen={chosen || undefined}
      onContextMenu={(event) => {
        if (!acts) return;
        event.preventDefault();
        acts.onMenu(row, event.currentTarget);
      }}
    >
      {acts && acts.selected.size > 0 && (
        <input
          type="checkbox"
          class="conversation-check"
          checked={chosen}
          aria-label={t("list.select", { name: row.title })}
          onClick={(event) => {
            event.preventDefault();
            onToggle(event.shiftKey);
          }}
        />
      )}
      <ListItem
        inner
        href={href}
        current={current}
        strong={row.unread > 0 || row.marked}
        onClick={(event) => {
          // With something selected, a press selects on.
          if (!acts) return;
          if (!(event.shiftKey || event.ctrlKey || event.metaKey || acts.selected.size > 0)) return;
          event.preventDefault();
          onToggle(event.shiftKey);
        }}
        start={
          <>
            <Avatar id={row.spaceId} name={row.title} square={row.kind === "group"} />
            {signalsShown.value?.dot(row.spaceId)}
          </>
        }
        title={row.title}
        detail={signalsShown.value?.row(row.spaceId) ?? detail}
        aside={<TimeLabel at={row.lastAt} now={now} style="recent" />}
        mark={
          <>
            {row.mentioned && <Mark icon={AtSign} word={t("list.mentioned")} strong />}
            {muted && <Mark icon={BellOff} word={t("list.muted")} />}
            {row.pinned && <Mark icon={Pin} word={t("list.pinned")} />}
            {row.unread > 0 ? (
              <Badge
                label={t("list.unread", { count: row.unread })}
                tone={muted && !row.mentioned ? "plain" : "accent"}
              >
                {row.unread > 99 ? `${formatNumber(99)}+` : formatNumber(row.unread)}
              </Badge>
            ) : (
              row.marked && (
                <span class="unread-dot">
                  <span class="visually-hidden">{t("list.markedUnread")}</span>
                </span>
              )
            )}
          </>
        }
        end={
          acts && (
            <span class="row-more">
              <IconButton
                icon={Ellipsis}
                label={t("list.more", { name: row.title })}
                tip="below-end"
                hasPopup="menu"
                onClick={(event) => acts.onMenu(row, event.currentTarget as HTMLElement)}
              />
            </span>
          )
        }
      />
      {below}
    </div>
  );
}

function Mark({ icon, word, strong }: { icon: typeof Pin; word: string; strong?: boolean }) {
  return (
    <span class="row-mark" data-strong={strong} title={word}>
      <Icon of={icon} />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}
