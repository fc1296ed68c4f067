import "./import.css";
import { FileArchive, FolderOpen } from "lucide";
import { useRef } from "preact/hooks";
import type { Progress as Done, Report } from "../../import/bring-in.ts";
import type { Left, NotTaken, Plan } from "../../import/items.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Progress } from "../../ui/progress.tsx";

export type ImportStep =
  | { at: "choose" }
  | { at: "looking" }
  | { at: "found"; plan: Plan }
  | { at: "running"; plan: Plan; progress: Done }
  | { at: "done"; report: Report; reason?: string | undefined };

export interface ImportProps {
  /** Where it goes: a folder's name, or the conversation's. */
  into: string;
  step: ImportStep;
  onZips: (files: File[]) => void;
  onFolder: (files: File[]) => void;
  onStart: () => void;
  onStop: () => void;
  onSaveList: (left: readonly Left[]) => void;
  onClose: () => void;
}

/** Bringing in what another service handed out, or a folder: what is in it, how far it is, what was left. */
export function Import(props: ImportProps) {
  const { step, onStart, onStop, onClose } = props;
  return (
    <Dialog
      title={t("import.title")}
      onClose={step.at === "running" ? onStop : onClose}
      actions={
        <>
          {step.at === "found" && (
            <Button kind="primary" disabled={step.plan.items.length === 0} onClick={onStart}>
              {t("import.start")}
            </Button>
          )}
          {step.at === "running" && <Button onClick={onStop}>{t("import.stop")}</Button>}
          {step.at === "done" && (
            <Button kind="primary" onClick={onClose}>
              {t("ui.close")}
            </Button>
          )}
        </>
      }
    >
      <div class="import">
        <Step {...props} />
      </div>
    </Dialog>
  );
}

function Step({ into, step, onZips, onFolder, onSaveList }: ImportProps) {
  switch (step.at) {
    case "choose":
      return <Choose onZips={onZips} onFolder={onFolder} />;
    case "looking":
      return (
        <>
          <p role="status">{t("import.looking")}</p>
          <Progress label={t("import.looking")} />
        </>
      );
    case "found": {
      const { items, bytes, left } = step.plan;
      return (
        <>
          {items.length === 0 ? (
            <p role="status">{t("import.nothing")}</p>
          ) : (
            <>
              <p class="import-sum" role="status">
                {t("import.found", { count: items.length, size: formatBytes(bytes) })}
              </p>
              <p>{t("import.into", { place: into })}</p>
            </>
          )}
          <NotTakenList left={left} onSave={onSaveList} />
        </>
      );
    }
    case "running": {
      const { plan, progress } = step;
      return (
        <>
          <p>{t("import.running", { done: progress.files, total: plan.items.length })}</p>
          <Progress
            label={t("import.title")}
            done={progress.bytes + progress.files}
            total={plan.bytes + plan.items.length}
          />
          <p class="field-hint">{t("import.stay")}</p>
        </>
      );
    }
    case "done": {
      const { taken, there, left, stopped } = step.report;
      return (
        <>
          <p class="import-sum" role="status">
            {t("import.taken", { count: taken })}
          </p>
          {there > 0 && <p>{t("import.there", { count: there })}</p>}
          {stopped === "failed" && (
            <p class="field-error" role="alert">
              {step.reason ?? t("failure.unexpected")}
            </p>
          )}
          {stopped !== "no" && <p>{t("import.again")}</p>}
          <NotTakenList left={left} onSave={onSaveList} />
        </>
      );
    }
  }
}

function Choose({ onZips, onFolder }: Pick<ImportProps, "onZips" | "onFolder">) {
  const zips = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <>
      <p>{t("import.lead")}</p>
      <div class="import-choices">
        <Button icon={FileArchive} wide onClick={() => zips.current?.click()}>
          {t("import.chooseZips")}
        </Button>
        <Button icon={FolderOpen} wide onClick={() => folder.current?.click()}>
          {t("import.chooseFolder")}
        </Button>
      </div>
      <input
        ref={zips}
        class="visually-hidden"
        type="file"
        multiple
        accept=".zip,application/zip"
        tabIndex={-1}
        aria-label={t("import.chooseZips")}
        onChange={(event) => onZips([...(event.currentTarget.files ?? [])])}
      />
      <input
        ref={(input) => {
          folder.current = input;
          if (input) input.webkitdirectory = true;
        }}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t("import.chooseFolder")}
        onChange={(event) => onFolder([...(event.currentTarget.files ?? [])])}
      />
    </>
  );
}

/** What is listed at once: the rest stands in the list that can be saved. */
const SHOWN = 200;

function NotTakenList({
  left,
  onSave,
}: {
  left: readonly Left[];
  onSave: ImportProps["onSaveList"];
}) {
  if (left.length === 0) return null;
  return (
    <details class="import-left">
      <summary>{t("import.left", { count: left.length })}</summary>
      <ul>
        {left.slice(0, SHOWN).map(({ path, why }) => (
          <li key={path}>
            <bdi>{path}</bdi>
            <span>{whyWord(why)}</span>
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={() => onSave(left)}>
        {t("import.saveList")}
      </Button>
    </details>
  );
}

/** Why something was left, in words. */
export function whyWord(why: NotTaken): string {
  return {
    system: t("import.why.system"),
    about: t("import.why.about"),
    path: t("import.why.path"),
    protected: t("import.why.protected"),
    damaged: t("import.why.damaged"),
    unsupported: t("import.why.unsupported"),
    failed: t("import.why.failed"),
  }[why];
}
