import "./field.css";
import type { IconNode } from "lucide";
import { Eye, EyeOff } from "lucide";
import type { ComponentChildren, Ref } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";

export interface TextFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  name?: string;
  /** What helps to fill it in; stays visible while one types. */
  hint?: ComponentChildren;
  /** What is wrong and what to do about it. */
  error?: string | undefined;
  /** `password` has a button to show what was typed. */
  type?: "text" | "password";
  autoComplete?: string;
  autoCapitalize?: "none" | "words" | "sentences";
  inputMode?: "text" | "email" | "url" | "search" | "numeric";
  maxLength?: number;
  required?: boolean;
  /** Fixed words after the value, e.g. `@node`; written left to right. */
  suffix?: string;
  /** Values such as addresses are written left to right in every language. */
  direction?: "auto" | "ltr";
  spellcheck?: boolean;
  placeholder?: string;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
  children?: ComponentChildren;
}

/** One line of text with its label above, hint and error below. */
export function TextField(props: TextFieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const { type = "text", error, hint } = props;
  const describedBy = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""]
    .filter(Boolean)
    .join(" ");
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <div
        class="field-box"
        data-invalid={error ? true : undefined}
        dir={props.direction === "ltr" ? "ltr" : undefined}
      >
        <input
          ref={props.inputRef ?? null}
          id={id}
          class="field-input"
          name={props.name}
          {...(type === "password" && !shown
            ? { type: "password" as const }
            : { type: "text" as const })}
          value={props.value}
          dir={props.direction ?? "auto"}
          autocomplete={props.autoComplete ?? "off"}
          autocapitalize={props.autoCapitalize}
          inputMode={props.inputMode}
          maxLength={props.maxLength}
          required={props.required}
          placeholder={props.placeholder}
          spellcheck={props.spellcheck ?? type === "text"}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={describedBy || undefined}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onBlur={props.onBlur}
        />
        {props.suffix && (
          <span class="field-suffix" dir="ltr">
            {props.suffix}
          </span>
        )}
        {type === "password" && (
          <IconButton
            icon={shown ? EyeOff : Eye}
            label={shown ? t("ui.hidePassphrase") : t("ui.showPassphrase")}
            tip="above"
            onClick={() => setShown(!shown)}
          />
        )}
      </div>
      {props.children}
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** One of a few values, by the platform's own list. */
export function SelectField<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string; lang?: string }[];
  onChange: (value: V) => void;
  hint?: ComponentChildren;
  icon?: IconNode;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.icon && <Icon of={props.icon} />} {props.label}
      </label>
      <div class="field-box">
        <select
          id={id}
          class="field-input field-select"
          value={props.value}
          aria-describedby={props.hint ? `${id}-hint` : undefined}
          onChange={(event) => {
            const picked = props.options.find(({ value }) => value === event.currentTarget.value);
            if (picked) props.onChange(picked.value);
          }}
        >
          {props.options.map(({ value, label, lang }) => (
            <option key={value} value={value} lang={lang} selected={value === props.value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {props.hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

/** Fields with one way to send them: Enter or its submit button. After a refused send, the first wrong field has the focus. */
export function Form({
  children,
  onSubmit,
  label,
}: {
  children: ComponentChildren;
  onSubmit: () => void;
  label?: string;
}) {
  return (
    <form
      class="form"
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        onSubmit();
        requestAnimationFrame(() =>
          form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
        );
      }}
    >
      {children}
    </form>
  );
}
