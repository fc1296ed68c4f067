/**
 * What a screen can ask about files that are given to people outside by link, and about drop boxes in which they leave files. Ids are
 * lower-case hexadecimal; sizes in bytes, times in ms since 1970.
 */
import type { Bytes } from "@baraza/protocol";
import type { Prepared } from "../tools/files/api.ts";

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
  /** What was chosen for it; of many, some. */
  fileIds: string[];
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
  /** Files that came and were not on this device's screen yet. */
  unseen: number;
  checked: number;
  /** Where its files are meant for; folder null: the top. */
  into: { spaceId: string; folderId: string | null } | null;
};

/** A file that was left in a drop box. `from` is what its sender says; nobody has checked it. */
export type DroppedFile = {
  boxId: string;
  itemId: string;
  /** null: it cannot be opened; whoever left it did not make it as the page does. */
  file: { name: string; type: string; size: number; from: string } | null;
  at: number;
  /** It is on its way into a space, and leaves the box when it is there. `failed`: see `Sending` of the files tool. */
  saving: {
    uploadId: string;
    spaceId: string;
    fileId: string;
    state: "sending" | "paused" | "failed";
    done: number;
    total: number;
    failure: string | null;
  } | null;
};

/** What a folder's screen tells of a space's links. */
export type SharingMarks = {
  /** What is given outside now. */
  fileIds: string[];
  /** Links and drop boxes that were not ended. */
  count: number;
  /** Files that came into its drop boxes and were not seen yet. */
  unseen: number;
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
  /**
   * Asks the nodes how links and drop boxes stand, and fetches the list of what was left. With `spaceId` only of that space's links (drop boxes
   * are at one's own node: one request tells of all).
   */
  "sharing.refresh": (args: { spaceId?: string | undefined }) => Promise<void>;
  /** Opens a drop box at one's own node. @throws ProtocolError `quota_exceeded` with `left`; `busy`: too many */
  "sharing.openBox": (args: {
    title: string;
    text: string;
    bytes: number;
    files: number;
    expires: number;
    /** Where its files are meant for; kept on one's devices, told to nobody. */
    into?: { spaceId: string; folderId: string | null } | undefined;
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
  /**
   * Takes a file over into a folder of a space, under its name: an upload like any other, whose content is read where it was left. When it stands in
   * the space it leaves the box by itself. The same again changes nothing.
   * @throws EngineError `invalid`, `not_member`; for small files also what `sharing.read` throws
   */
  "sharing.save": (args: {
    boxId: string;
    itemId: string;
    spaceId: string;
    parentId: string | null;
    prepared: Prepared;
  }) => Promise<{ fileId: string }>;
  /** What is listed of a box was on the screen. */
  "sharing.seen": (args: { boxId: string }) => Promise<void>;
  /** Deletes a file that was left, at the node too: instead of taking it over. */
  "sharing.discard": (args: { boxId: string; itemId: string }) => Promise<void>;
};

export type SharingLive = {
  /** Newest first. */
  "sharing.links": { args: Record<never, never>; value: SharedLink[] };
  "sharing.boxes": { args: Record<never, never>; value: DropBox[] };
  "sharing.marks": { args: { spaceId: string }; value: SharingMarks };
  /** In the order in which they came. */
  "sharing.dropped": { args: { boxId: string }; value: DroppedFile[] };
};
