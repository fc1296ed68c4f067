import "./composer.css";
import { Mic, SendHorizontal, SmilePlus, Type } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";
import {
  type Completion,
  completionAt,
  insertCompletion,
  insertSign,
  namesStillIn,
  shortcodeAt,
} from "./completion.ts";
import { lazy } from "../app/lazy.tsx";
import { applyFormat, formatOfKey } from "./formatting.ts";

/** UTF-16 units that one message may have. */
export const MESSAGE_LENGTH = 8000;

const FormatBar = lazy(() => import("./format-bar.tsx").then((bar) => bar.FormatBar), {
  aside: true,
});

export interface Suggestion {
  id: string;
  name: string;
  detail?: string;
  /** A picture in the place of the name. */
  picture?: string;
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
  /** Emoji for what stands after a colon; the name is the emoji. */
  suggestEmoji?: (query: string) => Suggestion[];
  /** All emoji, to pick one. */
  picker?: (onPick: (emoji: string) => void, onClose: () => void) => ComponentChildren;
  onEscape?: () => void;
  /** Arrow up in an empty field, e.g. to edit one's last message. */
  onUp?: () => void;
  sendLabel?: string;
  /** Takes the focus when this changes, e.g. to the message that is answered. */
  focusOn?: string;
  /** What was pasted is more than one message may hold together with what stands there: it was not put in. */
  onTooLong?: (text: string) => void;
  /** Before the field: what else one can send. */
  tools?: ComponentChildren;
  /** In an empty field: speaks instead. */
  onVoice?: (() => void) | undefined;
}

/**
 * Text that grows with its content. With a mouse or trackpad Enter sends and Shift+Enter breaks the
 * line; on a touch keyboard Enter breaks the line, since there is no Shift+Enter to find.
 */
export function Composer(props: ComposerProps) {
  const { value, onInput, suggest } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [completion, setCompletion] = useState<Completion & { emoji?: boolean }>();
  const [picking, setPicking] = useState(false);
  const [active, setActive] = useState(0);
  const picked = useRef<Suggestion[]>([]);
  /** Where one writes on, once what was put in stands there. */
  const goOn = useRef<number | undefined>(undefined);
  const [bar, setBar] = useState(false);
  const source = completion?.emoji === true ? props.suggestEmoji : suggest;
  const found = completion && source ? source(completion.query).slice(0, 6) : [];

  // Before the next key: one that was typed meanwhile would stand behind where one goes on.
  useLayoutEffect(() => {
    const caret = goOn.current;
    goOn.current = undefined;
    if (caret === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
  }, [value]);
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
    const caret = area.selectionStart;
    const emoji = props.suggestEmoji && shortcodeAt(area.value, caret);
    if (emoji) setCompletion({ ...emoji, emoji: true });
    else setCompletion(suggest ? completionAt(area.value, caret) : undefined);
    setActive(0);
  };
  const pick = (one: Suggestion): void => {
    const area = field.current;
    if (!area || !completion) return;
    const insert = completion.emoji === true ? insertSign : insertCompletion;
    const { text, caret } = insert(value, completion, one.name);
    if (completion.emoji !== true) picked.current = [...picked.current, one];
    setCompletion(undefined);
    // It stands there already: only the caret goes on.
    if (text === value) return area.setSelectionRange(caret, caret);
    goOn.current = caret;
    onInput(text);
  };
  const put = (emoji: string): void => {
    const area = field.current;
    if (!area) return;
    const { selectionStart: start, selectionEnd: end } = area;
    if (value.length - (end - start) + emoji.length > MESSAGE_LENGTH) return;
    goOn.current = start + emoji.length;
    onInput(value.slice(0, start) + emoji + value.slice(end));
    // Once the picker has closed and given the focus back to its button.
    requestAnimationFrame(() => area.focus());
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
    const format = formatOfKey(event);
    if (format !== undefined) {
      event.preventDefault();
      if (field.current) applyFormat(field.current, format);
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") props.onEscape?.();
    else if (event.key === "ArrowUp" && value === "" && !event.altKey && props.onUp) {
      // The key is used up: in the text that comes it would go to the first line.
      event.preventDefault();
      props.onUp();
    }
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
              {one.picture === undefined ? (
                <span dir="auto">{one.name}</span>
              ) : (
                <img class="own-sign" src={one.picture} alt="" />
              )}
              {one.detail && <span class="composer-suggestion-detail">{one.detail}</span>}
            </li>
          ))}
        </ul>
      )}
      {props.tools}
      <div class="composer-box">
        {bar && (
          <FormatBar onFormat={(format) => field.current && applyFormat(field.current, format)} />
        )}
        <textarea
          ref={field}
          class="composer-field"
          rows={1}
          dir="auto"
          value={value}
          maxLength={MESSAGE_LENGTH}
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
          onPaste={(event) => {
            const pasted = event.clipboardData?.getData("text/plain") ?? "";
            const { selectionStart, selectionEnd } = event.currentTarget;
            const left = MESSAGE_LENGTH - value.length + (selectionEnd - selectionStart);
            if (pasted.length <= left || props.onTooLong === undefined) return;
            event.preventDefault();
            props.onTooLong(pasted);
          }}
        />
        <span class="composer-formats">
          {props.picker && (
            <IconButton
              icon={SmilePlus}
              tip="above"
              label={t("talk.emoji")}
              hasPopup="dialog"
              onClick={() => setPicking(true)}
            />
          )}
          <span class="composer-type">
            <IconButton
              icon={Type}
              tip="above"
              label={t("talk.format")}
              expanded={bar}
              onClick={() => setBar(!bar)}
            />
          </span>
        </span>
      </div>
      {props.onVoice && !value.trim() ? (
        <IconButton icon={Mic} tip="above" label={t("talk.voice")} onClick={props.onVoice} />
      ) : (
        <IconButton
          icon={SendHorizontal}
          mirror
          kind="primary"
          type="submit"
          tip="above"
          label={props.sendLabel ?? t("ui.send")}
          disabled={!value.trim()}
        />
      )}
      {picking && props.picker?.(put, () => setPicking(false))}
    </form>
  );
}
