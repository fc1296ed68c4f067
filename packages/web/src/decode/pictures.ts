/** Pictures: what their headers say, and drawing them smaller. Runs in the worker. */
import { DecodeError, type Meta, type Ranged, type Source, type Thumbnail } from "./api.ts";
import { limits } from "./limits.ts";
import { ranged, view, whole } from "./source.ts";
import { boxedHead } from "./strip/boxes.ts";
import { isTurned, type Orientation } from "./strip/exif.ts";
import { jpegHead } from "./strip/jpeg.ts";
import { pngHead } from "./strip/png.ts";
import { webpHead } from "./strip/webp.ts";

interface Head {
  width: number;
  height: number;
  orientation?: Orientation;
  animated?: boolean;
  holdsMore?: boolean;
}

const heads: Readonly<Record<string, (source: Ranged) => Promise<Head>>> = {
  "image/jpeg": jpegHead,
  "image/png": pngHead,
  "image/webp": webpHead,
  "image/avif": boxedHead,
  "image/heic": boxedHead,
  "image/gif": gifHead,
  "image/bmp": bmpHead,
};

/** Sizes and the like of a picture, without decoding it. @throws DecodeError */
export async function pictureMeta(source: Ranged, type: string): Promise<Meta> {
  const read = Object.hasOwn(heads, type) ? heads[type] : undefined;
  if (read === undefined) throw new DecodeError("unsupported");
  const { width, height, orientation = 1, animated = false, holdsMore } = await read(source);
  if (width === 0 || height === 0) throw new DecodeError("damaged");
  return {
    ...(isTurned(orientation) ? { width: height, height: width } : { width, height }),
    ...(animated ? { animated } : {}),
    ...(holdsMore === true ? { hasDetails: true } : {}),
  };
}

async function gifHead(source: Ranged): Promise<Head> {
  const head = await source.read(0, Math.min(source.size, 10));
  if (head.length < 10) throw new DecodeError("damaged");
  // Most GIFs of today move; whether this one does is known only at its end.
  return {
    width: view(head).getUint16(6, true),
    height: view(head).getUint16(8, true),
    animated: true,
  };
}

async function bmpHead(source: Ranged): Promise<Head> {
  const head = await source.read(0, Math.min(source.size, 26));
  if (head.length < 26) throw new DecodeError("damaged");
  const data = view(head);
  return { width: Math.abs(data.getInt32(18, true)), height: Math.abs(data.getInt32(22, true)) };
}

/**
 * Draws a picture so that its longer side is at most `edge` pixels, upright.
 *
 * @throws DecodeError `tooLarge` before anything is decoded when it has too many pixels
 */
export async function drawPicture(
  source: Source,
  type: string,
  edge: number,
): Promise<{ canvas: OffscreenCanvas; meta: Meta }> {
  const meta = await pictureMeta(ranged(source), type);
  const { width = 0, height = 0 } = meta;
  if (width * height > limits.pixels) throw new DecodeError("tooLarge");
  const blob = await whole(source, type);
  const scale = Math.min(1, edge / Math.max(width, height));
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, {
      imageOrientation: "from-image",
      resizeWidth: Math.max(1, Math.round(width * scale)),
      resizeHeight: Math.max(1, Math.round(height * scale)),
      resizeQuality: "medium",
    });
  } catch {
    throw new DecodeError(type === "image/heic" ? "unsupported" : "damaged");
  }
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { canvas, meta };
}

/** A thumbnail of what is on a canvas, smaller where it would weigh too much. */
export async function thumbnailOf(canvas: OffscreenCanvas): Promise<Thumbnail> {
  let from = canvas;
  for (const [edge, quality] of [
    [limits.thumbnailEdge, 0.78],
    [limits.thumbnailEdge, 0.5],
    [224, 0.5],
    [128, 0.4],
  ] as const) {
    from = scaled(from, edge);
    const blob = await encode(from, quality);
    if (blob.size > limits.thumbnailBytes) continue;
    return {
      bytes: new Uint8Array(await blob.arrayBuffer()),
      type: blob.type === "image/webp" ? "image/webp" : "image/jpeg",
      width: from.width,
      height: from.height,
    };
  }
  throw new DecodeError("tooLarge", "no thumbnail within its weight");
}

/** WebP where the browser writes it, otherwise JPEG. */
export async function encode(canvas: OffscreenCanvas, quality: number): Promise<Blob> {
  const webp = await canvas.convertToBlob({ type: "image/webp", quality });
  if (webp.type === "image/webp") return webp;
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

/** The same picture with its longer side at most `edge`. */
export function scaled(canvas: OffscreenCanvas, edge: number): OffscreenCanvas {
  const scale = edge / Math.max(canvas.width, canvas.height);
  if (scale >= 1) return canvas;
  const out = new OffscreenCanvas(
    Math.max(1, Math.round(canvas.width * scale)),
    Math.max(1, Math.round(canvas.height * scale)),
  );
  const context = out.getContext("2d");
  if (context !== null) {
    context.imageSmoothingQuality = "high";
    context.drawImage(canvas, 0, 0, out.width, out.height);
  }
  return out;
}
