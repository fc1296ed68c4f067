/** What a screen can ask of broadcast lists: people to whom one writes the same, each in the conversation of the two. */

/** How a list stands among others. */
export type BroadcastList = { listId: string; name: string; people: number };

/** Why somebody on a list does not get what is sent. gone: there is no conversation of the two (any more); refused: one may not write in it. */
export type ListMiss = "gone" | "blocked" | "refused";

export type ListPerson = {
  identityId: string;
  name: string;
  address: string;
  /** The conversation of the two; null: none. */
  spaceId: string | null;
  /** Null: they get what is sent. arriving: this device is not in that conversation yet. */
  miss: "gone" | "blocked" | "arriving" | null;
};

/** What was sent through a list. */
export type ListSending = {
  sendingId: string;
  at: number;
  /** Its beginning, where it is long; empty where nothing is kept. */
  text: string;
  /** It disappears in one of the conversations, so its words are not kept here. */
  passes: boolean;
  /** How many files came with it. */
  files: number;
  /** People on the list when it was sent. Of these, `sent` have it in their conversation and `waits` will. */
  total: number;
  sent: number;
  waits: number;
  missed: { identityId: string; name: string; why: ListMiss }[];
  /** Another device of one's own sends it, and knows how far it has come; here it is known what has arrived. */
  elsewhere: boolean;
  /** That device is not one's own any more: whoever has nothing yet gets nothing. */
  lost: boolean;
};

export type ListDetails = {
  listId: string;
  name: string;
  people: ListPerson[];
  /** The newest first. */
  sendings: ListSending[];
};

type ListId = { listId: string };
/** The same one, asked twice, is sent once. */
type Sending = ListId & { sendingId: string };

export type ListsCommands = {
  /** Makes a list, or names one anew. */
  "lists.put": (args: { listId?: string | undefined; name: string }) => Promise<ListId>;
  /** Takes a list away; what was sent stays in the conversations. */
  "lists.remove": (args: ListId) => Promise<void>;
  /** @throws EngineError `invalid`: too many, or somebody with whom one has no conversation */
  "lists.people": (args: ListId & { identityIds: string[]; on: boolean }) => Promise<void>;
  /** Writes to everybody on the list, to each in the conversation of the two. @throws EngineError `invalid`: nobody would get it; `busy` */
  "lists.send": (args: Sending & { text: string }) => Promise<void>;
  /** The same with a message that is there, and its files; `named`: with the name of who wrote it. */
  "lists.forward": (
    args: Sending & { spaceId: string; eventId: string; named: boolean; folderName: string },
  ) => Promise<void>;
  /** Takes a sending off the list's page; it stays in the conversations. */
  "lists.forget": (args: Sending) => Promise<void>;
};

export type ListsLive = {
  "lists.all": { args: Record<string, never>; value: BroadcastList[] };
  /** Null: there is no such list (any more). */
  "lists.one": { args: ListId; value: ListDetails | null };
};
