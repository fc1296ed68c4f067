import "./ways.css";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { StrengthMeter } from "../account/meter.tsx";
import { WordsGrid } from "./new-words.tsx";

export interface SetPassphraseProps {
  /** There is none yet. */
  first: boolean;
  /** Words for the strength meter that others would guess first. */
  own: readonly string[];
  busy: boolean;
  failure?: Failure | undefined;
  /** The code that goes with it, once it is set. */
  code: readonly string[] | null;
  done: boolean;
  onSubmit: (passphrase: string, code: boolean) => void;
  onClose: () => void;
}

/** A new passphrase, and whether new devices need a code beside it. */
export function SetPassphrase(props: SetPassphraseProps) {
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState(true);
  const [tried, setTried] = useState(false);
  const short = Array.from(passphrase).length < 8;
  if (props.done && props.code) {
    return (
      <Dialog
        title={t("ways.codeTitle")}
        onClose={props.onClose}
        actions={
          <Button kind="primary" onClick={props.onClose}>
            {t("ways.codeWritten")}
          </Button>
        }
      >
        <p>{t("ways.codeWhat")}</p>
        <WordsGrid words={props.code} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={props.first ? t("ways.addPassphrase") : t("ways.changePassphrase")}
      onClose={props.onClose}
    >
      <Form
        onSubmit={() => {
          setTried(true);
          if (!props.busy && !short) props.onSubmit(passphrase, code);
        }}
      >
        <TextField
          label={t("ways.newPassphrase")}
          hint={t("signUp.passphraseHint")}
          type="password"
          value={passphrase}
          onInput={setPassphrase}
          autoComplete="new-password"
          maxLength={256}
          error={tried && short ? t("signUp.passphraseShort") : undefined}
        >
          <StrengthMeter passphrase={passphrase} own={props.own} />
        </TextField>
        <Switch
          label={t("ways.codeSwitch")}
          hint={code ? t("ways.codeOn") : t("ways.codeOff")}
          checked={code}
          onChange={setCode}
        />
        <p class="field-hint">{t("ways.passphraseOthers")}</p>
        {props.failure && (
          <p class="field-error" role="alert">
            {failureText(props.failure)}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={props.busy}>
          {t("ways.passphraseSet")}
        </Button>
      </Form>
    </Dialog>
  );
}
