import { useEffect, useState } from "preact/hooks";
import { Meet as MeetScreen } from "../../features/trust/meet.tsx";
import { Notices as NoticesScreen } from "../../features/trust/notices.tsx";
import { Person as PersonScreen } from "../../features/trust/person.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { canReadCodes } from "../../ui/camera.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import type { Account } from "../model.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";

const BlockPerson = lazy(
  () =>
    Promise.all([import("./requests.tsx"), loadWords("requests")]).then(
      ([screens]) => screens.BlockPerson,
    ),
  { aside: true },
);

/** What every picture code of a person begins with. */
const CODE = "baraza:person:";

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** One person's page over the engine. */
export function Person({ engine, identityId }: { engine: EnginePort; identityId: string }) {
  const now = useNow();
  const scans = useScans();
  const person = useLive(engine.watch("person", { identityId }), `person ${identityId}`);
  const [groups, setGroups] = useState<readonly string[]>();
  const [busy, setBusy] = useState(false);
  const [scanned, setScanned] = useState<"other" | "wrong">();
  useEffect(() => {
    void engine.call("person.number", { identityId }).then((result) => {
      if (result.ok) setGroups(result.value.groups);
    });
  }, [engine, identityId]);
  if (person === undefined) return <Skeleton label={t("ui.moment")} />;
  if (person === null)
    return <EmptyState title={t("trust.nobody")}>{t("trust.nobodyHow")}</EmptyState>;
  const run = (work: Promise<Result<unknown>>, done?: string): void => {
    setBusy(true);
    void work.then((result) => {
      setBusy(false);
      if (result.ok && done !== undefined) toast({ text: done });
      else tell(result);
    });
  };
  return (
    <PersonScreen
      person={person}
      groups={groups}
      now={now}
      busy={busy}
      scans={scans}
      scanned={scanned}
      spaceHref={(spaceId) => hrefOf({ at: "space", spaceId })}
      block={<BlockPerson engine={engine} identityId={identityId} name={person.name} />}
      onBack={back}
      onSame={(how) => run(engine.call("person.confirm", { identityId, how }), t("trust.noted"))}
      onDoubt={() => run(engine.call("person.doubt", { identityId }), t("trust.noted"))}
      onAccept={() => run(engine.call("person.accept", { identityId }))}
      onLook={() => run(engine.call("person.look", { identityId }), t("trust.looked"))}
      onScan={(code) => {
        if (!code.startsWith(CODE)) return setScanned("wrong");
        void engine.call("person.scan", { code, identityId }).then((result) => {
          setScanned(result.ok ? undefined : "other");
          if (result.ok) toast({ text: t("trust.scanMatch", { name: person.name }) });
        });
      }}
    />
  );
}

/** One's own picture code, reading another's, and looking an address up. */
export function Meet({ engine, account }: { engine: EnginePort; account: Account }) {
  const scans = useScans();
  const [code, setCode] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    void engine.call("person.ownCode", {}).then((result) => {
      if (result.ok) setCode(result.value.code);
    });
  }, [engine]);
  return (
    <MeetScreen
      name={account.name}
      code={code}
      scans={scans}
      busy={busy}
      problem={problem}
      onBack={back}
      onScan={(read) => {
        setProblem(undefined);
        void engine.call("person.scan", { code: read }).then((result) => {
          if (result.ok) go({ at: "person", identityId: result.value.identityId });
          else setProblem(t("trust.scanWrong"));
        });
      }}
      onFind={(address) => {
        setProblem(undefined);
        setBusy(true);
        void engine.call("person.find", { address }).then((result) => {
          setBusy(false);
          if (result.ok) go({ at: "person", identityId: result.value.identityId });
          else if (result.failure === "offline") setProblem(failureText("offline"));
          // The engine's `unverified`: what the server says is not in its own list.
          else if (result.failure === "linkBroken") setProblem(t("trust.findWrong"));
          else setProblem(t("trust.findNone"));
        });
      }}
    />
  );
}

/** What should be known, above everything else; of people only where their own screens do not say it already. */
export function Notices({ engine, people }: { engine: EnginePort; people: boolean }) {
  const notices = useLive(engine.watch("notices", {}), "notices");
  if (!notices) return null;
  const dismiss = (noticeId: string): void =>
    void engine.call("notice.dismiss", { noticeId }).then(tell);
  return (
    <NoticesScreen
      notices={people ? notices : notices.filter(({ kind }) => kind !== "personChanged")}
      onDismiss={({ noticeId }) => dismiss(noticeId)}
      onDevices={({ noticeId }) => {
        dismiss(noticeId);
        go({ at: "devices" });
      }}
      onPerson={({ subject }) => go({ at: "person", identityId: subject })}
    />
  );
}

function useScans(): boolean {
  const [scans, setScans] = useState(false);
  useEffect(() => {
    let current = true;
    void canReadCodes().then((can) => {
      if (current) setScans(can);
    });
    return () => {
      current = false;
    };
  }, []);
  return scans;
}
