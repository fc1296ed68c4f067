import { useEffect, useState } from "preact/hooks";
import {
  Conversation as ConversationScreen,
  NoConversation,
} from "../../features/chat/conversation.tsx";
import { t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Draft, EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { forget } from "./spaces.tsx";

/** Messages that a page of the conversation holds; going up asks for one more page. */
const PAGE = 100;
/** What the engine answers at most at once. */
const MOST = 1000;
/** Messages before and behind one that is shown in its surroundings, at first. */
const AROUND = 50;

/**
 * A conversation over the engine. Give it a key, so that another one starts afresh. With `message` it opens there, in what
 * was said before and after, until one goes on to the newest.
 */
export function Conversation({
  engine,
  spaceId,
  message,
}: {
  engine: EnginePort;
  spaceId: string;
  message?: string | undefined;
}) {
  const now = useNow();
  const [limit, setLimit] = useState(PAGE);
  const [reach, setReach] = useState({ before: AROUND, after: AROUND });
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const people = useLive(engine.people(spaceId), `people ${spaceId}`);
  const newest = useHeld(
    useLive(
      message === undefined ? engine.messages(spaceId, limit) : none,
      `messages ${spaceId} ${limit} ${message ?? ""}`,
    ),
  );
  const around = useHeld(
    useLive(
      message === undefined ? none : engine.around(spaceId, message, reach),
      `around ${spaceId} ${message ?? ""} ${reach.before} ${reach.after}`,
    ),
  );
  const page = message === undefined ? newest : (around ?? undefined);
  const [openedAt, setOpenedAt] = useState<{ unread: string | null }>();
  const [draft, setDraft] = useDraft(engine, spaceId);

  // The line for what is new stays where it was when the conversation was opened.
  useEffect(() => {
    if (page && !openedAt) setOpenedAt({ unread: page.firstUnreadId });
  }, [page, openedAt]);

  // What was to be shown has been deleted, or is not on this device.
  const gone = around === null;
  useEffect(() => {
    if (!gone) return;
    toast({ text: t("chat.quoteFar") });
    go({ at: "space", spaceId }, { replace: true });
  }, [gone, spaceId]);

  if (space === null) return <NoConversation />;
  if (!space || !people || !page || !openedAt) return <Skeleton label={t("ui.moment")} />;
  return (
    <ConversationScreen
      conversation={{
        spaceId,
        title: space.title,
        kind: space.kind,
        messages: page.messages,
        hasOlder: page.more && (message === undefined ? limit : reach.before) < MOST,
        cut: page.more && (message === undefined ? limit : reach.before) >= MOST,
        ...(message === undefined
          ? {}
          : {
              opened: {
                eventId: message,
                hasNewer: page.hasNewer === true,
                canNewer: reach.after < MOST,
              },
            }),
        firstUnreadId: openedAt.unread,
        people,
        canWrite: space.state === "active",
        trouble: space.trouble,
        asked: space.asked,
      }}
      now={now}
      draft={draft}
      peopleHref={hrefOf({ at: "people", spaceId })}
      filesHref={hrefOf({ at: "files", spaceId, folderId: null })}
      personHref={(identityId) => hrefOf({ at: "person", identityId })}
      onPerson={(identityId) => go({ at: "person", identityId })}
      onDraft={setDraft}
      onSend={(sent) => {
        setDraft({ text: "", replyTo: null });
        void engine.send(spaceId, sent).then((result) => {
          // Nothing typed is ever lost: what could not even be kept goes back into the field.
          if (!result.ok) setDraft({ text: sent.text, replyTo: sent.replyTo ?? null });
          // What one writes stands with the newest.
          else if (message !== undefined) go({ at: "space", spaceId }, { replace: true });
          tell(result);
        });
      }}
      onEdit={(eventId, text) => void engine.edit(spaceId, eventId, text).then(tell)}
      onDelete={(eventId) => void engine.delete(spaceId, eventId).then(tell)}
      onReact={(eventId, emoji, on) => void engine.react(spaceId, eventId, emoji, on).then(tell)}
      onOlder={() => {
        if (message === undefined) setLimit((before) => Math.min(MOST, before + PAGE));
        else setReach((now) => ({ ...now, before: Math.min(MOST, now.before + PAGE) }));
      }}
      onNewer={() => setReach((now) => ({ ...now, after: Math.min(MOST, now.after + PAGE) }))}
      onNewest={() => go({ at: "space", spaceId }, { replace: true })}
      onRead={({ position }) => void engine.markRead(spaceId, position)}
      onTrouble={() => void engine.repair(spaceId).then(tell)}
      onDecide={() => go({ at: "people", spaceId })}
      onForget={() => void forget(engine, spaceId)}
      onBack={back}
    />
  );
}

/** Nothing to follow. */
const none = (): (() => void) => () => undefined;

function tell(result: Result): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** The last value that was there: a larger page keeps the smaller one on screen until it has come. */
function useHeld<T>(value: T | undefined): T | undefined {
  const [held, setHeld] = useState(value);
  useEffect(() => {
    if (value !== undefined) setHeld(value);
  }, [value]);
  return value ?? held;
}

/** The draft as typed here, written to the store a moment after the last key; the store's own only fills it in at first. */
function useDraft(engine: EnginePort, spaceId: string): [Draft, (draft: Draft) => void] {
  const stored = useLive(engine.draft(spaceId), `draft ${spaceId}`);
  const [typed, setTyped] = useState<Draft>();
  useEffect(() => {
    if (!typed) return;
    const save = (): void => void engine.setDraft(spaceId, typed);
    const timer = setTimeout(save, 400);
    addEventListener("pagehide", save);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", save);
      save();
    };
  }, [engine, spaceId, typed]);
  return [typed ?? stored ?? { text: "", replyTo: null }, setTyped];
}
