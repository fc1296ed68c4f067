/** Every screen and component with sample data: `/gallery/?screen=conversation&lang=ar&theme=dark`. Not part of the build. */
import "../src/styles/index.css";
import { Inbox, Pencil, Trash2 } from "lucide";
import { type ComponentChildren, render } from "preact";
import { useState } from "preact/hooks";
import type { LineStatus, MessageRow } from "../src/app/model.ts";
import { Shell } from "../src/app/shell.tsx";
import { Claim } from "../src/features/account/claim.tsx";
import { SignIn } from "../src/features/account/sign-in.tsx";
import { SignUp } from "../src/features/account/sign-up.tsx";
import { Conversation } from "../src/features/chat/conversation.tsx";
import { ConversationList } from "../src/features/chat/list.tsx";
import {
  about,
  catchUp,
  folderDialog,
  ManyConversations,
  orderLists,
  orderPages,
} from "./order.tsx";
import { groupScreens } from "./groups.tsx";
import { drawOwnSigns, ownEmojiScreens, withOwnEmoji } from "./own-emoji.tsx";
import { listDialogs, listScreens } from "./lists.tsx";
import { bringScreens, broughtScreens } from "./brought.tsx";
import { signalsAbout, signalSettings, signalSettingsSaving, withSignals } from "./signals.tsx";
import { channelBar, channelList, channelScreens } from "./channels.tsx";
import { COLOURS, TEXT_SIZES } from "../src/app/settings.ts";
import { Comfort } from "../src/features/settings/comfort.tsx";
import { languageSwitch } from "../src/ui/language-pick.tsx";
import { Settings } from "../src/features/settings/settings.tsx";
import { Invite } from "../src/features/spaces/invite.tsx";
import { Join } from "../src/features/spaces/join.tsx";
import { Leading } from "../src/features/spaces/leading.tsx";
import { NewSpace } from "../src/features/spaces/new-space.tsx";
import { Crowd } from "../src/features/spaces/crowd.tsx";
import { People } from "../src/features/spaces/people.tsx";
import { Rename } from "../src/features/spaces/rename.tsx";
import type { Area } from "../src/i18n/index.ts";
import {
  currentDirection,
  currentLanguage,
  isLanguage,
  loadWords,
  switchCatalogue,
  t,
} from "../src/i18n/index.ts";
import { Meet } from "../src/features/trust/meet.tsx";
import { Notices } from "../src/features/trust/notices.tsx";
import { Person } from "../src/features/trust/person.tsx";
import { Avatar } from "../src/ui/avatar.tsx";
import { Banner } from "../src/ui/banner.tsx";
import { Button, IconButton } from "../src/ui/button.tsx";
import { Segmented, Switch } from "../src/ui/choice.tsx";
import { CopyField } from "../src/ui/copy-field.tsx";
import { EmptyState } from "../src/ui/empty-state.tsx";
import { TextField } from "../src/ui/field.tsx";
import { Badge } from "../src/ui/list.tsx";
import { Logo } from "../src/ui/logo.tsx";
import { MenuButton } from "../src/ui/menu.tsx";
import { Progress, Skeleton, Spinner } from "../src/ui/progress.tsx";
import { Toaster, toast } from "../src/ui/toast.tsx";
import { recoveryScreens } from "./recovery.tsx";
import { adminScreens } from "./admin.tsx";
import { requestScreens } from "./requests.tsx";
import { filesScreens } from "./files.tsx";
import { dataScreens, moveScreens } from "./moving.tsx";
import { linkSeen, mediaDeeper, onceScreens, withMedia } from "./media.tsx";
import { deeper, formatted } from "./talk.ts";
import { AttachSheet, PlaceSheet } from "../src/features/media/attach.tsx";
import { LinkOffer } from "../src/features/media/link-card.tsx";
import { Recorder } from "../src/features/media/recorder.tsx";
import { timingDialogs, timingWaiting } from "./timing.tsx";
import { searchScreens } from "./search.tsx";
import { outsideScreens, sharingScreens } from "./sharing.tsx";
import { lockScreens, lockSettings, wiped } from "./lock.tsx";
import { conversation, crowd, joins, longMessages, now, people, returns, rows } from "./samples.ts";

const nothing = (): void => undefined;
languageSwitch.value = nothing;
const online: LineStatus = {
  line: "online",
  waiting: 0,
  progress: null,
  sessionEnded: false,
  movedTo: null,
  shut: null,
  wasRemoved: false,
  clockOffDays: 0,
  deviceFull: false,
};
const card = {
  inviterName: "Amina Wanjikũ",
  inviterAddress: "amina@mombasa.example",
  spaceTitle: "Statement on seeds",
  kind: "group" as const,
};
const account = {
  identityId: "id-amina",
  name: "Amina Wanjikũ",
  address: "amina@mombasa.example",
  role: "administrator" as const,
};

function Frame(props: {
  notice?: ComponentChildren;
  main?: ComponentChildren;
  status?: LineStatus;
  at?: "conversations" | "files" | "search" | "settings";
  list?: ComponentChildren | null;
  current?: string;
}) {
  const list =
    props.list === undefined ? (
      <ConversationList
        rows={rows}
        currentId={props.current}
        now={now}
        hrefOf={(id) => `#${id}`}
        joins={[]}
        returns={[]}
        onCancelJoin={nothing}
        onNew={nothing}
      />
    ) : (
      props.list
    );
  return (
    <Shell
      status={props.status ?? online}
      onSignInAgain={() => undefined}
      notice={props.notice}
      at={props.at ?? "conversations"}
      conversationsHref="#list"
      filesHref="#files"
      searchHref="#search"
      settingsHref="#settings"
      list={list}
      main={props.main}
      rest={
        <EmptyState picture={<Logo size="l" />} title={t("home.pickTitle")}>
          {t("home.pick")}
        </EmptyState>
      }
    />
  );
}

function Talk({
  more = {},
  passing = {},
  draft: first = "",
  deep = deeper,
  recorder,
}: {
  more?: Partial<typeof conversation>;
  passing?: { timerMs?: number; waiting?: ComponentChildren; pins?: ComponentChildren };
  draft?: string;
  deep?: typeof deeper;
  recorder?: ComponentChildren;
}) {
  const [draft, setDraft] = useState<{ text: string; replyTo: string | null }>({
    text: first,
    replyTo: null,
  });
  const [added, setAdded] = useState<MessageRow[]>([]);
  const base = { ...conversation, ...more };
  return (
    <Conversation
      conversation={{ ...base, messages: [...base.messages, ...added] }}
      now={now}
      draft={draft}
      personHref={(id) => `#${id}`}
      onPerson={nothing}
      peopleHref="#people"
      aboutHref="#about"
      filesHref="#files"
      onDraft={setDraft}
      onSend={({ text }) => {
        const template = conversation.messages.at(-1)!;
        setAdded((before) => [
          ...before,
          { ...template, eventId: `new-${before.length}`, text, at: now + before.length },
        ]);
        setDraft({ text: "", replyTo: null });
      }}
      onEdit={nothing}
      onDelete={nothing}
      onReact={nothing}
      onOlder={nothing}
      onRead={nothing}
      onTrouble={nothing}
      onDecide={nothing}
      onForget={nothing}
      onBack={nothing}
      onTooLong={nothing}
      onNewPoll={nothing}
      onForwardAll={nothing}
      onBookmarkAll={nothing}
      adds={[]}
      onFiles={nothing}
      onVoice={nothing}
      deeper={deep}
      recorder={recorder}
      onLater={nothing}
      {...passing}
    />
  );
}

/** As many as the app shows at most. */
const MOST = 1000;

function Older() {
  const [count, setCount] = useState(100);
  return (
    <Conversation
      conversation={{
        ...conversation,
        messages: longMessages.slice(-count),
        hasOlder: count < MOST,
        cut: count >= MOST,
        firstUnreadId: null,
      }}
      now={now}
      draft={{ text: "", replyTo: null }}
      personHref={(id) => `#${id}`}
      onPerson={nothing}
      peopleHref="#people"
      aboutHref="#about"
      filesHref="#files"
      onDraft={nothing}
      onSend={nothing}
      onEdit={nothing}
      onDelete={nothing}
      onReact={nothing}
      onOlder={() => setTimeout(() => setCount((before) => before + 100), 50)}
      onRead={nothing}
      onTrouble={nothing}
      onDecide={nothing}
      onForget={nothing}
      onBack={nothing}
      onTooLong={nothing}
      onNewPoll={nothing}
      onForwardAll={nothing}
      onBookmarkAll={nothing}
      adds={[]}
      onFiles={nothing}
      onVoice={nothing}
      deeper={deeper}
    />
  );
}

const join = {
  node: "mombasa.example",
  canCreate: true,
  busy: false,
  onAccept: nothing,
  onCreate: nothing,
  onSignIn: nothing,
  onContinueAt: nothing,
  onRetry: nothing,
  onRefused: nothing,
  homeHref: "#",
};
const settings = {
  node: { name: "mombasa.example", href: "#" },
  account,
  devicesHref: "#",
  dataHref: "#",
  bringHref: "#",
  language: currentLanguage(),
  theme: "system" as const,
  loss: { waiting: 2 },
  storage: { usedBytes: 14_300_000, availableBytes: 1_900_000_000, kept: false },
  meetHref: "#meet",
  safetyHref: "#safety",
  onName: nothing,
  onLanguage: nothing,
  onTheme: nothing,
  onKeepStorage: nothing,
  onSignOut: nothing,
};
const comfort = (
  <Comfort
    colour="teal"
    colours={COLOURS}
    size={115}
    sizes={TEXT_SIZES}
    contrast={false}
    still={false}
    saver
    oneKey
    install="offer"
    onColour={nothing}
    onSize={nothing}
    onContrast={nothing}
    onStill={nothing}
    onSaver={nothing}
    onOneKey={nothing}
    onShortcuts={nothing}
    onInstall={nothing}
  />
);
const longName = "Asociación de Trabajadoras y Trabajadores del Agua Wanjikũ-Oberländer-Ndiaye";
const peopleProps = {
  spaceTitle: "Statement on seeds",
  kind: "group" as const,
  people,
  canInvite: true,
  active: true,
  personHref: (id: string) => `#${id}`,
  onBack: nothing,
  onInvite: nothing,
  onRemove: nothing,
  onSetRole: nothing,
  onRename: nothing,
  onLeave: nothing,
  onForget: nothing,
};
const peopleScreen = <People {...peopleProps} />;
const week = 7 * 24 * 3_600_000;
const proposal = {
  mine: false,
  node: null,
  at: now,
  until: now + week,
  state: "open" as const,
  declined: [],
  needed: 3,
  answer: null,
  asked: true,
  subject: null,
};
const decisions = (
  <People {...peopleProps} people={people.slice(0, 3)}>
    <Leading
      leads
      now={now}
      ownNode="geneva.example"
      decisions={{
        keptAt: "mombasa.example",
        keptBefore: ["nairobi.example"],
        moving: false,
        deleteAt: null,
        proposals: [
          {
            ...proposal,
            proposalId: "1",
            about: "move",
            node: "geneva.example",
            by: { identityId: "b", name: "Bruno Álvarez" },
            agreed: ["Bruno Álvarez"],
          },
          {
            ...proposal,
            proposalId: "2",
            about: "remove",
            by: { identityId: "b", name: "Bruno Álvarez" },
            subject: { identityId: "c", name: "Wanjirũ Kamau" },
            agreed: ["Bruno Álvarez", "Amina Odhiambo"],
            declined: ["Li Wei"],
          },
          {
            ...proposal,
            proposalId: "3",
            about: "delete",
            mine: true,
            by: { identityId: "a", name: "Amina" },
            agreed: [],
            answer: "agreed",
            asked: false,
            state: "withdrawn",
          },
        ],
      }}
      mirrors={{
        mirrors: [{ node: "geneva.example", state: "whole", until: now - 60_000 }],
        choices: ["nairobi-community-radio.example"],
        readingAt: null,
      }}
      mirrorsBusy={false}
      mirrorsFailure={undefined}
      onMirrors={nothing}
      onAnswer={nothing}
      onWithdraw={nothing}
      onProposeDeletion={nothing}
      onKeep={nothing}
      onMove={nothing}
    />
  </People>
);

const kept = (
  <People {...peopleProps} people={people.slice(0, 1)}>
    <Leading
      leads
      now={now}
      ownNode="mombasa.example"
      decisions={{
        keptAt: "mombasa.example",
        keptBefore: [],
        moving: false,
        deleteAt: null,
        proposals: [],
      }}
      mirrors={{
        mirrors: [
          { node: "geneva.example", state: "behind", until: now - 7_200_000 },
          { node: "nairobi-community-radio-and-library.example", state: "wrong", until: null },
        ],
        choices: ["dakar.example"],
        readingAt: "geneva.example",
      }}
      mirrorsBusy={false}
      mirrorsFailure={undefined}
      onMirrors={nothing}
      onAnswer={nothing}
      onWithdraw={nothing}
      onProposeDeletion={nothing}
      onKeep={nothing}
      onMove={nothing}
    />
  </People>
);

const day = 86_400_000;
const personProps = {
  person: {
    identityId: "id-bruno",
    name: "Bruno Álvarez",
    address: "bruno@rosario.example",
    check: "known" as const,
    via: "Amina Wanjikũ",
    changed: null,
    record: "fits" as const,
    spaces: [{ spaceId: "s1", title: "Statement on seeds", kind: "group" as const }],
    history: [
      { at: now - 3 * day, kind: "handedOn" as const },
      { at: now - 40 * day, kind: "first" as const },
    ],
  },
  groups: ["48213", "00971", "66120", "35518", "90342", "12876", "55001", "73429"],
  now,
  busy: false,
  scans: false,
  scanned: undefined,
  spaceHref: (id: string) => `#${id}`,
  onBack: nothing,
  onSame: nothing,
  onDoubt: nothing,
  onAccept: nothing,
  onLook: nothing,
  onScan: nothing,
};
const changedPerson = {
  ...personProps,
  person: {
    ...personProps.person,
    check: "changed" as const,
    changed: { kind: "address" as const, at: now - day },
    record: "wrong" as const,
    history: [{ at: now - day, kind: "address" as const }, ...personProps.person.history],
  },
};
const warning = {
  noticeId: "nodeTwoFaces rosario.example",
  kind: "nodeTwoFaces" as const,
  subject: "rosario.example",
  name: "rosario.example",
  at: now,
};

const screens: Record<string, () => ComponentChildren> = {
  ...Object.fromEntries(
    Object.entries(searchScreens).map(([name, screen]) => [
      name,
      () => <Frame at="search" list={null} main={screen()} />,
    ]),
  ),
  signup: () => <SignUp node="mombasa.example" busy={false} onSubmit={nothing} signInHref="#" />,
  "signup-invited": () => (
    <SignUp
      node="mombasa.example"
      reason={{ by: "Bruno Álvarez", space: "Statement on seeds" }}
      busy={false}
      failure="nameTaken"
      onSubmit={nothing}
    />
  ),
  person: () => <Frame main={<Person {...personProps} />} />,
  "person-changed": () => <Frame main={<Person {...changedPerson} />} />,
  meet: () => (
    <Frame
      at="settings"
      list={null}
      main={
        <Meet
          name={account.name}
          code={`baraza:person:${"A".repeat(43)}:${account.address}`}
          scans={false}
          busy={false}
          problem={undefined}
          onScan={nothing}
          onFind={nothing}
          onBack={nothing}
        />
      }
    />
  ),
  warned: () => (
    <Frame
      notice={
        <Notices notices={[warning]} onDevices={nothing} onPerson={nothing} onDismiss={nothing} />
      }
      main={peopleScreen}
    />
  ),
  setup: () => <SignUp node="mombasa.example" reason="setup" busy={false} onSubmit={nothing} />,
  signin: () => (
    <SignIn
      node="mombasa.example"
      busy={false}
      failure="wrongSignIn"
      onSubmit={nothing}
      signUpHref="#"
      recoverHref="#"
    />
  ),
  join: () => <Join {...join} state={{ step: "open", card }} />,
  "join-asked": () => <Join {...join} state={{ step: "asked", card }} you={account} />,
  "join-account": () => <Join {...join} state={{ step: "account" }} />,
  "join-expired": () => <Join {...join} state={{ step: "expired" }} />,
  list: () => <Frame />,
  "order-list": () => <Frame list={orderLists["order-list"]} />,
  "order-many": () => <Frame list={<ManyConversations />} />,
  "order-selected": () => <Frame list={orderLists["order-selected"]} />,
  news: () => <Frame main={orderPages.news} list={null} />,
  "news-none": () => <Frame main={orderPages["news-none"]} list={null} />,
  about: () => <Frame current="s1" main={about} />,
  bookmarks: () => <Frame main={orderPages.bookmarks} list={null} />,
  "catching-up": () => (
    <Frame
      current="s1"
      main={
        <>
          {catchUp}
          <Talk />
        </>
      }
    />
  ),
  channels: () => <Frame current="s1" main={channelScreens.channels} />,
  "channels-member": () => <Frame current="s1" main={channelScreens["channels-member"]} />,
  "channels-one": () => <Frame current="s1" main={channelScreens["channels-one"]} />,
  "channels-list": () => (
    <Frame list={channelList} current="s1" main={<Talk passing={{ pins: channelBar }} />} />
  ),
  "own-emoji": () => <Frame current="s1" main={ownEmojiScreens["own-emoji"]} />,
  "own-emoji-member": () => <Frame current="s1" main={ownEmojiScreens["own-emoji-member"]} />,
  "own-emoji-none": () => <Frame current="s1" main={ownEmojiScreens["own-emoji-none"]} />,
  "own-emoji-full": () => <Frame current="s1" main={ownEmojiScreens["own-emoji-full"]} />,
  "conversation-own-emoji": () => (
    <Frame
      current="s1"
      main={<Talk more={{ messages: withOwnEmoji, firstUnreadId: null }} draft=":mshikamano: " />}
    />
  ),
  groups: () => <Frame current="s1" main={groupScreens.groups} />,
  "groups-none": () => <Frame current="s1" main={groupScreens["groups-none"]} />,
  ...Object.fromEntries(
    Object.entries(listScreens).map(([name, screen]) => [
      name,
      () => <Frame list={null} main={screen} />,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(listDialogs).map(([name, dialog]) => [
      name,
      () => (
        <>
          <Frame />
          {dialog}
        </>
      ),
    ]),
  ),
  "signals-list": () => withSignals(<Frame current="s1" />),
  "signals-conversation": () => withSignals(<Frame current="s1" main={<Talk />} />),
  "signals-settings": () => (
    <Frame
      at="settings"
      list={null}
      main={<Settings {...settings} notifications={signalSettings} />}
    />
  ),
  "signals-saving": () => (
    <Frame
      at="settings"
      list={null}
      main={<Settings {...settings} notifications={signalSettingsSaving} />}
    />
  ),
  "signals-about": () => <Frame current="s1" main={signalsAbout} />,
  ...Object.fromEntries(
    Object.entries(bringScreens).map(([name, screen]) => [
      name,
      () => <Frame at="settings" list={null} main={screen} />,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(broughtScreens).map(([name, screen]) => [
      name,
      () => <Frame current="s1" main={screen} />,
    ]),
  ),
  "order-folders": () => <>{folderDialog}</>,
  "list-joins": () => (
    <Frame
      list={
        <ConversationList
          rows={rows.slice(1, 3)}
          joins={joins}
          returns={[]}
          onCancelJoin={nothing}
          now={now}
          hrefOf={(id) => `#${id}`}
          onNew={nothing}
        />
      }
    />
  ),
  "list-returns": () => (
    <Frame
      list={
        <ConversationList
          rows={rows.slice(1, 3)}
          joins={[]}
          returns={returns}
          onCancelJoin={nothing}
          now={now}
          hrefOf={(id) => `#${id}`}
          onNew={nothing}
        />
      }
    />
  ),
  "list-empty": () => (
    <Frame
      list={
        <ConversationList
          rows={[]}
          now={now}
          joins={[]}
          returns={[]}
          onCancelJoin={nothing}
          hrefOf={() => "#"}
          onNew={nothing}
        />
      }
    />
  ),
  "list-offline": () => (
    <Frame
      status={{
        line: "offline",
        waiting: 3,
        progress: null,
        sessionEnded: false,
        movedTo: null,
        shut: null,
        wasRemoved: false,
        clockOffDays: 0,
        deviceFull: false,
      }}
      list={
        <ConversationList
          rows={undefined}
          now={now}
          joins={[]}
          returns={[]}
          onCancelJoin={nothing}
          hrefOf={() => "#"}
          onNew={nothing}
        />
      }
    />
  ),
  conversation: () => <Frame current="s1" main={<Talk />} />,
  "conversation-timing": () => (
    <Frame
      current="s1"
      main={<Talk passing={{ timerMs: 7 * 24 * 60 * 60_000, waiting: timingWaiting }} />}
    />
  ),
  ...Object.fromEntries(
    Object.entries(timingDialogs).map(([name, dialog]) => [
      name,
      () => (
        <>
          <Frame current="s1" main={<Talk />} />
          {dialog}
        </>
      ),
    ]),
  ),
  "conversation-trouble": () => (
    <Frame
      current="s1"
      status={{
        line: "online",
        waiting: 0,
        progress: { job: "history", done: 40, total: 100 },
        sessionEnded: false,
        movedTo: null,
        shut: null,
        wasRemoved: false,
        clockOffDays: 0,
        deviceFull: false,
      }}
      main={<Talk more={{ trouble: { kind: "forked", name: null }, canWrite: false }} />}
    />
  ),
  "conversation-closed": () => (
    <Frame current="s1" main={<Talk more={{ canWrite: false, firstUnreadId: null }} />} />
  ),
  "conversation-formatted": () => (
    <Frame
      current="s1"
      main={
        <Talk more={{ messages: formatted, firstUnreadId: null }} draft="**Bold** and _more_" />
      }
    />
  ),
  "conversation-media": () => (
    <Frame
      current="s1"
      main={<Talk more={{ messages: withMedia, firstUnreadId: null }} deep={mediaDeeper} />}
    />
  ),
  "conversation-voice": () => (
    <Frame
      current="s1"
      main={
        <Talk
          more={{ messages: withMedia.slice(0, 3), firstUnreadId: null }}
          deep={mediaDeeper}
          recorder={
            <Recorder
              state={{
                step: "recording",
                ms: 12_300,
                bars: Array.from({ length: 48 }, (_, index) => (index * 37) % 255),
              }}
              busy={false}
              once={false}
              onOnce={nothing}
              onStop={nothing}
              onSend={nothing}
              onCancel={nothing}
              onToggle={nothing}
              onSeek={nothing}
              onRate={nothing}
            />
          }
        />
      }
    />
  ),
  "attach-once": () => (
    <Frame
      current="s1"
      main={
        <>
          <Talk />
          <AttachSheet
            picked={["gate.jpg", "film.mp4"].map((name, id) => ({
              id,
              file: new File(["some words"], name),
              type: name.endsWith("mp4") ? "video/mp4" : "image/jpeg",
              thumbnail: null,
              broken: false,
            }))}
            left={0}
            most={30}
            text=""
            busy={false}
            keepDetails={false}
            once
            onOnce={nothing}
            onText={nothing}
            onKeepDetails={nothing}
            onRemove={nothing}
            onMore={nothing}
            onSend={nothing}
            onClose={nothing}
          />
        </>
      }
    />
  ),
  "recorder-once": () => (
    <Frame
      current="s1"
      main={
        <Talk
          more={{ messages: withMedia.slice(0, 3), firstUnreadId: null }}
          deep={mediaDeeper}
          recorder={
            <Recorder
              state={{
                step: "done",
                durationMs: 21_000,
                bars: Array.from({ length: 48 }, (_, index) => (index * 37) % 255),
                cut: false,
                playing: null,
              }}
              busy={false}
              once
              onOnce={nothing}
              onStop={nothing}
              onSend={nothing}
              onCancel={nothing}
              onToggle={nothing}
              onSeek={nothing}
              onRate={nothing}
            />
          }
        />
      }
    />
  ),
  once: () => <Frame current="s1" main={onceScreens.once} />,
  "once-voice": () => <Frame current="s1" main={onceScreens["once-voice"]} />,
  "once-trouble": () => <Frame current="s1" main={onceScreens["once-trouble"]} />,
  attach: () => (
    <Frame
      current="s1"
      main={
        <>
          <Talk />
          <AttachSheet
            picked={["stall.jpg", "minutes of the assembly.pdf", "broken.jpg"].map((name, id) => ({
              id,
              file: new File(["some words"], name),
              type: name.endsWith("pdf") ? "application/pdf" : "image/jpeg",
              thumbnail: null,
              broken: name.startsWith("broken"),
            }))}
            left={4}
            most={30}
            text="At the market"
            busy={false}
            keepDetails={false}
            once={null}
            onOnce={nothing}
            onText={nothing}
            onKeepDetails={nothing}
            onRemove={nothing}
            onMore={nothing}
            onSend={nothing}
            onClose={nothing}
          />
        </>
      }
    />
  ),
  "link-offer": () => (
    <Frame
      current="s1"
      main={
        <Talk
          draft="The agenda: https://assembly.example/agenda"
          passing={{
            waiting: (
              <>
                {(
                  [
                    {},
                    { busy: true },
                    { failed: t("media.link.nothing", { host: "assembly.example" }) },
                    { card: linkSeen },
                  ] as const
                ).map((state) => (
                  <LinkOffer
                    key={Object.keys(state).join()}
                    host="assembly.example"
                    card={undefined}
                    busy={false}
                    failed={undefined}
                    onLook={nothing}
                    onDrop={nothing}
                    {...state}
                  />
                ))}
              </>
            ),
          }}
        />
      }
    />
  ),
  place: () => (
    <Frame
      current="s1"
      main={
        <>
          <Talk />
          <PlaceSheet busy={false} onSend={nothing} onClose={nothing} />
        </>
      }
    />
  ),
  "conversation-names": () => (
    <Frame
      current="s1"
      main={
        <Talk
          more={{
            title: longName,
            messages: conversation.messages.map((message) =>
              message.notice ? message : { ...message, authorName: longName },
            ),
          }}
        />
      }
    />
  ),
  "people-names": () => (
    <Frame
      current="s1"
      main={
        <People
          {...peopleProps}
          spaceTitle={longName}
          people={people.map((person) => ({ ...person, name: `${person.name} ${longName}` }))}
        />
      }
    />
  ),
  decisions: () => <Frame current="s1" main={decisions} />,
  kept: () => <Frame current="s1" main={kept} />,
  rename: () => (
    <>
      <Frame current="s1" main={peopleScreen} />
      <Rename title="Statement on seeds" onRename={nothing} onClose={nothing} />
    </>
  ),
  "conversation-empty": () => (
    <Frame
      current="s3"
      main={
        <Talk
          more={{ spaceId: "s3", title: "Water committee", messages: [], firstUnreadId: null }}
          draft="Habari za asubuhi"
        />
      }
    />
  ),
  "conversation-long": () => <Frame current="s1" main={<Older />} />,
  people: () => <Frame current="s1" main={peopleScreen} />,
  "people-many": () => (
    <Frame
      current="s1"
      main={
        <People
          {...peopleProps}
          people={crowd}
          crowd={(everybody, draw) => <Crowd people={everybody}>{draw}</Crowd>}
        />
      }
    />
  ),
  invite: () => (
    <>
      <Frame current="s1" main={peopleScreen} />
      <Invite
        invitation={{
          link: "https://mombasa.example/join#7Kq2vX0pZ5bW8nR3yT6uA1sD4fG9hJ2kL",
          expiresAt: now + 14 * 86_400_000,
        }}
        spaceTitle="Statement on seeds"
        kind="group"
        now={now}
        onClose={nothing}
      />
    </>
  ),
  "new-space": () => (
    <>
      <Frame />
      <NewSpace
        writeHref="#write"
        listsHref="#lists"
        busy={false}
        onCreate={nothing}
        onClose={nothing}
      />
    </>
  ),
  settings: () => (
    <Frame
      at="settings"
      list={null}
      main={
        <Settings
          {...settings}
          comfort={comfort}
          lock={lockSettings}
          language={currentLanguage()}
        />
      }
    />
  ),
  ...Object.fromEntries(
    Object.entries({
      ...adminScreens,
      ...dataScreens,
      ...filesScreens,
      ...requestScreens,
      ...sharingScreens,
    }).map(([name, screen]) => [name, () => <Frame at="settings" list={null} main={screen()} />]),
  ),
  claim: () => (
    <Claim node="mombasa.example" you={account} busy={false} onClaim={nothing} homeHref="#" />
  ),
  ...recoveryScreens,
  ...moveScreens,
  ...lockScreens,
  ...outsideScreens,
  "signin-wiped": () => (
    <SignIn node="mombasa.example" busy={false} onSubmit={nothing} signUpHref="#" notice={wiped} />
  ),
  components: () => <Components />,
};

function Components() {
  const [on, setOn] = useState(true);
  const [value, setValue] = useState("one");
  const [text, setText] = useState("Amina");
  return (
    <main class="solo-column gallery" id="main">
      <h1>Components</h1>
      <h2>Buttons</h2>
      <div>
        <Button kind="primary">Primary</Button> <Button>Secondary</Button>{" "}
        <Button kind="quiet">Quiet</Button> <Button kind="danger">Danger</Button>{" "}
        <Button kind="primary" busy>
          Busy
        </Button>{" "}
        <Button disabled>Disabled</Button> <IconButton icon={Inbox} label="Inbox" />
        <MenuButton
          icon={Pencil}
          label="Menu"
          items={[
            { label: "Edit", icon: Pencil, onSelect: nothing },
            { label: "Delete", icon: Trash2, danger: true, onSelect: nothing },
          ]}
        />
        <Button
          onClick={() =>
            toast({ text: "Message deleted", action: { label: t("ui.undo"), run: nothing } })
          }
        >
          Toast
        </Button>
      </div>
      <TextField
        label="Name"
        hint="A hint"
        value={text}
        onInput={setText}
        error="Something is wrong with it"
      />
      <Segmented
        label="Choice"
        value={value}
        onChange={setValue}
        options={["one", "two", "three"].map((one) => ({ value: one, label: one }))}
      />
      <Switch label="Switch" hint="With a hint" checked={on} onChange={setOn} />
      <CopyField label="Link" value="https://mombasa.example/join#abc" />
      <Banner icon={Inbox}>Calm</Banner>
      <Banner icon={Inbox} tone="notice" action={{ label: "Do it", onClick: nothing }}>
        Notice
      </Banner>
      <Banner icon={Inbox} tone="danger" action={{ label: "Do it", onClick: nothing }}>
        Danger
      </Banner>
      <p>
        <Badge label="3 new">3</Badge> <Badge tone="brand">Steward</Badge>{" "}
        <Badge tone="plain">plain</Badge> <Spinner />
      </p>
      <Progress label="Progress" done={3} total={10} />
      <p>
        {Array.from({ length: 16 }, (_, index) => (
          <Avatar key={index} id={`person ${index}`} name={String.fromCharCode(65 + index)} />
        ))}
      </p>
      <Skeleton label="Loading" rows={2} />
    </main>
  );
}

const wanted = new URLSearchParams(location.search);
const language = wanted.get("lang");
await switchCatalogue(isLanguage(language) ? language : "en", ["ar-EG", "en-GB", "fr-FR"]);
for (const path of Object.keys(import.meta.glob("../src/i18n/catalogues/en-*.json")))
  await loadWords(/en-(\w+)\.json$/.exec(path)![1] as Area);
document.documentElement.lang = currentLanguage();
document.documentElement.dir = currentDirection();
document.documentElement.dataset["theme"] = wanted.get("theme") ?? "light";
const app = document.getElementById("app")!;
function show(name: string): void {
  const Screen = screens[name] ?? screens["components"]!;
  render(null, app);
  render(
    <>
      <Screen />
      <Toaster />
    </>,
    app,
  );
}
show(wanted.get("screen") ?? "components");
drawOwnSigns();
Object.assign(globalThis, { gallery: { names: Object.keys(screens), show } });
