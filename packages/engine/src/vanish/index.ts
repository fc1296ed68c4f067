/** What disappears: the command and the query. What it is made of stands in seal-vanishing.ts and crypto's vanish.ts. */
import type { Core } from "../core.ts";
import type { VanishCommands, VanishLive } from "./api.ts";

export const TIMER_TABLES = ["vanish_timers"] as const;

/** How long what is said in a space stays now. */
export async function timerNow(
  core: Core,
  spaceId: string,
): Promise<VanishLive["vanish.timer"]["value"]> {
  const row = await core.store.get<{ ms: number }>(
    "SELECT ms FROM vanish_timers WHERE log_id = ? ORDER BY position DESC LIMIT 1",
    [spaceId],
  );
  return { ms: row?.ms ?? 0 };
}

export function vanishCommands(core: Core): VanishCommands {
  return { "vanish.set": async (args) => (await import("./set-timer.ts")).setTimer(core, args) };
}
