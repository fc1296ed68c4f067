import type { IconNode } from "lucide";
import { h } from "preact";

/** A lucide icon. `mirror` turns it around in right-to-left writing: for arrows and what points along a line. */
export function Icon({ of, mirror = false }: { of: IconNode; mirror?: boolean }) {
  return (
    <svg class="icon" data-mirror={mirror || undefined} viewBox="0 0 24 24" aria-hidden="true">
      {of.map(([tag, attrs], index) => h(tag, { ...attrs, key: index }))}
    </svg>
  );
}
