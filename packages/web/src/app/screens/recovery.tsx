import type { HelpRequest } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { Help as HelpScreen, type HelpState } from "../../features/recovery/help.tsx";
import { Nudge, Overview } from "../../features/recovery/overview.tsx";
import { TrustedPeople } from "../../features/recovery/people.tsx";
import { Practise } from "../../features/recovery/practise.tsx";
import { Sheet } from "../../features/recovery/sheet.tsx";
import { Recover as RecoverScreen } from "../../features/recovery/rescue.tsx";
import { currentDirection, currentTag, t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, usePolicy, useRequest } from "../hooks.ts";
import type { Account, Failure } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf, type SafetyPart } from "../routes.ts";
import { SignIn } from "./account.tsx";

/** How often a page that waits for helpers looks, in milliseconds. */
const LOOK_EVERY = 5000;

const overviewHref = hrefOf({ at: "safety", part: "overview" });
const sheetHref = hrefOf({ at: "safety", part: "sheet" });
const helpHref = hrefOf({ at: "help", secret: "" });

/** The request of this device (in earnest or to practise), looked after while the page is open. */
function useRescue(engine: EnginePort, rehearsal: boolean) {
  const rescues = useLive(engine.watch("recovery.rescues", {}), "recovery.rescues");
  const rescue = rescues?.find((one) => one.rehearsal === rehearsal);
  const { busy, failure, run } = useRequest();
  const id = rescue?.rescueId;
  const waiting = rescue?.state === "asking";
  useEffect(() => {
    if (id === undefined || !waiting) return;
    const look = () => void engine.call("recovery.look", { rescueId: id });
    look();
    const timer = setInterval(look, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [engine, id, waiting]);
  return {
    known: rescues !== undefined,
    rescue,
    busy,
    failure,
    run,
    onLook: () => {
      if (id !== undefined) void run(() => engine.call("recovery.look", { rescueId: id }));
    },
    onStop: () => {
      if (id !== undefined) void run(() => engine.call("recovery.cancel", { rescueId: id }));
    },
    finish: () =>
      id === undefined
        ? Promise.resolve(undefined)
        : run(() => engine.call("recovery.finish", { rescueId: id })),
  };
}

/** Getting back in with the help of others, on a device with nothing. */
export function Recover({ engine }: { engine: EnginePort }) {
  const { node } = usePolicy(engine);
  const now = useNow();
  const { known, rescue, busy, failure, run, onLook, onStop, finish } = useRescue(engine, false);
  const words = useRequest();
  if (!known) return <Skeleton label={t("ui.moment")} rows={4} />;
  return (
    <RecoverScreen
      node={node}
      rescue={rescue}
      now={now}
      busy={busy || words.busy}
      failure={failure ?? (OFFLINE.has(words.failure) ? words.failure : undefined)}
      wordsWrong={words.failure !== undefined && !OFFLINE.has(words.failure)}
      onWords={(text) =>
        void words
          .run(() => engine.call("ways.signInWithWords", { text }))
          .then((account) => {
            if (account === undefined) return;
            toast({ text: t("recovery.welcome") });
            go({ at: "home" }, { replace: true });
          })
      }
      signInHref={hrefOf({ at: "signIn" })}
      hrefAt={(other) => `${location.protocol}//${other}${hrefOf({ at: "recover" })}`}
      onBegin={(name) => void run(() => engine.call("recovery.begin", { address: name }))}
      onLook={onLook}
      onStop={onStop}
      onFinish={() =>
        void finish().then((account) => {
          if (account === undefined) return;
          toast({ text: t("recovery.welcome") });
          go({ at: "safety", part: "overview" }, { replace: true });
        })
      }
    />
  );
}

/** Helping somebody, by the link that they sent. */
export function Help({
  engine,
  secret,
  you,
}: {
  engine: EnginePort;
  secret: string;
  you?: Account | undefined;
}) {
  const { node } = usePolicy(engine);
  const now = useNow();
  const { busy, failure, run } = useRequest();
  const [link, setLink] = useState(secret);
  const [read, setRead] = useState<{ request: HelpRequest } | { failure: Failure }>();
  const [done, setDone] = useState(false);
  const [entering, setEntering] = useState(false);
  const signedIn = you !== undefined;
  useEffect(() => {
    if (!signedIn || link === "") return;
    let current = true;
    setRead(undefined);
    void engine.call("recovery.readRequest", { link }).then((result) => {
      if (current) setRead(result.ok ? { request: result.value } : { failure: result.failure });
    });
    return () => {
      current = false;
    };
  }, [engine, link, signedIn]);
  const here = { at: "help", secret } as const;
  if (entering && !signedIn) return <SignIn engine={engine} onward={here} />;
  return (
    <HelpScreen
      state={helpState(signedIn, link, read, done)}
      node={node}
      now={now}
      busy={busy}
      failure={failure}
      homeHref={hrefOf({ at: "home" })}
      onLink={setLink}
      onGive={(code) =>
        void run(async () => {
          const result = await engine.call("recovery.help", { link, code });
          if (result.ok) setDone(true);
          return result;
        })
      }
      onSignIn={() => setEntering(true)}
      onContinueAt={(other) => location.assign(`${location.protocol}//${other}${hrefOf(here)}`)}
    />
  );
}

function helpState(
  signedIn: boolean,
  link: string,
  read: { request: HelpRequest } | { failure: Failure } | undefined,
  done: boolean,
): HelpState {
  if (!signedIn) return { step: "account" };
  if (link === "") return { step: "link" };
  if (read === undefined) return { step: "reading" };
  if ("failure" in read) return { step: "failed", failure: read.failure };
  return { step: done ? "done" : "asked", request: read.request };
}

/** What would be lost today, the people one trusts, and practising. */
export function Safety({ engine, part }: { engine: EnginePort; part: SafetyPart }) {
  if (part === "people") return <PeoplePage engine={engine} />;
  if (part === "practise") return <PractisePage engine={engine} />;
  if (part === "sheet") return <SheetPage engine={engine} />;
  return <OverviewPage engine={engine} />;
}

function OverviewPage({ engine }: { engine: EnginePort }) {
  const overview = useLive(engine.watch("recovery.overview", {}), "recovery.overview");
  const now = useNow();
  if (!overview) return <Skeleton label={t("ui.moment")} rows={6} />;
  const peopleRoute = { at: "safety", part: "people" } as const;
  const practiseRoute = { at: "safety", part: "practise" } as const;
  return (
    <Overview
      overview={overview}
      now={now}
      settingsHref={hrefOf({ at: "settings" })}
      peopleHref={hrefOf(peopleRoute)}
      sheetHref={sheetHref}
      practiseHref={hrefOf(practiseRoute)}
      onNext={(step) => {
        if (step === "rehearse") go(practiseRoute);
        else if (step === "addWay") go({ at: "safety", part: "sheet" });
        else if (step === "send") void engine.syncNow();
        else go(peopleRoute);
      }}
    />
  );
}

function PeoplePage({ engine }: { engine: EnginePort }) {
  const sets = useLive(engine.watch("recovery.sets", {}), "recovery.sets");
  const candidates = useLive(engine.watch("recovery.candidates", {}), "recovery.candidates");
  const offices = useLive(engine.watch("recovery.offices", {}), "recovery.offices");
  const held = useLive(engine.watch("recovery.held", {}), "recovery.held");
  const now = useNow();
  const { busy, failure, run } = useRequest();
  const waiting = sets?.some(({ holders }) => holders.some(({ state }) => state === "sent"));
  useEffect(() => {
    const refresh = () => void engine.call("recovery.refresh", {});
    refresh();
    if (waiting !== true) return;
    const timer = setInterval(refresh, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [engine, waiting]);
  if (!sets || !candidates || !offices || !held)
    return <Skeleton label={t("ui.moment")} rows={6} />;
  const told = (request: Promise<{ ok: true } | { ok: false; failure: Failure }>, text: string) =>
    void request.then((result) => toast({ text: result.ok ? text : failureText(result.failure) }));
  return (
    <TrustedPeople
      sets={sets}
      candidates={candidates}
      offices={offices}
      held={held}
      now={now}
      busy={busy}
      failure={failure}
      overviewHref={overviewHref}
      helpHref={helpHref}
      onShare={(wish) =>
        void run(() => engine.call("recovery.share", wish)).then(
          (made) => made && toast({ text: t("recovery.asked") }),
        )
      }
      onCheck={(setId) =>
        told(engine.call("recovery.askHolders", { setId }), t("recovery.checking"))
      }
      onEnd={(setId) => told(engine.call("recovery.withdraw", { setId }), t("recovery.ended"))}
      onDecline={({ owner, name }) =>
        told(engine.call("recovery.decline", { owner }), t("recovery.declined", { name }))
      }
    />
  );
}

function PractisePage({ engine }: { engine: EnginePort }) {
  const sets = useLive(engine.watch("recovery.sets", {}), "recovery.sets");
  const overview = useLive(engine.watch("recovery.overview", {}), "recovery.overview");
  const now = useNow();
  const [done, setDone] = useState(false);
  const trying = useRequest();
  const { rescue, busy, failure, run, onLook, onStop, finish } = useRescue(engine, true);
  return (
    <Practise
      rescue={rescue}
      hasWords={overview?.ways.some(({ kind }) => kind === "words") ?? false}
      wordsWrong={trying.failure !== undefined && !OFFLINE.has(trying.failure)}
      hasPeople={sets?.some(({ stands }) => stands) ?? false}
      done={done}
      now={now}
      busy={busy || trying.busy}
      failure={failure}
      overviewHref={overviewHref}
      sheetHref={sheetHref}
      onTry={(text) => {
        setDone(false);
        void trying.run(async () => {
          const result = await engine.call("recovery.rehearseWords", { text });
          if (result.ok) setDone(true);
          else if (OFFLINE.has(result.failure)) toast({ text: failureText(result.failure) });
          return result;
        });
      }}
      onBegin={() => void run(() => engine.call("recovery.practise", {}))}
      onLook={onLook}
      onStop={onStop}
      onFinish={() => void finish().then((account) => setDone(account !== undefined))}
    />
  );
}

/** Failures that say nothing about what was typed. */
const OFFLINE: ReadonlySet<Failure | undefined> = new Set([
  "offline",
  "unreachable",
  "tooMany",
  "suspended",
]);

function SheetPage({ engine }: { engine: EnginePort }) {
  const session = engine.session.value;
  const address = session.state === "signedIn" ? session.account.address : "";
  const overview = useLive(engine.watch("recovery.overview", {}), "recovery.overview");
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  const [sheet, setSheet] = useState<{ words: string[]; text: string }>();
  const date = new Intl.DateTimeFormat(currentTag(), { dateStyle: "long" }).format(new Date());
  const made = t("recovery.sheetMade", { date });
  return (
    <Sheet
      sheet={sheet}
      replaces={overview?.ways.some(({ kind }) => kind === "words") ?? false}
      address={address}
      node={node}
      made={made}
      busy={busy}
      failure={failure}
      overviewHref={overviewHref}
      onMake={() => void run(() => engine.call("ways.newWords", {})).then(setSheet)}
      onSave={() => {
        if (sheet)
          void saveSheet(sheet, { address, node, made }).catch(() =>
            toast({ text: t("recovery.sheetFailed") }),
          );
      }}
      onPrint={() => {
        print();
      }}
      onKeep={() => {
        if (sheet)
          void run(async () => {
            const result = await engine.call("ways.keepWords", { words: sheet.words });
            if (result.ok) {
              toast({ text: t("recovery.sheetKept") });
              go({ at: "safety", part: "overview" }, { replace: true });
            }
            return result;
          });
      }}
    />
  );
}

/** Draws the sheet, makes the PDF on this device, and hands it to the browser to be kept. */
async function saveSheet(
  sheet: { words: string[]; text: string },
  about: { address: string; node: string; made: string },
): Promise<void> {
  const { sheetPdf } = await import("../../features/recovery/draw-sheet.ts");
  const pdf = await sheetPdf({
    direction: currentDirection(),
    language: currentTag(),
    title: t("recovery.sheetTitle"),
    lead: t("recovery.sheetLead"),
    addressLabel: t("recovery.sheetAddress"),
    address: about.address,
    wordsLabel: t("recovery.sheetWords"),
    words: sheet.words,
    code: sheet.text,
    howLabel: t("recovery.sheetHow"),
    steps: [
      t("recovery.sheetStep1", { node: about.node }),
      t("recovery.sheetStep2", { choice: t("signIn.lost") }),
      t("recovery.sheetStep3"),
    ],
    keep: t("recovery.sheetKeep"),
    made: about.made,
  });
  const url = URL.createObjectURL(new Blob([pdf], { type: "application/pdf" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "baraza.pdf";
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The card above the conversations, once. */
export function NudgeCard({ engine }: { engine: EnginePort }) {
  return (
    <Nudge href={overviewHref} onDismiss={() => void engine.call("recovery.dismissNudge", {})} />
  );
}
