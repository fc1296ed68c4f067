import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { createLargeWrites } from "./write-large.ts";

async function place() {
  const dir = await mkdtemp(join(tmpdir(), "baraza-write-large-"));
  const large = createLargeWrites();
  onTestFinished(async () => {
    await large.close();
    await rm(dir, { recursive: true, force: true });
  });
  return { large, path: (name: string) => join(dir, name) };
}

test("a chunk is written whole and hashed, its memory is taken, and no file is written twice", async () => {
  const { large, path } = await place();
  const chunk = randomBytes(1_000_001);
  const before = chunk.slice();
  const { hash, sync, close } = await large.write(path("one"), chunk);
  await sync();
  await close();
  expect(chunk.length).toBe(0);
  expect(hash).toEqual(sha256(before));
  expect(new Uint8Array(await readFile(path("one"))).every((byte, at) => byte === before[at])).toBe(
    true,
  );
  await expect(large.write(path("one"), randomBytes(200_000))).rejects.toThrow("EEXIST");
});

test("the thread that ends closes nothing that it did not close before", async () => {
  const { large, path } = await place();
  const { close } = await large.write(path("one"), randomBytes(200_000));
  await close();
  // It gets the number that was just given back.
  const other = await open(path("other"), "w");
  await large.close();
  await other.write("still open");
  await other.close();
  expect(await readFile(path("other"), "utf8")).toBe("still open");
});

test("what is under way when the thread ends fails", async () => {
  const { large, path } = await place();
  const [under] = await Promise.allSettled([
    large.write(path("one"), randomBytes(200_000)),
    large.close(),
  ]);
  expect(under).toMatchObject({
    status: "rejected",
    reason: { message: expect.stringMatching(/ended/) as string },
  });
});
