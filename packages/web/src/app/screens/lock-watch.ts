/** While a lock is open: tells it that somebody is at the device, and closes it by the keyboard. Once per page. */
import type { LockPort } from "../engine.ts";
import { keepEverything } from "../updates.ts";

/** Milliseconds between two reports. */
const REPORT_MS = 15_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

export function watchLock(lock: LockPort): void {
  // The lock screen and what opens it have to be there without a line.
  keepEverything();
  let reported = Number.NEGATIVE_INFINITY;
  let seen = Date.now();
  const report = (): void => {
    if (lock.view.peek().state !== "open") return;
    seen = Date.now();
    if (performance.now() - reported < REPORT_MS) return;
    reported = performance.now();
    lock.touch();
  };
  for (const sign of SIGNS) addEventListener(sign, report, { capture: true, passive: true });
  window.addEventListener("keydown", (event) => {
    if (lock.view.peek().state !== "open" || !isLockKey(event)) return;
    event.preventDefault();
    lock.now();
  });
  document.addEventListener("visibilitychange", () => {
    const view = lock.view.peek();
    if (document.visibilityState !== "visible" || view.state !== "open") return;
    // After a sleep no timer has run yet, and whoever looks now may be somebody else.
    const limit = view.idleMinutes * 60_000;
    if (limit > 0 && Date.now() - seen >= limit) lock.touch();
  });
}

/** Control or Command with Shift and L, wherever the layout has its L. */
function isLockKey(event: KeyboardEvent): boolean {
  return event.code === "KeyL" && event.shiftKey && (event.ctrlKey || event.metaKey);
}
