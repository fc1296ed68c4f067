import type { ComponentChildren } from "preact";

/** For screen readers only. */
export function VisuallyHidden({ children }: { children: ComponentChildren }) {
  return <span class="visually-hidden">{children}</span>;
}

/** Speaks `text` whenever it or its `turn` changes, without taking the focus: the same words can be said again. */
export function LiveRegion({ text, turn = 0 }: { text: string; turn?: number }) {
  return (
    <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      <span key={turn}>{text}</span>
    </div>
  );
}
