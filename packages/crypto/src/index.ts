/**
 * The only way into cryptography: everything but what is loaded by itself when it is needed: OPAQUE (`@baraza/crypto/opaque`),
 * recovery with the help of others (`@baraza/crypto/recovery`) and signals (`@baraza/crypto/signals`).
 */
export * from "./addresses.ts";
export * from "./bhttp.ts";
export * from "./box-keys.ts";
export * from "./cards.ts";
export * from "./ed25519.ts";
export * from "./entries.ts";
export * from "./epoch.ts";
export * from "./errors.ts";
export * from "./files.ts";
export * from "./heads.ts";
export * from "./identity.ts";
export * from "./keylog/index.ts";
export * from "./journal.ts";
export * from "./letters.ts";
export * from "./log-session.ts";
export * from "./mls/index.ts";
export * from "./node-record.ts";
export * from "./ohttp.ts";
export * from "./pairing.ts";
export * from "./passkeys.ts";
export * from "./primitives.ts";
export * from "./push.ts";
export type { Without } from "./records.ts";
export * from "./ring.ts";
export * from "./rolls.ts";
export * from "./slots.ts";
export * from "./safety-number.ts";
export * from "./steward.ts";
export * from "./tokens.ts";
export * from "./vanish.ts";
export * from "./vault.ts";
export * from "./ways.ts";
