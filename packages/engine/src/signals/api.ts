/**
 * What a screen can ask about signals: who writes, who is there. Choices are this device's own. Both are off until one says
 * yes, and who does not show it does not see it either.
 */
export type SignalSettings = {
  /** One shows that one writes, and sees it of others. */
  typing: boolean;
  /** One shows that one has the app open, and sees it of others. */
  here: boolean;
};

/** What is known of one conversation at this moment. */
export type SpaceSignals = {
  /** Who writes, in the order in which they began. */
  typing: { identityId: string; name: string }[];
  /** Who has the app open; never oneself. */
  here: string[];
};

export type SignalsCommands = {
  "signals.set": (args: Partial<SignalSettings>) => Promise<void>;
  /** In one conversation nothing is shown and nothing seen. */
  "signals.setQuiet": (args: { spaceId: string; quiet: boolean }) => Promise<void>;
  /** The person writes there, or has stopped. To be called as often as they type: what is too much is not sent. */
  "signals.typing": (args: { spaceId: string; on: boolean }) => Promise<void>;
};

export type SignalsLive = {
  "signals.settings": { args: Record<string, never>; value: SignalSettings };
  "signals.quiet": { args: { spaceId: string }; value: { quiet: boolean; possible: boolean } };
  /**
   * While somebody watches, this device listens, and says that it is there where that was chosen: in the conversation that is
   * open and in those in which something was said last. Spaces about which nothing is known are left out.
   */
  "signals.now": { args: { open: string | null }; value: Record<string, SpaceSignals> };
};
