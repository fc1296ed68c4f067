/**
 * What a message has beside its text: files of the space (pictures, films, voice notes, any others), a place, a contact.
 *
 * [Note: Files of messages] A message names files that the files tool keeps: they are put in by it, shown in the space's files, found and
 * deleted like any other. The message says what kind each is and how large it is drawn, so that a screen can keep room for it; everything
 * else is read from the file. Its author may say anything: what is shown of a file is decided by its content, on the reader's device.
 */
import { bytes, bytes16, bytes32, fromHex, LIMITS, text, toHex, uint } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import type { AppliedEvent } from "../tool.ts";
import type { LinkCard, MessageMedia } from "./media-api.ts";

export const MEDIA_LIMITS = {
  /** Files of one message. */
  files: 30,
  typeLength: 127,
  /** Parts of a waveform. */
  bars: 64,
  durationMs: 24 * 60 * 60 * 1000,
  /** UTF-16 units. */
  placeName: 200,
  contactName: 200,
  address: 320,
  /** No screen draws anything larger. */
  pixels: 100_000,
} as const;

const MICRO = 1_000_000;
const micro = (most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(-most * MICRO), v.maxValue(most * MICRO));

/** The optional fields of `chat.message`. Degrees travel as millionths. */
export const mediaFields = {
  files: v.optional(
    v.pipe(
      v.array(
        v.looseObject({
          id: bytes16,
          type: text(MEDIA_LIMITS.typeLength),
          width: v.optional(uint(0xffff_ffff)),
          height: v.optional(uint(0xffff_ffff)),
        }),
      ),
      v.minLength(1),
      v.maxLength(MEDIA_LIMITS.files),
    ),
  ),
  voice: v.optional(
    v.looseObject({ bars: bytes(MEDIA_LIMITS.bars), durationMs: uint(MEDIA_LIMITS.durationMs) }),
  ),
  place: v.optional(
    v.looseObject({
      latitude: micro(90),
      longitude: micro(180),
      name: text(MEDIA_LIMITS.placeName),
    }),
  ),
  contact: v.optional(
    v.looseObject({
      address: text(MEDIA_LIMITS.address, 1),
      name: text(MEDIA_LIMITS.contactName),
      /** Their identity, and whether the author has compared numbers with them: both as the author says. */
      id: v.optional(bytes32),
      checked: v.optional(v.boolean()),
    }),
  ),
  link: v.optional(
    v.looseObject({
      url: text(LIMITS.pageUrl, 1),
      title: text(LIMITS.pageTitle, 1),
      description: text(LIMITS.pageDescription),
      site: text(LIMITS.pageSite),
    }),
  ),
};

export type MediaPayload = {
  files?:
    | { id: Bytes; type: string; width?: number | undefined; height?: number | undefined }[]
    | undefined;
  voice?: { bars: Bytes; durationMs: number } | undefined;
  place?: { latitude: number; longitude: number; name: string } | undefined;
  contact?:
    | { address: string; name: string; id?: Bytes | undefined; checked?: boolean | undefined }
    | undefined;
  link?: LinkCard | undefined;
};

/** What a payload has beside its text; null: nothing. Sizes are bounded to what can be drawn; a file that is named twice counts once. */
export function readMedia({
  files = [],
  voice,
  place,
  contact,
  link,
}: MediaPayload): MessageMedia | null {
  const shown = [...new Map(files.map((one) => [toHex(one.id), one])).entries()].map(
    ([fileId, { type, width = 0, height = 0 }]) => ({
      fileId,
      type,
      width: Math.min(width, MEDIA_LIMITS.pixels),
      height: Math.min(height, MEDIA_LIMITS.pixels),
    }),
  );
  if (shown.length === 0 && place === undefined && contact === undefined)
    return link === undefined
      ? null
      : { files: [], voice: null, place: null, contact: null, link: linkOf(link) };
  return {
    files: shown,
    voice:
      voice === undefined || shown.length !== 1
        ? null
        : { bars: [...voice.bars], durationMs: voice.durationMs },
    place:
      place === undefined
        ? null
        : {
            latitude: place.latitude / MICRO,
            longitude: place.longitude / MICRO,
            name: place.name,
          },
    contact:
      contact === undefined
        ? null
        : {
            address: contact.address,
            name: contact.name,
            identityId: contact.id === undefined ? null : toHex(contact.id),
            checked: contact.id !== undefined && contact.checked === true,
          },
  };
}

/** What this version knows of it. */
const linkOf = ({ url, title, description, site }: LinkCard): LinkCard => ({
  url,
  title,
  description,
  site,
});

/** The fields of an event for media as rows have them. */
export function mediaPayload({ files, voice, place, contact, link }: MessageMedia): MediaPayload {
  return {
    ...(link === undefined ? {} : { link }),
    ...(files.length === 0
      ? {}
      : {
          files: files.map(({ fileId, type, width, height }) => ({
            id: Uint8Array.from(fileId.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
            type,
            ...(width === 0 ? {} : { width }),
            ...(height === 0 ? {} : { height }),
          })),
        }),
    ...(voice === null
      ? {}
      : { voice: { bars: Uint8Array.from(voice.bars), durationMs: voice.durationMs } }),
    ...(place === null
      ? {}
      : {
          place: {
            latitude: Math.round(place.latitude * MICRO),
            longitude: Math.round(place.longitude * MICRO),
            name: place.name,
          },
        }),
    ...(contact === null
      ? {}
      : {
          contact: {
            address: contact.address,
            name: contact.name,
            ...(contact.identityId === null ? {} : { id: fromHex(contact.identityId) }),
            ...(contact.checked ? { checked: true } : {}),
          },
        }),
  };
}

/**
 * `chat_attached` is derived: which message brought which file. `chat_outgoing` and its files are what waits on this device, and
 * `chat_listened` what was listened to on it.
 */
export const MEDIA_TABLES = `
CREATE TABLE IF NOT EXISTS chat_attached (
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (log_id, file_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_attached_by_message ON chat_attached (log_id, event_id);

CREATE TABLE IF NOT EXISTS chat_outgoing (
  id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- 1: all of its files are noted.
  ready INTEGER NOT NULL,
  -- The message, JSON.
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_outgoing_by_space ON chat_outgoing (log_id, at);
CREATE TABLE IF NOT EXISTS chat_outgoing_files (
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (log_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_outgoing_files_by_message ON chat_outgoing_files (id);

CREATE TABLE IF NOT EXISTS chat_listened (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS chat_media_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM chat_outgoing WHERE log_id = old.log_id;
  DELETE FROM chat_outgoing_files WHERE log_id = old.log_id;
  DELETE FROM chat_listened WHERE log_id = old.log_id;
END;
`;

/** Notes which files a message brought. One's own that waited for them is no longer waiting: it is said. */
export function attach(tx: SqlTx, event: AppliedEvent, media: MessageMedia | null): void {
  if (event.mine && v.is(sent, event.payload))
    forgetOutgoing(tx, event.logId, toHex(event.payload.once.file));
  for (const { fileId } of media?.files ?? []) {
    tx.run("INSERT OR IGNORE INTO chat_attached (log_id, file_id, event_id) VALUES (?, ?, ?)", [
      event.logId,
      fileId,
      event.eventId,
    ]);
    if (event.mine) forgetOutgoing(tx, event.logId, fileId);
  }
}

/** A message is deleted: it brings nothing any more. */
export function detach(tx: SqlTx, logId: string, eventId: string): void {
  tx.run("DELETE FROM chat_attached WHERE log_id = ? AND event_id = ?", [logId, eventId]);
}

const sent = v.looseObject({ once: v.looseObject({ file: bytes16 }) });

function forgetOutgoing(tx: SqlTx, logId: string, fileId: string): void {
  const waiting = tx.get<{ id: string }>(
    "SELECT id FROM chat_outgoing_files WHERE log_id = ? AND file_id = ?",
    [logId, fileId],
  );
  if (waiting === undefined) return;
  tx.run("DELETE FROM chat_outgoing WHERE id = ?", [waiting.id]);
  tx.run("DELETE FROM chat_outgoing_files WHERE id = ?", [waiting.id]);
}

/** Media of a row, which this device wrote itself. */
export function mediaOf(json: string | null): MessageMedia | null {
  return json === null || json === "" ? null : (JSON.parse(json) as MessageMedia);
}

/** Media of a row whose message says `text`: a link that does not stand there (any more) is not shown with what it led to. */
export function mediaShown(json: string | null, text: string): MessageMedia | null {
  const media = mediaOf(json);
  return media?.link && !text.includes(media.link.url) ? null : media;
}

/** What a message is, in a sign that every language has, for lists and quotes; then its own words. */
export function withSign(media: MessageMedia | null, words: string): string {
  const sign = signOf(media);
  return sign === "" ? words : words === "" ? sign : `${sign} ${words}`;
}

const ONCE_SIGNS = { picture: "📷", film: "🎬", voice: "🎤" } as const;

function signOf(media: MessageMedia | null): string {
  if (media === null) return "";
  const { files, voice, place, contact, once } = media;
  if (once !== undefined) return `${ONCE_SIGNS[once.kind]} 1×`;
  if (voice !== null) {
    const seconds = Math.round(voice.durationMs / 1000);
    return `🎤 ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  if (files.length > 0) {
    const all = (kind: string) => files.every(({ type }) => type.startsWith(kind));
    const sign = all("image/") ? "📷" : all("video/") ? "🎬" : all("audio/") ? "🎵" : "📎";
    return files.length === 1 ? sign : `${sign} ${files.length}`;
  }
  if (place !== null) return place.name === "" ? "📍" : `📍 ${place.name}`;
  return contact === null ? "" : `👤 ${contact.name || contact.address}`;
}
