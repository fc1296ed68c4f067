import { useEffect, useRef, useState } from "preact/hooks";
import { loadWords, t } from "../i18n/index.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Logo } from "../ui/logo.tsx";
import { Toaster } from "../ui/toast.tsx";
import { Boundary } from "./boundary.tsx";
import { creating, Desk, FEW, knowsItsWay, visit, wantsSteps } from "./desk.tsx";
import { focusHeading } from "./focus.ts";
import type { EnginePort } from "./engine.ts";
import { useLive, useNow } from "./hooks.ts";
import { lazy } from "./lazy.tsx";
import { remember } from "./memory.ts";
import type { Account } from "./model.ts";
import { catching } from "./catching.ts";
import { wasPutAway } from "./put-away.ts";
import { back, currentRoute, go } from "./router.ts";
import { conversationOf, hrefOf, type Route } from "./routes.ts";
import { Conversations } from "./screens/list.tsx";
import { dataSaver } from "./settings.ts";
import { Shell } from "./shell.tsx";

const SignIn = lazy(() => import("./screens/account.tsx").then((screens) => screens.SignIn));
const SignUp = lazy(() => import("./screens/account.tsx").then((screens) => screens.SignUp));
const Setup = lazy(() => import("./screens/account.tsx").then((screens) => screens.Setup));
const SignInAgain = lazy(() =>
  import("./screens/account.tsx").then((screens) => screens.SignInAgain),
);
const Join = lazy(() => import("./screens/join.tsx").then((screens) => screens.Join));
const People = lazy(() => import("./screens/spaces.tsx").then((screens) => screens.People));
const NewSpace = lazy(() => import("./screens/spaces.tsx").then((screens) => screens.NewSpace));
const Conversation = lazy(() =>
  Promise.all([import("./screens/conversation.tsx"), loadWords("talk")]).then(
    ([screens]) => screens.Conversation,
  ),
);
const recovery = () =>
  Promise.all([import("./screens/recovery.tsx"), loadWords("recovery"), loadWords("ways")]).then(
    ([screens]) => screens,
  );
const Recover = lazy(() => recovery().then((screens) => screens.Recover));
const Help = lazy(() => recovery().then((screens) => screens.Help));
const Safety = lazy(() => recovery().then((screens) => screens.Safety));
const Nudge = lazy(() => recovery().then((screens) => screens.NudgeCard), { aside: true });
const devicesScreen = <K extends "Devices" | "AddDevice" | "NewDevice" | "ClockWrong">(name: K) =>
  Promise.all([import("./screens/devices.tsx"), loadWords("devices")]).then(([all]) => all[name]);
const ClockWrong = lazy(() => devicesScreen("ClockWrong"), { aside: true });
const Devices = lazy(() => devicesScreen("Devices"));
const AddDevice = lazy(() => devicesScreen("AddDevice"));
const NewDevice = lazy(() => devicesScreen("NewDevice"));
const trust = () =>
  Promise.all([import("./screens/trust.tsx"), loadWords("trust")]).then(([screens]) => screens);
const Person = lazy(() => trust().then((screens) => screens.Person));
const Meet = lazy(() => trust().then((screens) => screens.Meet));
const Notices = lazy(() => trust().then((screens) => screens.Notices), { aside: true });
const moving = () =>
  Promise.all([import("./screens/moving.tsx"), loadWords("moving")]).then(([screens]) => screens);
const YourData = lazy(() => moving().then((screens) => screens.YourData));
const Arrive = lazy(() => moving().then((screens) => screens.Arrive));
const Moved = lazy(() => moving().then((screens) => screens.Moved), { aside: true });
const LockScreen = lazy(() =>
  Promise.all([import("./screens/lock.tsx"), loadWords("lock")]).then(
    ([screens]) => screens.LockScreen,
  ),
);
const SearchPage = lazy(() =>
  Promise.all([import("./screens/search.tsx"), loadWords("search")]).then(
    ([screens]) => screens.Search,
  ),
);
const news = () =>
  Promise.all([import("./screens/news.tsx"), loadWords("order")]).then(([screens]) => screens);
const News = lazy(() => news().then((screens) => screens.News));
const Bookmarks = lazy(() => news().then((screens) => screens.Bookmarks));
const CatchUp = lazy(() => news().then((screens) => screens.CatchUp), { aside: true });
const About = lazy(() =>
  Promise.all([import("./screens/about.tsx"), loadWords("order")]).then(
    ([screens]) => screens.About,
  ),
);
const Access = lazy(() =>
  Promise.all([import("./screens/access.tsx"), loadWords("access")]).then(
    ([screens]) => screens.Access,
  ),
);
const bring = () =>
  Promise.all([import("./screens/bring.tsx"), loadWords("brought"), loadWords("import")]).then(
    ([screens]) => screens,
  );
const Bring = lazy(() => bring().then((screens) => screens.Bring));
const BroughtReading = lazy(() =>
  Promise.all([
    import("./screens/brought.tsx"),
    ...(["brought", "talk", "media", "files"] as const).map(loadWords),
  ]).then(([screens]) => screens.BroughtReading),
);
const strangers = () =>
  Promise.all([import("./screens/requests.tsx"), loadWords("requests")]).then(
    ([screens]) => screens,
  );
const Requests = lazy(() => strangers().then((screens) => screens.Requests));
const WriteTo = lazy(() => strangers().then((screens) => screens.Write));
const Blocks = lazy(() => strangers().then((screens) => screens.Blocks));
const Channels = lazy(() =>
  Promise.all([import("./screens/channels.tsx"), loadWords("channels")]).then(
    ([screens]) => screens.Channels,
  ),
);
const OwnEmoji = lazy(() =>
  Promise.all([import("./screens/own-emoji.tsx"), loadWords("own")]).then(
    ([screens]) => screens.OwnEmoji,
  ),
);
const Groups = lazy(() =>
  Promise.all([import("./screens/groups.tsx"), loadWords("groups")]).then(
    ([screens]) => screens.Groups,
  ),
);
const lists = () =>
  Promise.all([import("./screens/lists.tsx"), loadWords("lists"), loadWords("talk")]).then(
    ([screens]) => screens,
  );
const Lists = lazy(() => lists().then((screens) => screens.Lists));
const BroadcastList = lazy(() => lists().then((screens) => screens.List));
const Week = lazy(() =>
  Promise.all([import("./screens/weekly.tsx"), loadWords("weekly")]).then(
    ([screens]) => screens.Week,
  ),
);
const files = () =>
  Promise.all([import("./screens/files.tsx"), loadWords("files")]).then(([screens]) => screens);
const Files = lazy(() => files().then((screens) => screens.Files));
const Shared = lazy(() =>
  Promise.all([import("./screens/sharing.tsx"), loadWords("links"), loadWords("files")]).then(
    ([screens]) => screens.Shared,
  ),
);
const FilesBin = lazy(() => files().then((screens) => screens.FilesBin));
const Settings = lazy(() =>
  Promise.all([import("./screens/settings.tsx"), loadWords("settings")]).then(
    ([screens]) => screens.Settings,
  ),
);

const Start = lazy(
  () =>
    Promise.all([import("./screens/start.tsx"), loadWords("start")]).then(
      ([screens]) => screens.Start,
    ),
  { aside: true },
);

const notifications = () =>
  Promise.all([import("./screens/notifications.tsx"), loadWords("notifications")]).then(
    ([screens]) => screens,
  );
const Bell = lazy(() => notifications().then((screens) => screens.Bell), { aside: true });
const Signals = lazy(
  () =>
    Promise.all([import("./screens/signals.tsx"), loadWords("signals")]).then(
      ([screens]) => screens.Signals,
    ),
  { aside: true },
);
const AskToTell = lazy(() => notifications().then((screens) => screens.Ask), { aside: true });

const nodePage = () =>
  Promise.all([import("./screens/node-page.tsx"), loadWords("admin")]).then(([screens]) => screens);
const NodePage = lazy(() => nodePage().then((screens) => screens.NodePage));
const LeavingNotice = lazy(() => nodePage().then((screens) => screens.LeavingNotice), {
  aside: true,
});

/** Addresses that the list is shown at, also for the moment between signing up or in and going on: what was begun there stays. */
const SHARED: ReadonlySet<Route["at"]> = new Set([
  "home",
  "people",
  "about",
  "access",
  "brought",
  "channels",
  "emoji",
  "groups",
  "space",
  "thread",
  "files",
  "file",
  "bin",
  "shared",
  "signUp",
  "signIn",
]);

/** The whole app: which screen, by where one is and whether one is signed in. */
export function App({ engine }: { engine: EnginePort }) {
  const route = currentRoute();
  const signedOut = engine.session.value.state === "signedOut";
  useEffect(() => {
    // What somebody liked to write with goes with them.
    if (signedOut) for (const name of ["emoji", "start"]) remember(name, undefined);
  }, [signedOut]);
  return (
    <>
      <FocusOnArrival at={screenKey(route)} />
      <Boundary key={SHARED.has(route.at) ? "home" : route.at}>
        <Screen engine={engine} route={route} />
      </Boundary>
      {engine.session.value.state === "signedIn" && (
        <>
          <Telling engine={engine} />
          <Seeing engine={engine} />
          <Desk engine={engine} />
        </>
      )}
      <Toaster />
    </>
  );
}

/** Tells what is new, wherever one is in the app, where the person wants that. */
function Telling({ engine }: { engine: EnginePort }) {
  const settings = useLive(engine.watch("notifications.settings", {}), "notifications.settings");
  return settings?.on === true ? <Bell engine={engine} /> : null;
}

/** Shows who writes and who is there, where the person wants that, and data is not dear. */
function Seeing({ engine }: { engine: EnginePort }) {
  const settings = useLive(engine.watch("signals.settings", {}), "signals.settings");
  return settings && (settings.typing || settings.here) && !dataSaver.value ? (
    <Signals engine={engine} />
  ) : null;
}

function Screen({ engine, route }: { engine: EnginePort; route: Route }) {
  const session = engine.session.value;
  const account = session.state === "signedIn" ? session.account : undefined;
  if (session.state === "starting") return <Splash />;
  if (session.state === "broken") return <Broken />;
  if (session.state === "locked") return <LockScreen engine={engine} />;
  if (route.at === "join") return <Join engine={engine} secret={route.secret} you={account} />;
  if (route.at === "setup") return <Setup engine={engine} secret={route.secret} you={account} />;
  if (route.at === "help") return <Help engine={engine} secret={route.secret} you={account} />;
  if (route.at === "move") return <Arrive engine={engine} secret={route.secret} you={account} />;
  if (route.at === "recover" && !account) return <Recover engine={engine} />;
  if (account) return <SignedIn engine={engine} account={account} route={route} />;
  if (route.at === "signUp") {
    return (
      <SignUp
        engine={engine}
        onward={{ at: "home" }}
        {...(route.secret ? { invitation: route.secret } : {})}
      />
    );
  }
  if (route.at === "newDevice") return <NewDevice engine={engine} />;
  return (
    <SignIn
      engine={engine}
      onward={route.at === "signIn" || route.at === "lost" ? { at: "home" } : route}
    />
  );
}

/** Some space has had a picture since the app was opened. */
let picturesShown = false;

function SignedIn({
  engine,
  account,
  route,
}: {
  engine: EnginePort;
  account: Account;
  route: Route;
}) {
  const spaceId = ("spaceId" in route ? route.spaceId : null) ?? undefined;
  const now = useNow();
  const rows = useLive(engine.conversations, "conversations");
  const joins = useLive(engine.joins, "joins");
  const returns = useLive(engine.watch("returns", {}), "returns");
  const nudged = useLive(engine.watch("recovery.nudge", {}), "recovery.nudge");
  const warned = useLive(engine.watch("notices", {}), "notices");
  const telling = useLive(engine.watch("notifications.settings", {}), "notifications.settings");
  const asks =
    telling?.asked === false &&
    rows?.some(({ lastText }) => lastText !== "") === true &&
    wasPutAway() &&
    typeof Notification !== "undefined" &&
    Notification.permission === "default";
  const isNew = rows !== undefined && rows.length <= FEW && !knowsItsWay.value;
  const begins = isNew && wantsSteps.value;
  const standing = useLive(engine.watch("admin.standing", {}), "standing");
  useEffect(() => {
    if (spaceId !== undefined) visit(spaceId);
  }, [spaceId]);
  const pictured = rows?.some(({ pictureId }) => pictureId !== null) === true || picturesShown;
  useEffect(() => {
    if (!pictured || rows === undefined) return;
    picturesShown = true;
    void import("./screens/pictures.ts").then(
      (screens) => screens.showPictures(engine, rows),
      // Without a line initials stand there.
      () => undefined,
    );
  }, [engine, pictured, rows]);
  const [returning, setReturning] = useState(false);
  // What comes next is fetched while one looks at the list.
  const listed = rows !== undefined;
  useEffect(() => {
    if (listed) Conversation.preload();
  }, [listed]);
  const frame = {
    status: engine.status.value,
    notice: (
      <>
        {engine.status.value.clockOffDays > 0 && (
          <ClockWrong days={engine.status.value.clockOffDays} />
        )}
        {engine.status.value.movedTo !== null && <Moved to={engine.status.value.movedTo} />}
        {warned !== undefined && warned.length > 0 && (
          <Notices engine={engine} people={route.at !== "person" && spaceId === undefined} />
        )}
        {standing?.leaves != null && <LeavingNotice leaves={standing.leaves} />}
      </>
    ),
    conversationsHref: hrefOf({ at: "home" }),
    searchHref: hrefOf({ at: "search" }),
    filesHref: hrefOf({ at: "files", spaceId: null, folderId: null }),
    settingsHref: hrefOf({ at: "settings" }),
    onSignInAgain: () => setReturning(true),
    ...(engine.lock.view.value.state === "open" ? { onLock: engine.lock.now } : {}),
  };
  const again = returning && (
    <SignInAgain
      engine={engine}
      onClose={() => {
        setReturning(false);
      }}
    />
  );
  const filesScreen =
    route.at === "shared" ? (
      <Boundary key={`shared ${route.spaceId}`}>
        <Shared
          engine={engine}
          spaceId={route.spaceId}
          boxId={route.boxId}
          key={`${route.spaceId} ${route.boxId}`}
        />
      </Boundary>
    ) : route.at === "files" || route.at === "file" || route.at === "bin" ? (
      <Boundary key={`files ${route.spaceId}`}>
        {route.at === "bin" ? (
          <FilesBin engine={engine} spaceId={route.spaceId} key={route.spaceId} />
        ) : (
          <Files
            engine={engine}
            spaceId={route.spaceId}
            folderId={route.at === "files" ? route.folderId : null}
            fileId={route.at === "file" ? route.fileId : null}
            key={route.spaceId}
          />
        )}
      </Boundary>
    ) : undefined;
  if (filesScreen !== undefined && spaceId === undefined)
    return (
      <>
        <Shell {...frame} at="files" main={filesScreen} />
        {again}
      </>
    );
  if (route.at === "settings")
    return (
      <>
        <Shell {...frame} at="settings" main={<Settings engine={engine} account={account} />} />
        {again}
      </>
    );
  if (
    route.at === "new" ||
    route.at === "bookmarks" ||
    route.at === "lists" ||
    route.at === "list" ||
    route.at === "week"
  )
    return (
      <>
        <Shell
          {...frame}
          at="conversations"
          main={
            <Boundary key={hrefOf(route)}>
              {route.at === "new" ? (
                <News engine={engine} />
              ) : route.at === "lists" ? (
                <Lists engine={engine} />
              ) : route.at === "list" ? (
                <BroadcastList engine={engine} listId={route.listId} key={route.listId} />
              ) : route.at === "week" ? (
                <Week engine={engine} letterId={route.letterId} key={route.letterId} />
              ) : (
                <Bookmarks engine={engine} />
              )}
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "requests" || route.at === "write" || route.at === "blocked")
    return (
      <>
        <Shell
          {...frame}
          at={route.at === "blocked" ? "settings" : "conversations"}
          main={
            <Boundary key={route.at}>
              {route.at === "requests" ? (
                <Requests engine={engine} account={account} />
              ) : route.at === "write" ? (
                <WriteTo engine={engine} />
              ) : (
                <Blocks engine={engine} />
              )}
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "search")
    return (
      <>
        <Shell
          {...frame}
          at="search"
          main={
            <Boundary key="search">
              <SearchPage engine={engine} />
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "data")
    return (
      <>
        <Shell
          {...frame}
          at="settings"
          main={
            <Boundary key="data">
              <YourData engine={engine} account={account} />
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "bring")
    return (
      <>
        <Shell
          {...frame}
          at="settings"
          main={
            <Boundary key="bring">
              <Bring engine={engine} />
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "safety")
    return (
      <>
        <Shell {...frame} at="settings" main={<Safety engine={engine} part={route.part} />} />
        {again}
      </>
    );
  if (route.at === "node")
    return (
      <>
        <Shell
          {...frame}
          at="settings"
          main={
            <Boundary key={hrefOf(route)}>
              <NodePage engine={engine} account={account} part={route.part} name={route.name} />
            </Boundary>
          }
        />
        {again}
      </>
    );
  if (route.at === "devices" || route.at === "addDevice")
    return (
      <>
        <Shell
          {...frame}
          at="settings"
          main={
            route.at === "devices" ? (
              <Devices engine={engine} />
            ) : (
              <AddDevice engine={engine} secret={route.secret} />
            )
          }
        />
        {again}
      </>
    );
  if (route.at === "meet")
    return (
      <>
        <Shell {...frame} at="settings" main={<Meet engine={engine} account={account} />} />
        {again}
      </>
    );
  const main =
    filesScreen ??
    (route.at === "person" ? (
      <Boundary key={route.identityId}>
        <Person engine={engine} identityId={route.identityId} key={route.identityId} />
      </Boundary>
    ) : (
      spaceId !== undefined && (
        <Boundary key={conversationKey(route, spaceId)}>
          {catching.value && rows !== undefined && route.at === "space" && (
            <CatchUp rows={rows} spaceId={spaceId} channel={route.channel ?? ""} now={now} />
          )}
          {route.at === "people" ? (
            <People engine={engine} spaceId={spaceId} onBack={back} />
          ) : route.at === "about" ? (
            <About engine={engine} spaceId={spaceId} />
          ) : route.at === "access" ? (
            <Access engine={engine} spaceId={spaceId} />
          ) : route.at === "brought" ? (
            <BroughtReading
              engine={engine}
              spaceId={spaceId}
              chat={route.chat}
              message={route.message}
            />
          ) : route.at === "channels" ? (
            <Channels engine={engine} spaceId={spaceId} />
          ) : route.at === "emoji" ? (
            <OwnEmoji engine={engine} spaceId={spaceId} />
          ) : route.at === "groups" ? (
            <Groups engine={engine} spaceId={spaceId} />
          ) : (
            <Conversation
              engine={engine}
              spaceId={spaceId}
              message={route.at === "space" ? route.message : undefined}
              channel={route.at === "space" || route.at === "thread" ? route.channel : undefined}
              thread={route.at === "thread" ? route.root : undefined}
              key={conversationKey(route, spaceId)}
            />
          )}
        </Boundary>
      )
    ));
  return (
    <>
      {again}
      <Shell
        {...frame}
        at="conversations"
        list={
          <>
            {nudged && <Nudge engine={engine} />}
            {asks && <AskToTell engine={engine} />}
            {begins && <Start engine={engine} line />}
            <Conversations
              engine={engine}
              rows={rows}
              joins={joins ?? []}
              returns={returns ?? []}
              currentId={spaceId}
              channelId={
                route.at === "space" || route.at === "thread" ? (route.channel ?? "") : undefined
              }
              now={now}
              onNew={() => {
                creating.value = true;
              }}
            />
          </>
        }
        main={main || undefined}
        rest={
          begins ? (
            <Start engine={engine} />
          ) : (
            <EmptyState
              picture={<Logo size="l" />}
              title={t("home.pickTitle")}
              action={
                isNew && (
                  <Button
                    onClick={() => {
                      wantsSteps.value = true;
                    }}
                  >
                    {t("home.firstSteps")}
                  </Button>
                )
              }
            >
              {t("home.pick")}
            </EmptyState>
          )
        }
      />
      {creating.value && (
        <NewSpace
          engine={engine}
          onClose={() => {
            creating.value = false;
          }}
          onMade={(made) => {
            creating.value = false;
            go({ at: "people", spaceId: made });
          }}
        />
      )}
    </>
  );
}

/** After going somewhere, the focus is on the new screen's heading, so that its name is read out and Tab goes on from there. */
function FocusOnArrival({ at }: { at: string }) {
  const last = useRef<string>(undefined);
  useEffect(() => {
    const from = last.current;
    last.current = at;
    if (from === undefined) return;
    // A file is shown over its folder, and gives the focus back to where it was opened.
    const { activeElement } = document;
    const kept =
      /^files? /.test(from) && /^files? /.test(at) && from.split(" ")[0] !== at.split(" ")[0];
    if (kept && activeElement !== null && activeElement !== document.body) return;
    if (focusHeading()) return;
    // Its chunk is still on the way.
    const observer = new MutationObserver(() => focusHeading() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [at]);
  return null;
}

/** A thread opens beside its conversation, which stays as it is. */
function conversationKey(route: Route, spaceId: string): string {
  return hrefOf(route.at === "thread" ? conversationOf({ ...route, spaceId }) : route);
}

function screenKey(route: Route): string {
  if (route.at === "thread" || route.at === "space")
    return `space ${route.spaceId} ${route.channel ?? ""}`;
  if ("identityId" in route) return `${route.at} ${route.identityId}`;
  if (route.at === "node" || route.at === "list" || route.at === "week") return hrefOf(route);
  // A file is shown over its folder: the focus is the preview's matter.
  if (route.at === "files") return `files ${route.spaceId} ${route.folderId}`;
  if (route.at === "file") return `file ${route.spaceId}`;
  if (route.at === "shared") return hrefOf(route);
  return "spaceId" in route ? `${route.at} ${route.spaceId}` : route.at;
}

function Splash() {
  return (
    <main class="splash" id="main" aria-busy="true">
      <Logo size="l" />
      <p role="status">{t("app.opening")}</p>
    </main>
  );
}

function Broken() {
  return (
    <main id="main">
      <EmptyState
        picture={<Logo size="l" />}
        title={t("app.brokenTitle")}
        action={
          <Button kind="primary" onClick={() => location.reload()}>
            {t("error.reload")}
          </Button>
        }
      >
        {t("app.broken")}
      </EmptyState>
    </main>
  );
}
