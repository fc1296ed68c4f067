import "./conversation.css";
import { oddNames } from "@baraza/engine/safe-text";
import {
  ArrowLeft,
  CalendarClock,
  CornerUpLeft,
  Folder,
  ListChecks,
  Lock,
  Pencil,
  Plus,
  ShieldAlert,
  Timer,
  Users,
  Vote,
  X,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Conversation as ConversationData, MessageRow } from "../../app/model.ts";
import { formatSpan } from "../../i18n/dates.ts";
import { lazy } from "../../app/lazy.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Banner } from "../../ui/banner.tsx";
import { IconButton } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Quote } from "../../ui/bubble.tsx";
import { Composer } from "../../ui/composer.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { MenuButton, type MenuItem } from "../../ui/menu.tsx";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toast.tsx";
import { signalsShown } from "../../app/signals-shown.ts";
import { Forget } from "../spaces/forget.tsx";
import { pickEmoji, suggestEmoji } from "./composer-emoji.tsx";
import { Announcer } from "./announcer.tsx";
import type { Deeper } from "./deeper.ts";
import { meant, roleNames, suggestPeople } from "./mentions.ts";
import { MessageList } from "./message-list.tsx";
import { Selecting } from "./more-acts.ts";

export interface ConversationProps {
  conversation: ConversationData;
  now: number;
  /** What was typed and not sent, and what it answers; kept on this device. */
  draft: { text: string; replyTo: string | null };
  peopleHref: string;
  aboutHref: string;
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
  deeper: Deeper;
  onNewPoll: () => void;
  onForwardAll: (messages: readonly MessageRow[]) => void;
  onBookmarkAll: (messages: readonly MessageRow[]) => void;
  /** Asks when what is written is to be sent. */
  onLater?: () => void;
  /** Above the field: what waits to be sent later. */
  waiting?: ComponentChildren;
  /** Above the field: what becomes of a link that one writes. */
  link?: ComponentChildren;
  /** How long what is said stays, ms; 0: for good. */
  timerMs?: number;
  /** Below the head: what is pinned. */
  pins?: ComponentChildren;
  /** What those who keep order are told. */
  doorbell?: ComponentChildren;
  /** What became of the first words to somebody. */
  written?: ComponentChildren;
  /** Beside the messages: a thread. */
  aside?: ComponentChildren;
  /** What else one can send, beside words. */
  adds: readonly MenuItem[];
  /** Files were pasted, or dropped onto the conversation. */
  onFiles: (files: File[]) => void;
  onVoice: () => void;
  /** In place of the field: a voice note that is recorded. */
  recorder?: ComponentChildren;
  /** What was pasted does not fit into a message. */
  onTooLong: (text: string) => void;
}

const TroubleNotice = lazy(
  () =>
    Promise.all([import("./trouble.tsx"), loadWords("trouble")]).then(
      ([screen]) => screen.TroubleNotice,
    ),
  { aside: true },
);

const SelectionBar = lazy(
  () =>
    Promise.all([import("./selecting.tsx"), loadWords("frame")]).then(
      ([screen]) => screen.SelectionBar,
    ),
  { aside: true },
);

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
  const [selected, setSelected] = useState<ReadonlySet<string>>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const signals = signalsShown.value;
  const writing = signals?.line(conversation.spaceId);
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
  const odd = useMemo(() => oddNames(names), [names]);
  const called = kind === "group" ? [...names, ...roleNames()] : names;

  const answered =
    draft.replyTo === null ? undefined : messages.find(({ eventId }) => eventId === draft.replyTo);
  const mode: Mode = editing ?? (answered ? { kind: "reply", to: answered } : { kind: "write" });
  const leaveMode = (): void => {
    if (editing) setEditing(undefined);
    else if (draft.replyTo !== null) props.onDraft({ ...draft, replyTo: null });
  };

  const remove = (...gone: readonly MessageRow[]): void => {
    const ids = new Set(gone.map(({ eventId }) => eventId));
    setHidden((before) => new Set([...before, ...ids]));
    const show = (): void =>
      setHidden((before) => new Set([...before].filter((id) => !ids.has(id))));
    toast({
      text: t("chat.deletedToast"),
      action: { label: t("ui.undo"), run: show },
      onGone: () => {
        for (const id of ids) props.onDelete(id);
      },
    });
  };
  const endSelecting = (): void => setSelected(undefined);
  const selecting = useMemo(
    () => ({
      selected,
      onToggle: (eventId: string): void =>
        setSelected((before) => {
          const next = new Set(before);
          if (!next.delete(eventId)) next.add(eventId);
          return next.size === 0 ? undefined : next;
        }),
    }),
    [selected],
  );
  const edit = (message: MessageRow): void =>
    setEditing({ kind: "edit", message, text: message.text });
  const send = (text: string, mentioned: string[]): void => {
    if (mode.kind === "edit") {
      if (text !== mode.message.text) props.onEdit(mode.message.eventId, text);
      setEditing(undefined);
    } else {
      props.onSend({
        text,
        mentioned: meant(mentioned, people),
        ...(mode.kind === "reply" ? { replyTo: mode.to.eventId } : {}),
      });
    }
  };

  const whole = (
    <section
      class="conversation"
      aria-labelledby="conversation-title"
      {...(canWrite ? fileTarget(props.onFiles) : {})}
    >
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
        <a class="conversation-about" href={props.aboutHref} title={t("chat.about")}>
          <span class="visually-hidden">{t("chat.about")}</span>
          <Avatar
            id={conversation.spaceId}
            name={conversation.title}
            size="s"
            square={kind === "group"}
          />
          {signals?.dot(conversation.spaceId)}
        </a>
        <div class="pane-title">
          <h1 id="conversation-title" class="as-page" tabIndex={-1} dir="auto">
            {conversation.title}
          </h1>
          {writing ? (
            <p class="pane-sub">{writing}</p>
          ) : kind === "group" ? (
            <p class="pane-sub">{t("people.count", { count: people.length })}</p>
          ) : (
            other && (
              <a class="pane-sub" href={props.personHref(other.identityId)}>
                <CheckBadge check={other.check} />
              </a>
            )
          )}
          {props.timerMs !== undefined && props.timerMs > 0 && (
            <a
              class="pane-timer pane-sub"
              href={props.aboutHref}
              title={t("talk.timerNow", { time: formatSpan(props.timerMs) })}
            >
              <Icon of={Timer} />
              <span class="visually-hidden">
                {t("talk.timerNow", { time: formatSpan(props.timerMs) })}
              </span>
              <span aria-hidden="true">{formatSpan(props.timerMs)}</span>
            </a>
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
      {props.written}
      {props.doorbell}
      {props.pins}
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
          names={called}
          odd={odd}
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
          onDelete={(message) => remove(message)}
          deeper={props.deeper}
        />
      )}
      {conversation.opened?.hasNewer !== true && <Announcer messages={conversation.messages} />}
      {selected ? (
        <SelectionBar
          messages={messages.filter(({ eventId }) => selected.has(eventId))}
          onForward={(some) => {
            endSelecting();
            props.onForwardAll(some);
          }}
          onBookmark={(some) => {
            endSelecting();
            props.onBookmarkAll(some);
          }}
          {...(canWrite
            ? {
                onDelete: (some: readonly MessageRow[]) => {
                  endSelecting();
                  remove(...some);
                },
              }
            : {})}
          onClear={endSelecting}
        />
      ) : canWrite && props.recorder ? (
        <footer class="conversation-foot">{props.recorder}</footer>
      ) : canWrite ? (
        <footer class="conversation-foot">
          {props.waiting}
          <ModeLine mode={mode} onCancel={leaveMode} />
          {!editing && props.link}
          <Composer
            label={t("chat.write")}
            placeholder={t("chat.placeholder")}
            value={editing ? editing.text : draft.text}
            onInput={(text) =>
              editing ? setEditing({ ...editing, text }) : props.onDraft({ ...draft, text })
            }
            onSend={send}
            sendLabel={mode.kind === "edit" ? t("chat.saveEdit") : t("ui.send")}
            suggest={(query) =>
              suggestPeople(query, people, { group: kind === "group", everyone: kind === "group" })
            }
            suggestEmoji={suggestEmoji}
            picker={pickEmoji}
            onEscape={leaveMode}
            onTooLong={props.onTooLong}
            tools={
              mode.kind !== "edit" && (
                <MenuButton
                  icon={Plus}
                  label={t("talk.add")}
                  tip="above"
                  items={[
                    ...props.adds,
                    { label: t("talk.newPoll"), icon: ListChecks, onSelect: props.onNewPoll },
                    ...(props.onLater === undefined
                      ? []
                      : [
                          {
                            label: t("talk.sendLater"),
                            icon: CalendarClock,
                            onSelect: props.onLater,
                          },
                        ]),
                  ]}
                />
              )
            }
            onVoice={mode.kind === "edit" ? undefined : props.onVoice}
            onUp={() => {
              const last = messages.findLast(
                ({ mine, deleted, notice, outgoing, media }) =>
                  mine && !deleted && !notice && outgoing === undefined && !media?.once,
              );
              if (last) edit(last);
            }}
            {...(mode.kind === "write"
              ? {}
              : { focusOn: mode.kind === "edit" ? mode.message.eventId : `r-${mode.to.eventId}` })}
          />
        </footer>
      ) : conversation.putAway ? (
        <footer class="conversation-foot conversation-closed">
          <Icon of={Lock} />
          <p>{t("talk.putAway")}</p>
        </footer>
      ) : conversation.readsOnly ? (
        <footer class="conversation-foot">
          {props.waiting}
          <div class="conversation-closed">
            <Icon of={Lock} />
            <p>{t("chat.readsOnly")}</p>
          </div>
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
  return (
    <div class="conversation-frame" data-aside={props.aside !== undefined || undefined}>
      <Selecting.Provider value={selecting}>{whole}</Selecting.Provider>
      {props.aside}
    </div>
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

/** Takes files that are pasted or dropped. A table that is pasted comes as a picture, too: there the words count. */
function fileTarget(onFiles: (files: File[]) => void) {
  const take = (event: Event, data: DataTransfer | null): void => {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };
  return {
    onPaste: (event: ClipboardEvent) => {
      if (event.clipboardData?.getData("text/plain") === "") take(event, event.clipboardData);
    },
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    },
    onDrop: (event: DragEvent) => take(event, event.dataTransfer),
  };
}

/** In place of a conversation that is not there (or not yet) on this device. */
export function NoConversation() {
  return <EmptyState title={t("chat.goneTitle")}>{t("chat.gone")}</EmptyState>;
}
