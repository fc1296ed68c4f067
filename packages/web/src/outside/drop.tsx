import type { OutsideCall, OutsideDrop } from "@baraza/engine/outside";
import { leaveFile } from "@baraza/engine/outside";
import { streamLayout } from "@baraza/crypto/files";
import { Check, RotateCw, Upload, X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatMoment } from "../i18n/dates.ts";
import { formatBytes, t } from "../i18n/index.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Progress } from "../ui/progress.tsx";
import { clock } from "./clock.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./trouble.ts";
import { troubleOf } from "./trouble.ts";

type Job = {
  id: number;
  file: File;
  state:
    | { at: "line" }
    | { at: "sending"; done: number; waits: boolean }
    | { at: "arrived"; when: number }
    | { at: "failed"; trouble: Trouble };
};

/** A drop box: files are chosen or dragged here and sent one after another. */
export function Drop({ drop, call }: { drop: OutsideDrop; call: OutsideCall }) {
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const [name, setName] = useState("");
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const stops = useRef(new Map<number, AbortController>());
  const lastId = useRef(0);
  const from = useRef(name);
  from.current = name;
  const busy = jobs.some(({ state }) => state.at === "sending" || state.at === "line");
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);

  const note = (id: number, state: Job["state"]): void =>
    setJobs((before) => before.map((job) => (job.id === id ? { ...job, state } : job)));
  const send = async (id: number, file: File): Promise<void> => {
    const stop = stops.current.get(id);
    if (stop === undefined || stop.signal.aborted)
      return note(id, { at: "failed", trouble: { kind: "stopped" } });
    let done = 0;
    let waits = false;
    const show = (): void => note(id, { at: "sending", done, waits });
    show();
    try {
      const about = {
        name: safeName(file.name),
        type: file.type,
        from: from.current.trim().normalize("NFC"),
      };
      const { at } = await leaveFile(
        call,
        drop,
        { ...about, content: file },
        {
          clock,
          signal: stop.signal,
          onProgress: (bytes) => {
            done = bytes;
            show();
          },
          onLine: (there) => {
            waits = !there;
            show();
          },
        },
      );
      note(id, { at: "arrived", when: at });
    } catch (error) {
      note(id, { at: "failed", trouble: troubleOf(error) });
    }
  };
  const line = (id: number, file: File): void => {
    stops.current.set(id, new AbortController());
    note(id, { at: "line" });
    queue.current = queue.current.then(() => send(id, file));
  };
  const add = (files: Iterable<File>): void => {
    for (const file of files) {
      const id = ++lastId.current;
      setJobs((before) => [...before, { id, file, state: { at: "line" } }]);
      line(id, file);
    }
  };
  const arrived = jobs.filter(({ state }) => state.at === "arrived");
  const taken = jobs.filter(({ state }) => state.at !== "failed");
  const filesLeft = drop.filesLeft - taken.length;
  const bytesLeft =
    drop.bytesLeft - taken.reduce((sum, { file }) => sum + streamLayout(file.size).sealed, 0);
  // Who has a finger and no mouse has nothing to drag from.
  const drags = matchMedia("(any-pointer: fine)").matches;
  const full = filesLeft <= 0 || bytesLeft <= 0;
  return (
    <Page
      title={drop.title}
      lead={
        drop.text === "" ? undefined : (
          <span class="outside-words" dir="auto">
            {drop.text}
          </span>
        )
      }
    >
      <p>{t("sharing.dropLead")}</p>
      <TextField
        label={t("sharing.yourName")}
        hint={t("sharing.yourNameHint")}
        value={name}
        onInput={setName}
        maxLength={100}
        autoComplete="name"
        autoCapitalize="words"
      />
      <div
        class="outside-drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!full) add(event.dataTransfer?.files ?? []);
        }}
      >
        <Button
          kind="primary"
          icon={Upload}
          wide
          disabled={full}
          onClick={() => chooser.current?.click()}
        >
          {t("sharing.choose")}
        </Button>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label={t("sharing.choose")}
          onChange={(event) => {
            add(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <p class="outside-small">
          {full
            ? t("sharing.noMoreRoom")
            : `${drags ? `${t("sharing.drag")} ` : ""}${t("sharing.room", { count: filesLeft, size: formatBytes(bytesLeft) })}`}
        </p>
      </div>
      {jobs.length > 0 && (
        <ul class="outside-list" aria-label={t("sharing.queue")}>
          {jobs.map((job) => (
            <Row
              key={job.id}
              job={job}
              onStop={() => stops.current.get(job.id)?.abort()}
              onAgain={() => line(job.id, job.file)}
            />
          ))}
        </ul>
      )}
      {arrived.length > 0 && !busy && (
        <p class="outside-saved" role="status">
          <Icon of={Check} />
          {t("sharing.arrivedAll", { count: arrived.length })}
        </p>
      )}
      <p class="outside-small">{t("sharing.untilDrop", { date: formatMoment(drop.expires) })}</p>
    </Page>
  );
}

function Row({ job, onStop, onAgain }: { job: Job; onStop: () => void; onAgain: () => void }) {
  const { file, state } = job;
  const { name, size } = file;
  return (
    <li class="outside-row">
      <div class="outside-what">
        <span class="outside-name">
          <bdi>{name}</bdi>
        </span>
        {state.at === "sending" && (
          <Progress label={name} done={state.done} total={Math.max(1, size)} />
        )}
        <span
          class={state.at === "failed" ? "field-error" : "outside-small"}
          role={state.at === "failed" ? "alert" : undefined}
        >
          {sentence(state, size)}
        </span>
      </div>
      {(state.at === "sending" || state.at === "line") && (
        <IconButton tip="below-end" icon={X} label={t("sharing.stop", { name })} onClick={onStop} />
      )}
      {state.at === "failed" && (
        <IconButton
          tip="below-end"
          icon={RotateCw}
          label={t("sharing.sendAgain", { name })}
          onClick={onAgain}
        />
      )}
    </li>
  );
}

function sentence(state: Job["state"], size: number): string {
  switch (state.at) {
    case "line":
      return t("sharing.inLine");
    case "arrived":
      return t("sharing.arrived", { date: formatMoment(state.when) });
    case "sending":
      return state.waits
        ? t("sharing.waiting")
        : t("sharing.sending", { done: formatBytes(state.done), total: formatBytes(size) });
    case "failed":
      switch (state.trouble.kind) {
        case "full":
          return t("sharing.doesNotFit");
        case "ended":
          return t(`sharing.${state.trouble.why}`);
        case "notRead":
        case "altered":
          return t("sharing.notRead");
        case "noLine":
          return t("sharing.noLine");
        default:
          return t("sharing.notSent");
      }
  }
}

/** As a name may stand in a note: composed, well formed, not too long; what is odd about it is the receiver's to judge. */
function safeName(name: string): string {
  const whole = name.toWellFormed().normalize("NFC");
  return whole.slice(0, 255).toWellFormed() || "file";
}
