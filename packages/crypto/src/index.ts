/** The only way into cryptography: everything but OPAQUE, which is large and loaded by itself (`@baraza/crypto/opaque`). */
export * from "./addresses.ts";
export * from "./box-keys.ts";
export * from "./cards.ts";
export * from "./ed25519.ts";
export * from "./entries.ts";
export * from "./epoch.ts";
export * from "./errors.ts";
export * from "./heads.ts";
export * from "./identity.ts";
export * from "./letters.ts";
export * from "./log-session.ts";
export * from "./mls/index.ts";
export * from "./node-record.ts";
export * from "./primitives.ts";
export * from "./push.ts";
export type { Without } from "./records.ts";
export * from "./steward.ts";
