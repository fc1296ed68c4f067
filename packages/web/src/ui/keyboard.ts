/**
 * Moves the focus among the elements that match `selector` inside the event's element: arrow keys,
 * Home and End. `axis` says which arrows count; along a line they follow the writing direction.
 * Returns whether the key was used.
 */
export function moveFocus(
  event: KeyboardEvent,
  selector: string,
  axis: "block" | "inline" | "both",
): boolean {
  const root = event.currentTarget as HTMLElement;
  const items = [...root.querySelectorAll<HTMLElement>(selector)];
  const rtl = getComputedStyle(root).direction === "rtl";
  const next = nextIndex(
    event.key,
    items.indexOf(document.activeElement as HTMLElement),
    items.length,
    axis,
    rtl,
  );
  if (next === undefined) return false;
  event.preventDefault();
  items[next]?.focus();
  return true;
}

/** The index that `key` leads to from `index` (-1: none yet) among `count` items, going round at the ends; undefined for other keys. */
export function nextIndex(
  key: string,
  index: number,
  count: number,
  axis: "block" | "inline" | "both",
  rtl: boolean,
): number | undefined {
  if (count === 0) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const forward = [
    ...(axis === "inline" ? [] : ["ArrowDown"]),
    ...(axis === "block" ? [] : [rtl ? "ArrowLeft" : "ArrowRight"]),
  ];
  const back = [
    ...(axis === "inline" ? [] : ["ArrowUp"]),
    ...(axis === "block" ? [] : [rtl ? "ArrowRight" : "ArrowLeft"]),
  ];
  if (forward.includes(key)) return (index + 1) % count;
  if (back.includes(key)) return index < 0 ? count - 1 : (index - 1 + count) % count;
  return undefined;
}
