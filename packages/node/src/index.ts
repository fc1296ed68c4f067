/** The node as a library: what the testkit and `main.ts` use. */
export type { Config } from "./config.ts";
export { ConfigError, configOf, describeSettings, readConfig, SETTINGS } from "./config.ts";
