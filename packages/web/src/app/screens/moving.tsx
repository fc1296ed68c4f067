import type { ArchiveContent, ArrivalView, ClosingPlan, ClosingReceipt } from "@baraza/engine";
import { ARCHIVE_BEGIN, madeFile } from "@baraza/engine/browser";
import { Truck } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Arrive as ArriveScreen } from "../../features/moving/arrive.tsx";
import { Bring } from "../../features/moving/bring.tsx";
import type { BringProps } from "../../features/moving/bring.tsx";
import { Close } from "../../features/moving/close.tsx";
import type { Trouble } from "../../features/moving/explain.ts";
import { Move } from "../../features/moving/move.tsx";
import { Take } from "../../features/moving/take.tsx";
import { YourData as YourDataPage } from "../../features/moving/your-data.tsx";
import { currentDirection, currentLanguage, t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { useLive, useNow, usePolicy } from "../hooks.ts";
import type { Account } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";

/** Bytes of a file that are read at once. */
const PIECE = 1024 * 1024;

type Failed = Extract<Result, { ok: false }>;

/** One thing at a time, with what went wrong. */
function useTrouble() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const run = async <T,>(work: () => Promise<Result<T>>): Promise<T | undefined> => {
    setBusy(true);
    setTrouble(undefined);
    const result = await work();
    setBusy(false);
    if (result.ok) return result.value;
    setTrouble(result);
    return undefined;
  };
  return { busy, trouble, setTrouble, run };
}

/** "Your data": taking along, bringing in, moving, closing. */
export function YourData({ engine, account }: { engine: EnginePort; account: Account }) {
  return (
    <YourDataPage backHref={hrefOf({ at: "settings" })}>
      <TakePart engine={engine} account={account} />
      <BringPart engine={engine} />
      <MovePart engine={engine} account={account} />
      <ClosePart engine={engine} account={account} />
    </YourDataPage>
  );
}

function TakePart({ engine, account }: { engine: EnginePort; account: Account }) {
  const job = useLive(engine.watch("archive.job", {}), "archive.job") ?? null;
  const { busy, trouble, run, setTrouble } = useTrouble();
  const save = async (): Promise<void> => {
    if (job === null) return;
    const day = new Date().toISOString().slice(0, 10);
    const name = `baraza-${account.address.split("@")[0]}-${day}${job.kind === "sealed" ? ".baraza" : ".zip"}`;
    try {
      await hand(await madeFile(job.file), name);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      const full = error instanceof DOMException && error.name === "QuotaExceededError";
      setTrouble({ failure: "unexpected", ...(full ? { code: "disk_full" } : {}) });
    }
  };
  return (
    <Take
      job={job}
      busy={busy}
      trouble={trouble}
      onSealed={(passphrase) =>
        void run(() => engine.call("archive.make", { kind: "sealed", passphrase }))
      }
      onOpen={(content) =>
        void run(() => engine.call("archive.make", { kind: "open", words: words(), content }))
      }
      onGoOn={() => void run(() => engine.call("archive.goOn", {}))}
      onSave={() => void save()}
      onDrop={() => void run(() => engine.call("archive.drop", {}))}
    />
  );
}

/** What stands in the pages of an open file. */
function words() {
  return {
    language: currentLanguage(),
    direction: currentDirection(),
    title: t("moving.page.title"),
    people: t("moving.page.people"),
    edited: t("moving.page.edited"),
    deleted: t("moving.page.deleted"),
    answering: t("moving.page.answering"),
    back: t("moving.page.back"),
    empty: t("moving.page.empty"),
    files: t("moving.page.files"),
    ownFiles: t("moving.page.ownFiles"),
    inBin: t("moving.page.inBin"),
    earlier: t("moving.page.earlier"),
    missing: t("moving.page.missing"),
  };
}

type SavePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Hands a file over: written where the person says, or as a download. It is never in memory as a whole. */
async function hand(file: File, name: string): Promise<void> {
  const picker = (globalThis as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  if (picker !== undefined && navigator.userActivation.isActive) {
    const target = await picker({ suggestedName: name });
    await file.stream().pipeTo(await target.createWritable());
    toast({ text: t("moving.saved") });
    return;
  }
  download(file, name);
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it from the disk while it saves it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60 * 60_000);
}

/** Reads a file to its end. @returns what stopped it, or undefined */
async function readOn(
  engine: EnginePort,
  file: File,
  content: Pick<ArchiveContent, "importId" | "offset">,
  stopped: () => boolean,
): Promise<Failed | undefined> {
  let { offset } = content;
  let need = PIECE;
  for (;;) {
    if (stopped()) return undefined;
    const bytes = new Uint8Array(
      await file.slice(offset, offset + Math.max(need, PIECE)).arrayBuffer(),
    );
    const result = await engine.call("archive.feed", {
      importId: content.importId,
      offset,
      bytes,
    });
    if (!result.ok) return result;
    if (result.value.done) return undefined;
    ({ offset, need } = result.value);
  }
}

async function openFile(engine: EnginePort, file: File, passphrase: string) {
  const head = new Uint8Array(await file.slice(0, ARCHIVE_BEGIN).arrayBuffer());
  return engine.call("archive.open", { head, size: file.size, passphrase });
}

function BringPart({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const progress = useLive(engine.watch("archive.import", {}), "archive.import") ?? null;
  const [step, setStep] = useState<BringProps["step"]>("choose");
  const [content, setContent] = useState<ArchiveContent>();
  const [file, setFile] = useState<File>();
  const [trouble, setTrouble] = useState<Trouble>();
  const stop = useRef(false);
  const bring = async (): Promise<void> => {
    if (file === undefined || content === undefined) return;
    stop.current = false;
    setStep("reading");
    const failed = await readOn(engine, file, content, () => stop.current);
    setTrouble(failed);
    setStep(failed !== undefined || stop.current ? "choose" : "done");
  };
  return (
    <Bring
      content={content}
      progress={progress}
      step={step}
      trouble={trouble}
      now={now}
      onOpen={(chosen, passphrase) => {
        setStep("opening");
        setTrouble(undefined);
        void openFile(engine, chosen, passphrase).then((result) => {
          if (result.ok) {
            setFile(chosen);
            setContent(result.value);
          } else setTrouble(result);
          setStep(result.ok ? "opened" : "choose");
        });
      }}
      onBring={() => void bring()}
      onStop={() => {
        stop.current = true;
        setStep("choose");
      }}
    />
  );
}

function MovePart({ engine, account }: { engine: EnginePort; account: Account }) {
  const now = useNow();
  const status = useLive(engine.watch("move.status", {}), "move.status");
  const { busy, trouble, run } = useTrouble();
  if (status === undefined) return null;
  return (
    <Move
      status={status}
      busy={busy}
      trouble={trouble}
      now={now}
      originOf={(node) => `${location.protocol}//${node}`}
      onLeave={(to) => void run(() => engine.call("move.leave", { to }))}
      onStay={() => void run(() => engine.call("move.stay", {}))}
      node={account.address.slice(account.address.lastIndexOf("@") + 1)}
      onTakeAlong={() => void run(() => engine.call("move.takeAlong", {}))}
      onCloseFormer={() => void run(() => engine.call("move.closeFormer", {}))}
    />
  );
}

function ClosePart({ engine, account }: { engine: EnginePort; account: Account }) {
  const now = useNow();
  const [plan, setPlan] = useState<ClosingPlan>();
  const [receipt, setReceipt] = useState<ClosingReceipt | null>(null);
  const { busy, trouble, run } = useTrouble();
  useEffect(() => {
    let current = true;
    void engine.call("account.closingPlan", {}).then((result) => {
      if (current && result.ok) setReceipt(result.value.receipt);
    });
    return () => {
      current = false;
    };
  }, [engine]);
  return (
    <Close
      address={account.address}
      plan={plan}
      receipt={receipt}
      busy={busy}
      trouble={trouble}
      now={now}
      onPlan={() => void run(() => engine.call("account.closingPlan", {})).then(setPlan)}
      onCancel={() => setPlan(undefined)}
      onClose={(successors) =>
        void run(() => engine.call("account.close", { successors })).then((made) => {
          if (made !== undefined) setReceipt(made);
        })
      }
      onSaveReceipt={() => {
        const text = JSON.stringify(receipt, null, 2);
        download(new Blob([text], { type: "application/json" }), "baraza-receipt.json");
      }}
      onForget={() =>
        void run(() => engine.call("account.forgetClosed", {})).then(() =>
          go({ at: "signIn" }, { replace: true }),
        )
      }
    />
  );
}

/** Said on every page of a device that is still at the account that its person has left. */
export function Moved({ to }: { to: string }) {
  return (
    <Banner tone="notice" icon={Truck}>
      {tParts("moving.went", { address: <bdi>{to}</bdi> })}{" "}
      <a href={hrefOf({ at: "data" })}>{t("moving.more")}</a>
    </Banner>
  );
}

/** `/move`: one's account comes here from another node, by its link or by a sealed file. */
export function Arrive({
  engine,
  secret,
  you,
}: {
  engine: EnginePort;
  secret: string;
  you: Account | undefined;
}) {
  const policy = usePolicy(engine);
  const progress = useLive(engine.watch("archive.import", {}), "archive.import") ?? null;
  const [arrival, setArrival] = useState<ArrivalView>();
  const [step, setStep] = useState<"look" | "ready" | "arriving" | "reading">("look");
  const [brought, setBrought] = useState<{ file: File; content: ArchiveContent }>();
  const [trouble, setTrouble] = useState<Trouble>();
  const linked = secret !== "";
  useEffect(() => {
    if (!linked) return;
    void engine.call("move.look", { fragment: secret }).then((result) => {
      if (result.ok) {
        setArrival(result.value);
        setStep("ready");
      } else setTrouble(result);
    });
  }, [engine, linked, secret]);
  const byFile = async (file: File, passphrase: string): Promise<void> => {
    setTrouble(undefined);
    setStep("arriving");
    const opened = await openFile(engine, file, passphrase);
    if (!opened.ok) {
      setTrouble(opened);
      return setStep("look");
    }
    const seen = await engine.call("move.look", { importId: opened.value.importId });
    if (!seen.ok) {
      setTrouble(seen);
      return setStep("look");
    }
    setBrought({ file, content: opened.value });
    setArrival(seen.value);
    setStep("ready");
  };
  const arrive = async (chosen: {
    name: string;
    passphrase: string;
    invitation: string;
  }): Promise<void> => {
    setTrouble(undefined);
    setStep("arriving");
    const invitation = chosen.invitation.trim().replace(/^.*#/, "");
    const result = await engine.call("move.arrive", {
      ...(brought === undefined ? { fragment: secret } : { importId: brought.content.importId }),
      name: chosen.name,
      passphrase: chosen.passphrase,
      ...(invitation === "" ? {} : { invitation }),
    });
    if (!result.ok) {
      setTrouble(result);
      return setStep("ready");
    }
    if (brought !== undefined) {
      setStep("reading");
      const failed = await readOn(engine, brought.file, brought.content, () => false);
      // The account is here; the rest of the file can be brought in from the settings.
      if (failed !== undefined) return go({ at: "data" }, { replace: true });
    }
    go({ at: "home" }, { replace: true });
  };
  return (
    <ArriveScreen
      node={policy.node}
      taken={you !== undefined && step !== "arriving"}
      settingsHref={hrefOf({ at: "settings" })}
      signInHref={hrefOf({ at: "signIn" })}
      arrival={arrival}
      linked={linked}
      needsInvitation={!policy.open && secret.length < 60}
      step={step}
      reading={progress === null ? undefined : { done: progress.done, total: progress.total }}
      trouble={trouble}
      onFile={(file, passphrase) => void byFile(file, passphrase)}
      onArrive={(chosen) => void arrive(chosen)}
    />
  );
}
