import "./choice.css";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** One of two to four values, all visible: radio buttons in one frame. */
export function Segmented<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string; icon?: IconNode }[];
  onChange: (value: V) => void;
}) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="field-label">{props.label}</legend>
      <div class="segmented-frame">
        {props.options.map(({ value, label, icon }) => (
          <label class="segment" key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === props.value}
              onChange={() => props.onChange(value)}
            />
            {icon && <Icon of={icon} />}
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** On or off, at once. */
export function Switch(props: {
  label: ComponentChildren;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="switch">
      <label class="switch-words" for={id}>
        <span>{props.label}</span>
        {props.hint && <span class="field-hint">{props.hint}</span>}
      </label>
      <input
        id={id}
        class="switch-input"
        type="checkbox"
        role="switch"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
