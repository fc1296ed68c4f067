import { tameName } from "@baraza/engine/safe-text";
import { ArrowDown } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { lazy } from "../../app/lazy.tsx";
import type { MessageRow, Notice } from "../../app/model.ts";
import { formatDay, formatSpan } from "../../i18n/dates.ts";
import { loadWords, t, tParts } from "../../i18n/index.ts";
import { Separator } from "../../ui/bubble.tsx";
import { Button } from "../../ui/button.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Deeper } from "./deeper.ts";
import { Message, type MessageActions } from "./message.tsx";
import { useMessageKeys } from "./message-keys.ts";
import { countPrepended, timelineOf } from "./timeline.ts";

export interface MessageListProps extends Omit<MessageActions, "onJump"> {
  messages: readonly MessageRow[];
  firstUnreadId: string | null;
  hasOlder: boolean;
  /** There is more above than can be shown at once. */
  cut: boolean;
  pair: boolean;
  names: readonly string[];
  odd: ReadonlySet<string>;
  canWrite: boolean;
  now: number;
  /** It opens at this message, and ends before the newest as long as there are newer ones. */
  opened?: { eventId: string; hasNewer: boolean; canNewer: boolean } | undefined;
  onOlder: () => void;
  onNewer?: (() => void) | undefined;
  onNewest?: (() => void) | undefined;
  onRead: (message: MessageRow) => void;
}

const ChangeLine = lazy(
  () =>
    Promise.all([import("../channels/notice.tsx"), loadWords("channels")]).then(
      ([screen]) => screen.ChangeLine,
    ),
  { aside: true },
);

/** What happened, as a line between messages. */
function noticeText({ notice }: MessageRow, { broughtHref }: Deeper): ComponentChildren {
  if (!notice) return "";
  const { kind, name, by, title } = notice;
  if (kind === "brought") {
    const [chat = "", ...words] = (title ?? "").split(" ");
    const link = <a href={broughtHref(chat)}>{tameName(words.join(" ")) || "…"}</a>;
    return tParts("talk.brought", { name: <bdi>{by ?? name}</bdi>, title: link });
  }
  if (kind === "moved") return t("notice.moved", { name, address: title ?? "" });
  if (kind === "timer")
    return title === "0"
      ? t("talk.timerOff", { by: by ?? name })
      : t("talk.timerSet", { by: by ?? name, time: formatSpan(Number(title)) });
  if (kind === "renamed") return t("notice.renamed", { name: by ?? name, title: title ?? "" });
  if (isOfChange(kind)) return <ChangeLine notice={notice} />;
  if (by !== null && by !== name && (kind === "joined" || kind === "removed"))
    return t(`notice.${kind}By`, { name, by });
  return t(`notice.${kind}`, { name });
}

type OfChange = Extract<Notice["kind"], `channel${string}` | `${string}Changed`>;
function isOfChange(kind: Notice["kind"]): kind is OfChange {
  return kind.startsWith("channel") || kind.endsWith("Changed");
}

/** Pixels from the end within which the list follows new messages. */
const NEAR_END = 80;
/** Milliseconds after a change of size in which rows still find their heights. */
const SETTLING = 500;

/**
 * The messages, of which only those near the screen are in the page. It opens at what is new or at
 * the end, follows new messages while one is at the end, and keeps its place while older ones are
 * put before.
 */
export function MessageList(props: MessageListProps) {
  const { messages, firstUnreadId, hasOlder, cut, onOlder, onRead, opened } = props;
  const hasNewer = opened?.hasNewer === true;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const items = useMemo(
    () => timelineOf(messages, firstUnreadId, cut),
    [messages, firstUnreadId, cut],
  );
  const before = useRef(items);
  const prepended = countPrepended(before.current, items) > 0;
  const following = useRef(opened === undefined);
  const lastOffset = useRef(0);
  const resizedAt = useRef(-Infinity);
  const areaSize = useRef("");
  const asked = useRef(0);
  const askedNewer = useRef(0);
  const jumped = useRef(false);
  const [atEnd, setAtEnd] = useState(opened === undefined);
  const [atStart, setAtStart] = useState(false);
  const [lit, setLit] = useState<string>();
  /** A message that is being fetched, to go to it. */
  const [wanted, setWanted] = useState<string>();
  const newest = messages.at(-1);
  const keys = useMessageKeys(items, scroller, list);

  // Rows get their true heights after they are shown; the observer below then goes on to the real end.
  const toEnd = (): void => {
    if (hasNewer) return props.onNewest?.();
    following.current = true;
    // The list still finds its way to a message while rows near it get their heights: only another way ends that.
    if (jumped.current) list.current?.scrollToIndex(items.length, { align: "end" });
    jumped.current = false;
    const area = scroller.current;
    if (area) area.scrollTop = area.scrollHeight;
  };

  useLayoutEffect(() => {
    if (opened !== undefined) return jump(opened.eventId, true);
    const unread = items.findIndex(({ kind }) => kind === "new");
    following.current = unread < 0;
    if (unread >= 0) list.current?.scrollToIndex(unread, { align: "start" });
    else toEnd();
    // Only when the conversation opens; afterwards the reader decides.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useLayoutEffect(() => {
    before.current = items;
    if (following.current || (newest?.mine && opened === undefined)) toEnd();
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [newest?.eventId]);
  useEffect(() => {
    before.current = items;
  }, [items]);
  // Rows that grow, a keyboard that opens: at the end one stays at the end.
  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    const observer = new ResizeObserver((entries) => {
      if (entries.some(({ target }) => target === area)) {
        const size = `${area.clientWidth} ${area.clientHeight}`;
        // The first look is no change.
        if (areaSize.current !== "" && areaSize.current !== size)
          resizedAt.current = performance.now();
        areaSize.current = size;
      }
      if (following.current) area.scrollTop = area.scrollHeight;
    });
    observer.observe(area);
    const rows = area.querySelector(".messages-rows");
    if (rows) observer.observe(rows);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (newest && atEnd && !hasNewer && document.visibilityState === "visible") onRead(newest);
  }, [newest, atEnd, hasNewer, onRead]);
  useEffect(() => {
    if (!lit) return;
    // Whoever comes from elsewhere looks for it a moment longer.
    const timer = setTimeout(() => setLit(undefined), lit === opened?.eventId ? 4000 : 2000);
    return () => clearTimeout(timer);
  }, [lit, opened?.eventId]);

  const onScroll = (offset: number): void => {
    const area = scroller.current;
    if (!area) return;
    const end = area.scrollHeight - area.clientHeight - offset < NEAR_END;
    // Rows that turn out taller move the end away; only going up is the reader's own wish to leave it.
    // Nor is it theirs where a turned phone or a resized window makes all rows anew.
    const settling = performance.now() - resizedAt.current < SETTLING;
    following.current =
      !hasNewer && (end || (following.current && (settling || offset >= lastOffset.current)));
    lastOffset.current = offset;
    setAtEnd(following.current);
    const left = area.scrollHeight - area.clientHeight - offset;
    if (left < 600 && opened?.canNewer && hasNewer && askedNewer.current !== messages.length) {
      askedNewer.current = messages.length;
      props.onNewer?.();
    }
    setAtStart(offset < 100);
    if (offset < 600 && hasOlder && asked.current !== messages.length) {
      asked.current = messages.length;
      onOlder();
    }
  };
  const jump = (eventId: string, atOnce = false): void => {
    const index = items.findIndex(({ key }) => key === eventId);
    if (index < 0) return setWanted(eventId);
    setWanted(undefined);
    following.current = false;
    jumped.current = true;
    // A long way is gone at once: rows that are measured on it would stop a movement.
    const near = !atOnce && document.getElementById(`m-${eventId}`) !== null;
    const still =
      matchMedia("(prefers-reduced-motion: reduce)").matches ||
      document.documentElement.hasAttribute("data-still");
    list.current?.scrollToIndex(index, { align: "center", smooth: near && !still });
    setLit(eventId);
    keys.focusOn(eventId);
  };
  // Page after page until it is there; where pages end, it cannot be shown.
  useEffect(() => {
    if (wanted === undefined) return;
    if (messages.some(({ eventId }) => eventId === wanted)) jump(wanted);
    else if (hasOlder) onOlder();
    else {
      setWanted(undefined);
      toast({ text: t("chat.quoteFar") });
    }
    // Once for each page that came.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted, messages.length, hasOlder]);

  return (
    <div class="messages">
      <div
        class="messages-scroll"
        ref={scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={t("chat.messages")}
        {...keys.handlers}
      >
        <div class="messages-fill" />
        <div class="messages-rows">
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            shift={prepended}
            onScroll={onScroll}
            bufferSize={600}
            {...(keys.kept === undefined ? {} : { keepMounted: keys.kept })}
          >
            {items.map((item) =>
              item.kind === "day" ? (
                <Separator key={item.key}>{formatDay(item.at, props.now)}</Separator>
              ) : item.kind === "new" ? (
                <Separator key={item.key} tone="new">
                  {t("chat.newMessages")}
                </Separator>
              ) : item.kind === "cut" ? (
                <Separator key={item.key}>{t("chat.cut", { count: messages.length })}</Separator>
              ) : item.kind === "notice" ? (
                <Separator key={item.key} tone="notice">
                  {noticeText(item.message, props.deeper)}
                </Separator>
              ) : (
                <Message
                  key={item.key}
                  message={item.message}
                  first={item.first}
                  last={item.last}
                  lit={lit === item.key}
                  current={keys.current === item.key}
                  pair={props.pair}
                  names={props.names}
                  odd={props.odd}
                  canWrite={props.canWrite}
                  onReply={props.onReply}
                  onEdit={props.onEdit}
                  onDelete={props.onDelete}
                  onReact={props.onReact}
                  onJump={(eventId) => jump(eventId)}
                  deeper={props.deeper}
                />
              ),
            )}
            <div key="end" class="messages-end" />
          </Virtualizer>
        </div>
      </div>
      {hasOlder && (atStart || wanted !== undefined) && (
        <p class="messages-older" role="status">
          <Spinner /> {t("chat.older")}
        </p>
      )}
      {!atEnd && (
        <div class="messages-jump">
          <Button icon={ArrowDown} onClick={toEnd}>
            {t("chat.toNewest")}
          </Button>
        </div>
      )}
    </div>
  );
}
