import "./dialog.css";
import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons at the end; the one that goes on comes last. */
  actions?: ComponentChildren;
}

/**
 * A modal on the platform's own dialog: focus stays inside and goes back afterwards; Escape, the
 * cross and a press beside it close it. Render it only while it is open.
 */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    // The platform would take the cross; the name of the dialog is the better start, for eyes and ears.
    dialog?.querySelector<HTMLElement>("h2")?.focus();
    return () => {
      dialog?.close();
      // Unless what was chosen has led on: from an emoji back into the field.
      const at = document.activeElement;
      const isLost = at === null || at === document.body || dialog?.contains(at) === true;
      if (isLost && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events jsx-a11y/no-noninteractive-element-interactions -- Escape is the keyboard's way
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="dialog-sheet">
        <header class="dialog-head">
          <h2 id={id} tabIndex={-1}>
            {title}
          </h2>
          <IconButton icon={X} label={t("ui.close")} tip="below-end" onClick={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
