/** What nodes and clients say to each other: pure data, the same on every side. */
export * from "./accounts.ts";
export * from "./blobs.ts";
export * from "./boxes.ts";
export * from "./bytes.ts";
export * from "./cbor.ts";
export * from "./errors.ts";
export * from "./labels.ts";
export * from "./limits.ts";
export * from "./link.ts";
export * from "./log.ts";
export * from "./padding.ts";
export * from "./recovery.ts";
export * from "./relay.ts";
export * from "./routes.ts";
export * from "./rpc.ts";
export * from "./schema.ts";
export * from "./sealed.ts";
