export type VanishCommands = {
  /** How long what is said from now on stays, ms; 0: for good. For those who lead. */
  "vanish.set": (args: { spaceId: string; ms: number }) => Promise<void>;
};

export type VanishLive = {
  /** How long what is said now stays, ms; 0: for good. */
  "vanish.timer": { args: { spaceId: string }; value: { ms: number } };
};
