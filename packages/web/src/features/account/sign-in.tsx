import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { CodeField } from "./code-field.tsx";
import { parseAddress } from "./address.ts";

export interface SignInProps {
  node: string;
  busy: boolean;
  failure?: Failure | undefined;
  onSubmit: (account: { name: string; passphrase: string; code?: string }) => void;
  /** Ways in beside the passphrase. */
  more?: ComponentChildren;
  signUpHref?: string;
  /** Where a device is added by another one of the same person. */
  newDeviceHref?: string;
  /** For who has neither passphrase nor device any more. */
  recoverHref?: string;
  /** What one should know before. */
  notice?: ComponentChildren;
}

/** Back in with an address and its passphrase. No puzzles. */
export function SignIn({
  node,
  busy,
  failure,
  onSubmit,
  more,
  signUpHref,
  newDeviceHref,
  recoverHref,
  notice,
}: SignInProps) {
  const [typed, setTyped] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const needed = failure === "codeNeeded";
  useEffect(() => {
    if (needed) setAsked(true);
  }, [needed]);
  const askCode = asked || needed;
  const [tried, setTried] = useState(false);
  const address = parseAddress(typed, node);
  const wrongAddress = !address
    ? t("signIn.addressWrong")
    : address.node === node
      ? undefined
      : t("signIn.otherNode", { node: address.node });
  const wrongPassphrase = passphrase ? undefined : t("signIn.passphraseMissing");
  return (
    <SoloPage motto={t("app.motto")} title={t("signIn.title")} lead={t("signIn.lead")}>
      {notice}
      <Form
        onSubmit={() => {
          setTried(true);
          if (!busy && address && !wrongAddress && !wrongPassphrase)
            onSubmit({ name: address.name, passphrase, ...(askCode ? { code } : {}) });
        }}
      >
        <TextField
          label={t("signUp.address")}
          value={typed}
          onInput={setTyped}
          direction="ltr"
          suffix={typed.includes("@") ? "" : `@${node}`}
          autoComplete="username"
          autoCapitalize="none"
          inputMode="email"
          spellcheck={false}
          maxLength={300}
          error={tried ? wrongAddress : undefined}
        />
        <TextField
          label={t("signUp.passphrase")}
          type="password"
          value={passphrase}
          onInput={setPassphrase}
          autoComplete="current-password"
          maxLength={256}
          error={tried ? wrongPassphrase : undefined}
        />
        {askCode && <CodeField value={code} onInput={setCode} />}
        {failure && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={busy}>
          {busy ? t("signIn.busy") : t("signIn.action")}
        </Button>
      </Form>
      {more}
      {newDeviceHref && (
        <p>
          <a class="solo-other" href={newDeviceHref}>
            {t("signIn.otherDevice")}
          </a>
        </p>
      )}
      {recoverHref && (
        <p class="solo-foot">
          <a href={recoverHref}>{t("signIn.lost")}</a>
        </p>
      )}
      {signUpHref && (
        <p class="solo-foot">
          {t("signIn.noAccount")} <a href={signUpHref}>{t("signUp.create")}</a>
        </p>
      )}
    </SoloPage>
  );
}
