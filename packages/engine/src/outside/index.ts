/**
 * What somebody without an account and without the app does with a link: look at files and download them, or leave some. Its own entry,
 * `@baraza/engine/outside`: it has no store and no account, and knows nothing but the link.
 */
export { outsideCall } from "./call.ts";
export type { OutsideCall, Pace } from "./call.ts";
export { leaveFile, openDrop } from "./leave.ts";
export type { OutsideDrop } from "./leave.ts";
export { openShare, readFile, takeShare } from "./fetch.ts";
export type { OutsideFile, OutsideShare } from "./fetch.ts";
