import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { network } from "./network.ts";
import type { Network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";

let net: Network;
afterEach(() => net.close());

const TYPE = { type: "application/octet-stream" };
const top = (spaceId: string) => ({ spaceId, parentId: null, offset: 0, limit: 100 });

/** Waits until a folder shows exactly these names, all of them at the hub. */
async function shows(person: Person, spaceId: string, ...names: string[]) {
  const page = await person.until(
    "files.folder",
    top(spaceId),
    (value) =>
      value.entries.length === names.length &&
      names.every((name) => value.entries.some((one) => one.name === name && one.sending === null)),
  );
  return new Map(page.entries.map((one) => [one.name, one]));
}

async function readAll(person: Person, spaceId: string, fileId: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let start = 0; ;) {
    const part = await person.commands["files.read"]({
      spaceId,
      fileId,
      start,
      length: 1024 * 1024,
    });
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
    start += part.length;
  }
}

test("files of every size go from one person at one node to another at another, and come back the same", async () => {
  net = await network({ nodes: 2 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob", node: 1 });
  const spaceId = await spaceOf(alice, [bob]);
  const contents = new Map(
    [0, 1, 5000, 65_000, 1_100_000, 3_500_000].map((size) => [`${size}.bin`, randomBytes(size)]),
  );
  for (const [name, bytes] of contents)
    await alice.commands["files.add"]({
      spaceId,
      parentId: null,
      name,
      content: new Blob([bytes]),
      prepared: TYPE,
    });
  const there = await shows(bob, spaceId, ...contents.keys());
  for (const [name, bytes] of contents) {
    const entry = there.get(name);
    expect(entry?.size).toBe(bytes.length);
    const read = await readAll(bob, spaceId, entry?.fileId ?? "");
    expect(read.equals(bytes), name).toBe(true);
  }
  await shows(alice, spaceId, ...contents.keys());
  expect(alice.faults).toEqual([]);
  expect(bob.faults).toEqual([]);
});
