import "./composer.css";
import { SendHorizontal } from "lucide";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";
import { type Completion, completionAt, insertCompletion, namesStillIn } from "./completion.ts";

export interface Suggestion {
  id: string;
  name: string;
  detail?: string;
}

export interface ComposerProps {
  label: string;
  placeholder: string;
  value: string;
  onInput: (value: string) => void;
  /** `mentioned` are the ids of picked names that still stand in the text. */
  onSend: (text: string, mentioned: string[]) => void;
  /** Names that start with what stands after an `@`. */
  suggest?: (query: string) => Suggestion[];
  onEscape?: () => void;
  /** Arrow up in an empty field, e.g. to edit one's last message. */
  onUp?: () => void;
  sendLabel?: string;
  /** Takes the focus when this changes, e.g. to the message that is answered. */
  focusOn?: string;
}

/**
 * Text that grows with its content. With a mouse or trackpad Enter sends and Shift+Enter breaks the
 * line; on a touch keyboard Enter breaks the line, since there is no Shift+Enter to find.
 */
export function Composer(props: ComposerProps) {
  const { value, onInput, suggest } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [completion, setCompletion] = useState<Completion>();
  const [active, setActive] = useState(0);
  const picked = useRef<Suggestion[]>([]);
  const found = completion && suggest ? suggest(completion.query).slice(0, 6) : [];

  useLayoutEffect(() => {
    const area = field.current;
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [value]);
  useLayoutEffect(() => {
    if (props.focusOn === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(value.length, value.length);
    // Only a new reason to focus moves the caret, not each key.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [props.focusOn]);

  const track = (area: HTMLTextAreaElement): void => {
    setCompletion(suggest ? completionAt(area.value, area.selectionStart) : undefined);
    setActive(0);
  };
  const pick = (one: Suggestion): void => {
    const area = field.current;
    if (!area || !completion) return;
    const { text, caret } = insertCompletion(value, completion, one.name);
    picked.current = [...picked.current, one];
    onInput(text);
    setCompletion(undefined);
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(caret, caret);
    });
  };
  const send = (): void => {
    const text = value.trim();
    if (!text) return;
    props.onSend(text, namesStillIn(text, picked.current));
    picked.current = [];
    setCompletion(undefined);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // A key that confirms an input method's suggestion is not for us.
    if (event.isComposing) return;
    if (found.length > 0) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step) setActive((active + step + found.length) % found.length);
      else if (event.key === "Enter" || event.key === "Tab") pick(found[active] ?? found[0]!);
      else if (event.key === "Escape") setCompletion(undefined);
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") props.onEscape?.();
    else if (event.key === "ArrowUp" && value === "") props.onUp?.();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {found.length > 0 && (
        <ul
          class="composer-suggestions"
          role="listbox"
          id={`${id}-list`}
          aria-label={t("ui.suggestions")}
        >
          {found.map((one, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field's own keys choose
            <li
              key={one.id}
              id={`${id}-${index}`}
              role="option"
              class="composer-suggestion"
              aria-selected={index === active}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(one)}
            >
              <span dir="auto">{one.name}</span>
              {one.detail && <span class="composer-suggestion-detail">{one.detail}</span>}
            </li>
          ))}
        </ul>
      )}
      <div class="composer-box">
        <textarea
          ref={field}
          class="composer-field"
          rows={1}
          dir="auto"
          value={value}
          maxLength={8000}
          placeholder={props.placeholder}
          aria-label={props.label}
          enterkeyhint="enter"
          autocapitalize="sentences"
          {...(suggest
            ? {
                "aria-autocomplete": "list",
                "aria-haspopup": "listbox",
                "aria-controls": found.length > 0 ? `${id}-list` : undefined,
                "aria-activedescendant": found.length > 0 ? `${id}-${active}` : undefined,
              }
            : {})}
          onInput={(event) => {
            onInput(event.currentTarget.value);
            track(event.currentTarget);
          }}
          onClick={(event) => track(event.currentTarget)}
          onBlur={() => setCompletion(undefined)}
          onKeyDown={onKeyDown}
        />
      </div>
      <IconButton
        icon={SendHorizontal}
        mirror
        kind="primary"
        type="submit"
        tip="above"
        label={props.sendLabel ?? t("ui.send")}
        disabled={!value.trim()}
      />
    </form>
  );
}
