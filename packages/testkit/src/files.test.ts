import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { hubBlobs, hubBytes } from "./inspect.ts";
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

test("what one puts in twice is stored once; that somebody else has stored the same is not believed", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  const contents = [randomBytes(3000), randomBytes(2_200_000)];
  const add = (who: Person, name: string, bytes: Buffer) =>
    who.commands["files.add"]({
      spaceId,
      parentId: null,
      name,
      content: new Blob([new Uint8Array(bytes)]),
      prepared: TYPE,
    });
  for (const [at, bytes] of contents.entries()) await add(alice, `first ${at}`, bytes);
  await shows(alice, spaceId, "first 0", "first 1");
  await shows(bob, spaceId, "first 0", "first 1");
  expect(hubBlobs(net.node(0), spaceId)).toBe(2);
  const usage = await alice.now("files.usage", { spaceId });
  expect(usage.bytes).toBe(hubBytes(net.node(0), spaceId));
  for (const [at, bytes] of contents.entries()) await add(alice, `again ${at}`, bytes);
  const names = ["first 0", "first 1", "again 0", "again 1"];
  const there = await shows(bob, spaceId, ...names);
  expect(hubBlobs(net.node(0), spaceId)).toBe(2);
  const again = there.get("again 1")?.fileId ?? "";
  expect((await readAll(bob, spaceId, again)).equals(contents[1]!)).toBe(true);
  for (const [at, bytes] of contents.entries()) await add(bob, `his ${at}`, bytes);
  await shows(alice, spaceId, ...names, "his 0", "his 1");
  expect(hubBlobs(net.node(0), spaceId)).toBe(4);
  // Of one size, and other from the first byte on, or in the last one only.
  const last = Buffer.from(contents[1]!);
  last[last.length - 1]! ^= 1;
  for (const [at, bytes] of [randomBytes(2_200_000), last].entries())
    await add(alice, `other ${at}`, bytes);
  const others = await shows(bob, spaceId, ...names, "his 0", "his 1", "other 0", "other 1");
  expect(hubBlobs(net.node(0), spaceId)).toBe(6);
  const other = others.get("other 1")?.fileId ?? "";
  expect((await readAll(bob, spaceId, other)).equals(last)).toBe(true);
});

test("one's own files come to one's other device, are pinned there, and are read without a line", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const { spaceId } = await alice.commands["files.own"]({});
  expect(await alice.commands["files.own"]({})).toEqual({ spaceId });
  const bytes = randomBytes(1_300_000);
  const { fileId: folderId } = await alice.commands["files.newFolder"]({
    spaceId,
    parentId: null,
    name: "papers",
  });
  const { fileId } = await alice.commands["files.add"]({
    spaceId,
    parentId: folderId,
    name: "contract.pdf",
    content: new Blob([new Uint8Array(bytes)]),
    prepared: { type: "application/pdf", text: "what was agreed" },
  });
  await alice.until("files.entry", { spaceId, fileId }, (one) => one?.sending === null);
  const phone = await alice.secondDevice();
  await phone.until("files.entry", { spaceId, fileId }, (one) => one !== null);
  expect(await phone.commands["files.own"]({})).toEqual({ spaceId });
  const cost = await phone.commands["files.cost"]({ spaceId, fileIds: [folderId] });
  expect(cost.files).toBe(1);
  expect(cost.bytes).toBeGreaterThan(bytes.length);
  await phone.commands["files.pin"]({ spaceId, fileIds: [folderId], on: true });
  await phone.until("files.entry", { spaceId, fileId }, (one) => one?.kept.bytes === cost.bytes);
  expect((await phone.now("files.entry", { spaceId, fileId }))?.kept.pinned).toBe("folder");
  // What is pinned stays when room is made.
  await phone.commands["files.free"]({});
  phone.line.cut();
  expect((await readAll(phone, spaceId, fileId)).equals(bytes)).toBe(true);
  expect(await phone.commands["files.cost"]({ spaceId, fileIds: [folderId] })).toEqual({
    files: 0,
    bytes: 0,
  });
  phone.line.mend();
});

test("a copy in another space is sealed anew, with what stands beside it, by way of the device", async () => {
  net = await network({ nodes: 2 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob", node: 1 });
  const from = await spaceOf(alice, [], { title: "From" });
  const to = await spaceOf(bob, [alice], { title: "To" });
  const bytes = randomBytes(2_100_000);
  const { fileId: folderId } = await alice.commands["files.newFolder"]({
    spaceId: from,
    parentId: null,
    name: "album",
  });
  const { fileId } = await alice.commands["files.add"]({
    spaceId: from,
    parentId: folderId,
    name: "picture.jpg",
    content: new Blob([new Uint8Array(bytes)]),
    prepared: {
      type: "image/jpeg",
      thumbnail: { bytes: Uint8Array.of(1, 2, 3), type: "image/webp", width: 4, height: 3 },
      meta: { width: 400, height: 300 },
    },
  });
  await alice.until("files.entry", { spaceId: from, fileId }, (one) => one?.sending === null);
  const {
    fileIds: [copied],
  } = await alice.commands["files.copy"]({
    spaceId: from,
    fileIds: [folderId],
    toSpaceId: to,
    parentId: null,
  });
  const page = await bob.until(
    "files.folder",
    { spaceId: to, parentId: copied ?? "", offset: 0, limit: 10 },
    (value) => value.entries.length === 1 && value.entries[0]?.sending === null,
  );
  const there = page.entries[0];
  expect(there).toMatchObject({ name: "picture.jpg", meta: { width: 400 }, hasThumbnail: true });
  const copyId = there?.fileId ?? "";
  expect((await readAll(bob, to, copyId)).equals(bytes)).toBe(true);
  const small = await bob.commands["files.thumbnail"]({ spaceId: to, fileId: copyId });
  expect(small?.bytes).toEqual(Uint8Array.of(1, 2, 3));
  expect(alice.faults).toEqual([]);
});
