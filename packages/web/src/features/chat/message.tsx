import {
  Check,
  CheckCheck,
  Clock3,
  Copy,
  CornerUpLeft,
  Ellipsis,
  Pencil,
  SmilePlus,
  Trash2,
} from "lucide";
import { useState } from "preact/hooks";
import type { MessageRow, ReplyTo } from "../../app/model.ts";
import { formatMoment, formatTime } from "../../i18n/dates.ts";
import { formatList, formatNumber, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Bubble, Quote, Reactions } from "../../ui/bubble.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { stretchesOf } from "./text.ts";

/** The reactions at hand; others stay as they came. */
export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "🙏", "✊"] as const;

export interface MessageActions {
  onReply: (message: MessageRow) => void;
  onEdit: (message: MessageRow) => void;
  onDelete: (message: MessageRow) => void;
  onReact: (eventId: string, emoji: string, on: boolean) => void;
  onJump: (eventId: string) => void;
}

export interface MessageProps extends MessageActions {
  message: MessageRow;
  first: boolean;
  last: boolean;
  lit: boolean;
  /** In a conversation of two, names and avatars would only repeat themselves. */
  pair: boolean;
  names: readonly string[];
  canWrite: boolean;
}

/** One message with all that one can do with it. */
export function Message(props: MessageProps) {
  const { message, first, last, lit, pair, names, canWrite, onReact, onJump } = props;
  const [anchor, setAnchor] = useState<HTMLElement>();
  const close = (): void => setAnchor(undefined);
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
      author={!pair && !message.mine && <bdi>{message.authorName}</bdi>}
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
      meta={<Meta message={message} />}
      tools={
        !message.deleted && (
          <IconButton
            icon={canWrite ? SmilePlus : Ellipsis}
            label={t("chat.more")}
            hasPopup="menu"
            tip="above"
            expanded={anchor !== undefined}
            onClick={(event) => setAnchor(event.currentTarget as HTMLElement)}
          />
        )
      }
      onTap={message.deleted ? undefined : setAnchor}
      after={
        <>
          {message.reactions.length > 0 && (
            <Reactions
              label={t("chat.reactions")}
              chips={message.reactions.map(({ emoji, count, mine, names: who }) => ({
                emoji,
                mine,
                count: formatNumber(count),
                names: formatList(who),
                onClick: () => canWrite && react(emoji),
              }))}
            />
          )}
          {anchor && (
            <Menu
              label={t("chat.more")}
              anchor={anchor}
              onClose={close}
              items={actionsFor(props)}
              header={
                canWrite &&
                QUICK_REACTIONS.map((emoji) => (
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
                ))
              }
            />
          )}
        </>
      }
    >
      <p dir="auto">
        {message.deleted ? t("chat.deleted") : <Text message={message} names={names} />}
      </p>
      {message.needsNewerApp && <p class="field-hint">{t("chat.needsNewerApp")}</p>}
    </Bubble>
  );
}

/** What stands in a quotation, also of a message that was deleted or is older than what one may read. */
function quoteText({ text, deleted }: ReplyTo): string {
  return deleted ? t("chat.deleted") : text || t("chat.quoteMissing");
}

function actionsFor({ message, canWrite, onReply, onEdit, onDelete }: MessageProps): MenuItem[] {
  const copy: MenuItem = {
    label: t("chat.copy"),
    icon: Copy,
    onSelect: () => void navigator.clipboard.writeText(message.text),
  };
  if (!canWrite) return [copy];
  const reply: MenuItem = {
    label: t("chat.reply"),
    icon: CornerUpLeft,
    mirrorIcon: true,
    onSelect: () => onReply(message),
  };
  if (!message.mine) return [reply, copy];
  return [
    reply,
    copy,
    { label: t("chat.edit"), icon: Pencil, onSelect: () => onEdit(message) },
    { label: t("chat.delete"), icon: Trash2, danger: true, onSelect: () => onDelete(message) },
  ];
}

function Text({ message, names }: { message: MessageRow; names: readonly string[] }) {
  return (
    <>
      {stretchesOf(message.text, names).map((one, index) =>
        one.kind === "link" ? (
          <a
            key={index}
            href={one.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            dir="ltr"
          >
            {one.text}
          </a>
        ) : one.kind === "mention" ? (
          <bdi key={index} class="mention">
            {one.text}
          </bdi>
        ) : (
          one.text
        ),
      )}
    </>
  );
}

const states = { waiting: Clock3, sent: Check, delivered: CheckCheck } as const;

function Meta({ message }: { message: MessageRow }) {
  return (
    <>
      {message.editedAt !== null && !message.deleted && (
        <span title={formatMoment(message.editedAt)}>{t("chat.edited")}</span>
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
