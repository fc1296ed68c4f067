import { readFileSync } from "node:fs";
import { concat, fromHex, utf8 } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import type { ArchiveSeal } from "./archive.ts";
import {
  archiveFrameBytes,
  archiveHeadBytes,
  archiveId,
  createArchive,
  openArchive,
  openArchiveChunk,
  sealArchiveChunk,
} from "./archive.ts";

const cheap = { memory: 64, passes: 1, lanes: 1 };
let seal: ArchiveSeal;

beforeAll(async () => {
  seal = await createArchive("three blue kites", cheap);
});

test("the passphrase opens it, however its accents were typed; another one does not", async () => {
  const made = await createArchive("caf\u00e9 au lait", cheap);
  expect((await openArchive(made.head, "cafe\u0301 au lait")).key).toEqual(made.key);
  await expect(openArchive(made.head, "tea")).rejects.toMatchObject({ code: "wrong_passphrase" });
  expect(archiveId(made.head)).toEqual(made.id);
});

test("a damaged header is told apart from a wrong passphrase", async () => {
  for (let at = 21; at < seal.head.length; at += 7) {
    const altered = seal.head.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await expect(openArchive(altered, "three blue kites")).rejects.toMatchObject({
      code: "bad_archive",
    });
  }
  await expect(openArchive(seal.head.slice(0, -1), "x")).rejects.toMatchObject({
    code: "bad_archive",
  });
});

test("another kind of file, and an archive of a later version, are recognised", () => {
  expect(() => archiveHeadBytes(utf8("PK\u0003\u0004 a zip of something"))).toThrow(
    expect.objectContaining({ code: "bad_archive" }),
  );
  const later = seal.head.slice();
  later[15] = "2".charCodeAt(0);
  expect(() => archiveHeadBytes(later)).toThrow(expect.objectContaining({ code: "newer_archive" }));
  expect(archiveHeadBytes(seal.head)).toBe(seal.head.length);
});

test("chunks open in their place only, as what they are, and not in another archive", async () => {
  const first = await sealArchiveChunk(seal, 0, false, utf8("one"));
  const last = await sealArchiveChunk(seal, 1, true, utf8("two"));
  expect(archiveFrameBytes(first)).toBe(first.length);
  expect(await openArchiveChunk(seal, 0, first)).toEqual({ plain: utf8("one"), last: false });
  expect(await openArchiveChunk(seal, 1, last)).toEqual({ plain: utf8("two"), last: true });
  const other = await createArchive("three blue kites", cheap);
  for (const [of, index, frame] of [
    [seal, 1, first],
    [seal, 0, last],
    [{ ...seal, headerHash: other.headerHash }, 0, first],
    [{ ...seal, key: other.key }, 0, first],
  ] as const)
    await expect(openArchiveChunk(of, index, frame)).rejects.toMatchObject({ code: "open_failed" });
  for (const at of [4, 40, 70, first.length - 1]) {
    const altered = first.slice();
    altered[at] = (altered[at] ?? 0) ^ 128;
    await expect(openArchiveChunk(seal, 0, altered)).rejects.toMatchObject({ code: "open_failed" });
  }
});

test("lengths that make no sense are refused before anything is read", () => {
  for (const lead of [[0, 0, 0, 0], [255, 255, 255, 255], [1]])
    expect(() => archiveFrameBytes(Uint8Array.from(lead))).toThrow(
      expect.objectContaining({ code: "bad_archive" }),
    );
});

test("sealing a chunk again repeats nothing", async () => {
  const [one, two] = [
    await sealArchiveChunk(seal, 0, false, utf8("same")),
    await sealArchiveChunk(seal, 0, false, utf8("same")),
  ];
  expect(concat(one)).not.toEqual(two);
});

test("the file of vectors opens", async () => {
  const url = new URL("../vectors/archive.json", import.meta.url);
  const vector = JSON.parse(readFileSync(url, "utf8")) as Record<string, string>;
  const bytes = (name: string) => fromHex(vector[name] ?? "");
  const opened = await openArchive(bytes("head"), vector["passphrase"] ?? "");
  expect(opened.key).toEqual(bytes("key"));
  expect(await openArchiveChunk(opened, 0, bytes("chunk"))).toEqual({
    plain: bytes("plain"),
    last: true,
  });
});
