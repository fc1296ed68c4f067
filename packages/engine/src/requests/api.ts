/** What screens ask about first letters: writing to somebody whom one has never met, what strangers wrote, and whom one blocks. */

/** Who has an address, as their node's record proves it. */
export type FoundPerson = {
  identityId: string;
  address: string;
  /** What they are called, where one knows them already. */
  name: string | null;
  /** The conversation that one has with them; null: none. */
  spaceId: string | null;
  /** They wrote first: their words wait. */
  wrote: boolean;
  blocked: boolean;
};

/** What somebody wrote whom one has not met. Name and address are their own claims. */
export type FirstWords = {
  identityId: string;
  name: string;
  address: string;
  words: string;
  /** The node that the letter came from. */
  from: string;
  at: number;
  /** Whether the address is theirs: so it says in their node's record; it says otherwise; not known yet. */
  record: "fits" | "wrong" | "open";
};

/** A conversation that one has begun, and that the other has not answered. */
export type WrittenFirst = {
  spaceId: string;
  identityId: string;
  address: string;
  /** sending: it is on its way; waiting: it lies before them; limited: more go tomorrow; refused: they cannot be written to. */
  state: "sending" | "waiting" | "limited" | "refused";
};

export type Blocked = {
  people: { identityId: string; name: string; address: string; at: number }[];
  nodes: { node: string; at: number }[];
};

/** What one tells the administrators of one's node: sealed to each of them. */
export type ReportWish = {
  identityId: string;
  /** With the words that they wrote. */
  words: boolean;
  note: string;
  /** What they said in a conversation of the two; without it, the first words that wait. */
  message?: { spaceId: string; eventId: string } | undefined;
};

/** What somebody of one's node reported: for its administrators. */
export type NodeReportRow = {
  reportId: string;
  at: number;
  /** The account that it came from, as the node has it and its letter shows. */
  by: string;
  /** Null where it was not sealed to this account, or not by whom the node names. */
  content: {
    address: string;
    /** The node that the letter came from. */
    from: string;
    words: string | null;
    note: string;
  } | null;
};

type Person = { identityId: string };

export type RequestsCommands = {
  /**
   * Who has an address. @throws EngineError `invalid` (no address, or one's own), `unverified`; ProtocolError `not_found` and of
   * the line
   */
  "requests.find": (args: { address: string }) => Promise<FoundPerson>;
  /**
   * Writes first words to somebody: makes the conversation. @throws EngineError `already_member` (one has a conversation with
   * them, see `data.spaceId`), `invalid`, `unverified`; ProtocolError `letters_limited`, `node_blocked` and of the line
   */
  "requests.write": (
    args: Person & { address: string; words: string },
  ) => Promise<{ spaceId: string }>;
  /**
   * Goes into the conversation. @throws EngineError `unverified` (the address is not theirs), `link_expired` (they have taken it
   * back), `offline`
   */
  "requests.accept": (args: Person) => Promise<{ spaceId: string }>;
  /** Takes it away; whoever wrote it is not told. */
  "requests.delete": (args: Person) => Promise<void>;
  /** Nothing more of theirs comes here. A conversation of the two goes into the archive, without a sound. They are not told. */
  "requests.block": (args: Person) => Promise<void>;
  "requests.unblock": (args: Person) => Promise<void>;
  /** No first letters of people of a node. @throws EngineError `invalid` (one's own node, or too many) */
  "requests.blockNode": (args: { node: string }) => Promise<void>;
  "requests.unblockNode": (args: { node: string }) => Promise<void>;
  /** Tells the administrators of one's own node. @throws EngineError `invalid` (nothing of theirs is here), `unverified` (no administrator to seal it to); ProtocolError `quota_exceeded` and of the line */
  "requests.report": (args: ReportWish) => Promise<void>;
  /** For administrators. */
  "admin.reports": (
    args: Record<string, never>,
  ) => Promise<{ reports: NodeReportRow[]; more: boolean }>;
  "admin.closeReport": (args: { reportId: string }) => Promise<void>;
  "admin.blockedNodes": (args: Record<string, never>) => Promise<{ node: string; since: number }[]>;
  "admin.blockNode": (args: { node: string; blocked: boolean }) => Promise<void>;
};

export type RequestsLive = {
  /** The newest first. */
  "requests.list": { args: Record<string, never>; value: FirstWords[] };
  /** Whom one knows already, for names that look alike. */
  "requests.known": {
    args: Record<string, never>;
    value: { identityId: string; name: string }[];
  };
  "requests.count": { args: Record<string, never>; value: number };
  "requests.written": { args: { spaceId: string }; value: WrittenFirst | null };
  "requests.blocks": { args: Record<string, never>; value: Blocked };
};
