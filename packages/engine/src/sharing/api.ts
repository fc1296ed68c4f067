/**
 * What a screen can ask about files that are given to people outside by link, and about drop boxes in which they leave files. Ids are
 * lower-case hexadecimal; sizes in bytes, times in ms since 1970.
 */
import type { Bytes } from "@baraza/protocol";

/**
 * `making`: not at the node yet; `open`; `expired`; `used_up`: downloaded as often as it may be; `locked`: too many wrong passphrases;
 * `gone`: the node knows it no more.
 */
export type LinkState = "making" | "open" | "expired" | "used_up" | "locked" | "gone";

export type SharedLink = {
  linkId: string;
  spaceId: string;
  title: string;
  files: number;
  bytes: number;
  link: string;
  passphrase: boolean;
  made: number;
  expires: number;
  state: LinkState;
  /** How often it may be downloaded (null: without limit), and was. */
  takes: number | null;
  taken: number;
  /** Wrong passphrases so far. */
  tries: number;
  /** When the node was asked last; 0: never. */
  checked: number;
};

export type DropBox = {
  boxId: string;
  title: string;
  text: string;
  link: string;
  made: number;
  expires: number;
  state: "making" | "open" | "expired" | "gone";
  /** How much may be left in it, and how much is, with what is still being sent. */
  bytes: number;
  usedBytes: number;
  files: number;
  usedFiles: number;
  /** Files that are whole and wait to be taken over. */
  waiting: number;
  checked: number;
};

/** A file that was left in a drop box. `from` is what its sender says; nobody has checked it. */
export type DroppedFile = {
  boxId: string;
  itemId: string;
  /** null: it cannot be opened; whoever left it did not make it as the page does. */
  file: { name: string; type: string; size: number; from: string } | null;
  at: number;
};

export type SharingCommands = {
  /**
   * Makes a link by which anybody can download these files as they are now, and what is in these folders. With a `passphrase` (8 signs or more, told on another way) the link alone
   * opens nothing. Resolves when the node has it. @throws EngineError `invalid`, `too_weak`, `no_space`, `too_large` (too many files);
   * ProtocolError `blob_incomplete` when one of them is still being sent
   */
  "sharing.create": (args: {
    spaceId: string;
    title: string;
    fileIds: string[];
    passphrase: string | null;
    expires: number;
    takes: number | null;
  }) => Promise<{ linkId: string; link: string }>;
  /** Another end, another number of downloads, or once more twenty tries for its passphrase. */
  "sharing.change": (args: {
    linkId: string;
    expires?: number | undefined;
    takes?: number | null | undefined;
    unlock?: boolean | undefined;
  }) => Promise<void>;
  /** Ends a link at once. What was downloaded by it stays with whoever has it. */
  "sharing.revoke": (args: { linkId: string }) => Promise<void>;
  /** Asks the nodes how links and drop boxes stand, and fetches the list of what was left. */
  "sharing.refresh": (args: Record<never, never>) => Promise<void>;
  /** Opens a drop box at one's own node. @throws ProtocolError `quota_exceeded` with `left`; `busy`: too many */
  "sharing.openBox": (args: {
    title: string;
    text: string;
    bytes: number;
    files: number;
    expires: number;
  }) => Promise<{ boxId: string; link: string }>;
  /** Takes nothing more; with `discard`, what is in it goes, too. */
  "sharing.closeBox": (args: { boxId: string; discard: boolean }) => Promise<void>;
  /**
   * Bytes of a file that was left, fewer at the end of it, at most 4 MiB at once.
   * @throws EngineError `blob_altered` the node gives something else; ProtocolError `not_found`
   */
  "sharing.read": (args: {
    boxId: string;
    itemId: string;
    start: number;
    length: number;
  }) => Promise<Bytes>;
  /** Deletes a file that was left, at the node too: after it was taken over, or instead. */
  "sharing.discard": (args: { boxId: string; itemId: string }) => Promise<void>;
};

export type SharingLive = {
  /** Newest first. */
  "sharing.links": { args: Record<never, never>; value: SharedLink[] };
  "sharing.boxes": { args: Record<never, never>; value: DropBox[] };
  /** In the order in which they came. */
  "sharing.dropped": { args: { boxId: string }; value: DroppedFile[] };
};
