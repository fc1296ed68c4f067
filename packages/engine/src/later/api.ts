/** A message that waits for its time. */
export type LaterMessage = {
  id: string;
  /** When it is to go, ms since 1970. */
  at: number;
  text: string;
  replyTo: string | null;
  /** It could not go: one cannot write in the conversation (any more). */
  failed: boolean;
};

export type LaterCommands = {
  /** Keeps a message on this device until its time has come: then it goes, or as soon as this device is on again. */
  "later.add": (args: {
    spaceId: string;
    /** None: the first. */
    channel?: string | undefined;
    at: number;
    text: string;
    replyTo?: string | undefined;
    mentions?: string[] | undefined;
  }) => Promise<{ id: string }>;
  /** @throws EngineError `invalid` when it has gone meanwhile */
  "later.change": (args: {
    id: string;
    text?: string | undefined;
    at?: number | undefined;
  }) => Promise<void>;
  /** Sends it now. What has gone already is not sent twice. */
  "later.sendNow": (args: { id: string }) => Promise<void>;
  "later.remove": (args: { id: string }) => Promise<void>;
};

export type LaterLive = {
  /** What waits in a conversation, the next first. */
  "later.list": { args: { spaceId: string; channel?: string | undefined }; value: LaterMessage[] };
};
