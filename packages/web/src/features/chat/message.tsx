import {
  Bookmark,
  Check,
  CheckCheck,
  Clock3,
  Copy,
  CornerUpLeft,
  Ellipsis,
  Forward,
  History,
  MessageSquareReply,
  Pencil,
  Pin,
  PinOff,
  Plus,
  ShieldAlert,
  SmilePlus,
  SquareCheck,
  Trash2,
  Users,
} from "lucide";
import { useState } from "preact/hooks";
import type { MessageRow, ReplyTo } from "../../app/model.ts";
import { formatMoment, formatTime } from "../../i18n/dates.ts";
import { formatList, formatNumber, loadWords, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Bubble, Quote, Reactions } from "../../ui/bubble.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sign } from "../../ui/own-sign.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { useOwnMarks } from "./own-marks.ts";
import { lazy } from "../../app/lazy.tsx";
import { EmojiPicker, Reactors } from "./composer-emoji.tsx";
import type { Deeper } from "./deeper.ts";
import { MediaRoom } from "./media-room.tsx";
import { useMoreActs } from "./more-acts.ts";
import { ThreadLine } from "./thread-line.tsx";
import { Formatted } from "./formatted.tsx";
import { authorOf, gistOf } from "./said.ts";

/** The reactions at hand; others stay as they came. */
export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "🙏", "✊"] as const;

/** The words behind an `@`: where everybody is meant it is one of the writer's language, which a reader may not share. */
const calledIn = (text: string): string[] =>
  [...text.matchAll(/@([\p{L}\p{M}]+)/gu)].map(([, word = ""]) => word);

const PollView = lazy(
  () => Promise.all([import("./poll.tsx"), loadWords("deep")]).then(([screen]) => screen.PollView),
  {
    aside: true,
  },
);

export interface MessageActions {
  onReply: (message: MessageRow) => void;
  onEdit: (message: MessageRow) => void;
  onDelete: (message: MessageRow) => void;
  onReact: (eventId: string, emoji: string, on: boolean) => void;
  onJump: (eventId: string) => void;
  deeper: Deeper;
}

export interface MessageProps extends MessageActions {
  message: MessageRow;
  first: boolean;
  last: boolean;
  lit: boolean;
  /** The keys are at it. */
  current?: boolean;
  /** In a conversation of two, names and avatars would only repeat themselves. */
  pair: boolean;
  names: readonly string[];
  /** Those of the names that look like others. */
  odd: ReadonlySet<string>;
  canWrite: boolean;
}

/** One message with all that one can do with it. */
export function Message(props: MessageProps) {
  const { message, first, last, lit, pair, names, odd, canWrite, onReact, onJump } = props;
  const [anchor, setAnchor] = useState<HTMLElement>();
  const [open, setOpen] = useState<"emoji" | "reactors">();
  const canReact = canWrite || props.deeper.mayReact === true;
  const close = (): void => setAnchor(undefined);
  const own = useOwnMarks(message);
  const more = useMoreActs(message);
  const react = (emoji: string): void => {
    const mine = message.reactions.some((one) => one.emoji === emoji && one.mine);
    onReact(message.eventId, emoji, !mine);
  };
  return (
    <Bubble
      id={`m-${message.eventId}`}
      mine={message.mine}
      first={first}
      last={last}
      lit={lit}
      faded={message.deleted}
      chosen={more.chosen}
      by={authorOf(message)}
      current={props.current === true}
      author={
        !pair &&
        !message.mine && <PersonName name={message.authorName} odd={odd.has(message.authorName)} />
      }
      avatar={!pair && <Avatar id={message.authorId} name={message.authorName} size="s" />}
      quote={
        message.replyTo && (
          <Quote
            author={message.replyTo.authorName}
            text={quoteText(message.replyTo)}
            hint={t("chat.jumpToQuoted")}
            onClick={() => message.replyTo && onJump(message.replyTo.eventId)}
          />
        )
      }
      meta={
        <>
          {own.bookmarked && (
            <span class="item-state" title={t("chat.bookmarked")}>
              <Icon of={Bookmark} />
              <span class="visually-hidden">{t("chat.bookmarked")}</span>
            </span>
          )}
          <Meta message={message} onHistory={props.deeper.onHistory} />
        </>
      }
      tools={
        !message.deleted && more.chosen !== undefined ? (
          <input
            type="checkbox"
            class="message-check"
            checked={more.chosen}
            aria-label={t("talk.selectOne", { name: message.authorName })}
            onClick={(event) => {
              event.preventDefault();
              more.toggle();
            }}
          />
        ) : (
          !message.deleted &&
          message.outgoing === undefined && (
            <IconButton
              icon={canReact ? SmilePlus : Ellipsis}
              label={t("talk.moreOf", { name: authorOf(message), text: gistOf(message) })}
              word={t("chat.more")}
              hasPopup="menu"
              tip="above"
              expanded={anchor !== undefined}
              onClick={(event) => setAnchor(event.currentTarget as HTMLElement)}
            />
          )
        )
      }
      onTap={
        message.deleted || message.outgoing !== undefined
          ? undefined
          : more.chosen === undefined
            ? setAnchor
            : more.toggle
      }
      after={
        <>
          {message.thread !== null && !props.deeper.inThread && (
            <ThreadLine thread={message.thread} href={props.deeper.threadHref(message.eventId)} />
          )}
          {message.reactions.length > 0 && (
            <Reactions
              label={t("chat.reactions")}
              more={(count) => `+${formatNumber(count)}`}
              onAll={() => setOpen("reactors")}
              chips={message.reactions.map(({ emoji, count, mine, names: who }) => ({
                emoji,
                face: <Sign of={emoji} />,
                mine,
                count: formatNumber(count),
                names: namesOf(who),
                onClick: () => canReact && react(emoji),
              }))}
            />
          )}
          {anchor && (
            <Menu
              label={t("chat.more")}
              anchor={anchor}
              onClose={close}
              items={[
                ...actionsFor(props),
                ...own.items,
                ...more.items,
                ...(message.reactions.length === 0
                  ? []
                  : [
                      {
                        label: t("talk.whoReacted"),
                        icon: Users,
                        onSelect: () => setOpen("reactors"),
                      },
                    ]),
              ]}
              header={
                canReact && (
                  <>
                    {QUICK_REACTIONS.map((emoji) => (
                      <button
                        key={emoji}
                        type="button"
                        class="quick-reaction"
                        role="menuitem"
                        tabIndex={-1}
                        aria-label={t("chat.reactWith", { emoji })}
                        onClick={() => {
                          close();
                          react(emoji);
                        }}
                      >
                        {emoji}
                      </button>
                    ))}
                    <button
                      type="button"
                      class="quick-reaction"
                      role="menuitem"
                      tabIndex={-1}
                      aria-label={t("talk.otherEmoji")}
                      title={t("talk.otherEmoji")}
                      onClick={() => {
                        close();
                        setOpen("emoji");
                      }}
                    >
                      <Icon of={Plus} />
                    </button>
                  </>
                )
              }
            />
          )}
          {open === "emoji" && (
            <EmojiPicker
              title={t("talk.otherEmoji")}
              onPick={(emoji) => onReact(message.eventId, emoji, true)}
              onClose={() => setOpen(undefined)}
            />
          )}
          {open === "reactors" && (
            <Reactors
              reactions={message.reactions}
              canWrite={canReact}
              onReact={react}
              onClose={() => setOpen(undefined)}
            />
          )}
        </>
      }
    >
      {message.forwarded !== null && (
        <p class="message-mark">
          <Icon of={Forward} mirror />
          {message.forwarded === ""
            ? t("talk.forwarded")
            : tParts("talk.forwardedFrom", { name: <PersonName name={message.forwarded} /> })}
        </p>
      )}
      {message.inThread !== null && !props.deeper.inThread && (
        <a class="message-mark" href={props.deeper.threadHref(message.inThread)}>
          <Icon of={MessageSquareReply} mirror />
          {t("talk.fromThread")}
        </a>
      )}
      {message.media !== null && (
        <MediaRoom media={message.media} outgoing={message.outgoing !== undefined}>
          {props.deeper.media(message, message.media)}
        </MediaRoom>
      )}
      {message.deleted ? (
        <p dir="auto">
          {message.deletedBy === null
            ? t("chat.deleted")
            : tParts("talk.deletedBy", { name: <PersonName name={message.deletedBy} /> })}
        </p>
      ) : (
        message.text !== "" && (
          <Formatted
            text={message.text}
            names={message.everyone ? [...names, ...calledIn(message.text)] : names}
          />
        )
      )}
      {message.poll !== null && (
        <PollView
          eventId={message.eventId}
          poll={message.poll}
          canVote={canReact}
          onVote={props.deeper.onVote}
          onAddChoice={props.deeper.onAddChoice}
        />
      )}
      {message.needsNewerApp && <p class="field-hint">{t("chat.needsNewerApp")}</p>}
    </Bubble>
  );
}

/** As many names as a line can hold. */
const MOST_NAMES = 30;

function namesOf(who: readonly string[]): string {
  return who.length <= MOST_NAMES
    ? formatList(who)
    : formatList([...who.slice(0, MOST_NAMES), `+${formatNumber(who.length - MOST_NAMES)}`]);
}

/** What stands in a quotation, also of a message that was deleted or is older than what one may read. */
function quoteText({ text, deleted }: ReplyTo): string {
  return deleted ? t("chat.deleted") : text || t("chat.quoteMissing");
}

function actionsFor(props: MessageProps): MenuItem[] {
  const { message, canWrite, onReply, onEdit, onDelete, deeper } = props;
  const { mine, poll, pinned, eventId } = message;
  const once = message.media?.once !== undefined;
  const copy: MenuItem[] =
    message.text === "" && message.media !== null
      ? []
      : [
          {
            label: t("chat.copy"),
            icon: Copy,
            onSelect: () => void navigator.clipboard.writeText(message.text),
          },
        ];
  const forward: MenuItem[] =
    poll === null && !once && (message.text !== "" || message.media !== null)
      ? [
          {
            label: t("talk.forward"),
            icon: Forward,
            mirrorIcon: true,
            onSelect: () => deeper.onForward(message),
          },
        ]
      : [];
  const history: MenuItem[] =
    message.editedAt === null
      ? []
      : [{ label: t("talk.history"), icon: History, onSelect: () => deeper.onHistory(message) }];
  const { onReport } = deeper;
  const report: MenuItem[] =
    mine || onReport === undefined
      ? []
      : [{ label: t("talk.report"), icon: ShieldAlert, onSelect: () => onReport(message) }];
  if (!canWrite) return [...copy, ...forward, ...history, ...report];
  return [
    // Within a thread the field below answers.
    ...(deeper.inThread
      ? []
      : [
          {
            label: t("chat.reply"),
            icon: CornerUpLeft,
            mirrorIcon: true,
            onSelect: () => onReply(message),
          },
          ...(once && message.inThread === null
            ? []
            : [
                {
                  label: t("talk.replyInThread"),
                  icon: MessageSquareReply,
                  mirrorIcon: true,
                  onSelect: () => deeper.onThread(message.inThread ?? eventId),
                },
              ]),
        ]),
    ...copy,
    ...forward,
    ...(deeper.leads
      ? [
          {
            label: pinned ? t("talk.unpin") : t("talk.pin"),
            icon: pinned ? PinOff : Pin,
            onSelect: () => deeper.onPin(eventId, !pinned),
          },
        ]
      : []),
    ...history,
    ...(poll !== null && !poll.ended && (mine || deeper.leads)
      ? [
          {
            label: t("talk.pollEnd"),
            icon: SquareCheck,
            onSelect: () => deeper.onEndPoll(eventId),
          },
        ]
      : []),
    ...(mine && poll === null && !once
      ? [{ label: t("chat.edit"), icon: Pencil, onSelect: () => onEdit(message) }]
      : []),
    ...report,
    ...(mine || deeper.mayRemove === true
      ? [
          {
            label: t("chat.delete"),
            icon: Trash2,
            danger: true,
            onSelect: () => onDelete(message),
          },
        ]
      : []),
  ];
}

const states = { waiting: Clock3, sent: Check, delivered: CheckCheck } as const;

function Meta({
  message,
  onHistory,
}: {
  message: MessageRow;
  onHistory: (message: MessageRow) => void;
}) {
  return (
    <>
      {message.pinned && (
        <span title={t("talk.pinned")}>
          <Icon of={Pin} />
          <span class="visually-hidden">{t("talk.pinned")}</span>
        </span>
      )}
      {message.meantFor !== undefined && message.meantFor !== null && (
        <span>{t("talk.late", { time: formatMoment(message.meantFor) })}</span>
      )}
      {message.editedAt !== null && !message.deleted && (
        <button
          type="button"
          title={formatMoment(message.editedAt)}
          aria-haspopup="dialog"
          onClick={() => onHistory(message)}
        >
          {t("chat.edited")}
        </button>
      )}
      <time dateTime={new Date(message.at).toISOString()} title={formatMoment(message.at)}>
        {formatTime(message.at)}
      </time>
      {message.mine && (
        <span class="item-state" data-state={message.state} title={t(`state.${message.state}`)}>
          <Icon of={states[message.state]} />
          <span class="visually-hidden">{t(`state.${message.state}`)}</span>
        </span>
      )}
    </>
  );
}
