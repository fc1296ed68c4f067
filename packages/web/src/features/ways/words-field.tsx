import "./ways.css";
import type { WordsRead } from "@baraza/engine";
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";

export interface WordsFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** Words that begin so. */
  complete: (prefix: string) => Promise<readonly string[]>;
  error?: string | undefined;
}

/** Twelve words as one writes them from a sheet: any case, with or without numbers, the rest of a word offered while one types. */
export function WordsField({ label, value, onInput, complete, error }: WordsFieldProps) {
  const id = useId();
  const [offers, setOffers] = useState<readonly string[]>([]);
  const begun = /([a-z]+)$/i.exec(value)?.[1] ?? "";
  const count = value.split(/[^\p{L}]+/u).filter(Boolean).length;
  useEffect(() => {
    let current = true;
    if (begun.length < 2) setOffers([]);
    else void complete(begun).then((found) => current && setOffers(found));
    return () => {
      current = false;
    };
    // `complete` is a new function in each drawing.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [begun]);
  const choices = offers.filter((word) => word !== begun.toLowerCase());
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="field-box" data-invalid={error ? true : undefined} dir="ltr">
        <textarea
          id={id}
          class="field-input words-area"
          dir="ltr"
          rows={3}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={1000}
          value={value}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={`${id}-hint${error ? ` ${id}-error` : ""}`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      </div>
      <div class="words-hints">
        {choices.map((word) => (
          <Button
            key={word}
            kind="quiet"
            onClick={() => onInput(`${value.slice(0, value.length - begun.length)}${word} `)}
          >
            {word}
          </Button>
        ))}
      </div>
      <p class="field-hint" id={`${id}-hint`}>
        {t("ways.wordsTyped", { count: Math.min(count, 99) })}
      </p>
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** What is wrong with typed words, and what to do about it. */
export function wordsFault(read: WordsRead): string | undefined {
  if (read.ok) return undefined;
  if (read.reason === "count") return t("ways.wordsCount", { count: read.found });
  if (read.reason === "unknown")
    return t("ways.wordsUnknown", { number: read.at + 1, word: read.word });
  return t("ways.wordsChecksum");
}
