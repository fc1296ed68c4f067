import "./brought.css";
import "../import/import.css";
import { ArrowLeft, FileArchive, FolderOpen } from "lucide";
import { useRef } from "preact/hooks";
import type { BroughtProgress, BroughtReport } from "../../import/chats/bring-chats.ts";
import type { ChatSummary } from "../../import/chats/messages.ts";
import type { LeftOut, WhyLeft } from "../../import/chats/model.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Progress } from "../../ui/progress.tsx";
import { formatDate, SERVICE_NAMES } from "./services.ts";

/** One conversation of the export, and what was chosen for it. */
export interface Offered {
  summary: ChatSummary;
  chosen: boolean;
  /** Where some of it was brought before. */
  known: { spaceId: string; chat: string; spaceTitle: string } | null;
}

export type BringStep =
  | { at: "choose" }
  | { at: "looking" }
  | { at: "found"; chats: readonly Offered[]; left: readonly LeftOut[] }
  | { at: "running"; messages: number; files: number; progress: BroughtProgress }
  | { at: "done"; report: BroughtReport; reason: string | undefined };

export interface BringProps {
  step: BringStep;
  /** Conversations that it may go to. */
  spaces: readonly { spaceId: string; title: string }[];
  /** Empty: a new one for each. */
  to: string;
  /** Who of the conversation a name may be: not where new ones are made. */
  people: readonly { identityId: string; name: string }[];
  hints: ReadonlyMap<string, string>;
  shownHref: string | null;
  onFiles: (files: { file: File; path: string }[]) => void;
  onChosen: (index: number, on: boolean) => void;
  onTo: (spaceId: string) => void;
  onHint: (name: string, identityId: string) => void;
  onStart: () => void;
  onStop: () => void;
  onSaveList: (left: readonly LeftOut[]) => void;
  onBack: () => void;
}

/** Bringing conversations in from other services: what is in the export, where it goes, how far it is, what was left. */
export function Bring(props: BringProps) {
  return (
    <section class="conversation" aria-labelledby="bring-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <h1 class="pane-title" id="bring-title" tabIndex={-1}>
          {t("brought.title")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="bring">
          <Step {...props} />
        </div>
      </div>
    </section>
  );
}

function Step(props: BringProps) {
  const { step } = props;
  switch (step.at) {
    case "choose":
      return <Choose onFiles={props.onFiles} />;
    case "looking":
      return (
        <>
          <p role="status">{t("brought.looking")}</p>
          <Progress label={t("brought.looking")} />
        </>
      );
    case "found":
      return <Found {...props} step={step} />;
    case "running": {
      const { progress, messages, files } = step;
      return (
        <>
          <p role="status">
            {t("brought.running", { done: progress.messages, total: messages })}
            {files > 0 && <> · {t("import.running", { done: progress.files, total: files })}</>}
          </p>
          <Progress
            label={t("brought.title")}
            done={progress.messages / 50 + progress.files}
            total={messages / 50 + files}
          />
          <p class="field-hint">{t("brought.stay")}</p>
          <div class="bring-buttons">
            <Button onClick={props.onStop}>{t("import.stop")}</Button>
          </div>
        </>
      );
    }
    case "done":
      return <Done {...props} step={step} />;
  }
}

function Choose({ onFiles }: Pick<BringProps, "onFiles">) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const give = (input: HTMLInputElement): void =>
    onFiles(
      [...(input.files ?? [])].map((file) => ({
        file,
        path: file.webkitRelativePath || file.name,
      })),
    );
  return (
    <>
      <p>{t("brought.lead")}</p>
      <ul class="bring-how">
        <li>{t("brought.how.whatsapp")}</li>
        <li>{t("brought.how.slack")}</li>
        <li>{t("brought.how.telegram")}</li>
        <li>{t("brought.how.signal")}</li>
      </ul>
      <div class="bring-buttons">
        <Button kind="primary" icon={FileArchive} onClick={() => files.current?.click()}>
          {t("brought.chooseFiles")}
        </Button>
        <Button icon={FolderOpen} onClick={() => folder.current?.click()}>
          {t("import.chooseFolder")}
        </Button>
      </div>
      <input
        ref={files}
        class="visually-hidden"
        type="file"
        multiple
        accept=".zip,.txt,.json,.jsonl,.md,application/zip,text/plain,application/json"
        tabIndex={-1}
        aria-label={t("brought.chooseFiles")}
        onChange={(event) => give(event.currentTarget)}
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
        onChange={(event) => give(event.currentTarget)}
      />
    </>
  );
}

/** So many conversations are listed at once, and people to say who they are. */
const LISTED = 200;
const NAMED = 30;

function Found(props: BringProps & { step: Extract<BringStep, { at: "found" }> }) {
  const { chats, left } = props.step;
  const chosen = chats.filter((one) => one.chosen);
  const names = new Set(chosen.flatMap(({ summary }) => summary.people.map(({ name }) => name)));
  const news = chosen.some(({ known }) => known === null);
  return (
    <>
      {chats.length === 0 ? (
        <p role="status">{t("brought.nothing")}</p>
      ) : (
        <>
          <ul class="bring-chats" aria-label={t("brought.conversations")}>
            {chats.slice(0, LISTED).map((one, index) => (
              <Chat key={index} offered={one} onChosen={(on) => props.onChosen(index, on)} />
            ))}
          </ul>
          {news && (
            <SelectField
              label={t("brought.where")}
              value={props.to}
              options={[
                { value: "", label: t("brought.whereNew") },
                ...props.spaces.map(({ spaceId, title }) => ({ value: spaceId, label: title })),
              ]}
              onChange={props.onTo}
            />
          )}
          {props.people.length > 1 && (
            <details class="bring-who">
              <summary>{t("brought.who")}</summary>
              <div>
                <p class="field-hint">{t("brought.whoHint")}</p>
                {[...names].slice(0, NAMED).map((name) => (
                  <SelectField
                    key={name}
                    label={name}
                    value={props.hints.get(name) ?? ""}
                    options={[
                      { value: "", label: t("brought.whoNobody") },
                      ...props.people.map((person) => ({
                        value: person.identityId,
                        label: person.name,
                      })),
                    ]}
                    onChange={(identityId) => props.onHint(name, identityId)}
                  />
                ))}
              </div>
            </details>
          )}
        </>
      )}
      <LeftList left={left} onSave={props.onSaveList} />
      <div class="bring-buttons">
        {chats.length > 0 && (
          <Button kind="primary" disabled={chosen.length === 0} onClick={props.onStart}>
            {t("import.start")}
          </Button>
        )}
        <Button onClick={props.onStop}>{t("brought.chooseOther")}</Button>
      </div>
    </>
  );
}

function Chat({ offered, onChosen }: { offered: Offered; onChosen: (on: boolean) => void }) {
  const { summary, known, chosen } = offered;
  const { messages, peopleCount, files, bytes, from, to } = summary;
  return (
    <li class="bring-chat">
      <label>
        <input
          type="checkbox"
          checked={chosen}
          onChange={(event) => onChosen(event.currentTarget.checked)}
        />
        <PersonName name={summary.title} />
      </label>
      <p>
        {SERVICE_NAMES[summary.service]} · {t("brought.messages", { count: messages })} ·{" "}
        {t("people.count", { count: peopleCount })} ·{" "}
        {t("brought.span", { from: formatDate(from), to: formatDate(to) })}
        {files > 0 && <> · {t("import.found", { count: files, size: formatBytes(bytes) })}</>}
      </p>
      {known !== null && <p>{t("brought.known", { place: known.spaceTitle })}</p>}
    </li>
  );
}

function Done(props: BringProps & { step: Extract<BringStep, { at: "done" }> }) {
  const { report, reason } = props.step;
  return (
    <>
      <p class="import-sum" role="status">
        {t("brought.taken", { count: report.added })}
      </p>
      {report.there > 0 && <p>{t("import.there", { count: report.there })}</p>}
      {report.files > 0 && <p>{t("brought.takenFiles", { count: report.files })}</p>}
      {report.stopped === "failed" && (
        <p class="field-error" role="alert">
          {reason ?? t("failure.unexpected")}
        </p>
      )}
      {report.stopped !== "no" && <p>{t("brought.again")}</p>}
      <LeftList left={report.left} onSave={props.onSaveList} />
      <div class="bring-buttons">
        {props.shownHref !== null && (
          <a class="button" data-kind="primary" href={props.shownHref}>
            {t("brought.show")}
          </a>
        )}
        <Button onClick={props.onStop}>{t("brought.chooseOther")}</Button>
      </div>
    </>
  );
}

function LeftList({
  left,
  onSave,
}: {
  left: readonly LeftOut[];
  onSave: BringProps["onSaveList"];
}) {
  if (left.length === 0) return null;
  return (
    <details class="import-left" open={left.length <= 3}>
      <summary>{t("import.left", { count: left.length })}</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard */}
      <ul tabIndex={0} aria-label={t("import.left", { count: left.length })}>
        {left.slice(0, LISTED).map(({ path, why }, index) => (
          <li key={index}>
            <PersonName name={path} />
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
export function whyWord(why: WhyLeft): string {
  return {
    link: t("brought.why.link"),
    lacks: t("brought.why.lacks"),
    unused: t("brought.why.unused"),
    unknown: t("brought.why.unknown"),
    sealed: t("brought.why.sealed"),
    tooLarge: t("brought.why.tooLarge"),
    system: t("import.why.system"),
    about: t("import.why.about"),
    path: t("import.why.path"),
    protected: t("import.why.protected"),
    damaged: t("import.why.damaged"),
    unsupported: t("import.why.unsupported"),
    failed: t("import.why.failed"),
  }[why];
}
