import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** Settings that belong together, under a heading. */
export function Group({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="settings-group" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
