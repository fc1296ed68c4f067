/** What screens can ask about coming back. */

/**
 * asking: members were asked, and the slot is tried when none answers. stale: the hub shows less than this person has seen.
 * gone: the hub has no way in for this person. removed: they were taken out while they were away. damaged: what should let them
 * in is not in order; members' devices mend it.
 */
export type ReturnState = "asking" | "stale" | "gone" | "removed" | "damaged";

/** A space of the account that this device is not in yet. */
export type Return = { spaceId: string; title: string; hub: string; state: ReturnState };

export type SlotCommands = {
  /** All other devices of this account are lost: each is removed as by `devices.remove`, also from spaces that this one comes back into later. */
  "devices.allLost": (args: Record<string, never>) => Promise<void>;
};

export type SlotLive = {
  /** Spaces that this device is coming back into, the one where something happened last first. */
  returns: { args: Record<string, never>; value: Return[] };
};

export const RETURNS_TABLES = ["places", "rejoins", "spaces"] as const;
