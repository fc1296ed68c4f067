import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { disguises, findCanaries } from "./capture.ts";

const canary = "canary-Ñandú-27";

test.each(disguises(canary).map((one) => [one.as, one.bytes] as const))(
  "finds a canary as %s",
  (_as, bytes) => {
    const hay = Buffer.concat([Buffer.alloc(100, 1), bytes, Buffer.alloc(100, 2)]);
    expect(findCanaries("hay", hay, [canary])).not.toEqual([]);
  },
);

test("finds a canary in base64 of a longer text, wherever it begins", () => {
  for (let before = 0; before < 6; before++) {
    const text = Buffer.from(`${"x".repeat(before)}${canary} and more`).toString("base64");
    expect(findCanaries("hay", Buffer.from(text), [canary]), `after ${before}`).not.toEqual([]);
  }
});

test("finds a canary in compressed streams", () => {
  const plain = Buffer.from(`something ${canary} something`);
  const head = Buffer.from("HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\n");
  for (const stream of [
    gzipSync(plain),
    deflateSync(plain),
    Buffer.concat([head, brotliCompressSync(plain)]),
  ])
    expect(
      findCanaries("hay", Buffer.concat([Buffer.alloc(64, 7), stream, Buffer.alloc(64, 9)]), [
        canary,
      ]),
    ).not.toEqual([]);
});

test("finds nothing where nothing is", () => {
  expect(
    findCanaries("hay", Buffer.from("there is nothing here that anybody planted"), [canary]),
  ).toEqual([]);
});
