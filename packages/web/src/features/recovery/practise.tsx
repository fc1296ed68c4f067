import "./recovery.css";
import type { Rescue } from "@baraza/engine";
import { CircleCheck } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "../settings/group.tsx";
import { Page } from "./page.tsx";
import { RescueView } from "./rescue.tsx";

export interface PractiseProps {
  /** Practising with people that is under way. */
  rescue: Rescue | undefined;
  /** Enough people have confirmed. */
  hasPeople: boolean;
  /** There is a sheet to try. */
  hasWords: boolean;
  /** What was typed did not open the account. */
  wordsWrong: boolean;
  done: boolean;
  now: number;
  busy: boolean;
  failure: Failure | undefined;
  overviewHref: string;
  sheetHref: string;
  onTry: (text: string) => void;
  onBegin: () => void;
  onLook: () => void;
  onFinish: () => void;
  onStop: () => void;
}

/** Walking through the way back once, without risk. */
export function Practise(props: PractiseProps) {
  const { rescue, busy, failure } = props;
  return (
    <Page
      title={t("recovery.practiseTitle")}
      lead={t("recovery.practiseLead")}
      backHref={props.overviewHref}
    >
      {props.done && (
        <p class="recovery-line recovery-done" role="status">
          <Icon of={CircleCheck} /> {t("recovery.practised")}
        </p>
      )}
      <Words {...props} />
      <Group title={t("recovery.practisePeople")}>
        {rescue ? (
          <RescueView {...props} rescue={rescue} />
        ) : props.hasPeople ? (
          <>
            <p class="field-hint">{t("recovery.practisePeopleHint")}</p>
            {failure && (
              <p class="field-error" role="alert">
                {failureText(failure)}
              </p>
            )}
            <div>
              <Button busy={busy} onClick={props.onBegin}>
                {t("recovery.practiseBegin")}
              </Button>
            </div>
          </>
        ) : (
          <p class="field-hint">{t("recovery.practiseNoPeople")}</p>
        )}
      </Group>
    </Page>
  );
}

function Words({ hasWords, wordsWrong, busy, sheetHref, onTry }: PractiseProps) {
  const [text, setText] = useState("");
  if (!hasWords)
    return (
      <Group title={t("recovery.practiseWords")}>
        <p class="field-hint">{t("recovery.practiseNoWords")}</p>
        <div>
          <a class="button" data-kind="secondary" href={sheetHref}>
            {t("recovery.toSheet")}
          </a>
        </div>
      </Group>
    );
  return (
    <Group title={t("recovery.practiseWords")}>
      <Form
        onSubmit={() => {
          if (!busy && text.trim() !== "") onTry(text);
        }}
      >
        <TextField
          label={t("recovery.practiseWordsField")}
          hint={t("recovery.practiseWordsHint")}
          value={text}
          onInput={setText}
          direction="ltr"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={1000}
          error={wordsWrong ? t("recovery.practiseWordsWrong") : undefined}
        />
        <div>
          <Button type="submit" busy={busy}>
            {t("recovery.practiseTry")}
          </Button>
        </div>
      </Form>
    </Group>
  );
}
