/**
 * The list as it was last seen, sealed on this device, so that a slow phone shows it before the engine has started: opening
 * the store takes such a phone two seconds, this a tenth of one. It is a picture only: what it shows is replaced as soon as
 * the engine answers, and it goes when one signs out. Where a lock is set there is none: the store refuses to keep it. Sealed like the key of the store (see the engine's platform).
 */
import { browserSecrets } from "@baraza/engine/browser";
import type { Account, ConversationRow } from "./model.ts";

/** What is kept: whose device this is, and the first rows of the list. */
export interface FirstLook {
  readonly account: Account;
  readonly rows: readonly ConversationRow[];
}

const NAME = "first-look";
/** More rows than a screen has. */
const ROWS = 30;
/** Milliseconds without a change before it is written again. */
const REST = 700;

const secrets = browserSecrets();
let kept: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let due: (() => void) | undefined;
let writing: Promise<void> = Promise.resolve();

/** What was last seen; undefined where nothing is kept or the browser forbids it, `locked` where a lock does. */
export async function firstLook(): Promise<FirstLook | "locked" | undefined> {
  try {
    const bytes = await secrets.load(NAME);
    if (bytes === undefined) return undefined;
    kept = new TextDecoder().decode(bytes);
    const { v, ...look } = JSON.parse(kept) as FirstLook & { v: number };
    return v === 2 ? look : undefined;
  } catch (error) {
    const locked = error instanceof Error && "code" in error && error.code === "store_locked";
    return locked ? "locked" : undefined;
  }
}

/** Keeps what is seen now, once it has stood for a moment. */
export function keepLook({ account, rows }: FirstLook): void {
  // What disappears is over, perhaps, when this is looked at next.
  const shown = rows
    .slice(0, ROWS)
    .map((row) => (row.lastPasses === true ? { ...row, lastText: "", lastAuthor: "" } : row));
  const text = JSON.stringify({ v: 2, account, rows: shown });
  clearTimeout(timer);
  due = undefined;
  if (text === kept) return;
  due = () => {
    due = undefined;
    clearTimeout(timer);
    kept = text;
    write(() => secrets.save(NAME, new TextEncoder().encode(text)));
  };
  timer = setTimeout(due, REST);
}

// Whoever puts the phone away may not come back to this page.
addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") due?.();
});

/** Forgets it: one has signed out, or wants nothing to be seen before the lock is open. */
export function forgetLook(): void {
  clearTimeout(timer);
  due = undefined;
  kept = undefined;
  write(() => secrets.remove(NAME));
}

/** One after the other, so that a late write does not bring back what was forgotten. */
function write(change: () => Promise<void>): void {
  writing = writing.then(change).catch(() => undefined);
}
