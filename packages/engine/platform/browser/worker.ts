/** What the engine's worker needs: the platform with its SQLite, and the way to the tabs. */
export { hostEngine } from "./host.ts";
export type { Hosted, HostOptions } from "./host.ts";
export { browserPlatform } from "./platform.ts";
