/** What can be done with files, where it is allowed, and how it is called. */
import type { FileEntry } from "@baraza/engine";
import {
  Copy,
  Download,
  FolderInput,
  FolderOpen,
  History,
  Inbox,
  Link2,
  type IconNode,
  Pencil,
  Pin,
  PinOff,
  RotateCcw,
  Trash2,
} from "lucide";
import { formatBytes, t } from "../../i18n/index.ts";

export type Act =
  | "open"
  | "download"
  | "rename"
  | "move"
  | "copy"
  | "share"
  | "letSend"
  | "pin"
  | "unpin"
  | "details"
  | "bin"
  | "restore"
  | "purge";

/** What one can do with an entry, in the order of a menu. */
export function actsOn(entry: FileEntry, canWrite: boolean): readonly Act[] {
  if (entry.binned !== null) return canWrite ? ["restore", "purge"] : [];
  const isFile = entry.kind === "file";
  const pin =
    entry.kept.pinned === "itself"
      ? ["unpin" as const]
      : entry.kept.pinned === "no"
        ? ["pin" as const]
        : [];
  return [
    "open",
    "download",
    ...pin,
    ...(canWrite ? (["rename", "move"] as const) : []),
    "copy",
    ...(canWrite && isThere(entry) ? (["share"] as const) : []),
    ...(canWrite && !isFile ? (["letSend"] as const) : []),
    ...(isFile ? (["details"] as const) : []),
    ...(canWrite ? (["bin"] as const) : []),
  ];
}

/** What one can do with several at once. */
export function actsOnAll(entries: readonly FileEntry[], canWrite: boolean): readonly Act[] {
  const one = entries[0];
  if (entries.length === 1 && one !== undefined)
    return actsOn(one, canWrite).filter((act) => act !== "open");
  if (entries.some(({ binned }) => binned !== null)) return canWrite ? ["restore", "purge"] : [];
  return [
    "download",
    entries.every(({ kept }) => kept.pinned === "itself") ? "unpin" : "pin",
    ...(canWrite ? (["move"] as const) : []),
    "copy",
    ...(canWrite && entries.every(isThere) ? (["share"] as const) : []),
    ...(canWrite ? (["bin"] as const) : []),
  ];
}

/** It can be given to people outside: it is at the node, or a folder with something in it. */
export function isThere({ kind, versions, children }: FileEntry): boolean {
  return kind === "folder" ? children > 0 : versions > 0;
}

/** An act's word; a download names what it costs, where it is not on this device. What a folder costs is asked for when it is wanted. */
export function wordOf(act: Act, entries: readonly FileEntry[]): string {
  if (act === "download") {
    const far = entries.filter(({ kept, size }) => kept.bytes < size);
    const bytes = far.reduce((sum, { size }) => sum + size, 0);
    return bytes === 0 || entries.some(({ kind }) => kind === "folder")
      ? t("files.download")
      : t("files.downloadCost", { size: formatBytes(bytes) });
  }
  return {
    open: t("files.open"),
    rename: t("files.rename"),
    move: t("files.move"),
    copy: t("files.copy"),
    share: t("files.share"),
    letSend: t("files.letSend"),
    pin: t("files.pin"),
    unpin: t("files.unpin"),
    details: t("files.details"),
    bin: t("files.toBin"),
    restore: t("files.restore"),
    purge: t("files.purge"),
  }[act];
}

export const actIcons: Readonly<Record<Act, IconNode>> = {
  open: FolderOpen,
  download: Download,
  rename: Pencil,
  move: FolderInput,
  copy: Copy,
  share: Link2,
  letSend: Inbox,
  pin: Pin,
  unpin: PinOff,
  details: History,
  bin: Trash2,
  restore: RotateCcw,
  purge: Trash2,
};
