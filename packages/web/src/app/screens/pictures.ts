/** Pictures of conversations: fetched from the engine once for each that there is, and let go of when it is another. */
import { pictures } from "../../ui/avatar.tsx";
import type { EnginePort } from "../engine.ts";
import type { ConversationRow } from "../model.ts";

/** What is shown now, or on its way: by space, the picture's id and (when it is there) its address. */
const shown = new Map<string, { pictureId: string; url: string | null }>();

/** Shows the pictures of these conversations, and no others. */
export function showPictures(engine: EnginePort, rows: readonly ConversationRow[]): void {
  const wanted = new Map(
    rows.flatMap(({ spaceId, pictureId }) =>
      pictureId === null ? [] : [[spaceId, pictureId] as const],
    ),
  );
  for (const [spaceId, { pictureId }] of shown)
    if (wanted.get(spaceId) !== pictureId) drop(spaceId);
  for (const [spaceId, pictureId] of wanted)
    if (!shown.has(spaceId)) fetchOne(engine, spaceId, pictureId);
}

function fetchOne(engine: EnginePort, spaceId: string, pictureId: string): void {
  const entry: { pictureId: string; url: string | null } = { pictureId, url: null };
  shown.set(spaceId, entry);
  void engine.call("space.picture", { spaceId }).then((result) => {
    if (shown.get(spaceId) !== entry) return;
    // Asked again with the next change of the list.
    if (!result.ok) return void shown.delete(spaceId);
    if (result.value === null) return;
    entry.url = URL.createObjectURL(new Blob([result.value.bytes], { type: result.value.type }));
    pictures.value = new Map(pictures.peek()).set(spaceId, entry.url);
  });
}

function drop(spaceId: string): void {
  const url = shown.get(spaceId)?.url ?? null;
  shown.delete(spaceId);
  if (url === null) return;
  const left = new Map(pictures.peek());
  left.delete(spaceId);
  pictures.value = left;
  URL.revokeObjectURL(url);
}

/** Pixels of a side, and what it may weigh, as the engine has it. */
const EDGES = [192, 128, 96] as const;
const MOST_BYTES = 12 * 1024;

/** The middle of a picture, made small and square on this device. @throws when it cannot be read, or not be made small enough */
export async function smallPicture(picture: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(picture);
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    for (const edge of EDGES) {
      const canvas = new OffscreenCanvas(edge, edge);
      const pen = canvas.getContext("2d");
      if (pen === null) break;
      pen.drawImage(bitmap, x, y, side, side, 0, 0, edge, edge);
      for (const quality of [0.85, 0.7, 0.5]) {
        // Where a browser writes no WebP it answers with PNG, which is too large; JPEG it writes everywhere.
        for (const type of ["image/webp", "image/jpeg"]) {
          const blob = await canvas.convertToBlob({ type, quality });
          if (blob.type === type && blob.size <= MOST_BYTES)
            return new Uint8Array(await blob.arrayBuffer());
        }
      }
    }
  } finally {
    bitmap.close();
  }
  throw new Error("too large");
}

/** Pixels of a side of an own emoji, and what it may weigh, as the engine has it. */
const SIGN_EDGES = [128, 96, 64] as const;
const SIGN_BYTES = 16 * 1024;

/** All of a picture, made small and square on this device; what is around it is left clear. @throws when it cannot be read, or not be made small enough */
export async function smallSign(picture: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(picture);
  try {
    for (const edge of SIGN_EDGES) {
      const canvas = new OffscreenCanvas(edge, edge);
      const pen = canvas.getContext("2d");
      if (pen === null) break;
      const scale = edge / Math.max(bitmap.width, bitmap.height);
      const [width, height] = [bitmap.width * scale, bitmap.height * scale];
      pen.imageSmoothingQuality = "high";
      pen.drawImage(bitmap, (edge - width) / 2, (edge - height) / 2, width, height);
      // Where a browser writes no WebP it answers with PNG, which keeps what is clear, too.
      for (const quality of [0.9, 0.7]) {
        const blob = await canvas.convertToBlob({ type: "image/webp", quality });
        if (blob.size <= SIGN_BYTES) return new Uint8Array(await blob.arrayBuffer());
      }
    }
  } finally {
    bitmap.close();
  }
  throw new Error("too large");
}
