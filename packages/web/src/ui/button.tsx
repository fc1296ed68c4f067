import "./button.css";
import type { IconNode } from "lucide";
import type { ComponentChildren, Ref } from "preact";
import { Icon } from "./icon.tsx";
import { Spinner } from "./progress.tsx";

export interface ButtonProps {
  children: ComponentChildren;
  /** What weight it has on the screen: one `primary` at most; `danger` only for what cannot be undone. */
  kind?: "primary" | "secondary" | "quiet" | "danger";
  icon?: IconNode;
  mirrorIcon?: boolean;
  type?: "button" | "submit";
  wide?: boolean;
  /** Work is under way: the button keeps its place and words, and cannot be pressed again. */
  busy?: boolean;
  disabled?: boolean;
  onClick?: (event: MouseEvent) => void;
  /** A longer name for screen readers; begins with or contains the visible words. */
  label?: string;
}

/** A button with a word on it. */
export function Button(props: ButtonProps) {
  const {
    children,
    kind = "secondary",
    icon,
    mirrorIcon,
    type = "button",
    wide,
    busy,
    disabled,
    onClick,
  } = props;
  return (
    <button
      class="button"
      type={type}
      data-kind={kind}
      data-wide={wide || undefined}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      aria-label={props.label}
    >
      {busy ? <Spinner /> : icon && <Icon of={icon} mirror={mirrorIcon ?? false} />}
      <span class="button-words">{children}</span>
    </button>
  );
}

export interface IconButtonProps {
  icon: IconNode;
  /** The word for it: read out, and shown beside the pointer. */
  label: string;
  /** Beside the pointer, in place of a label that also says what it is about. */
  word?: string;
  mirror?: boolean;
  kind?: "quiet" | "primary";
  type?: "button" | "submit";
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  hasPopup?: "menu" | "dialog";
  /** Where the word appears, so that it is not cut off at an edge of the screen. */
  tip?: "below" | "above" | "end" | "below-start" | "below-end";
  onClick?: (event: MouseEvent) => void;
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A square button with an icon; its word shows on hover and on keyboard focus. */
export function IconButton(props: IconButtonProps) {
  return (
    <button
      ref={props.buttonRef ?? null}
      class="icon-button"
      type={props.type ?? "button"}
      data-kind={props.kind ?? "quiet"}
      data-tip={props.tip ?? "below"}
      data-word={props.word}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-haspopup={props.hasPopup}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon of={props.icon} mirror={props.mirror ?? false} />
    </button>
  );
}
