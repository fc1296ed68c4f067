import { Aperture, Image, MapPin, Paperclip, User } from "lucide";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  Conversation as ConversationScreen,
  NoConversation,
} from "../../features/chat/conversation.tsx";
import type { Deeper } from "../../features/chat/deeper.ts";
import { loadWords, t } from "../../i18n/index.ts";
import { OwnMarks, type OwnMarksOf } from "../../features/chat/own-marks.ts";
import { Skeleton } from "../../ui/progress.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Draft, EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import type { MessageMedia, MessageRow } from "../model.ts";
import { pickFiles } from "./media-pick.ts";
import { outgoingRow, recordingWasLost } from "./outgoing.ts";
import { back, go } from "../router.ts";
import { conversationOf, hrefOf } from "../routes.ts";
import { signalsShown } from "../signals-shown.ts";
import { lazy } from "../lazy.tsx";
import { useEcho } from "./own-echo.ts";
import { forget } from "./spaces.tsx";

const access = () =>
  Promise.all([import("./access.tsx"), loadWords("access")]).then(([screens]) => screens);
const Doorbell = lazy(() => access().then((screens) => screens.Doorbell), { aside: true });
const ReportAbout = lazy(() => access().then((screens) => screens.ReportAbout), { aside: true });

const requests = () =>
  Promise.all([import("./requests.tsx"), loadWords("requests")]).then(([screens]) => screens);
const WrittenFirst = lazy(() => requests().then((screens) => screens.WrittenFirst), {
  aside: true,
});
const ReportToNode = lazy(() => requests().then((screens) => screens.ReportToNode), {
  aside: true,
});
const TooLong = lazy(
  () =>
    Promise.all([import("./too-long.tsx"), loadWords("files"), loadWords("deep")]).then(
      ([screens]) => screens.TooLong,
    ),
  { aside: true },
);

const withMedia = <T,>(part: () => Promise<T>): Promise<T> =>
  Promise.all([part(), loadWords("media"), loadWords("files")]).then(([screens]) => screens);
const media = () => withMedia(() => import("./media.tsx"));
const MediaOf = lazy(() => media().then((screens) => screens.MediaOf), { aside: true });
const OnceShown = lazy(() => media().then((screens) => screens.OnceShown), { aside: true });
const MediaShown = lazy(() => media().then((screens) => screens.MediaShown), { aside: true });
const bring = () => withMedia(() => import("./attach.tsx"));
const Attach = lazy(() => bring().then((screens) => screens.Attach), { aside: true });
const LinkOffer = lazy(
  () => withMedia(() => import("./link-offer.tsx")).then((screens) => screens.LinkOffer),
  { aside: true },
);
const SendPlace = lazy(() => bring().then((screens) => screens.SendPlace), { aside: true });
const VoiceRecorder = lazy(() => bring().then((screens) => screens.VoiceRecorder), { aside: true });

const ShareContact = lazy(
  () =>
    Promise.all([import("./contact.tsx"), loadWords("contact")]).then(
      ([screens]) => screens.ShareContact,
    ),
  { aside: true },
);

const deep = () =>
  Promise.all([import("./deeper.tsx"), loadWords("deep")]).then(([screens]) => screens);
const ForwardTo = lazy(() => deep().then((screens) => screens.ForwardTo), { aside: true });
const History = lazy(() => deep().then((screens) => screens.History), { aside: true });
const NewPoll = lazy(() => deep().then((screens) => screens.NewPoll), { aside: true });
const PinsShown = lazy(() => deep().then((screens) => screens.Pins), { aside: true });
const timing = () =>
  Promise.all([import("./timing.tsx"), loadWords("timing")]).then(([screens]) => screens);
const SendLater = lazy(() => timing().then((screens) => screens.SendLater), { aside: true });
const Waiting = lazy(() => timing().then((screens) => screens.Waiting), { aside: true });
const Thread = lazy(() =>
  Promise.all([import("./thread.tsx"), loadWords("deep")]).then(([screens]) => screens.Thread),
);

/** Messages that a page of the conversation holds; going up asks for one more page. */
const PAGE = 100;
/** What the engine answers at most at once. */
const MOST = 1000;
/** Messages before and behind one that is shown in its surroundings, at first. */
const AROUND = 50;

/** What stands above a conversation with several channels; fetched where there are some. */
const ChannelBar = lazy(
  () =>
    Promise.all([import("./channels.tsx"), loadWords("channels")]).then(
      ([screens]) => screens.ChannelBar,
    ),
  { aside: true },
);

/**
 * A conversation over the engine. Give it a key, so that another one starts afresh. With `message` it opens there, in what
 * was said before and after, until one goes on to the newest.
 */
export function Conversation({
  engine,
  spaceId,
  message,
  thread,
  channel: asked,
}: {
  engine: EnginePort;
  spaceId: string;
  message?: string | undefined;
  /** The message whose thread is open beside it. */
  thread?: string | undefined;
  /** One beside the first; a message is shown in its own. */
  channel?: string | undefined;
}) {
  const now = useNow();
  const [limit, setLimit] = useState(PAGE);
  const [reach, setReach] = useState({ before: AROUND, after: AROUND });
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const people = useLive(engine.people(spaceId), `people ${spaceId}`);
  const timer = useLive(engine.watch("vanish.timer", { spaceId }), `timer ${spaceId}`);
  const newest = useHeld(
    useLive(
      message === undefined ? engine.messages(spaceId, limit, asked) : none,
      `messages ${spaceId} ${asked ?? ""} ${limit} ${message ?? ""}`,
    ),
  );
  const around = useHeld(
    useLive(
      message === undefined ? none : engine.around(spaceId, message, reach),
      `around ${spaceId} ${message ?? ""} ${reach.before} ${reach.after}`,
    ),
  );
  const page = message === undefined ? newest : (around ?? undefined);
  const channel = message === undefined ? (asked ?? "") : (around?.channel ?? "");
  const here = conversationOf({ spaceId, channel });
  const inChannel = channel === "" ? {} : { channel };
  const echo = useEcho(page?.messages, people);
  const [openedAt, setOpenedAt] = useState<{ unread: string | null }>();
  const [draft, keepDraft] = useDraft(engine, spaceId, channel);
  const setDraft = (next: Draft): void => {
    if (next.text !== draft.text) signalsShown.peek()?.typed(spaceId, next.text);
    keepDraft(next);
  };
  const [tooLong, setTooLong] = useState<string>();
  const marks = useOwnMarksOf(engine, spaceId);
  useOwnSigns(engine, spaceId);
  const several = useLive(engine.watch("chat.channels", { spaceId }), `channels ${spaceId}`);
  const current = several?.find(({ channelId }) => channelId === channel);
  useThreadsOwnChannel(engine, { spaceId, root: thread, channel: asked });
  const [link, setLink] = useState<MessageMedia["link"]>();
  const [about, setAbout] = useState<
    | { kind: "forward"; messages: readonly MessageRow[] }
    | { kind: "history" | "report" | "once"; message: MessageRow }
    | { kind: "toNode"; message: MessageRow; why?: string }
    | { kind: "poll" | "place" | "contact" | "voice" | "later" }
    | { kind: "files"; files: File[]; into?: string | undefined }
    | { kind: "media"; media: MessageMedia; fileId: string }
  >();
  const outgoing = useLive(engine.watch("chat.outgoing", { spaceId }), `outgoing ${spaceId}`);
  const close = (): void => setAbout(undefined);

  // The line for what is new stays where it was when the conversation was opened.
  useEffect(() => {
    if (page && !openedAt) setOpenedAt({ unread: page.firstUnreadId });
  }, [page, openedAt]);

  useEffect(
    () => void recordingWasLost().then((lost) => lost && toast({ text: t("talk.voiceLost") })),
    [],
  );

  // What was to be shown has been deleted, or is not on this device.
  const gone = around === null;
  useEffect(() => {
    if (!gone) return;
    toast({ text: t("chat.quoteFar") });
    go({ at: "space", spaceId }, { replace: true });
  }, [gone, spaceId]);

  // It stands in a thread alone: that is where it is shown.
  const within = around?.thread ?? null;
  useEffect(() => {
    if (within !== null)
      go({ at: "thread", spaceId, root: within, ...inChannel }, { replace: true });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the channel comes with the thread
  }, [within, spaceId]);

  // A channel that is not there, or not any more, leads to where all of them are.
  const lost =
    asked !== undefined && several !== undefined && message === undefined && current === undefined;
  useEffect(() => {
    if (lost) go({ at: "space", spaceId }, { replace: true });
  }, [lost, spaceId]);

  if (space === null) return <NoConversation />;
  if (!space || !people || !page || !openedAt || lost) return <Skeleton label={t("ui.moment")} />;
  const ask = <T,>(work: Promise<Result<T>>): void => {
    void work.then((result) => {
      if (!result.ok) toast({ text: failureText(result.failure), urgent: true });
    });
  };
  const bringFiles = (files: File[], into?: string): void =>
    setAbout({ kind: "files", files, into });
  const adds = (into?: string): MenuItem[] => {
    const then = (files: File[]): void => bringFiles(files, into);
    const pick = (wish: Parameters<typeof pickFiles>[0]) => () => pickFiles(wish, then);
    const camera: MenuItem = {
      label: t("talk.addCamera"),
      icon: Aperture,
      onSelect: pick({ accept: "image/*", several: false, camera: true }),
    };
    return [
      {
        label: t("talk.addPictures"),
        icon: Image,
        onSelect: pick({ accept: "image/*,video/*", several: true }),
      },
      ...(matchMedia("(pointer: coarse)").matches ? [camera] : []),
      { label: t("talk.addFiles"), icon: Paperclip, onSelect: pick({ several: true }) },
    ];
  };
  const deeper: Deeper = {
    leads: (space.role === "steward" || space.role === "moderator") && space.state === "active",
    mayReact: space.mayReact,
    addsIn: adds,
    ...(space.state !== "active"
      ? {}
      : space.kind === "group" && (space.role === "steward" || space.role === "moderator")
        ? { mayRemove: true }
        : {
            onReport: (one) =>
              setAbout({ kind: space.kind === "group" ? "report" : "toNode", message: one }),
          }),
    threadHref: (root) => hrefOf({ at: "thread", spaceId, root, ...inChannel }),
    onThread: (root) => go({ at: "thread", spaceId, root, ...inChannel }),
    broughtHref: (chat) => hrefOf({ at: "brought", spaceId, chat }),
    onForward: (one) => setAbout({ kind: "forward", messages: [one] }),
    onHistory: (one) => setAbout({ kind: "history", message: one }),
    onPin: (eventId, on) => ask(engine.call("chat.pin", { spaceId, eventId, on })),
    onVote: (eventId, choices) => ask(engine.call("chat.vote", { spaceId, eventId, choices })),
    onAddChoice: (eventId, text) => ask(engine.call("chat.addChoice", { spaceId, eventId, text })),
    onEndPoll: (eventId) => ask(engine.call("chat.endPoll", { spaceId, eventId })),
    media: (message, brought) => (
      <MediaOf
        engine={engine}
        spaceId={spaceId}
        message={message}
        media={brought}
        next={({ eventId }) => {
          const at = page.messages.findIndex((one) => one.eventId === eventId);
          const after = at < 0 ? undefined : page.messages[at + 1];
          return after?.media?.voice ? after : undefined;
        }}
        onOpen={(fileId) => setAbout({ kind: "media", media: brought, fileId })}
        onOnce={() => setAbout({ kind: "once", message })}
      />
    ),
  };
  const isPutAway = current?.archived === true;
  const canWrite = space.mayWrite && !isPutAway;
  // What waits for its files stands behind everything that was said; in a thread it stands there.
  const waiting =
    outgoing === undefined || outgoing.length === 0 || page.hasNewer === true
      ? []
      : outgoing
          .filter((one) => !one.aside && one.channel === channel)
          .map((one) =>
            outgoingRow(
              one,
              people.find(({ you }) => you),
            ),
          );
  const to = {
    spaceId,
    ...inChannel,
    ...(draft.replyTo === null ? {} : { replyTo: draft.replyTo }),
  };
  return (
    <OwnMarks.Provider value={marks}>
      <ConversationScreen
        conversation={{
          spaceId,
          title: space.title,
          kind: space.kind,
          messages: waiting.length > 0 ? [...echo.messages, ...waiting] : echo.messages,
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
          canWrite,
          readsOnly: space.state === "active" && !canWrite && !isPutAway,
          putAway: space.state === "active" && isPutAway,
          trouble: space.trouble,
          asked: space.asked,
        }}
        now={now}
        draft={draft}
        peopleHref={hrefOf({ at: "people", spaceId })}
        aboutHref={hrefOf({ at: "about", spaceId })}
        filesHref={hrefOf({ at: "files", spaceId, folderId: null })}
        personHref={(identityId) => hrefOf({ at: "person", identityId })}
        onPerson={(identityId) => go({ at: "person", identityId })}
        onDraft={setDraft}
        onSend={(sent) => {
          setDraft({ text: "", replyTo: null });
          const eventId = echo.add(sent);
          void engine.send(spaceId, { ...sent, eventId, ...inChannel, link }).then((result) => {
            // Nothing typed is ever lost: what could not even be kept goes back into the field.
            if (!result.ok) {
              echo.drop(eventId);
              setDraft({ text: sent.text, replyTo: sent.replyTo ?? null });
            }
            // What one writes stands with the newest.
            else if (message !== undefined) go(here, { replace: true });
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
        onNewest={() => go(here, { replace: true })}
        onRead={({ position }) => void engine.markRead(spaceId, position, channel)}
        onTrouble={() => void engine.repair(spaceId).then(tell)}
        onDecide={() => go({ at: "people", spaceId })}
        onForget={() => void forget(engine, spaceId)}
        onBack={back}
        onTooLong={setTooLong}
        deeper={deeper}
        onNewPoll={() => setAbout({ kind: "poll" })}
        onForwardAll={(messages) =>
          setAbout({
            kind: "forward",
            messages: messages.filter((one) => one.media?.once === undefined),
          })
        }
        onBookmarkAll={(messages) =>
          void moreActs().then((acts) => acts.bookmarkAll(engine, spaceId, messages))
        }
        written={
          space.kind === "pair" &&
          people.length < 2 && <WrittenFirst engine={engine} spaceId={spaceId} />
        }
        doorbell={
          (space.asking > 0 || space.reports > 0 || space.flooding !== null) && (
            <Doorbell
              engine={engine}
              spaceId={spaceId}
              asking={space.asking}
              reports={space.reports}
              flooding={space.flooding}
            />
          )
        }
        link={
          draft.text.includes("://") && (
            <LinkOffer engine={engine} text={draft.text} onCard={setLink} />
          )
        }
        onLater={() => setAbout({ kind: "later" })}
        waiting={<WaitingShown engine={engine} spaceId={spaceId} {...inChannel} now={now} />}
        timerMs={timer?.ms ?? 0}
        adds={[
          ...adds(),
          {
            label: t("talk.addPlace"),
            icon: MapPin,
            onSelect: () => setAbout({ kind: "place" }),
          },
          {
            label: t("talk.addContact"),
            icon: User,
            onSelect: () => setAbout({ kind: "contact" }),
          },
        ]}
        onFiles={(files) => bringFiles(files)}
        onVoice={() => setAbout({ kind: "voice" })}
        recorder={
          about?.kind === "voice" && (
            <VoiceRecorder
              engine={engine}
              to={to}
              onClose={() => {
                close();
                if (draft.replyTo !== null) setDraft({ ...draft, replyTo: null });
              }}
            />
          )
        }
        pins={
          <>
            {several !== undefined && several.length > 1 && (
              <ChannelBar
                engine={engine}
                spaceId={spaceId}
                channels={several}
                current={channel}
                now={now}
              />
            )}
            <Pins engine={engine} spaceId={spaceId} {...inChannel} leads={deeper.leads} />
          </>
        }
        {...(thread === undefined
          ? {}
          : {
              aside: (
                <Thread
                  key={thread}
                  engine={engine}
                  spaceId={spaceId}
                  root={thread}
                  people={people}
                  canWrite={canWrite}
                  deeper={deeper}
                  onClose={() => go(here)}
                />
              ),
            })}
      />
      {about?.kind === "forward" && (
        <ForwardTo engine={engine} spaceId={spaceId} messages={about.messages} onClose={close} />
      )}
      {about?.kind === "report" && (
        <ReportAbout
          engine={engine}
          spaceId={spaceId}
          message={about.message}
          onNobody={(why) => setAbout({ kind: "toNode", message: about.message, why })}
          onClose={close}
        />
      )}
      {about?.kind === "toNode" && (
        <ReportToNode engine={engine} spaceId={spaceId} {...about} onClose={close} />
      )}
      {about?.kind === "history" && (
        <History
          engine={engine}
          spaceId={spaceId}
          eventId={about.message.eventId}
          names={people.map(({ name }) => name)}
          onClose={close}
        />
      )}
      {about?.kind === "later" && (
        <SendLater
          engine={engine}
          spaceId={spaceId}
          {...inChannel}
          now={Date.now()}
          draft={draft}
          onDone={() => {
            close();
            setDraft({ text: "", replyTo: null });
          }}
          onClose={close}
        />
      )}
      {about?.kind === "once" && (
        <OnceShown engine={engine} spaceId={spaceId} message={about.message} onClose={close} />
      )}
      {about?.kind === "media" && (
        <MediaShown
          engine={engine}
          spaceId={spaceId}
          media={about.media}
          fileId={about.fileId}
          onGo={(fileId) => setAbout({ ...about, fileId })}
          onClose={close}
        />
      )}
      {about?.kind === "files" && (
        <Attach
          engine={engine}
          to={about.into === undefined ? to : { spaceId, thread: about.into }}
          files={about.files}
          text={about.into === undefined ? draft.text : ""}
          onSent={() => {
            close();
            if (about.into !== undefined) return;
            setDraft({ text: "", replyTo: null });
            if (message !== undefined) go(here, { replace: true });
          }}
          onClose={close}
        />
      )}
      {about?.kind === "contact" && (
        <ShareContact
          engine={engine}
          to={to}
          onDone={() => {
            close();
            if (draft.replyTo !== null) setDraft({ ...draft, replyTo: null });
          }}
          onClose={close}
        />
      )}
      {about?.kind === "place" && <SendPlace engine={engine} to={to} onClose={close} />}
      {about?.kind === "poll" && (
        <NewPoll engine={engine} spaceId={spaceId} {...inChannel} onClose={close} />
      )}
      {tooLong !== undefined && (
        <TooLong
          engine={engine}
          spaceId={spaceId}
          {...inChannel}
          text={tooLong}
          onClose={() => setTooLong(undefined)}
        />
      )}
    </OwnMarks.Provider>
  );
}

/** The conversation's own emoji; what shows them is fetched where there are some. */
function useOwnSigns(engine: EnginePort, spaceId: string): void {
  const emoji = useLive(engine.watch("chat.ownEmoji", { spaceId }), `emoji ${spaceId}`);
  const signs = useRef<ReturnType<typeof signsOf>>(undefined);
  useEffect(() => {
    if (emoji === undefined || (emoji.length === 0 && signs.current === undefined)) return;
    signs.current ??= signsOf(engine, spaceId);
    // What cannot be fetched is read by its name.
    signs.current.then(
      ({ show }) => show(emoji),
      () => (signs.current = undefined),
    );
  }, [engine, spaceId, emoji]);
  useEffect(
    () => () => {
      signs.current?.then(
        ({ end }) => end(),
        () => undefined,
      );
      signs.current = undefined;
    },
    [engine, spaceId],
  );
}
const signsOf = (engine: EnginePort, spaceId: string) =>
  import("./own-signs.ts").then(({ showOwnSigns }) => showOwnSigns(engine, spaceId));

/** What one marks about messages here. */
function useOwnMarksOf(engine: EnginePort, spaceId: string): OwnMarksOf {
  // What is being read aloud ends when one leaves.
  const reading = useRef(false);
  useEffect(
    () => () => {
      if (reading.current) void moreActs().then((acts) => acts.endReading());
      reading.current = false;
    },
    [spaceId],
  );
  const ids = useLive(engine.watch("marks.bookmarked", { spaceId }), `bookmarked ${spaceId}`);
  return useMemo(
    () => ({
      bookmarked: new Set(ids),
      onBookmark: (eventId, on) =>
        void engine.call("marks.bookmark", { spaceId, eventId, on }).then((result) => {
          if (!result.ok) return tell(result);
          const undo = (): void =>
            void engine.call("marks.bookmark", { spaceId, eventId, on: !on });
          toast({
            text: on ? t("chat.didBookmark") : t("chat.didUnbookmark"),
            action: { label: t("ui.undo"), run: undo },
          });
        }),
      onUnread: (eventId) => {
        // What is on the screen counts as read: so one goes where it is not.
        go({ at: "home" });
        void engine.call("marks.unread", { spaceIds: [spaceId], eventId }).then(tell);
      },
      onCopyLink: (eventId) => void moreActs().then((acts) => acts.copyLink(spaceId, eventId)),
      onReadAloud: (message) => {
        reading.current = true;
        void moreActs().then((acts) => acts.startReading(message));
      },
    }),
    [engine, spaceId, ids],
  );
}

/** What waits to be sent later; its line is fetched where there is something. */
function WaitingShown(props: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  now: number;
}) {
  const { engine, spaceId, channel } = props;
  const waiting = useLive(
    engine.watch("later.list", { spaceId, channel }),
    `waiting ${spaceId} ${channel ?? ""}`,
  );
  // It stays while its list is open, also when the last one has gone.
  const some = useRef(false);
  some.current ||= waiting !== undefined && waiting.length > 0;
  return some.current ? <Waiting {...props} /> : null;
}

const moreActs = () =>
  Promise.all([import("./more-acts.ts"), loadWords("frame")]).then(([acts]) => acts);

/** What is pinned; its bar is fetched where there is something. */
function Pins(props: { engine: EnginePort; spaceId: string; channel?: string; leads: boolean }) {
  const { engine, spaceId, channel } = props;
  const pins = useLive(
    engine.watch("chat.pins", { spaceId, channel }),
    `pins ${spaceId} ${channel ?? ""}`,
  );
  return pins === undefined || pins.length === 0 ? null : <PinsShown {...props} />;
}

/** Nothing to follow. */
const none = (): (() => void) => () => undefined;

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure), urgent: true });
}

/** The last value that was there: a larger page keeps the smaller one on screen until it has come. */
function useHeld<T>(value: T | undefined): T | undefined {
  const [held, setHeld] = useState(value);
  useEffect(() => {
    if (value !== undefined) setHeld(value);
  }, [value]);
  return value ?? held;
}

/** The draft as typed here, written to the store a moment after the last key; what another device wrote since takes its place. */
function useDraft(
  engine: EnginePort,
  spaceId: string,
  channel: string,
): [Draft, (draft: Draft) => void] {
  const stored = useLive(engine.draft(spaceId, channel), `draft ${spaceId} ${channel}`);
  const [typed, setTyped] = useState<Draft>();
  const latest = useRef<Draft>(undefined);
  latest.current = typed;
  /** What was written to the store from here: when it comes back it is no news. */
  const own = useRef(new Set<string>());
  const save = useCallback((): void => {
    const draft = latest.current;
    if (!draft || lastOf(own.current) === keyOf(draft)) return;
    own.current.delete(keyOf(draft));
    own.current.add(keyOf(draft));
    void engine.setDraft(spaceId, draft, channel);
  }, [engine, spaceId, channel]);
  useEffect(() => {
    const timer = setTimeout(save, 400);
    return () => clearTimeout(timer);
  }, [save, typed]);
  useEffect(() => {
    addEventListener("pagehide", save);
    return () => {
      removeEventListener("pagehide", save);
      save();
    };
  }, [save]);
  // Another device went on with it, or sent it; what is not written to the store yet goes first.
  useEffect(() => {
    const there = keyOf(stored ?? NO_DRAFT);
    const draft = latest.current;
    if (stored === undefined || !draft || own.current.has(there)) return;
    if (lastOf(own.current) === keyOf(draft)) setTyped(undefined);
  }, [stored]);
  return [typed ?? stored ?? NO_DRAFT, setTyped];
}

/** A thread that is opened by its address alone is shown beside the channel that it stands in. */
function useThreadsOwnChannel(
  engine: EnginePort,
  at: { spaceId: string; root: string | undefined; channel: string | undefined },
): void {
  const { spaceId, root, channel } = at;
  const own = useLive(
    root === undefined || channel !== undefined
      ? none
      : engine.watch("chat.channelOf", { spaceId, eventId: root }),
    `channel of ${root ?? ""} ${channel ?? ""}`,
  );
  useEffect(() => {
    if (root !== undefined && channel === undefined && typeof own === "string" && own !== "")
      go({ at: "thread", spaceId, root, channel: own }, { replace: true });
  }, [own, root, channel, spaceId]);
}

const NO_DRAFT: Draft = { text: "", replyTo: null };
const keyOf = ({ text, replyTo }: Draft): string => JSON.stringify([text, replyTo]);
const lastOf = (set: ReadonlySet<string>): string | undefined => [...set].at(-1);
