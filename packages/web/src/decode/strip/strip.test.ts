import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError, type Ranged } from "../api.ts";
import { pictureMeta } from "../pictures.ts";
import {
  avif,
  box,
  bytesOf,
  counted,
  exif,
  film,
  jpeg,
  png,
  raw,
  secret,
  webp,
} from "../samples.testing.ts";
import { latin, rangedBytes } from "../source.ts";
import { readExif, writeExif } from "./exif.ts";
import { freed } from "./free.ts";
import { freedBlob, freedRanged, patched } from "./plan.ts";

const pictures = {
  "image/jpeg": jpeg(),
  "image/png": png(),
  "image/webp": webp(),
  "image/avif": avif(),
} as const;

async function free(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
  const { source } = await freed(rangedBytes(bytes), type);
  return latin(await bytesOf(source as Ranged));
}

for (const [type, bytes] of Object.entries(pictures)) {
  test(`a place in ${type} is there before and gone afterwards; size and profile stay`, async () => {
    expect(latin(bytes)).toContain(secret);
    const before = await pictureMeta(rangedBytes(bytes), type);
    expect(before.hasDetails).toBe(true);
    const { source, removed } = await freed(rangedBytes(bytes), type);
    expect(removed).toBe(true);
    const after = latin(await bytesOf(source as Ranged));
    expect(after).not.toContain("GPS");
    expect(after).not.toContain("Amina");
    if (type !== "image/avif") expect(after).toContain("profile");
    const { hasDetails: _, ...shape } = before;
    const again = await pictureMeta(source as Ranged, type);
    expect(again.width).toBe(shape.width);
    expect(again.height).toBe(shape.height);
  });
}

for (const type of ["image/jpeg", "image/png", "image/webp"] as const) {
  test(`${type} stays as it was turned, and is not touched a second time`, async () => {
    const turned = await pictureMeta(rangedBytes(pictures[type]), type);
    expect([turned.width, turned.height]).toEqual([30, 40]);
    const once = await freed(rangedBytes(pictures[type]), type);
    expect((await pictureMeta(once.source as Ranged, type)).hasDetails).toBeUndefined();
    const twice = await freed(once.source as Ranged, type);
    expect(twice.removed).toBe(false);
    expect(twice.source).toBe(once.source);
  });
}

test("the data of a JPEG's picture stay byte for byte, and what stands behind it goes", async () => {
  const trailer = `\xFF\xD8\xFF\xE1 another picture ${secret}`;
  const data = latin(jpeg()).slice(latin(jpeg()).indexOf("\xFF\xDB"));
  const after = await free(jpeg({ trailer }), "image/jpeg");
  expect(after.endsWith(data)).toBe(true);
  expect(after.startsWith("\xFF\xD8\xFF\xE0")).toBe(true);
});

test("a marker on the edge of what is read at once ends a scan", async () => {
  const half = 1024 * 1024;
  const start = jpeg().indexOf(0xda) - 1;
  for (const fill of [half - 1, half, half + 1, 2 * half - 1]) {
    const head = latin(jpeg().subarray(0, start + 10));
    const bytes = raw(`${head}${"\x01".repeat(fill)}\xFF\xD9${secret}`);
    const after = await free(bytes, "image/jpeg");
    expect(after.endsWith("\x01\xFF\xD9")).toBe(true);
  }
});

test("a picture without Exif gets none", async () => {
  const upright = await free(jpeg({ orientation: 1 }), "image/jpeg");
  expect(upright).not.toContain("Exif");
  expect(await free(webp({ orientation: 1 }), "image/webp")).not.toContain("EXIF");
  expect(await free(png({ orientation: 1 }), "image/png")).not.toContain("eXIf");
});

test("a WebP does not claim to hold what it was freed of", async () => {
  const flags = async (orientation: number): Promise<number> =>
    (await free(webp({ orientation }), "image/webp")).charCodeAt(20);
  expect(webp()[20]! & 0x0c).toBe(0x0c);
  expect((await flags(1)) & 0x0c).toBe(0);
  expect((await flags(6)) & 0x0c).toBe(0x08);
});

test("a film loses its place and keeps its length, so that no offset changes", async () => {
  for (const type of ["video/quicktime", "video/mp4"]) {
    const before = film(type === "video/mp4" ? "isom" : "qt  ");
    const after = await free(before, type);
    expect(after).toHaveLength(before.length);
    expect(after).not.toContain("Amina");
    expect(after).toContain("rotation");
    expect(after.indexOf("frames")).toBe(latin(before).indexOf("frames"));
  }
});

test("freeing a large film reads its headers only", async () => {
  const large = raw(latin(film()) + latin(box("mdat", new Uint8Array(8_000_000))));
  const source = counted(large);
  await freed(source, "video/quicktime");
  expect(source.taken()).toBeLessThan(400_000);
});

test("a blob and a file in pieces are freed to the same bytes", async () => {
  const plan = patched(20, [
    { at: 3, bytes: raw("abc") },
    { at: 5, bytes: raw("xyz") },
    { at: 18, bytes: raw("12345") },
  ]);
  const bytes = raw("01234567890123456789");
  const text = latin(await bytesOf(freedRanged(rangedBytes(bytes), plan)));
  expect(text).toBe("012abcyz8901234567" + "12");
  expect(await freedBlob(new Blob([bytes]), plan, "x/y").text()).toBe(text);
  const part = await freedRanged(rangedBytes(bytes), plan).read(2, 9);
  expect(latin(part)).toBe("2abcyz8");
});

test("orientations are read as they are written, in both byte orders", () => {
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    expect(readExif(writeExif(orientation))).toEqual({ orientation, holdsMore: false });
    expect(readExif(exif(orientation))).toEqual({ orientation, holdsMore: true });
  }
  expect(readExif(exif(9)).orientation).toBe(1);
});

const makers = [
  ["image/jpeg", jpeg({ trailer: secret })],
  ["image/png", png({}, secret)],
  ["image/webp", webp()],
  ["image/avif", avif()],
  ["video/quicktime", film()],
] as const;

test("a file that is cut off anywhere is freed or refused in words, and never longer than a little more", async () => {
  for (const [type, bytes] of makers)
    for (let length = 0; length < bytes.length; length++) {
      try {
        const after = await free(bytes.slice(0, length), type);
        expect(after.length).toBeLessThan(bytes.length + 100);
      } catch (error) {
        expect(error, `${type} at ${length}`).toBeInstanceOf(DecodeError);
      }
    }
});

test("bytes that were changed at random are freed or refused in words", async () => {
  const change = fc.record({
    which: fc.nat(makers.length - 1),
    changes: fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ which, changes }) => {
      const [type, original] = makers[which]!;
      const bytes = original.slice();
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        await free(bytes, type);
        if (type.startsWith("image/")) await pictureMeta(rangedBytes(bytes), type);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 1500 },
  );
});

test("bytes of nothing in particular are refused in words", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (random) => {
      for (const [type] of makers) {
        try {
          await free(new Uint8Array(random), type);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
    }),
  );
});
