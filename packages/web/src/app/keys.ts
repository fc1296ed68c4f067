/**
 * The keys that reach something from anywhere, those of Slack and Gmail. What they do stands in screens/commands.ts, which is
 * fetched with the first of them.
 *
 * [Note: Keys that are letters] A letter alone is a shortcut only where one does not write, on a keyboard of any script (the key's
 * place counts where it writes no Latin letter), and can be turned off: whoever speaks to the device, or hits keys
 * by accident, would set off what they did not mean (WCAG 2.2, 2.1.4).
 */
export const KEYS = {
  "mod+k": "palette",
  "mod+/": "shortcuts",
  "mod+,": "settings",
  "alt+arrowdown": "next",
  "alt+arrowup": "previous",
  "alt+shift+arrowdown": "nextUnread",
  "alt+shift+arrowup": "previousUnread",
  "shift+escape": "readAll",
  "?": "shortcuts",
  "/": "search",
  c: "new",
  j: "down",
  k: "up",
  r: "write",
  e: "archive",
  m: "mute",
  p: "pin",
  u: "unread",
  "g i": "home",
  "g n": "news",
  "g b": "bookmarks",
  "g f": "files",
  "g p": "people",
  "g a": "about",
  "g s": "settings",
} as const;

export type KeyCommand = (typeof KEYS)[keyof typeof KEYS];

/** What of a keyboard event counts. */
export type Pressed = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"
>;

/** Milliseconds within which the second letter follows the first. */
export const THEN_MS = 1500;

/**
 * What a key is called in {@link KEYS}.
 * @param begun the letter before it, when that began a sequence
 */
export function nameOf(event: Pressed, begun = ""): string {
  const { key, code } = event;
  const mod = event.ctrlKey || event.metaKey;
  const latin = /^[ -~]$/.test(key) || key.length > 1;
  const letter = latin ? key : (/^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key);
  // What Shift has made of a key that writes is in the key already.
  const shift = event.shiftKey && (mod || event.altKey || letter.length > 1);
  const plain = !mod && !event.altKey && letter.length === 1;
  const name = plain && event.shiftKey && /^[a-z]$/i.test(letter) ? "" : letter.toLowerCase();
  const modifiers = `${mod ? "mod+" : ""}${event.altKey ? "alt+" : ""}${shift ? "shift+" : ""}`;
  return `${begun === "" ? "" : `${begun} `}${modifiers}${name}`;
}

/** The command of a key, or that it begins a sequence. */
export function commandOf(name: string): KeyCommand | "begins" | undefined {
  if (Object.hasOwn(KEYS, name)) return KEYS[name as keyof typeof KEYS];
  return name === "g" ? "begins" : undefined;
}

/** It is, or begins with, a letter or sign alone. */
export function isOneKey(name: string): boolean {
  return !name.includes("+");
}
