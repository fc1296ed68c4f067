import { useEffect, useRef, useState } from "preact/hooks";
import { ConversationList } from "../features/chat/list.tsx";
import { loadWords, t } from "../i18n/index.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Logo } from "../ui/logo.tsx";
import { Toaster } from "../ui/toast.tsx";
import { Boundary } from "./boundary.tsx";
import { focusHeading } from "./focus.ts";
import type { EnginePort } from "./engine.ts";
import { useLive, useNow } from "./hooks.ts";
import { lazy } from "./lazy.tsx";
import type { Account } from "./model.ts";
import { back, currentRoute, go } from "./router.ts";
import { hrefOf, type Route } from "./routes.ts";
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
  import("./screens/conversation.tsx").then((screens) => screens.Conversation),
);
const recovery = () =>
  Promise.all([import("./screens/recovery.tsx"), loadWords("recovery")]).then(
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
const files = () =>
  Promise.all([import("./screens/files.tsx"), loadWords("files")]).then(([screens]) => screens);
const Files = lazy(() => files().then((screens) => screens.Files));
const FilesBin = lazy(() => files().then((screens) => screens.FilesBin));
const Settings = lazy(() => import("./screens/settings.tsx").then((screens) => screens.Settings));

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
  "space",
  "files",
  "file",
  "bin",
  "signUp",
  "signIn",
]);

/** The whole app: which screen, by where one is and whether one is signed in. */
export function App({ engine }: { engine: EnginePort }) {
  const route = currentRoute();
  return (
    <>
      <FocusOnArrival at={screenKey(route)} />
      <Boundary key={SHARED.has(route.at) ? "home" : route.at}>
        <Screen engine={engine} route={route} />
      </Boundary>
      <Toaster />
    </>
  );
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

function SignedIn({
  engine,
  account,
  route,
}: {
  engine: EnginePort;
  account: Account;
  route: Route;
}) {
  const now = useNow();
  const rows = useLive(engine.conversations, "conversations");
  const joins = useLive(engine.joins, "joins");
  const returns = useLive(engine.watch("returns", {}), "returns");
  const nudged = useLive(engine.watch("recovery.nudge", {}), "recovery.nudge");
  const warned = useLive(engine.watch("notices", {}), "notices");
  const standing = useLive(engine.watch("admin.standing", {}), "standing");
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    addEventListener("keydown", openSearch);
    return () => removeEventListener("keydown", openSearch);
  }, []);
  const [returning, setReturning] = useState(false);
  const spaceId = ("spaceId" in route ? route.spaceId : null) ?? undefined;
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
    route.at === "files" || route.at === "file" || route.at === "bin" ? (
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
        <Boundary key={hrefOf(route)}>
          {route.at === "people" ? (
            <People engine={engine} spaceId={spaceId} onBack={back} />
          ) : (
            <Conversation
              engine={engine}
              spaceId={spaceId}
              message={route.at === "space" ? route.message : undefined}
              key={hrefOf(route)}
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
            <ConversationList
              rows={rows}
              joins={joins ?? []}
              returns={returns ?? []}
              currentId={spaceId}
              now={now}
              hrefOf={(id) => hrefOf({ at: "space", spaceId: id })}
              onNew={() => setCreating(true)}
              onCancelJoin={(joinId) => void engine.cancelJoin(joinId)}
            />
          </>
        }
        main={main || undefined}
        rest={
          <EmptyState picture={<Logo size="l" />} title={t("home.pickTitle")}>
            {t("home.pick")}
          </EmptyState>
        }
      />
      {creating && (
        <NewSpace
          engine={engine}
          onClose={() => setCreating(false)}
          onMade={(made) => {
            setCreating(false);
            go({ at: "people", spaceId: made });
          }}
        />
      )}
    </>
  );
}

/** The search by a key: a slash, where one does not write; Ctrl or Command with K everywhere. */
function openSearch(event: KeyboardEvent): void {
  const writes =
    event.target instanceof Element &&
    event.target.closest("input, textarea, select, [contenteditable]") !== null;
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !writes;
  const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
  if ((!slash && !k) || document.querySelector("dialog[open]") !== null) return;
  event.preventDefault();
  go({ at: "search" });
}

/** After going somewhere, the focus is on the new screen's heading, so that its name is read out and Tab goes on from there. */
function FocusOnArrival({ at }: { at: string }) {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (focusHeading()) return;
    // Its chunk is still on the way.
    const observer = new MutationObserver(() => focusHeading() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [at]);
  return null;
}

function screenKey(route: Route): string {
  if ("identityId" in route) return `${route.at} ${route.identityId}`;
  if (route.at === "node") return hrefOf(route);
  // A file is shown over its folder: the focus is the preview's matter.
  if (route.at === "files") return `files ${route.spaceId} ${route.folderId}`;
  if (route.at === "file") return `file ${route.spaceId}`;
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
