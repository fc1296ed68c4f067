import "./toast.css";
import { signal } from "@preact/signals";
import { X } from "lucide";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";

export interface ToastOptions {
  text: string;
  /** One thing to do about it, e.g. undo. */
  action?: { label: string; run: () => void };
  /** Runs when it went away without its action having been taken: the moment to make the change final. */
  onGone?: () => void;
  /** Stays until it is closed, e.g. "a new version is ready". */
  sticky?: boolean;
}

interface Shown extends ToastOptions {
  readonly id: number;
}

const shown = signal<Shown[]>([]);
let lastId = 0;

/** Milliseconds that a toast stays; long enough to read it slowly and reach its button. */
const STAY = 8000;

/** Shows a short notice. The one before it goes. Returns a function that takes it away. */
export function toast(options: ToastOptions): () => void {
  const id = ++lastId;
  for (const old of shown.value) if (!old.sticky) dismiss(old.id);
  shown.value = [...shown.value, { ...options, id }];
  return () => dismiss(id);
}

function dismiss(id: number, acted = false): void {
  const gone = shown.value.find((one) => one.id === id);
  shown.value = shown.value.filter((one) => one.id !== id);
  if (gone && !acted) gone.onGone?.();
}

/** Where toasts appear; once, at the end of the app. */
export function Toaster() {
  // What was only waiting for an undo is done before the page goes.
  useEffect(() => {
    const settle = (): void => {
      for (const one of shown.peek()) if (!one.sticky) dismiss(one.id);
    };
    addEventListener("pagehide", settle);
    return () => removeEventListener("pagehide", settle);
  }, []);
  return (
    <div class="toaster" role="status" aria-live="polite">
      {shown.value.map((one) => (
        <ToastView key={one.id} {...one} />
      ))}
    </div>
  );
}

function ToastView({ id, text, action, sticky }: Shown) {
  useEffect(() => {
    if (sticky) return;
    const timer = setTimeout(() => dismiss(id), STAY);
    return () => clearTimeout(timer);
  }, [id, sticky]);
  return (
    <div class="toast">
      <p>{text}</p>
      {action && (
        <button
          type="button"
          class="toast-action"
          onClick={() => {
            dismiss(id, true);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon={X} label={t("ui.close")} tip="above" onClick={() => dismiss(id)} />
    </div>
  );
}
