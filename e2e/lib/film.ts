/**
 * A film that is long and large without weighing anything in the repository: the browser draws and encodes its pictures (VP8), and
 * this puts each into a WebM file (Matroska, RFC 9559) as often as is wanted.
 */
import type { Page } from "playwright-core";

/** Seconds for which each picture is shown. */
export const STEP = 15;

/**
 * A film of so many pictures, of which each is shown for {@link STEP} seconds and stands in the film once a second, with about `weight`
 * bytes each time. In picture n the red of the corner at the top is n times four.
 */
export async function longFilm(page: Page, pictures: number, weight: number): Promise<Buffer> {
  const frames = await page.evaluate(
    async ([count, bytes]) => {
      const made: string[] = [];
      const encoder = new VideoEncoder({
        output: (chunk) => {
          const out = new Uint8Array(chunk.byteLength);
          chunk.copyTo(out);
          made.push(out.toBase64());
        },
        error: (error) => {
          throw error;
        },
      });
      encoder.configure({
        codec: "vp8",
        width: 320,
        height: 180,
        bitrate: bytes * 8,
        framerate: 1,
      });
      const canvas = new OffscreenCanvas(320, 180);
      const context = canvas.getContext("2d")!;
      const noise = context.createImageData(320, 180);
      for (let at = 0; at < noise.data.length; at += 65_536)
        crypto.getRandomValues(noise.data.subarray(at, at + 65_536));
      for (let at = 3; at < noise.data.length; at += 4) noise.data[at] = 255;
      context.putImageData(noise, 0, 0);
      for (let n = 0; n < count; n++) {
        context.fillStyle = `rgb(${n * 4}, 40, 200)`;
        context.fillRect(0, 0, 64, 64);
        const frame = new VideoFrame(canvas, { timestamp: n * 1_000_000 });
        encoder.encode(frame, { keyFrame: true });
        frame.close();
      }
      await encoder.flush();
      return made;
    },
    [pictures, weight] as const,
  );
  return webm(frames.map((frame) => Buffer.from(frame, "base64")));
}

function webm(frames: readonly Buffer[]): Buffer {
  const head = element(
    "1a45dfa3",
    element("4282", Buffer.from("webm")),
    number("4287", 4),
    number("4285", 2),
  );
  const info = element(
    "1549a966",
    number("2ad7b1", 1_000_000),
    float("4489", frames.length * STEP * 1000),
  );
  const tracks = element(
    "1654ae6b",
    element(
      "ae",
      number("d7", 1),
      number("73c5", 1),
      number("83", 1),
      element("86", Buffer.from("V_VP8")),
      element("e0", number("b0", 320), number("ba", 180)),
    ),
  );
  const clusters = frames.map((frame, n) =>
    element(
      "1f43b675",
      number("e7", n * STEP * 1000),
      ...Array.from({ length: STEP }, (_, second) => element("a3", block(second * 1000), frame)),
    ),
  );
  // All numbers take the same room whatever they are, so places are known before they are written.
  const cuesAt = (first: number): Buffer => {
    let at = first;
    const points = clusters.map((cluster, n) => {
      const point = element(
        "bb",
        number("b3", n * STEP * 1000),
        element("b7", number("f7", 1), number("f1", at)),
      );
      at += cluster.length;
      return point;
    });
    return element("1c53bb6b", ...points);
  };
  const seek = (at: number): Buffer =>
    element(
      "114d9b74",
      element("4dbb", element("53ab", Buffer.from("1c53bb6b", "hex")), number("53ac", at)),
    );
  const cues = seek(0).length + info.length + tracks.length;
  const first = cues + cuesAt(0).length;
  return Buffer.concat([
    head,
    element("18538067", seek(cues), info, tracks, cuesAt(first), ...clusters),
  ]);
}

/** Of track 1, so many milliseconds after the beginning of the cluster, a key frame. */
function block(ms: number): Buffer {
  const head = Buffer.from([0x81, 0, 0, 0x80]);
  head.writeInt16BE(ms, 1);
  return head;
}

/** An element with its length in eight bytes. */
function element(id: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, "hex"), length, body]);
}

function number(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, bytes);
}

function float(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}
