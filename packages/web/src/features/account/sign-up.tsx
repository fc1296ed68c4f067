import { MailCheck, ServerCog } from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { NAME_PATTERN, suggestName } from "./address.ts";
import { StrengthMeter } from "./meter.tsx";

export interface SignUpProps {
  /** This node's name, e.g. `union.example`. */
  node: string;
  /** Why one is here: by a person's invitation, or to run the node; else just to join. */
  reason?: { by: string; space: string } | "setup";
  busy: boolean;
  failure?: Failure | undefined;
  onSubmit: (account: { shownName: string; name: string; passphrase: string }) => void;
  /** Signing up without a passphrase; gets what is filled in, or null while something is missing. */
  more?: (account: () => { shownName: string; name: string } | null) => ComponentChildren;
  signInHref?: string;
  /** In place of following `signInHref`. */
  onSignIn?: () => void;
}

/** A name, an address, a passphrase; nothing else in the first minute. */
export function SignUp(props: SignUpProps) {
  const { node, reason, busy, failure, onSubmit, more, signInHref, onSignIn } = props;
  const [shownName, setShownName] = useState("");
  const [typedName, setTypedName] = useState<string>();
  const [passphrase, setPassphrase] = useState("");
  const [tried, setTried] = useState(false);
  const name = typedName ?? suggestName(shownName);
  const wrong = {
    shownName: shownName.trim() ? undefined : t("signUp.nameMissing"),
    name: NAME_PATTERN.test(name) ? undefined : t("signUp.addressWrong"),
    passphrase: Array.from(passphrase).length >= 8 ? undefined : t("signUp.passphraseShort"),
  };
  const aboutName = failure === "nameTaken" || failure === "nameInvalid";
  const setup = reason === "setup";
  return (
    <SoloPage
      motto={t("app.motto")}
      title={setup ? t("setup.title") : t("signUp.title")}
      lead={setup ? tParts("setup.lead", { node: <bdi>{node}</bdi> }) : t("signUp.lead")}
    >
      {typeof reason === "object" && (
        <Banner tone="notice" icon={MailCheck}>
          {tParts("signUp.invited", {
            name: <bdi>{reason.by}</bdi>,
            space: <bdi>{reason.space}</bdi>,
          })}
        </Banner>
      )}
      {setup && (
        <Banner tone="notice" icon={ServerCog}>
          {t("setup.what")}
        </Banner>
      )}
      <Form
        onSubmit={() => {
          setTried(true);
          if (!busy && !wrong.shownName && !wrong.name && !wrong.passphrase)
            onSubmit({ shownName: shownName.trim(), name, passphrase });
        }}
      >
        <TextField
          label={t("signUp.name")}
          hint={t("signUp.nameHint")}
          value={shownName}
          onInput={setShownName}
          autoComplete="name"
          autoCapitalize="words"
          maxLength={64}
          error={tried ? wrong.shownName : undefined}
        />
        <TextField
          label={t("signUp.address")}
          hint={t("signUp.addressHint")}
          value={name}
          onInput={(value) => setTypedName(value.toLowerCase().replace(/[\s@]/g, ""))}
          direction="ltr"
          suffix={`@${node}`}
          autoComplete="username"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={32}
          error={
            tried && wrong.name
              ? wrong.name
              : aboutName && failure
                ? failureText(failure)
                : undefined
          }
        />
        <TextField
          label={t("signUp.passphrase")}
          hint={t("signUp.passphraseHint")}
          type="password"
          value={passphrase}
          onInput={setPassphrase}
          autoComplete="new-password"
          maxLength={256}
          error={tried ? wrong.passphrase : undefined}
        >
          <StrengthMeter passphrase={passphrase} own={[shownName, name, node]} />
        </TextField>
        {failure && !aboutName && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={busy}>
          {busy ? t("signUp.creating") : t("signUp.create")}
        </Button>
      </Form>
      {more?.(() => {
        setTried(true);
        return wrong.shownName || wrong.name ? null : { shownName: shownName.trim(), name };
      })}
      {signInHref && (
        <p class="solo-foot">
          {t("signUp.haveAccount")}{" "}
          <a
            href={signInHref}
            onClick={(event) => {
              if (!onSignIn) return;
              event.preventDefault();
              onSignIn();
            }}
          >
            {t("signIn.action")}
          </a>
        </p>
      )}
    </SoloPage>
  );
}
