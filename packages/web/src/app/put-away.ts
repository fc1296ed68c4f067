/**
 * Whether the app has been put away on this device a while ago, and come back to: then it makes sense to offer to tell what happens
 * meanwhile. Nobody is asked in their first hour.
 */
import { recall, remember } from "./memory.ts";

const HOUR = 60 * 60_000;

/** True once an hour has passed since the app was put away for the first time. */
export function wasPutAway(): boolean {
  const since = Number(recall("putAway"));
  return since > 0 && Date.now() - since > HOUR;
}

/** Notes when. Once, at start. */
export function watchPutAway(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && recall("putAway") === undefined)
      remember("putAway", String(Date.now()));
  });
}
