import "./ways.css";
import { Fingerprint, ScrollText } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form } from "../../ui/field.tsx";
import { WordsField, type WordsFieldProps } from "./words-field.tsx";

export interface WaysInProps {
  /** Absent where the browser has no passkeys. */
  onPasskey?: (() => void) | undefined;
  passkeyBusy: boolean;
  wordsBusy: boolean;
  /** Whatever went wrong last, or what is still missing. */
  message?: string | undefined;
  wordsError?: string | undefined;
  onWords: (text: string) => void;
  complete: WordsFieldProps["complete"];
}

/** The ways to sign in beside the passphrase. */
export function WaysIn(props: WaysInProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  return (
    <div class="ways-in">
      {props.message && <p role="alert">{props.message}</p>}
      {props.onPasskey && (
        <Button icon={Fingerprint} wide busy={props.passkeyBusy} onClick={props.onPasskey}>
          {t("ways.usePasskey")}
        </Button>
      )}
      {!open && (
        <Button icon={ScrollText} wide onClick={() => setOpen(true)}>
          {t("ways.useWords")}
        </Button>
      )}
      {open && (
        <Form
          label={t("ways.useWords")}
          onSubmit={() => {
            if (!props.wordsBusy) props.onWords(text);
          }}
        >
          <WordsField
            label={t("ways.wordsLabel")}
            value={text}
            onInput={setText}
            complete={props.complete}
            error={props.wordsError}
          />
          <Button type="submit" kind="primary" wide busy={props.wordsBusy}>
            {t("ways.wordsSignIn")}
          </Button>
        </Form>
      )}
    </div>
  );
}
