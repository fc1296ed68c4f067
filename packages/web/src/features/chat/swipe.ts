/** Swiping a row with a finger: towards the start of the line or towards its end. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

export type SwipeSide = "start" | "end";

/** Pixels after which letting go does something. */
const FAR = 88;
/** Pixels before a movement counts as one along the line. */
const BEGIN = 12;

/**
 * Moves the element with the finger, and calls back when it is let go far enough. What went too far to be a press opens nothing.
 * Without a function nothing happens. The element's style sheet lets the browser scroll along the page only.
 */
export function useSwipe(
  ref: RefObject<HTMLElement | null>,
  onSwipe: ((side: SwipeSide) => void) | undefined,
): void {
  const latest = useRef(onSwipe);
  latest.current = onSwipe;
  const on = onSwipe !== undefined;
  useEffect(() => {
    const element = ref.current;
    if (!element || !on) return;
    let began: { x: number; y: number; id: number } | undefined;
    let swiping = false;
    const rest = (): void => {
      began = undefined;
      delete element.dataset["swipe"];
      element.style.removeProperty("--swipe");
    };
    const sideOf = (moved: number): SwipeSide =>
      moved > 0 === (getComputedStyle(element).direction === "ltr") ? "end" : "start";
    const down = (event: PointerEvent): void => {
      if (event.pointerType !== "touch") return;
      swiping = false;
      began = { x: event.clientX, y: event.clientY, id: event.pointerId };
    };
    const move = (event: PointerEvent): void => {
      if (!began || event.pointerId !== began.id) return;
      const [x, y] = [event.clientX - began.x, event.clientY - began.y];
      if (!swiping && Math.abs(y) > BEGIN) return rest();
      if (Math.abs(x) < BEGIN) return;
      swiping = true;
      element.dataset["swipe"] = Math.abs(x) >= FAR ? `${sideOf(x)}-far` : sideOf(x);
      element.style.setProperty("--swipe", `${Math.max(-140, Math.min(140, x))}px`);
    };
    const up = (event: PointerEvent): void => {
      if (!began || event.pointerId !== began.id) return;
      const moved = event.clientX - began.x;
      const act = swiping && Math.abs(moved) >= FAR;
      const side = sideOf(moved);
      rest();
      if (act) latest.current?.(side);
    };
    const click = (event: MouseEvent): void => {
      if (!swiping) return;
      swiping = false;
      event.preventDefault();
      event.stopPropagation();
    };
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", rest);
    element.addEventListener("click", click, true);
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", rest);
      element.removeEventListener("click", click, true);
    };
  }, [ref, on]);
}
