import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { CodeField } from "./code-field.tsx";
import { Form, TextField } from "../../ui/field.tsx";

/** The passphrase once more, after the node ended this device's session. */
export function SignInAgain(props: {
  busy: boolean;
  failure?: Failure | undefined;
  onSubmit: (passphrase: string, code?: string) => void;
  /** Ways in beside the passphrase. */
  more?: ComponentChildren;
  onClose: () => void;
}) {
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const needed = props.failure === "codeNeeded";
  useEffect(() => {
    if (needed) setAsked(true);
  }, [needed]);
  const askCode = asked || needed;
  const [tried, setTried] = useState(false);
  return (
    <Dialog title={t("session.again")} onClose={props.onClose}>
      <p>{t("session.kept")}</p>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!props.busy && passphrase) props.onSubmit(passphrase, askCode ? code : undefined);
        }}
      >
        <TextField
          label={t("signUp.passphrase")}
          type="password"
          value={passphrase}
          onInput={setPassphrase}
          autoComplete="current-password"
          maxLength={256}
          error={tried && !passphrase ? t("signIn.passphraseMissing") : undefined}
        />
        {askCode && <CodeField value={code} onInput={setCode} />}
        {props.failure && (
          <p class="field-error" role="alert">
            {failureText(props.failure)}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={props.busy}>
          {props.busy ? t("signIn.busy") : t("signIn.action")}
        </Button>
      </Form>
      {props.more}
    </Dialog>
  );
}
