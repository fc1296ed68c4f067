import { Download, FileUp, Printer } from "lucide";
import type { ListProblem, PeopleList } from "@baraza/protocol/people-list";
import type { Invitee } from "@baraza/engine";
import type { Failure } from "../../app/model.ts";
import { failureText } from "../../app/failure.ts";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

export type Made = { link: string; expires: number; invitee: Invitee };

export interface ImportProps {
  /** What the chosen file holds. */
  list: PeopleList | undefined;
  /** The links, once they are made. */
  made: readonly Made[] | undefined;
  busy: boolean;
  /** `full`: there are too many open invitations. */
  failure: Failure | undefined;
  now: number;
  onFile: (file: File) => void;
  onInvite: () => void;
  onSave: () => void;
  onPrint: () => void;
}

/** Inviting from a table: what would happen is shown before anything does; then a link and a code for each person. */
export function ImportList(props: ImportProps) {
  const { list, made, failure } = props;
  if (made) return <Links {...props} made={made} />;
  const people = list?.people ?? [];
  const problems = list?.problems ?? [];
  return (
    <>
      <p>{t("admin.listLead")}</p>
      <FileButton label={list ? t("admin.listOther") : t("admin.listFile")} onFile={props.onFile} />
      <div aria-live="polite">
        {problems.length > 0 && (
          <div class="admin-card">
            <h2>
              {people.length > 0
                ? t("admin.listProblems", { count: problems.length })
                : t("admin.listNobody")}
            </h2>
            <ul class="admin-problems">
              {problems.slice(0, 50).map((problem) => (
                <li key={`${problem.line} ${problem.problem}`}>{sentence(problem)}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {people.length > 0 && (
        <>
          <h2>{t("admin.listPreview", { count: people.length })}</h2>
          <Preview people={people} />
          {failure && (
            <p class="field-error" role="alert">
              {failure === "full" ? t("admin.inviteFull") : failureText(failure)}
            </p>
          )}
          <Button kind="primary" wide busy={props.busy} onClick={props.onInvite}>
            {t("admin.listInvite", { count: people.length })}
          </Button>
        </>
      )}
    </>
  );
}

function sentence(problem: ListProblem): string {
  if (problem.problem === "twice")
    return t("admin.problem.twice", { line: problem.line, first: problem.first });
  const { line } = problem;
  switch (problem.problem) {
    case "encoding":
    case "size":
    case "empty":
      return t(`admin.problem.${problem.problem}`);
    default:
      return t(`admin.problem.${problem.problem}`, { line });
  }
}

function FileButton({ label, onFile }: { label: string; onFile: (file: File) => void }) {
  return (
    <label class="admin-file">
      <span class="button" data-kind="secondary">
        <Icon of={FileUp} />
        <span class="button-words">{label}</span>
      </span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          // The same file may be chosen again after it was mended.
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </label>
  );
}

function Preview({ people }: { people: PeopleList["people"] }) {
  return (
    <div
      class="admin-table"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls is reached with the keyboard
      tabIndex={0}
      role="region"
      aria-label={t("admin.listPreview", { count: people.length })}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{t("admin.column.name")}</th>
            <th scope="col">{t("admin.column.address")}</th>
            <th scope="col">{t("admin.column.language")}</th>
            <th scope="col">{t("admin.column.note")}</th>
          </tr>
        </thead>
        <tbody>
          {people.map(({ name, address, language, note }, row) => (
            <tr key={row}>
              <td dir="auto">{name}</td>
              <td dir="auto">{address}</td>
              <td>{language}</td>
              <td dir="auto">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Links({ made, now, onSave, onPrint }: ImportProps & { made: readonly Made[] }) {
  return (
    <>
      <div class="admin-card admin-unprinted">
        <h2>{t("admin.listDone", { count: made.length })}</h2>
        <p>{t("admin.listDoneLead")}</p>
        <div class="admin-row">
          <Button kind="primary" icon={Download} onClick={onSave}>
            {t("admin.listSave")}
          </Button>
          <Button icon={Printer} onClick={onPrint}>
            {t("admin.listPrint")}
          </Button>
        </div>
      </div>
      <ul class="admin-sheet" aria-label={t("admin.listSheet")}>
        {made.map(({ link, expires, invitee }) => (
          <li key={link}>
            <strong dir="auto">{invitee.name}</strong>
            <QrCode value={link} label={t("invite.qr")} />
            <span class="admin-sheet-link" dir="ltr">
              {link}
            </span>
            <span class="admin-soft">
              {t("admin.column.until")} {formatDayWithin(expires, now)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
