import "./palette.css";
import { CornerDownLeft, type IconNode } from "lucide";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { Keys } from "./keys-shown.tsx";

/** A place to go to, or something to do. */
export interface Choice {
  id: string;
  title: string;
  /** Which of several of that name, e.g. an address or where a folder lies. */
  detail?: string;
  icon: IconNode;
  mirrorIcon?: boolean;
  /** As in app/keys.ts. */
  keys?: readonly string[];
  onChoose: () => void;
}

export interface ChoiceGroup {
  title: string;
  choices: readonly Choice[];
}

/** One field for everything: a few letters, the arrow keys, Enter. */
export function Palette({
  groupsFor,
  onType,
  onClose,
}: {
  groupsFor: (typed: string) => readonly ChoiceGroup[];
  /** What else there is for this text comes later, by another `groupsFor`. */
  onType: (typed: string) => void;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState<string>();
  const groups = groupsFor(typed).filter(({ choices }) => choices.length > 0);
  const all = groups.flatMap(({ choices }) => choices);
  const at = Math.max(
    0,
    all.findIndex((one) => one.id === active),
  );
  const current = all[at];

  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    shown?.querySelector("input")?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);

  const choose = (one: Choice): void => {
    onClose();
    // The focus is back where it was by then; what is chosen may move it on.
    requestAnimationFrame(one.onChoose);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && all.length > 0) {
      event.preventDefault();
      setActive(all[(at + step + all.length) % all.length]?.id);
    } else if (event.key === "Enter" && current) {
      event.preventDefault();
      choose(current);
    } else if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onClose();
    }
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events jsx-a11y/no-noninteractive-element-interactions -- Escape is the keyboard's way
    <dialog
      ref={dialog}
      class="dialog palette"
      aria-label={t("frame.palette")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="palette-sheet">
        <input
          class="palette-field"
          type="text"
          role="combobox"
          dir={typed === "" ? undefined : "auto"}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="go"
          maxLength={100}
          value={typed}
          placeholder={t("frame.paletteHint")}
          aria-label={t("frame.palette")}
          aria-expanded={all.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${id}-${current.id}` : undefined}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setActive(undefined);
            onType(event.currentTarget.value);
          }}
          onKeyDown={onKeyDown}
        />
        <div
          ref={list}
          class="palette-list"
          role="listbox"
          id={`${id}-list`}
          aria-label={t("frame.found")}
        >
          {groups.map(({ title, choices }) => (
            <div key={title} role="group" aria-label={title}>
              <p class="palette-group" aria-hidden="true">
                {title}
              </p>
              {choices.map((one) => (
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field's own keys choose
                <div
                  key={one.id}
                  id={`${id}-${one.id}`}
                  class="palette-choice"
                  role="option"
                  tabIndex={-1}
                  aria-selected={one === current}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => choose(one)}
                >
                  <Icon of={one.icon} mirror={one.mirrorIcon ?? false} />
                  <span class="palette-words">
                    <span class="palette-title as-page" dir="auto">
                      {one.title}
                    </span>
                    {one.detail && (
                      <span class="palette-detail as-page" dir="auto">
                        {one.detail}
                      </span>
                    )}
                  </span>
                  {one.keys && <Keys keys={one.keys} />}
                  {one === current && !one.keys && <Icon of={CornerDownLeft} />}
                </div>
              ))}
            </div>
          ))}
        </div>
        {all.length === 0 && <p class="palette-none">{t("frame.none")}</p>}
        <p class="visually-hidden" role="status">
          {typed === "" ? "" : t("frame.count", { count: all.length })}
        </p>
      </div>
    </dialog>
  );
}
