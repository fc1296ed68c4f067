import type { Bytes } from "@baraza/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pictureType } from "./picture-type.ts";

const filled = (...parts: (string | number[])[]): Bytes => {
  const all = parts.flatMap((part) =>
    typeof part === "string" ? Array.from(part, (sign) => sign.charCodeAt(0)) : part,
  );
  const bytes = new Uint8Array(64);
  bytes.set(all);
  return bytes;
};
const PNG = "\u0089PNG\r\n\u001a\n";
const png = (width: number, height: number) =>
  filled(PNG, [0, 0, 0, 13], "IHDR", [
    0,
    0,
    width >> 8,
    width & 255,
    0,
    0,
    height >> 8,
    height & 255,
  ]);
const webp = (kind: string, rest: number[]) =>
  filled("RIFF", [0, 0, 0, 0], "WEBP", kind, [0, 0, 0, 0], rest);

test("small still pictures of three kinds are known by what is in them", () => {
  expect(pictureType(png(128, 128))).toBe("image/png");
  expect(pictureType(webp("VP8 ", [0, 0, 0, 0x9d, 1, 0x2a, 128, 0, 96, 0]))).toBe("image/webp");
  expect(pictureType(webp("VP8L", [0x2f, 127, 0, 0, 0]))).toBe("image/webp");
  expect(pictureType(webp("VP8X", [0, 0, 0, 0, 127, 0, 0, 127, 0, 0]))).toBe("image/webp");
  const jpeg = filled([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xc0, 0, 11, 8, 0, 96, 0, 128, 3]);
  expect(pictureType(jpeg)).toBe("image/jpeg");
});

test("what moves, is larger than it looks, or is nothing of the kind is not shown", () => {
  expect(pictureType(png(20_000, 128))).toBeNull();
  expect(pictureType(png(0, 128))).toBeNull();
  expect(pictureType(webp("VP8X", [2, 0, 0, 0, 127, 0, 0, 127, 0, 0]))).toBeNull();
  expect(pictureType(webp("VP8X", [0, 0, 0, 0, 255, 255, 0, 255, 255, 0]))).toBeNull();
  expect(pictureType(filled("<svg onload=alert(1)>"))).toBeNull();
});

test("whatever bytes come, an answer comes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("", PNG, "\u00ff\u00d8\u00ff\u00e0", "RIFF....WEBPVP8X"),
      fc.uint8Array({ maxLength: 200 }),
      (head, tail) => {
        const bytes = new Uint8Array(head.length + tail.length);
        bytes.set(Array.from(head, (sign) => sign.charCodeAt(0)));
        bytes.set(tail, head.length);
        const type = pictureType(bytes);
        expect(type === null || type.startsWith("image/")).toBe(true);
      },
    ),
  );
});
