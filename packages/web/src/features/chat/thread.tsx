import "./thread.css";
import { ArrowLeft, Bell, BellOff, Plus } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { oddNames } from "@baraza/engine/safe-text";
import type { MessageRow, PersonRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Separator } from "../../ui/bubble.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Composer } from "../../ui/composer.tsx";
import { MenuButton } from "../../ui/menu.tsx";
import { pickEmoji, suggestEmoji } from "./composer-emoji.tsx";
import { Announcer } from "./announcer.tsx";
import { meant, roleNames, suggestPeople } from "./mentions.ts";
import { Message, type MessageActions } from "./message.tsx";

export interface ThreadProps extends Omit<MessageActions, "onJump" | "onReply" | "onEdit"> {
  root: MessageRow;
  messages: readonly MessageRow[];
  hasOlder: boolean;
  following: boolean;
  people: readonly PersonRow[];
  canWrite: boolean;
  draft: string;
  onDraft: (text: string) => void;
  onSend: (message: { text: string; also: boolean; mentioned: string[] }) => void;
  /** Above the field: what becomes of a link that one writes. */
  link?: ComponentChildren;
  onEdit: (eventId: string, text: string) => void;
  onFollow: (on: boolean) => void;
  onOlder: () => void;
  /** The newest one has been on screen. */
  onRead: (message: MessageRow) => void;
  onClose: () => void;
}

/** The thread of a message: beside its conversation where there is room, else in its place. */
export function Thread(props: ThreadProps) {
  const { root, messages, people, canWrite } = props;
  const [also, setAlso] = useState(false);
  const [editing, setEditing] = useState<{ message: MessageRow; text: string }>();
  const area = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const names = useMemo(() => people.map(({ name }) => name), [people]);
  const odd = useMemo(() => oddNames(names), [names]);
  const newest = messages.at(-1);
  const { onRead } = props;
  useEffect(() => {
    const from = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    // Whoever was here goes back to the message, once that is in sight again.
    return () => queueMicrotask(() => goBack(from));
  }, [root.eventId]);
  useLayoutEffect(() => {
    if (area.current) area.current.scrollTop = area.current.scrollHeight;
  }, [newest?.eventId]);
  useEffect(() => {
    if (newest && document.visibilityState === "visible") onRead(newest);
    // Once for each new one, not for each reaction.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [newest?.eventId, newest?.position]);
  const row = (message: MessageRow, index: number): ReturnType<typeof Message> => (
    <Message
      key={message.eventId}
      message={message}
      first={index < 1 || messages[index - 1]?.authorId !== message.authorId}
      last={index < 0 || messages[index + 1]?.authorId !== message.authorId}
      lit={false}
      pair={false}
      names={people.length > 2 ? [...names, ...roleNames()] : names}
      odd={odd}
      canWrite={canWrite}
      onReply={() => undefined}
      onEdit={(one) => setEditing({ message: one, text: one.text })}
      onDelete={props.onDelete}
      onReact={props.onReact}
      onJump={(eventId) =>
        area.current?.querySelector(`#m-${eventId}`)?.scrollIntoView({ block: "center" })
      }
      deeper={props.deeper}
    />
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from anywhere inside
    <aside
      class="thread"
      aria-labelledby="thread-title"
      onKeyDown={(event) => {
        const inside = event.target instanceof Element && event.target.closest("[popover], dialog");
        if (event.key !== "Escape" || inside || event.defaultPrevented) return;
        if (editing) setEditing(undefined);
        else props.onClose();
      }}
    >
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("deep.closeThread")}
          tip="below-start"
          onClick={props.onClose}
        />
        <h2 class="pane-title" id="thread-title" ref={heading} tabIndex={-1}>
          {t("deep.thread")}
        </h2>
        <IconButton
          icon={props.following ? Bell : BellOff}
          label={props.following ? t("deep.following") : t("deep.follow")}
          pressed={props.following}
          tip="below-end"
          onClick={() => props.onFollow(!props.following)}
        />
      </header>
      <div
        class="thread-messages"
        ref={area}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={t("deep.thread")}
      >
        {row(root, -1)}
        <Separator tone="notice">
          {messages.length === 0
            ? t("deep.threadEmpty")
            : t("talk.replies", { count: root.thread?.count ?? messages.length })}
        </Separator>
        {props.hasOlder && <Button onClick={props.onOlder}>{t("deep.olderReplies")}</Button>}
        {messages.map(row)}
      </div>
      <Announcer messages={messages} />
      {canWrite && (
        <footer class="conversation-foot">
          {!editing && props.link}
          <Composer
            label={t("deep.threadWrite")}
            placeholder={t("deep.threadWrite")}
            value={editing ? editing.text : props.draft}
            onInput={(text) => (editing ? setEditing({ ...editing, text }) : props.onDraft(text))}
            sendLabel={editing ? t("chat.saveEdit") : t("ui.send")}
            suggest={(query) => suggestPeople(query, people, { group: people.length > 2 })}
            tools={
              !editing && (
                <MenuButton
                  icon={Plus}
                  label={t("talk.add")}
                  tip="above"
                  items={props.deeper.addsIn(root.eventId)}
                />
              )
            }
            suggestEmoji={suggestEmoji}
            picker={pickEmoji}
            onSend={(text, mentioned) => {
              if (editing) {
                if (text !== editing.message.text) props.onEdit(editing.message.eventId, text);
                setEditing(undefined);
              } else props.onSend({ text, also, mentioned: meant(mentioned, people) });
            }}
            {...(editing ? { focusOn: editing.message.eventId } : {})}
          />
          {!editing && (
            <label class="thread-also">
              <input
                type="checkbox"
                checked={also}
                onChange={(event) => setAlso(event.currentTarget.checked)}
              />
              {t("deep.also")}
            </label>
          )}
        </footer>
      )}
    </aside>
  );
}

function goBack(from: Element | null): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body) return;
  const there = from instanceof HTMLElement && from !== document.body && from.isConnected;
  (there ? from : document.querySelector<HTMLElement>("#conversation-title"))?.focus();
}
