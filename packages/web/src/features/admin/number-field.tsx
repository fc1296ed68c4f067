import { t } from "../../i18n/index.ts";
import { TextField } from "../../ui/field.tsx";

/** A whole number as somebody types it; undefined when it is none between `least` and `most`. */
export function numberOf(typed: string, least: number, most: number): number | undefined {
  const text = typed.trim();
  if (!/^[0-9]{1,12}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** A field for a whole number. With `optional` it may stay empty. */
export function NumberField(props: {
  label: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  least: number;
  most: number;
  optional?: boolean;
}) {
  const { value, least, most } = props;
  const empty = props.optional === true && value.trim() === "";
  const wrong = !empty && numberOf(value, least, most) === undefined;
  return (
    <TextField
      label={props.label}
      hint={props.hint}
      value={value}
      onInput={props.onInput}
      direction="ltr"
      inputMode="text"
      maxLength={12}
      error={wrong ? t("admin.wrongNumber", { least, most }) : undefined}
    />
  );
}
