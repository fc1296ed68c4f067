/**
 * Chunks that a first visit does not need, by name: the service worker keeps them some time after a later start, so
 * that they are there offline too without making the first visit heavier. Name a chunk here by its file's name
 * (a lazily imported `screens/devices.tsx` becomes `devices`).
 */
export const rest: readonly string[] = [
  // Looking after a node; settings; the QR encoder: each is fetched when it is opened.
  "administration",
  "people-list",
  "admin",
  "node-page",
  "owner",
  "en-admin",
  "fr-admin",
  "es-admin",
  "ar-admin",
  "settings",
  "qr-encode",
  // Coming back by rejoin slots.
  "return",
  "ghosts",
  // Ways into the account, other than the passphrase.
  "sign-in",
  "ways",
  "ways-in",
  "en-ways",
  "fr-ways",
  "es-ways",
  "ar-ways",
  "ways-changes",
  "ways-passkeys",
  "ways-words",
  "words",
  // Taking everything along.
  "archive",
  "arrive",
  "depart",
  "moving",
  "moving-commands",
  "en-moving",
  "fr-moving",
  "es-moving",
  "ar-moving",
  "close-account",
  "move-status",
  "take-along",
  "sign-again",
  "tend-moves",
  "archive-seal",
  "make-archive",
  "open-archive",
  "read-archive",
  // Trusted people, coming back, what would be lost.
  "recovery-work",
  "recovery",
  "draw-sheet",
  "en-recovery",
  "fr-recovery",
  "es-recovery",
  "ar-recovery",
  "leading",
  "lead",
  "tend-leading",
  "sign",
  "commands",
  "move",
  "mirrors",
  "en-leading",
  "fr-leading",
  "es-leading",
  "ar-leading",
  // Who is who.
  "trust-work",
  "trust-commands",
  "look-up",
  "person-card",
  "trust",
  "camera",
  "en-trust",
  "fr-trust",
  "es-trust",
  "ar-trust",
  // Adding, naming and removing devices.
  "devices",
  "en-devices",
  "fr-devices",
  "es-devices",
  "ar-devices",
  "was-removed",
  "device-pairing",
  "device-session",
  "cut-off",
  "leave-spaces",
  "device-list",
  "open-session",
  "monitor-smartphone",
];

/** True for the path of a chunk (of the app or of its worker) that can wait. */
export function canWait(path: string): boolean {
  const name = /^\/?assets\/(.+)-[\w-]{8}\.\w+$/.exec(path)?.[1];
  return name !== undefined && rest.includes(name);
}
