/** Films and sound: how long, how large, and one picture of a film. Only a tab can play; so this runs in it. */
import { DecodeError, type Meta, type Thumbnail } from "./api.ts";
import { limits } from "./limits.ts";
import { scaled, thumbnailOf } from "./pictures.ts";

/**
 * Looks into a film or a recording. `url` is of a blob, or of what the app itself answers.
 *
 * @throws DecodeError `unsupported` when this browser does not play it, `tooSlow` when nothing comes of it
 */
export async function lookIntoMedia(
  url: string,
  kind: "audio" | "video",
  ms: number = limits.drawMs,
): Promise<{ meta: Meta; thumbnail?: Thumbnail }> {
  const element = document.createElement(kind);
  element.preload = kind === "audio" ? "metadata" : "auto";
  element.muted = true;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new DecodeError("tooSlow")), ms);
  try {
    const ready = event(element, "loadedmetadata", abort.signal);
    element.src = url;
    await ready;
    const seconds = await lengthOf(element, abort.signal);
    const meta: Meta = Number.isFinite(seconds) ? { durationMs: Math.round(seconds * 1000) } : {};
    if (!(element instanceof HTMLVideoElement) || element.videoWidth === 0) return { meta };
    const size = { width: element.videoWidth, height: element.videoHeight };
    const poster = await posterOf(element, seconds, abort.signal).catch(() => undefined);
    return { meta: { ...meta, ...size }, ...(poster && { thumbnail: poster }) };
  } finally {
    clearTimeout(timer);
    element.removeAttribute("src");
    element.load();
  }
}

/** What browsers record has no length in its head: going far behind the end tells it. */
async function lengthOf(element: HTMLMediaElement, signal: AbortSignal): Promise<number> {
  if (element.duration !== Infinity) return element.duration;
  const known = event(element, "durationchange", signal);
  element.currentTime = 1e9;
  await known.catch(() => undefined);
  return element.duration;
}

/** A picture from a little way into the film: the very first is often black. */
async function posterOf(
  video: HTMLVideoElement,
  seconds: number,
  signal: AbortSignal,
): Promise<Thumbnail> {
  const there = event(video, "seeked", signal);
  video.currentTime = Number.isFinite(seconds) ? Math.min(1, seconds / 3) : 0;
  await there;
  if (video.videoWidth * video.videoHeight > limits.pixels) throw new DecodeError("tooLarge");
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return thumbnailOf(scaled(canvas, limits.thumbnailEdge));
}

function event(element: HTMLMediaElement, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: DecodeError): void => reject(error);
    signal.addEventListener("abort", () => fail(new DecodeError("tooSlow")), { once: true });
    element.addEventListener("error", () => fail(new DecodeError("unsupported")), { once: true });
    element.addEventListener(name, () => resolve(), { once: true });
  });
}
