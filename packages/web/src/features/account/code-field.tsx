import { t } from "../../i18n/index.ts";
import { TextField } from "../../ui/field.tsx";

/** The code that goes with a passphrase, where one was mixed in. */
export function CodeField(props: { value: string; onInput: (code: string) => void }) {
  return (
    <TextField
      label={t("signIn.code")}
      hint={t("signIn.codeHint")}
      value={props.value}
      onInput={props.onInput}
      direction="ltr"
      autoCapitalize="none"
      spellcheck={false}
      maxLength={300}
    />
  );
}
