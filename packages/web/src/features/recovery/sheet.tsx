import "./recovery.css";
import { FileDown, Printer } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { QrCode } from "../../ui/qr-code.tsx";
import { Group } from "../settings/group.tsx";
import { Page } from "./page.tsx";

export interface SheetProps {
  /** Twelve words and what their QR code holds; absent until they are made. */
  sheet: { words: readonly string[]; text: string } | undefined;
  /** There is a sheet already: a new one takes its place. */
  replaces: boolean;
  address: string;
  node: string;
  made: string;
  busy: boolean;
  failure: Failure | undefined;
  overviewHref: string;
  onMake: () => void;
  onSave: () => void;
  onPrint: () => void;
  /** The person has the words on paper. */
  onKeep: () => void;
}

/** Which of the words one types to show that they are on paper. */
const ASKED = [2, 8] as const;

/** Making the recovery sheet: words to print, and two of them typed from the paper before they count. */
export function Sheet(props: SheetProps) {
  const { sheet, busy, failure } = props;
  return (
    <Page
      title={t("recovery.sheetTitle")}
      lead={t("recovery.sheetLead")}
      backHref={props.overviewHref}
    >
      {sheet === undefined ? (
        <Group title={t("recovery.sheetNew")}>
          <p class="field-hint">
            {props.replaces ? t("recovery.sheetReplaces") : t("recovery.sheetWhere")}
          </p>
          {failure && (
            <p class="field-error" role="alert">
              {failureText(failure)}
            </p>
          )}
          <div>
            <Button kind="primary" busy={busy} onClick={props.onMake}>
              {t("recovery.sheetMake")}
            </Button>
          </div>
        </Group>
      ) : (
        <>
          <Paper {...props} sheet={sheet} />
          <div class="recovery-buttons">
            <Button icon={FileDown} onClick={props.onSave}>
              {t("recovery.sheetSave")}
            </Button>
            <Button icon={Printer} onClick={props.onPrint}>
              {t("recovery.sheetPrint")}
            </Button>
          </div>
          <Confirm {...props} words={sheet.words} />
        </>
      )}
    </Page>
  );
}

/** What is printed: nothing else of the page is. */
function Paper({
  sheet,
  address,
  node,
  made,
}: SheetProps & { sheet: NonNullable<SheetProps["sheet"]> }) {
  return (
    <article class="recovery-sheet" aria-label={t("recovery.sheetTitle")}>
      <p class="recovery-sheet-title">
        <strong>Baraza · {t("recovery.sheetTitle")}</strong>
      </p>
      <p>
        {t("recovery.sheetAddress")}
        <br />
        <strong dir="ltr">{address}</strong>
      </p>
      <p>{t("recovery.sheetWords")}</p>
      <ol class="recovery-words" dir="ltr">
        {sheet.words.map((word, at) => (
          <li key={`${at} ${word}`} translate={false}>
            {word}
          </li>
        ))}
      </ol>
      <QrCode value={sheet.text} label={t("recovery.sheetWords")} />
      <p>
        <strong>{t("recovery.sheetHow")}</strong>
      </p>
      <ol>
        <li>{t("recovery.sheetStep1", { node })}</li>
        <li>{t("recovery.sheetStep2", { choice: t("signIn.lost") })}</li>
        <li>{t("recovery.sheetStep3")}</li>
      </ol>
      <p>{t("recovery.sheetKeep")}</p>
      <p class="field-hint">{made}</p>
    </article>
  );
}

function Confirm({ words, busy, failure, onKeep }: SheetProps & { words: readonly string[] }) {
  const [typed, setTyped] = useState(["", ""]);
  const [tried, setTried] = useState(false);
  const fits = ASKED.map(
    (at, which) => typed[which]?.trim().toLowerCase() === words[at]?.toLowerCase(),
  );
  return (
    <Group title={t("recovery.sheetCheck")}>
      <p class="field-hint">{t("recovery.sheetCheckHint")}</p>
      <Form
        onSubmit={() => {
          setTried(true);
          if (fits.every(Boolean) && !busy) onKeep();
        }}
      >
        {ASKED.map((at, which) => (
          <TextField
            key={at}
            label={t("recovery.sheetWord", { number: at + 1 })}
            value={typed[which] ?? ""}
            onInput={(value) =>
              setTyped(typed.map((old, other) => (other === which ? value : old)))
            }
            direction="ltr"
            autoCapitalize="none"
            spellcheck={false}
            maxLength={20}
            error={tried && !fits[which] ? t("recovery.sheetWordWrong") : undefined}
          />
        ))}
        {failure && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <div>
          <Button kind="primary" type="submit" busy={busy}>
            {t("recovery.sheetKeepIt")}
          </Button>
        </div>
      </Form>
    </Group>
  );
}
