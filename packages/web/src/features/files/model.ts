/** What of a file is shown how: its kind, its name, and why something did not work. */
import type { FileEntry } from "@baraza/engine";
import {
  File,
  FileArchive,
  FileSpreadsheet,
  FileText,
  Film,
  Folder,
  Image,
  Music,
  Presentation,
} from "lucide";
import type { IconNode } from "lucide";
import { t } from "../../i18n/index.ts";

/** What there is to see of a file; `none`: it can be downloaded only. */
export type Shown = "picture" | "pdf" | "audio" | "video" | "words" | "none";

const words =
  /^(?:text\/|application\/(?:json|xml)$|image\/svg\+xml$)|wordprocessingml|spreadsheetml|presentationml|opendocument\.(?:text|spreadsheet|presentation)/;

/** How a file of a media type is shown. */
export function shownAs(type: string): Shown {
  if (words.test(type)) return "words";
  if (/^image\/(?:jpeg|png|gif|webp|avif|bmp|heic)$/.test(type)) return "picture";
  if (type === "application/pdf") return "pdf";
  if (type.startsWith("audio/")) return "audio";
  return type.startsWith("video/") ? "video" : "none";
}

/** A picture for a kind of file. */
export function iconOf({ kind, type }: Pick<FileEntry, "kind" | "type">): IconNode {
  if (kind === "folder") return Folder;
  if (/spreadsheet|csv|tab-separated/.test(type)) return FileSpreadsheet;
  if (/presentation/.test(type)) return Presentation;
  if (/zip|compress|gzip|rar|bzip|x-xz/.test(type)) return FileArchive;
  switch (shownAs(type)) {
    case "picture":
      return Image;
    case "video":
      return Film;
    case "audio":
      return Music;
    case "none":
      return File;
    default:
      return FileText;
  }
}

/** The word for a kind of file. */
export function kindWord({ kind, type }: Pick<FileEntry, "kind" | "type">): string {
  if (kind === "folder") return t("files.kind.folder");
  if (/spreadsheet|csv|tab-separated/.test(type)) return t("files.kind.table");
  if (/presentation/.test(type)) return t("files.kind.slides");
  if (/zip|compress|gzip|rar|bzip|x-xz/.test(type)) return t("files.kind.archive");
  if (/wordprocessing|opendocument\.text/.test(type)) return t("files.kind.document");
  switch (shownAs(type)) {
    case "picture":
      return t("files.kind.picture");
    case "pdf":
      return t("files.kind.pdf");
    case "audio":
      return t("files.kind.audio");
    case "video":
      return t("files.kind.video");
    case "words":
      return t("files.kind.text");
    default:
      return t("files.kind.other");
  }
}

/**
 * A name as it may be shown: characters that turn the order of others round, that cannot be seen or that break lines become
 * a mark, so that `photo[turned]gpj.exe` does not look like a picture. Put it into a `bdi`.
 */
export function safeName(name: string): string {
  return name.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu,
    "\uFFFD",
  );
}

/** A length of time for people: 4:05, 1:02:03. */
export function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Why an upload stopped, in a sentence. */
export function failureSentence(failure: string | null): string {
  switch (failure) {
    case "file_changed":
      return t("files.failure.changed");
    case "file_unreadable":
      return t("files.failure.unreadable");
    case "quota_exceeded":
      return t("files.failure.quota");
    case "too_large":
      return t("files.failure.tooLarge");
    case "disk_full":
    case "store_full":
    case "store_io":
      return t("files.failure.disk");
    default:
      return t("files.failure.other");
  }
}

/** A name and its ending: `report.final` and `.pdf`; dot files have no ending. */
export function endingOf(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot <= 10
    ? { stem: name.slice(0, dot), ending: name.slice(dot) }
    : { stem: name, ending: "" };
}
