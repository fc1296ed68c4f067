import type { Bytes } from "@baraza/protocol";
import { concat, utf8 } from "@baraza/protocol";
import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import type { ZipFile } from "./zip.ts";
import { zipStream } from "./zip.ts";

async function* inPieces(bytes: Bytes, piece: number): AsyncGenerator<Bytes> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.slice(at, at + piece);
}
async function* listed(files: readonly ZipFile[]): AsyncGenerator<ZipFile> {
  for (const file of files) yield file;
}
async function made(files: readonly ZipFile[], short?: number): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const bytes of zipStream(listed(files), short)) parts.push(bytes);
  return concat(...parts);
}

const text = utf8("the same again and again ".repeat(1500));
const noise = crypto.getRandomValues(new Uint8Array(60_000));
const at = Date.UTC(2026, 6, 31, 12, 30, 20);
const files = (sizes: boolean): ZipFile[] => [
  {
    path: "a/\u00e9t\u00e9 \u0645\u0644\u0641.txt",
    at,
    deflate: true,
    content: inPieces(text, 999),
  },
  {
    path: "b.bin",
    at: 0,
    deflate: false,
    ...(sizes ? { size: noise.length } : {}),
    content: inPieces(noise, 4096),
  },
  { path: "empty", at, deflate: true, content: inPieces(new Uint8Array(), 1) },
];

test("what is written piece by piece is read back, with its names", async () => {
  const bytes = await made(files(false));
  expect(bytes.length).toBeLessThan(text.length + noise.length);
  const read = unzipSync(bytes);
  expect(Object.keys(read)).toEqual(["a/\u00e9t\u00e9 \u0645\u0644\u0641.txt", "b.bin", "empty"]);
  expect(strFromU8(read["a/\u00e9t\u00e9 \u0645\u0644\u0641.txt"] ?? new Uint8Array())).toBe(
    strFromU8(text),
  );
  expect(read["b.bin"]).toEqual(noise);
  expect(read["empty"]?.length).toBe(0);
});

test("the long forms are read back too, and what has no size may not need them", async () => {
  const read = unzipSync(await made(files(true), 50_000));
  expect(read["b.bin"]).toEqual(noise);
  expect(read["empty"]?.length).toBe(0);
  await expect(made(files(false), 50_000)).rejects.toThrow(RangeError);
});
