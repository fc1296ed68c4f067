/** What a screen can ask about taking everything along. Plain data, as in ../api.ts. */

/** `sealed`: one file that only a passphrase opens. `open`: a zip that any program opens. */
export type ArchiveKind = "sealed" | "open";

/** How much of a file's beginning holds the header and the account. In bytes. */
export const ARCHIVE_BEGIN = 2 * 1024 * 1024;

export type ArchiveJob = {
  id: string;
  kind: ArchiveKind;
  /** `failed`: what is made so far is kept, and `archive.goOn` goes on from there. */
  state: "running" | "ready" | "failed";
  reason: "disk_full" | "too_large" | "offline" | "failed" | null;
  /** In messages and other events; `total` may be 0. */
  done: number;
  total: number;
  /** Size of the file so far, and its name among the engine's own files (see FileArea). */
  bytes: number;
  file: string;
};

/** The words in the pages of an open archive, in the language of whoever makes it. */
export type OpenArchiveWords = {
  language: string;
  direction: "ltr" | "rtl";
  title: string;
  people: string;
  edited: string;
  deleted: string;
  answering: string;
  back: string;
  empty: string;
  /** Of files: the page of a space, one's own, and what stands beside a file. */
  files: string;
  ownFiles: string;
  inBin: string;
  earlier: string;
  missing: string;
};

export type ArchiveContent = {
  importId: string;
  /** Whose it is. */
  name: string;
  node: string;
  address: string;
  displayName: string;
  identityId: string;
  /** When it was made, ms since 1970. */
  made: number;
  /** The person who is signed in here; null when nobody is. */
  same: boolean | null;
  /** Where in the file reading goes on: above the beginning when it was interrupted. */
  offset: number;
};

export type ArchiveImport = {
  importId: string;
  state: "opened" | "running" | "done";
  /** In bytes of the file. */
  done: number;
  total: number;
  /** Spaces that can be read again, and messages and other events in them. */
  spaces: number;
  events: number;
};

/** Where one is in moving to another node. */
export type MoveStatus = {
  /** A package for another node was made. `expires` is null while it has not arrived there. */
  leaving: { to: string; link: string; expires: number | null } | null;
  /** This device is still at the former account: the person lives at `address` now. */
  went: { name: string; node: string; address: string; at: number } | null;
  /** The person came here from elsewhere. */
  came: {
    from: string;
    node: string;
    at: number;
    /** The former node knows. */
    told: boolean;
    /** The former account was asked to be closed, and passes nothing on. */
    closes: boolean;
    /** Conversations in which this device has no place yet; `lost`: they are kept by the former node. */
    waiting: { title: string; hub: string; lost: boolean }[];
    /**
     * What the former node still keeps and this person leads. `alone`: it goes along by itself; `asked`: the others who lead it
     * are asked; `moving`: on its way.
     */
    kept: { spaceId: string; title: string; alone: boolean; state: "kept" | "asked" | "moving" }[];
    /** People who were not written to yet. */
    untold: number;
  } | null;
};

/** What a link or an archive brings to a new node. */
export type ArrivalView = {
  name: string;
  node: string;
  displayName: string;
  conversations: number;
};

/** Whence somebody comes: a `/move` link's fragment, or an archive that was opened. */
export type ArrivalFrom = { fragment?: string | undefined; importId?: string | undefined };

/** What closing the account does to each conversation. */
export type ClosingPlan = {
  spaces: {
    spaceId: string;
    title: string;
    /** `handOver`: this person leads it alone, and names one of `people`. `deleted`: nobody else is in it. */
    fate: "left" | "handOver" | "deleted";
    people: { identityId: string; name: string }[];
  }[];
  /** The account is closed already, and this device has not forgotten it yet. */
  receipt: ClosingReceipt | null;
};

/** What the node signed: that it deleted the account, and what of it. */
export type ClosingReceipt = {
  node: string;
  address: string;
  at: number;
  /** Until then nobody else gets the address. */
  nameRests: number;
  deleted: { what: string; count: number }[];
  /** Conversations that could not be told. */
  untold: string[];
  /** All in hexadecimal: the signed receipt (CBOR), the key that signed it, and what shows that it is this person's. */
  proof: { receipt: string; nodeKey: string; identityId: string; nonce: string };
};

export type MovingCommands = {
  "account.closingPlan": (args: Record<string, never>) => Promise<ClosingPlan>;
  /**
   * Closes the account for good. There is no way back. @throws EngineError last_steward, where nobody was named for a
   * conversation that this person leads alone
   */
  "account.close": (args: { successors: Record<string, string> }) => Promise<ClosingReceipt>;
  /** Destroys what this device still keeps of a closed account: the receipt too. */
  "account.forgetClosed": (args: Record<string, never>) => Promise<void>;

  /**
   * Makes what goes along to another node, and a link that opens there. `to`: the node's name or address, or the link of
   * an invitation to it. @throws EngineError invalid, link_invalid, same_node; ProtocolError invitation_needed, ...
   */
  "move.leave": (args: { to: string }) => Promise<{
    to: string;
    link: string;
    expires: number | null;
  }>;
  "move.stay": (args: Record<string, never>) => Promise<void>;
  /** @throws EngineError link_invalid, link_expired, link_mismatch, archive_unknown */
  "move.look": (args: ArrivalFrom) => Promise<ArrivalView>;
  /** Opens the account here, with the same identity. @throws EngineError same_node, already_here, too_weak; ProtocolError name_taken, ... */
  "move.arrive": (
    args: ArrivalFrom & { name: string; passphrase: string; invitation?: string | undefined },
  ) => Promise<void>;
  /** Has this node keep what the former one still keeps and this person leads; others who lead it are asked. */
  "move.takeAlong": (args: Record<string, never>) => Promise<void>;
  /** Has the former account closed now, where it passes letters on. */
  "move.closeFormer": (args: Record<string, never>) => Promise<void>;

  /**
   * Begins an archive; what was made before is destroyed. `sealed` needs a passphrase of at least 12 signs.
   * @throws EngineError too_weak, signed_out
   */
  "archive.make": (
    args:
      | { kind: "sealed"; passphrase: string }
      /** `content`: with the files themselves, which are fetched for it; without, they are only listed. */
      | { kind: "open"; words: OpenArchiveWords; content?: boolean | undefined },
  ) => Promise<{ id: string }>;
  /** Goes on after a failure (room was made on the disk). */
  "archive.goOn": (args: Record<string, never>) => Promise<void>;
  /** Ends it, or says that the file was taken away: it is destroyed here. */
  "archive.drop": (args: Record<string, never>) => Promise<void>;
  /**
   * Opens an archive: `head` is the beginning of the file, {@link ARCHIVE_BEGIN} bytes or all of a smaller one. Nobody need be
   * signed in. @throws EngineError archive_unknown, archive_newer, archive_damaged, archive_cut_off, archive_locked (another
   * passphrase)
   */
  "archive.open": (args: {
    head: Uint8Array<ArrayBuffer>;
    size: number;
    passphrase: string;
  }) => Promise<ArchiveContent>;
  /**
   * Reads on. `bytes` begin at the offset that the last call gave. @returns where the next begin and how many are needed
   * at least; `done` when the archive has come to its end.
   * @throws EngineError archive_damaged (altered), archive_cut_off (the file ends too early), disk_full, signed_out
   */
  "archive.feed": (args: {
    importId: string;
    offset: number;
    bytes: Uint8Array<ArrayBuffer>;
  }) => Promise<{ offset: number; need: number; done: boolean }>;
  /** Stops reading; what was read is kept, and the same file goes on from there. */
  "archive.forgetImport": (args: Record<string, never>) => Promise<void>;
};

export type MovingLive = {
  "move.status": { args: Record<string, never>; value: MoveStatus };
  "archive.job": { args: Record<string, never>; value: ArchiveJob | null };
  "archive.import": { args: Record<string, never>; value: ArchiveImport | null };
};
