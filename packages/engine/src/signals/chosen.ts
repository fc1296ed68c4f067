/** What was chosen on this device. Apart from the rest, since every start reads it. */
import type { SqlStore } from "../ports.ts";
import type { SignalSettings } from "./api.ts";

export const SETTINGS_TABLES = ["signal_choices"] as const;
export const QUIET_TABLES = [
  "signal_choices",
  "spaces",
  "members",
  "space_rules",
  "marks",
] as const;

export async function signalSettings(store: Pick<SqlStore, "all">): Promise<SignalSettings> {
  const rows = await store.all<{ chosen: string }>("SELECT chosen FROM signal_choices");
  const has = (what: string) => rows.some(({ chosen }) => chosen === what);
  return { typing: has("typing"), here: has("here") };
}
