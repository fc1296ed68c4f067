/** The node as a library: what the testkit and `main.ts` use. */
export type { Config } from "./config.ts";
export { ConfigError, configOf, describeSettings, readConfig, SETTINGS } from "./config.ts";
export { DataDirInUse } from "./data-lock.ts";
export type { NodeOptions, RunningNode } from "./node.ts";
export { createNode, VERSION } from "./node.ts";
