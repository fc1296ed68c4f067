import "./toast.css";
import { signal } from "@preact/signals";
import { X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";

export interface ToastOptions {
  text: string;
  /** One thing to do about it, e.g. undo. */
  action?: { label: string; run: () => void };
  /** Runs when it went away without its action having been taken: the moment to make the change final. */
  onGone?: () => void;
  /** What somebody did has failed: said at once, whatever is being read. */
  urgent?: boolean;
  /** Stays until it is closed, e.g. "a new version is ready". */
  sticky?: boolean;
}

interface Shown extends ToastOptions {
  readonly id: number;
}

const shown = signal<Shown[]>([]);
let lastId = 0;

/** Milliseconds that a toast stays, unless somebody is at it; long enough to read it slowly and reach its button. */
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
  useEffect(() => {
    addEventListener("keydown", takeBack);
    return () => removeEventListener("keydown", takeBack);
  }, []);
  const part = (urgent: boolean) =>
    shown.value
      .filter((one) => (one.urgent === true) === urgent)
      .map((one) => <ToastView key={one.id} {...one} />);
  return (
    <div class="toaster">
      <div role="status" aria-live="polite">
        {part(false)}
      </div>
      <div role="alert">{part(true)}</div>
    </div>
  );
}

/** The key that takes back what one typed takes back what one did, too: there is no way by Tab that is short enough. */
function takeBack(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, target } = event;
  if (key.toLowerCase() !== "z" || !(ctrlKey || metaKey) || event.shiftKey || event.altKey) return;
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  if (target instanceof Element && target.closest("input, textarea, [contenteditable]")) return;
  const last = shown.value.findLast(({ action }) => action?.label === t("ui.undo"));
  if (!last) return;
  event.preventDefault();
  dismiss(last.id, true);
  last.action?.run();
}

function ToastView({ id, text, action, sticky }: Shown) {
  const [held, setHeld] = useState({ focus: false, pointer: false });
  const stays = sticky === true || held.focus || held.pointer;
  const from = useRef<HTMLElement>(undefined);
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => dismiss(id), STAY);
    return () => clearTimeout(timer);
  }, [id, stays]);
  const view = useRef<HTMLDivElement>(null);
  const isIn = useRef(false);
  useEffect(
    () => () => {
      // Whoever was here goes back to where they came from.
      if (isIn.current) queueMicrotask(() => goBack(from.current));
    },
    [],
  );
  return (
    <div
      class="toast"
      ref={view}
      onFocusIn={({ relatedTarget }) => {
        if (relatedTarget instanceof HTMLElement && !view.current?.contains(relatedTarget))
          from.current = relatedTarget;
        isIn.current = true;
        setHeld((now) => ({ ...now, focus: true }));
      }}
      onFocusOut={({ relatedTarget }) => {
        // What goes out of the page with the focus gives it to nobody.
        if (relatedTarget !== null) isIn.current = false;
        setHeld((now) => ({ ...now, focus: false }));
      }}
      onPointerEnter={() => setHeld((now) => ({ ...now, pointer: true }))}
      onPointerLeave={() => setHeld((now) => ({ ...now, pointer: false }))}
    >
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

function goBack(from: HTMLElement | undefined): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body) return;
  (from?.isConnected ? from : document.querySelector<HTMLElement>("#main h1"))?.focus();
}
