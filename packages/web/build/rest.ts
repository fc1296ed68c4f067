/**
 * Chunks that a first visit does not ask for, by name: the service worker keeps them some time after a later start, so
 * that they are there offline too without making the first visit heavier. Name a chunk here by its file's name
 * (a lazily imported `screens/devices.tsx` becomes `devices`, one of the engine's `engine-…`). A test in a real browser
 * (e2e/first-run.test.ts) fails when a first visit asks for any of them.
 */
import { languages } from "../src/i18n/languages.ts";

/** Chunks of the app: screens that are fetched when they are opened. */
const screens = [
  "camera",
  "circle-alert",
  "client-zip",
  "decode-worker",
  "devices",
  "draw-sheet",
  // The lock on this device: kept at once where one is set (see app/screens/lock.tsx).
  "files",
  "files-import",
  "files-upload",
  "folder-open",
  "lock",
  "lock-watch",
  "monitor-smartphone",
  "moving",
  "node-page",
  "qr",
  "qr-decode",
  "plus",
  "prepare",
  "qr-encode",
  "recovery",
  "search",
  "settings",
  "trust",
  // The page for people outside, and what of the bundler comes with its libraries.
  "__vite-browser-external",
  "rolldown-runtime",
  "hpke",
  "primitives",
  "protocol",
  "stretch",
  "visit",
  "was-removed",
  "was-wiped",
  "ways",
  "ways-in",
  "zip",
];

/** Chunks of the engine: what it fetches when there is something to do. */
const engine = [
  // Looking after a node.
  "administration",
  // Coming back by rejoin slots.
  "ghosts",
  "return",
  // Ways into the account, other than the passphrase.
  "sign-in",
  "ways",
  "ways-changes",
  "ways-passkeys",
  "ways-words",
  "words",
  // Taking everything along, moving, closing.
  "archive",
  "archive-seal",
  "arrive",
  "close-account",
  "depart",
  "make-archive",
  "move-status",
  "moving",
  "moving-commands",
  "open-archive",
  "read-archive",
  "sign-again",
  "take-along",
  "tend-moves",
  // Trusted people, coming back, what would be lost.
  "in-vault",
  "recovery-work",
  // Going over to another node with a conversation.
  "move",
  // Who is who.
  "person-card",
  "trust-commands",
  // Adding, naming and removing devices.
  "cut-off",
  "device-list",
  "device-pairing",
  "device-session",
  "leave-spaces",
  // Looking for things, and the index for it.
  "search-work",
  // Files: what one does with them, and their content on its way.
  "copy-files",
  "file-changes",
  "file-contents",
  "file-queries",
  "file-rows",
  "files-kept",
  "files-work",
  "own-space",
  "work-port",
  // Links for people outside.
  "in-vault",
  "sharing-work",
  "stretch",
  // Words of files for search, and for the screen (the worker that decodes names its chunks as the engine does).
  "limits",
  "markdown",
  "office",
  "sheets",
  "xml",
  // The lock on this device.
  "device-lock",
  "guard",
];

/**
 * What draws PDFs, fetched with the first of them and kept from then on. It is not fetched ahead: it weighs as much as half of the
 * app, and whoever shares no PDF need not pay for it.
 */
const decoders = ["engine-pdf"];

/** Areas whose sentences are fetched with their screens. */
const areas = [
  "admin",
  "devices",
  "files",
  "import",
  "lock",
  "moving",
  "recovery",
  "search",
  "sharing",
  "trust",
  "ways",
];

export const rest: ReadonlySet<string> = new Set([
  ...decoders,
  ...screens,
  ...engine.map((name) => `engine-${name}`),
  ...languages.flatMap(({ code }) => areas.map((area) => `${code}-${area}`)),
]);

/** Chunks that are kept only once somebody has asked for them. */
const asked: ReadonlySet<string> = new Set(decoders);

/** What pdf.js reads on demand (pdf-files-plugin.ts). */
const ofPdf = /^\/?pdf-[\d.]+\//;

/** True for the path of a chunk (of the app or of its worker) that can wait. */
export function canWait(path: string): boolean {
  const name = chunkAt(path);
  return ofPdf.test(path) || (name !== undefined && rest.has(name));
}

/** True for the path of a chunk that is never fetched ahead. */
export function onlyWhenAsked(path: string): boolean {
  const name = chunkAt(path);
  return ofPdf.test(path) || (name !== undefined && asked.has(name));
}

function chunkAt(path: string): string | undefined {
  return /^\/?assets\/(.+)-[\w-]{8}\.\w+$/.exec(path)?.[1];
}
