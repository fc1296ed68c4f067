import "./ways.css";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

export interface NewWordsProps {
  words: readonly string[];
  /** What the QR code holds. */
  text: string;
  busy: boolean;
  failure?: Failure | undefined;
  /** There were words before, which will stop working. */
  replaces: boolean;
  /** The person has typed two of them back. */
  onKept: () => void;
}

/** Shows twelve words once, and asks for two of them back before they count. */
export function NewWords({ words, text, busy, failure, replaces, onKept }: NewWordsProps) {
  const [asked] = useState(() => twoOf(words.length));
  const [checking, setChecking] = useState(false);
  const [picture, setPicture] = useState(false);
  const [typed, setTyped] = useState(["", ""]);
  const [tried, setTried] = useState(false);
  const right = (at: number) => typed[at]?.trim().toLowerCase() === words[asked[at] ?? 0];
  if (!checking) {
    return (
      <div class="ways-section">
        <p>{t("ways.wordsWhat")}</p>
        {replaces && <p>{t("ways.wordsReplace")}</p>}
        <WordsGrid words={words} />
        {picture && (
          <div class="ways-qr">
            <QrCode value={text} label={t("ways.wordsPicture")} />
          </div>
        )}
        <div class="ways-buttons">
          <Button onClick={() => setPicture(!picture)}>
            {picture ? t("ways.wordsPictureHide") : t("ways.wordsPictureShow")}
          </Button>
          <Button kind="primary" onClick={() => setChecking(true)}>
            {t("ways.wordsWritten")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (!busy && right(0) && right(1)) onKept();
      }}
    >
      <p>{t("ways.wordsCheck")}</p>
      {asked.map((at, index) => (
        <TextField
          key={at}
          label={t("ways.wordNumber", { number: at + 1 })}
          value={typed[index] ?? ""}
          onInput={(value) => setTyped((all) => all.with(index, value))}
          direction="ltr"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={20}
          error={tried && !right(index) ? t("ways.wordWrong", { number: at + 1 }) : undefined}
        />
      ))}
      {failure && (
        <p class="field-error" role="alert">
          {failureText(failure)}
        </p>
      )}
      <div class="ways-buttons">
        <Button onClick={() => setChecking(false)}>{t("ways.wordsAgain")}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {t("ways.wordsDone")}
        </Button>
      </div>
    </Form>
  );
}

/** Numbered words, from left to right in every language: they are English. */
export function WordsGrid({ words }: { words: readonly string[] }) {
  return (
    <ol class="words-grid" lang="en" dir="ltr">
      {words.map((word, at) => (
        <li key={`${at} ${word}`}>
          <span>{at + 1}</span> {word}
        </li>
      ))}
    </ol>
  );
}

/** Two different places, in order. */
function twoOf(length: number): [number, number] {
  const first = Math.floor(Math.random() * (length - 1));
  const second = first + 1 + Math.floor(Math.random() * (length - first - 1));
  return [first, second];
}
