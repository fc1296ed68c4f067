/**
 * What a screen can ask of the files tool. Ids are lower-case hexadecimal; sizes in bytes, times in ms since 1970.
 *
 * [Note: Bytes between a screen and the engine] A file goes in as a {@link Content}: a Blob or File in a browser, `openAsBlob` on
 * Node. Only a handle is handed over, and the engine reads slices of it while it seals them. It comes out in ranges, by
 * `files.read`: never whole, on neither side.
 */
import type { Bytes } from "@baraza/protocol";

/** The part of a Blob that is needed; it can be cloned into a worker. */
export type Content = {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
};

/** What a device has made of a file's bytes before it hands them over; sealed beside the file, for the others' devices. */
export type Prepared = {
  /** Media type (RFC 6838) by what is in it, not by its name. */
  type: string;
  /** At most {@link FILE_LIMITS.thumbnailBytes}. */
  thumbnail?: { bytes: Bytes; type: string; width: number; height: number } | undefined;
  /** What search finds in it; at most {@link FILE_LIMITS.textBytes} of UTF-8. */
  text?: string | undefined;
  meta?: FileMeta | undefined;
};

export type FileMeta = {
  width?: number | undefined;
  height?: number | undefined;
  durationMs?: number | undefined;
  pages?: number | undefined;
};

export const FILE_LIMITS = {
  /** UTF-8 bytes of a name, after it was made safe. */
  nameBytes: 255,
  /** Folders in each other. */
  depth: 64,
  thumbnailBytes: 48 * 1024,
  textBytes: 512 * 1024,
  commentLength: 4000,
  versions: 100,
  /** Bytes in one `files.read`. */
  readBytes: 4 * 1024 * 1024,
  /** Entries in one page of a folder. */
  page: 500,
} as const;

/** Why a file is not (wholly) at the hub yet; null: it is. */
export type Sending = {
  uploadId: string;
  /** `content`: the file has to be chosen again (the app was closed, and it was too large to keep aside). `failed`: see `failure`. */
  state: "waiting" | "sending" | "paused" | "content" | "failed";
  done: number;
  total: number;
  /**
   * `file_changed`: it was changed while it was read; `file_unreadable`: it cannot be read any more; `quota_exceeded`, `too_large`,
   * `disk_full`: as they say.
   */
  failure: string | null;
};

/** The state of a thing that this device keeps for when there is no line. */
export type Kept = {
  /** Bytes of the present version that are on this device, sealed. */
  bytes: number;
  pinned: "no" | "itself" | "folder";
};

export type FileEntry = {
  spaceId: string;
  fileId: string;
  kind: "file" | "folder";
  /** null: at the top. */
  parentId: string | null;
  /** As it is to be shown. Two things in one folder never show the same: a later one gets a number. */
  name: string;
  type: string;
  size: number;
  meta: FileMeta;
  hasThumbnail: boolean;
  versions: number;
  comments: number;
  /** Things in a folder. */
  children: number;
  addedAt: number;
  changedAt: number;
  changedBy: string;
  changedByName: string;
  mine: boolean;
  /** In the bin since, and by whom. */
  binned: { at: number; byName: string } | null;
  sending: Sending | null;
  kept: Kept;
};

export type FolderPage = {
  /** From the top to the folder itself; empty at the top. Cut to the last 64. */
  path: { fileId: string; name: string }[];
  /** The folder is there (it may have been deleted meanwhile, or be in the bin). */
  exists: boolean;
  entries: FileEntry[];
  total: number;
};

export type FileVersion = {
  versionId: string;
  size: number;
  type: string;
  at: number;
  author: string;
  authorName: string;
  current: boolean;
};

export type FileComment = {
  eventId: string;
  author: string;
  authorName: string;
  mine: boolean;
  text: string;
  at: number;
  deleted: boolean;
};

type SpaceId = { spaceId: string };
type FileId = SpaceId & { fileId: string };
type FileIds = SpaceId & { fileIds: string[] };

export type FilesCommands = {
  /** The space of one's own devices, made when it is not there yet. */
  "files.own": (args: Record<never, never>) => Promise<{ spaceId: string }>;
  "files.newFolder": (
    args: SpaceId & { parentId: string | null; name: string },
  ) => Promise<{ fileId: string }>;
  /** A folder's path below another, each made where it is missing: for whole folders that are uploaded. */
  "files.folderAt": (
    args: SpaceId & { parentId: string | null; path: string[] },
  ) => Promise<{ fileId: string | null }>;
  /** Resolves when the upload is noted, not when it is done: follow `files.uploads`. */
  "files.add": (
    args: SpaceId & {
      parentId: string | null;
      name: string;
      content: Content;
      prepared: Prepared;
      /** When the file was changed last, by its own date. */
      changedAt?: number | undefined;
    },
  ) => Promise<{ fileId: string; uploadId: string }>;
  "files.addVersion": (
    args: FileId & { content: Content; prepared: Prepared },
  ) => Promise<{ uploadId: string }>;
  "files.pause": (args: { uploadId: string }) => Promise<void>;
  /** Goes on; with the content where it is asked for again. @throws `file_changed` when it is another one */
  "files.resume": (args: { uploadId: string; content?: Content | undefined }) => Promise<void>;
  "files.cancel": (args: { uploadId: string }) => Promise<void>;
  "files.rename": (args: FileId & { name: string }) => Promise<void>;
  /** @throws `invalid` into itself or what is in it, or too deep */
  "files.move": (args: FileIds & { parentId: string | null }) => Promise<void>;
  /** Within the space at once, by reference; into another one in the background, by way of this device. */
  "files.copy": (
    args: FileIds & { toSpaceId: string; parentId: string | null },
  ) => Promise<{ fileIds: string[] }>;
  "files.bin": (args: FileIds) => Promise<void>;
  "files.restore": (args: FileIds) => Promise<void>;
  /** For good: its content leaves the node once nothing else in the space refers to it. Its author and those who lead may. */
  "files.purge": (args: FileIds) => Promise<void>;
  "files.emptyBin": (args: SpaceId) => Promise<void>;
  "files.restoreVersion": (args: FileId & { versionId: string }) => Promise<void>;
  "files.comment": (args: FileId & { text: string }) => Promise<{ eventId: string }>;
  "files.deleteComment": (args: FileId & { eventId: string }) => Promise<void>;
  /**
   * Bytes of a file, from this device or the hub; fewer at the end of it.
   * @throws `blob_missing`, `blob_altered`: the node does not have it (any more), or gives something else; `offline`
   */
  "files.read": (
    args: FileId & { versionId?: string | undefined; start: number; length: number },
  ) => Promise<Bytes>;
  "files.thumbnail": (
    args: FileId & { versionId?: string | undefined },
  ) => Promise<{ bytes: Bytes; type: string } | null>;
  /** Keeps it, or everything in it, on this device. */
  "files.pin": (args: FileIds & { on: boolean }) => Promise<void>;
  /** What would have to be loaded to have these on the device. */
  "files.cost": (args: FileIds) => Promise<{ files: number; bytes: number }>;
  /** Takes what is not pinned off this device. */
  "files.free": (args: Record<never, never>) => Promise<void>;
  "files.setRoom": (args: { bytes: number }) => Promise<void>;
};

export type Sort = { by: "name" | "changed" | "size" | "type"; down: boolean };

export type FilesLive = {
  "files.folder": {
    args: SpaceId & {
      parentId: string | null;
      sort?: Sort | undefined;
      offset: number;
      limit: number;
    };
    value: FolderPage;
  };
  "files.entry": { args: FileId; value: FileEntry | null };
  "files.versions": { args: FileId; value: FileVersion[] };
  "files.comments": { args: FileId; value: FileComment[] };
  "files.binned": { args: SpaceId & { offset: number; limit: number }; value: FolderPage };
  /** All that is under way on this device, newest first, and what was done since the app was opened. */
  "files.uploads": {
    args: Record<never, never>;
    value: (Sending & FileId & { name: string })[];
  };
  /**
   * What the space takes at its hub (padded, as it is there), and what it may; null: not known yet. `standing`: of what was there when the
   * space went over to another hub, is all of it there, on its way, without room, or missing in part?
   */
  "files.usage": {
    args: SpaceId;
    value: {
      bytes: number;
      quota: number | null;
      standing: "whole" | "coming" | "full" | "missing";
    };
  };
  /** What the hub said last, cheaper to ask; null: nothing yet. `nearlyFull`: a tenth of its room is left, or less. */
  "files.hub": {
    args: SpaceId;
    value: { nearlyFull: boolean; standing: "whole" | "coming" | "full" | "missing" } | null;
  };
  /** What this device keeps, what of it is pinned, and how much it may keep of what is not. */
  "files.kept": {
    args: Record<never, never>;
    value: { bytes: number; pinned: number; room: number };
  };
};
