import type { OutsideCall, OutsideFile, OutsideShare } from "@baraza/engine/outside";
import { readFile, takeShare } from "@baraza/engine/outside";
import { randomBytes } from "@baraza/crypto/primitives";
import { Check, Download, X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatMoment } from "../i18n/dates.ts";
import { formatBytes, t } from "../i18n/index.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Progress } from "../ui/progress.tsx";
import { clearAside, NotChosen, sinkFor } from "./keep.ts";
import { Page } from "./page.tsx";
import { clock } from "./clock.ts";
import type { Trouble } from "./trouble.ts";
import { troubleOf } from "./trouble.ts";

type Job =
  | { state: "loading"; done: number; waits: boolean }
  | { state: "saved" }
  | { state: "failed"; trouble: Trouble };

/** The files behind a link, each with its button. */
export function Files({ share, call }: { share: OutsideShare; call: OutsideCall }) {
  const { title, files } = share;
  const [jobs, setJobs] = useState<ReadonlyMap<number, Job>>(new Map());
  const [all, setAll] = useState(false);
  // One ticket for this visit: several files are one download.
  const [ticket] = useState(() => randomBytes(16));
  const stops = useRef(new Map<number, AbortController>());
  const note = (index: number, job: Job | null): void =>
    setJobs((before) => {
      const next = new Map(before);
      if (job === null) next.delete(index);
      else next.set(index, job);
      return next;
    });
  useEffect(() => {
    clearAside().catch(() => undefined);
  }, []);

  const load = async (index: number, file: OutsideFile): Promise<void> => {
    if (stops.current.has(index)) return;
    const stop = new AbortController();
    stops.current.set(index, stop);
    let done = 0;
    let waits = false;
    const show = (): void => note(index, { state: "loading", done, waits });
    const pace = {
      clock,
      signal: stop.signal,
      onLine: (there: boolean) => {
        waits = !there;
        show();
      },
    };
    try {
      const sink = await sinkFor(file.name, file.size);
      show();
      try {
        await takeShare(call, share, ticket, pace);
        let shown = 0;
        for await (const part of readFile(call, share, file, ticket, pace)) {
          await sink.write(part);
          done += part.length;
          if (done - shown < file.size / 200) continue;
          shown = done;
          show();
        }
        await sink.done();
      } catch (error) {
        await sink.drop();
        throw error;
      }
      note(index, { state: "saved" });
    } catch (error) {
      note(
        index,
        error instanceof NotChosen ? null : { state: "failed", trouble: troubleOf(error) },
      );
    } finally {
      stops.current.delete(index);
    }
  };
  const loadAll = async (): Promise<void> => {
    setAll(true);
    for (const [index, file] of files.entries()) await load(index, file);
    setAll(false);
  };
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <Page
      title={title === "" ? t("sharing.title") : title}
      lead={t("sharing.files", { count: files.length, size: formatBytes(total) })}
    >
      <ul class="outside-list" aria-label={t("sharing.list")}>
        {files.map((file, index) => (
          <Row
            // A list never changes while it is on the screen, and names may repeat.
            key={index}
            file={file}
            job={jobs.get(index)}
            alone={files.length === 1}
            onLoad={() => void load(index, file)}
            onStop={() => stops.current.get(index)?.abort()}
          />
        ))}
      </ul>
      {files.length > 1 && (
        <Button kind="primary" icon={Download} wide busy={all} onClick={() => void loadAll()}>
          {t("sharing.downloadAll")}
        </Button>
      )}
      <p class="outside-small">
        {t("sharing.until", { date: formatMoment(share.expires) })}
        {share.left !== null && ` ${t("sharing.left", { count: share.left })}`}
      </p>
      <p class="outside-small">{t("sharing.private")}</p>
    </Page>
  );
}

function Row(props: {
  file: OutsideFile;
  job: Job | undefined;
  /** The only one: its button is the page's, with a word on it. */
  alone: boolean;
  onLoad: () => void;
  onStop: () => void;
}) {
  const { file, job, alone } = props;
  const { name, size } = file;
  const failed = job?.state === "failed" ? job.trouble : undefined;
  return (
    <li class="outside-row" data-alone={alone || undefined}>
      <div class="outside-what">
        <span class="outside-name">
          <bdi>{name}</bdi>
        </span>
        {job?.state === "loading" ? (
          <>
            <Progress label={name} done={job.done} total={Math.max(1, size)} />
            <span class="outside-small" role="status">
              {job.waits
                ? t("sharing.waiting")
                : t("sharing.downloading", {
                    done: formatBytes(job.done),
                    total: formatBytes(size),
                  })}
            </span>
          </>
        ) : (
          <span class="outside-small">{formatBytes(size)}</span>
        )}
        {failed && (
          <span class="field-error" role="alert">
            {sentence(failed)}
          </span>
        )}
        {job?.state === "saved" && (
          <span class="outside-saved" role="status">
            <Icon of={Check} />
            {t("sharing.saved")}
          </span>
        )}
      </div>
      {job?.state === "loading" ? (
        <IconButton
          tip="below-end"
          icon={X}
          label={t("sharing.stop", { name })}
          onClick={props.onStop}
        />
      ) : alone ? (
        <Button
          kind="primary"
          icon={Download}
          wide
          label={t("sharing.downloadNamed", { name })}
          onClick={props.onLoad}
        >
          {t("sharing.download")}
        </Button>
      ) : (
        <IconButton
          tip="below-end"
          icon={Download}
          label={t("sharing.downloadNamed", { name })}
          onClick={props.onLoad}
        />
      )}
    </li>
  );
}

function sentence(trouble: Trouble): string {
  switch (trouble.kind) {
    case "ended":
      return t(`sharing.${trouble.why}`);
    case "altered":
      return t("sharing.altered");
    case "stopped":
      return t("sharing.stopped");
    case "noRoom":
      return t("sharing.noRoom");
    case "tooLarge":
      return t("sharing.tooLarge");
    default:
      return t("sharing.noLine");
  }
}
