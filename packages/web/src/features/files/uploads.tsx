import type { FilesLive } from "@baraza/engine";
import { ChevronDown, ChevronUp, Pause, Play, RotateCcw, X } from "lucide";
import { useRef, useState } from "preact/hooks";
import { formatBytes, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Progress } from "../../ui/progress.tsx";
import { failureSentence, safeName } from "./model.ts";

export type Upload = FilesLive["files.uploads"]["value"][number];

/** What the tab is still making ready, before the engine takes it. */
export interface Preparing {
  readonly left: number;
  readonly failed: readonly { name: string; why: string }[];
}

/** At most so many are drawn; those that need somebody come first. */
const SHOWN = 100;

/** What is on its way from this device, with what can be done about it. Nothing while there is nothing. */
export function Uploads({
  uploads,
  preparing,
  onPause,
  onResume,
  onContent,
  onCancel,
  onDismiss,
}: {
  uploads: readonly Upload[];
  preparing: Preparing;
  onPause: (uploadId: string) => void;
  onResume: (uploadId: string) => void;
  /** The file was chosen again. */
  onContent: (uploadId: string, file: File) => void;
  onCancel: (uploadId: string) => void;
  /** What could not be made ready has been read. */
  onDismiss: () => void;
}) {
  const [open, setOpen] = useState(false);
  const active = uploads.filter(({ done, total, state }) => state !== "sending" || done < total);
  const count = active.length + preparing.left;
  if (count === 0 && preparing.failed.length === 0) return null;
  const done = active.reduce((sum, each) => sum + each.done, 0);
  const total = active.reduce((sum, each) => sum + each.total, 0);
  const needy = ({ state }: Upload): number => (state === "failed" || state === "content" ? 0 : 1);
  const shown = active.toSorted((a, b) => needy(a) - needy(b)).slice(0, SHOWN);
  const stopped = active.filter((each) => needy(each) === 0).length;
  return (
    <section class="uploads" aria-label={t("files.uploads")}>
      <div class="uploads-head">
        <p role="status">
          {count > 0 ? t("files.uploadCount", { count }) : t("files.uploadsStopped")}
          {stopped > 0 && (
            <span class="file-stopped"> {t("files.stoppedCount", { count: stopped })}</span>
          )}
        </p>
        {total > 0 && (
          <span class="uploads-sum">
            {t("files.uploadBytes", { done: formatBytes(done), total: formatBytes(total) })}
          </span>
        )}
        <IconButton
          icon={open ? ChevronDown : ChevronUp}
          label={open ? t("files.uploadsLess") : t("files.uploadsMore")}
          tip="above"
          expanded={open}
          onClick={() => setOpen(!open)}
        />
      </div>
      {total > 0 && <Progress label={t("files.uploads")} done={done} total={total} />}
      {preparing.failed.length > 0 && (
        <div class="uploads-failed" role="alert">
          <ul>
            {preparing.failed.slice(0, 5).map(({ name, why }) => (
              <li key={name}>
                <bdi>{safeName(name)}</bdi>: {why}
              </li>
            ))}
          </ul>
          <IconButton icon={X} label={t("ui.close")} tip="above" onClick={onDismiss} />
        </div>
      )}
      {open && (
        <ul class="uploads-list">
          {shown.map((upload) => (
            <UploadRow
              key={upload.uploadId}
              upload={upload}
              onPause={() => onPause(upload.uploadId)}
              onResume={() => onResume(upload.uploadId)}
              onContent={(file) => onContent(upload.uploadId, file)}
              onCancel={() => onCancel(upload.uploadId)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function UploadRow(props: {
  upload: Upload;
  onPause: () => void;
  onResume: () => void;
  onContent: (file: File) => void;
  onCancel: () => void;
}) {
  const { upload } = props;
  const input = useRef<HTMLInputElement>(null);
  const name = safeName(upload.name);
  const runs = upload.state === "sending" || upload.state === "waiting";
  return (
    <li class="upload">
      <div class="upload-words">
        <bdi class="upload-name">{name}</bdi>
        {runs || upload.state === "paused" ? (
          <>
            <Progress label={name} done={upload.done} total={Math.max(upload.total, 1)} />
            <span class="file-detail">
              {upload.state === "paused" ? t("files.paused") : ""}{" "}
              {t("files.uploadBytes", {
                done: formatBytes(upload.done),
                total: formatBytes(upload.total),
              })}
            </span>
          </>
        ) : (
          <span class="file-stopped">
            {upload.state === "content" ? t("files.chooseAgain") : failureSentence(upload.failure)}
          </span>
        )}
      </div>
      {upload.state === "content" ? (
        <>
          <IconButton
            icon={RotateCcw}
            label={t("files.choose", { name })}
            tip="above"
            onClick={() => input.current?.click()}
          />
          <input
            ref={input}
            class="visually-hidden"
            type="file"
            tabIndex={-1}
            aria-label={t("files.choose", { name })}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) props.onContent(file);
            }}
          />
        </>
      ) : runs ? (
        <IconButton
          icon={Pause}
          label={t("files.pause", { name })}
          tip="above"
          onClick={props.onPause}
        />
      ) : (
        <IconButton
          icon={upload.state === "failed" ? RotateCcw : Play}
          label={t("files.resume", { name })}
          tip="above"
          onClick={props.onResume}
        />
      )}
      <IconButton
        icon={X}
        label={t("files.cancel", { name })}
        tip="above"
        onClick={props.onCancel}
      />
    </li>
  );
}
