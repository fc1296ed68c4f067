import "./conversation.css";
import { ArrowLeft, CornerUpLeft, Folder, Lock, Pencil, ShieldAlert, Users, Vote, X } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Conversation as ConversationData, MessageRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Banner } from "../../ui/banner.tsx";
import { IconButton } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Quote } from "../../ui/bubble.tsx";
import { Composer } from "../../ui/composer.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { LiveRegion } from "../../ui/hidden.tsx";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toast.tsx";
import { Forget } from "../spaces/forget.tsx";
import { MessageList } from "./message-list.tsx";
import { TroubleNotice } from "./trouble.tsx";

export interface ConversationProps {
  conversation: ConversationData;
  now: number;
  /** What was typed and not sent, and what it answers; kept on this device. */
  draft: { text: string; replyTo: string | null };
  peopleHref: string;
  filesHref: string;
  personHref: (identityId: string) => string;
  onPerson: (identityId: string) => void;
  onDraft: (draft: { text: string; replyTo: string | null }) => void;
  onSend: (message: { text: string; replyTo?: string; mentioned: string[] }) => void;
  onEdit: (eventId: string, text: string) => void;
  onDelete: (eventId: string) => void;
  onReact: (eventId: string, emoji: string, on: boolean) => void;
  /** The top was reached: more, please. */
  onOlder: () => void;
  /** The end of what is shown was reached, and there is more: see `ConversationData.opened`. */
  onNewer?: () => void;
  /** To the newest, from somewhere above. */
  onNewest?: () => void;
  /** The newest message that has been on screen. */
  onRead: (message: MessageRow) => void;
  onTrouble: () => void;
  /** Goes to what waits for a decision. */
  onDecide: () => void;
  /** Takes a conversation that is over off this device. */
  onForget: () => void;
  onBack: () => void;
}

type Mode =
  | { kind: "write" }
  | { kind: "reply"; to: MessageRow }
  | { kind: "edit"; message: MessageRow; text: string };
type Editing = Extract<Mode, { kind: "edit" }>;

/** A conversation: what was said, and where one says something. */
export function Conversation(props: ConversationProps) {
  const { conversation, draft } = props;
  const { people, kind, canWrite } = conversation;
  const [editing, setEditing] = useState<Editing>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const messages = useMemo(
    () =>
      hidden.size > 0
        ? conversation.messages.filter(({ eventId, deleted }) => deleted || !hidden.has(eventId))
        : conversation.messages,
    [conversation.messages, hidden],
  );
  const other = kind === "pair" ? people.find(({ you }) => !you) : undefined;
  const changed = people.find(({ check }) => check === "changed");
  const names = useMemo(() => people.map(({ name }) => name), [people]);

  const answered =
    draft.replyTo === null ? undefined : messages.find(({ eventId }) => eventId === draft.replyTo);
  const mode: Mode = editing ?? (answered ? { kind: "reply", to: answered } : { kind: "write" });
  const leaveMode = (): void => {
    if (editing) setEditing(undefined);
    else if (draft.replyTo !== null) props.onDraft({ ...draft, replyTo: null });
  };

  const remove = (message: MessageRow): void => {
    setHidden((before) => new Set(before).add(message.eventId));
    const show = (): void =>
      setHidden((before) => new Set([...before].filter((id) => id !== message.eventId)));
    toast({
      text: t("chat.deletedToast"),
      action: { label: t("ui.undo"), run: show },
      onGone: () => props.onDelete(message.eventId),
    });
  };
  const edit = (message: MessageRow): void =>
    setEditing({ kind: "edit", message, text: message.text });
  const send = (text: string, mentioned: string[]): void => {
    if (mode.kind === "edit") {
      if (text !== mode.message.text) props.onEdit(mode.message.eventId, text);
      setEditing(undefined);
    } else {
      props.onSend({
        text,
        mentioned,
        ...(mode.kind === "reply" ? { replyTo: mode.to.eventId } : {}),
      });
    }
  };

  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <header class="pane-head">
        <span class="phone-only">
          <IconButton
            icon={ArrowLeft}
            mirror
            label={t("ui.back")}
            tip="below-start"
            onClick={props.onBack}
          />
        </span>
        <Avatar
          id={conversation.spaceId}
          name={conversation.title}
          size="s"
          square={kind === "group"}
        />
        <div class="pane-title">
          <h1 id="conversation-title" class="as-page" tabIndex={-1} dir="auto">
            {conversation.title}
          </h1>
          {kind === "group" ? (
            <p class="pane-sub">{t("people.count", { count: people.length })}</p>
          ) : (
            other && (
              <a class="pane-sub" href={props.personHref(other.identityId)}>
                <CheckBadge check={other.check} />
              </a>
            )
          )}
        </div>
        <a class="button" data-kind="quiet" href={props.filesHref}>
          <Icon of={Folder} />
          <span class="button-words">{t("shell.files")}</span>
        </a>
        <a class="button" data-kind="quiet" href={props.peopleHref}>
          <Icon of={Users} />
          <span class="button-words">{t("people.title")}</span>
        </a>
      </header>
      {conversation.trouble && (
        <TroubleNotice trouble={conversation.trouble} onAct={props.onTrouble} />
      )}
      {changed && (
        <Banner
          tone="danger"
          icon={ShieldAlert}
          action={{
            label: t("check.compare"),
            onClick: () => props.onPerson(changed.identityId),
          }}
        >
          {t("check.changedNotice", { name: changed.name })}
        </Banner>
      )}
      {conversation.asked && (
        <Banner
          tone="notice"
          icon={Vote}
          action={{ label: t("decision.waitsAction"), onClick: props.onDecide }}
        >
          {t("decision.waits")}
        </Banner>
      )}
      {messages.length === 0 ? (
        <div class="pane-body">
          <EmptyState
            picture={
              <Avatar
                id={conversation.spaceId}
                name={conversation.title}
                size="xl"
                square={kind === "group"}
              />
            }
            title={t("chat.emptyTitle")}
          >
            {t("chat.empty")}
          </EmptyState>
        </div>
      ) : (
        <MessageList
          key={conversation.spaceId}
          messages={messages}
          firstUnreadId={conversation.firstUnreadId}
          hasOlder={conversation.hasOlder}
          cut={conversation.cut}
          pair={kind === "pair"}
          names={names}
          canWrite={canWrite}
          now={props.now}
          opened={conversation.opened}
          onOlder={props.onOlder}
          onNewer={props.onNewer}
          onNewest={props.onNewest}
          onRead={props.onRead}
          onReact={props.onReact}
          onReply={(to) => {
            setEditing(undefined);
            props.onDraft({ text: draft.text, replyTo: to.eventId });
          }}
          onEdit={edit}
          onDelete={remove}
        />
      )}
      {conversation.opened?.hasNewer !== true && <Announcer messages={conversation.messages} />}
      {canWrite ? (
        <footer class="conversation-foot">
          <ModeLine mode={mode} onCancel={leaveMode} />
          <Composer
            label={t("chat.write")}
            placeholder={t("chat.placeholder")}
            value={editing ? editing.text : draft.text}
            onInput={(text) =>
              editing ? setEditing({ ...editing, text }) : props.onDraft({ ...draft, text })
            }
            onSend={send}
            sendLabel={mode.kind === "edit" ? t("chat.saveEdit") : t("ui.send")}
            suggest={(query) => suggestPeople(query, people)}
            onEscape={leaveMode}
            onUp={() => {
              const last = messages.findLast(
                ({ mine, deleted, notice }) => mine && !deleted && !notice,
              );
              if (last) edit(last);
            }}
            {...(mode.kind === "write"
              ? {}
              : { focusOn: mode.kind === "edit" ? mode.message.eventId : `r-${mode.to.eventId}` })}
          />
        </footer>
      ) : (
        <footer class="conversation-foot conversation-closed">
          <Icon of={Lock} />
          <p>{t("chat.closed")}</p>
          <Forget kind="secondary" onForget={props.onForget} />
        </footer>
      )}
    </section>
  );
}

function ModeLine({ mode, onCancel }: { mode: Mode; onCancel: () => void }) {
  if (mode.kind === "write") return null;
  return (
    <div class="mode-line">
      <Icon of={mode.kind === "edit" ? Pencil : CornerUpLeft} mirror />
      {mode.kind === "edit" ? (
        <p>{t("chat.editing")}</p>
      ) : (
        <Quote author={mode.to.authorName} text={mode.to.text} />
      )}
      <IconButton icon={X} label={t("ui.cancel")} tip="above" onClick={onCancel} />
    </div>
  );
}

/** Reads out what others write while the conversation is open; not what was there before, nor older pages. */
function Announcer({ messages }: { messages: readonly MessageRow[] }) {
  const [text, setText] = useState("");
  const newest = messages.at(-1);
  const seen = useRef(newest?.eventId);
  useEffect(() => {
    if (!newest || newest.eventId === seen.current) return;
    seen.current = newest.eventId;
    if (!newest.mine && !newest.notice)
      setText(t("chat.said", { name: newest.authorName, text: newest.text }));
  }, [newest]);
  return <LiveRegion text={text} />;
}

function suggestPeople(
  query: string,
  people: ConversationData["people"],
): { id: string; name: string; detail: string }[] {
  const wanted = fold(query);
  return people
    .filter(
      ({ you, name }) =>
        !you &&
        fold(name)
          .split(/\s+/)
          .some((_, index, words) => words.slice(index).join(" ").startsWith(wanted)),
    )
    .map(({ identityId, name, address }) => ({ id: identityId, name, detail: address }));
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLocaleLowerCase();
}

/** In place of a conversation that is not there (or not yet) on this device. */
export function NoConversation() {
  return <EmptyState title={t("chat.goneTitle")}>{t("chat.gone")}</EmptyState>;
}
