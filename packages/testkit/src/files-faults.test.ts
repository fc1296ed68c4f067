import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paddedSize } from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { filesBelow, findCanaries, recordWire } from "./capture.ts";
import { addFile, filesShown, readFileOf, untilFiles } from "./files.ts";
import { inspect } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { scale } from "./scale.ts";
import { seeded } from "./seeded.ts";
import { spaceOf } from "./spaces.ts";

let net: Network;
afterEach(() => net.close());

const MiB = 1024 * 1024;
/** What sealing adds to each chunk. */
const TAG = 16;
const KILLS = scale(5, 100);

test(
  `${KILLS} kills of an engine at any step of an upload: it goes on, and the bytes are right`,
  () =>
    seeded(20_261_123, async (random) => {
      net = await network({ nodes: 2 });
      const amina = await net.person({ name: "amina" });
      const bruno = await net.person({ name: "bruno", node: 1 });
      const spaceId = await spaceOf(amina, [bruno]);
      const contents = new Map<string, Buffer>();
      for (let round = 0; round < KILLS; round++) {
        const name = `film ${round}`;
        const bytes = randomBytes(2 * MiB + random.int(2 * MiB));
        const note = randomBytes(random.int(3000));
        contents.set(name, bytes);
        contents.set(`note ${round}`, note);
        const dead = amina.killAfter(random.int(30));
        // Whoever is killed answers nobody.
        const begun = Promise.all([
          addFile(amina, spaceId, name, bytes),
          addFile(amina, spaceId, `note ${round}`, note),
        ]).then(
          () => true,
          () => false,
        );
        await Promise.race([dead, untilFiles(amina, spaceId, [...contents.keys()])]);
        await Promise.race([begun, dead]);
        await amina.kill();
        await amina.restart();
        // What was not noted down before the end is handed over again, as a person would do.
        const uploads = await amina.now("files.uploads", {});
        const there = await filesShown(amina, spaceId);
        for (const [missing, content] of [
          [name, bytes],
          [`note ${round}`, note],
        ] as const) {
          const upload = uploads.find((one) => one.name === missing);
          if (upload === undefined && !there.has(missing))
            await addFile(amina, spaceId, missing, content);
        }
        // What was too far from being set aside is asked for.
        const settled = await amina.until("files.uploads", {}, (list) =>
          list.every((one) => one.state === "content" || one.done === one.total),
        );
        for (const { uploadId, state, name: which } of settled)
          if (state === "content")
            await amina.commands["files.resume"]({
              uploadId,
              content: new Blob([new Uint8Array(contents.get(which) ?? Buffer.alloc(0))]),
            });
        await untilFiles(bruno, spaceId, [...contents.keys()]);
        const shown = await filesShown(bruno, spaceId);
        for (const which of [name, `note ${round}`]) {
          const read = await readFileOf(bruno, spaceId, shown.get(which)?.fileId ?? "");
          expect(read.equals(contents.get(which) ?? Buffer.alloc(0)), which).toBe(true);
        }
      }
    }),
  KILLS * 60_000,
);

const NODE_KILLS = scale(4, 60);

test(
  `${NODE_KILLS} kills of the node's process while files go up: they go on, and the bytes are right`,
  () =>
    seeded(20_261_124, async (random) => {
      net = await network({ nodes: 1, processes: true });
      const node = net.node(0);
      const amina = await net.person({ name: "amina" });
      const { spaceId } = await amina.commands["space.create"]({ title: "Films" });
      const contents = new Map<string, Buffer>();
      for (let round = 0; round < NODE_KILLS; round++) {
        const name = `film ${round}`;
        const bytes = randomBytes(3 * MiB + random.int(MiB));
        contents.set(name, bytes);
        await addFile(amina, spaceId, name, bytes);
        // Somewhere between the first chunk and the event.
        const wanted = random.int(4) * MiB;
        await amina.until("files.uploads", {}, (list) =>
          list.every((one) => one.name !== name || one.done >= Math.min(wanted, one.total)),
        );
        await node.kill();
        await node.restart();
        await amina.commands["sync.now"]({});
        await untilFiles(amina, spaceId, [...contents.keys()]);
      }
      const shown = await filesShown(amina, spaceId);
      await amina.commands["files.free"]({});
      for (const [name, bytes] of contents) {
        const read = await readFileOf(amina, spaceId, shown.get(name)?.fileId ?? "");
        expect(read.equals(bytes), name).toBe(true);
      }
    }),
  NODE_KILLS * 60_000,
);

test("a large file is asked for again after the app was closed, has to be the same, and goes on where it was", async () => {
  net = await network({ nodes: 1 });
  const amina = await net.person({ name: "amina" });
  const { spaceId } = await amina.commands["space.create"]({ title: "Films" });
  const bytes = randomBytes(34 * MiB);
  amina.line.delay(100);
  await addFile(amina, spaceId, "film", bytes);
  await amina.until("files.uploads", {}, (list) => (list[0]?.done ?? 0) > 0);
  await amina.kill();
  await amina.restart();
  const [asked] = await amina.until(
    "files.uploads",
    {},
    (list) => list.length === 1 && list[0]?.state === "content",
  );
  const uploadId = asked?.uploadId ?? "";
  const resume = (content: Buffer) =>
    amina.commands["files.resume"]({ uploadId, content: new Blob([new Uint8Array(content)]) });
  await expect(resume(bytes.subarray(1))).rejects.toMatchObject({ code: "file_changed" });
  const other = Buffer.from(bytes);
  other[100] = (other[100] ?? 0) ^ 1;
  await resume(other);
  await amina.until("files.uploads", {}, (list) => list[0]?.failure === "file_changed");
  // As it is now it is taken as another content: under another key, from the beginning.
  await resume(other);
  await untilFiles(amina, spaceId, ["film"]);
  const shown = await filesShown(amina, spaceId);
  await amina.commands["files.free"]({});
  const read = await readFileOf(amina, spaceId, shown.get("film")?.fileId ?? "");
  expect(read.equals(other)).toBe(true);
}, 120_000);

test("a blob that the node lost or altered says so; nothing false is shown", async () => {
  net = await network({ nodes: 1 });
  const amina = await net.person({ name: "amina" });
  const { spaceId } = await amina.commands["space.create"]({ title: "Films" });
  await addFile(amina, spaceId, "film", randomBytes(MiB));
  await untilFiles(amina, spaceId, ["film"]);
  const { fileId } = (await filesShown(amina, spaceId)).get("film") ?? { fileId: "" };
  await amina.commands["files.free"]({});
  const dir = join(net.node(0).dataDir, "blobs");
  const chunks = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const paths = chunks.map((one) => join(one.parentPath, one.name));
  const kept = await Promise.all(paths.map((path) => readFile(path)));
  for (const [at, path] of paths.entries()) {
    const altered = Buffer.from(kept[at] ?? Buffer.alloc(0));
    altered[10] = (altered[10] ?? 0) ^ 1;
    await writeFile(path, altered);
  }
  const read = () => amina.commands["files.read"]({ spaceId, fileId, start: 0, length: 10 });
  await expect(read()).rejects.toMatchObject({ code: "blob_altered" });
  for (const path of paths) await rm(path);
  await expect(read()).rejects.toMatchObject({ code: "blob_missing" });
  for (const [at, path] of paths.entries()) await writeFile(path, kept[at] ?? Buffer.alloc(0));
  expect(await read()).toHaveLength(10);
});

/** What keeps the blobs of a space at its hub: entries, by blob. */
function references(spaceId: string): number[] {
  return inspect(join(net.node(0).dataDir, "store.sqlite"), (db) =>
    db
      .prepare("SELECT refs FROM blobs WHERE log_id = unhex(?) ORDER BY refs")
      .all(spaceId)
      .map((row) => Number(row["refs"])),
  );
}

test("what is deleted for good is let go at the node; what a copy refers to stays, also when both happen at once", async () => {
  net = await network({ nodes: 1 });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno" });
  const spaceId = await spaceOf(amina, [bruno]);
  const bytes = randomBytes(100_000);
  for (const name of ["gone", "copied", "raced"])
    await addFile(amina, spaceId, name, name === "raced" ? bytes : randomBytes(100_000));
  await untilFiles(bruno, spaceId, ["gone", "copied", "raced"]);
  expect(references(spaceId)).toEqual([1, 1, 1]);
  const shown = await filesShown(bruno, spaceId);
  const idOf = (name: string) => shown.get(name)?.fileId ?? "";
  const copy = (name: string) =>
    bruno.commands["files.copy"]({
      spaceId,
      fileIds: [idOf(name)],
      toSpaceId: spaceId,
      parentId: null,
    });
  await copy("copied");
  await untilFiles(amina, spaceId, ["gone", "copied", "raced", "copied (2)"]);
  // Bruno copies what Amina deletes at that moment: his copy comes first into the log.
  amina.line.cut();
  await amina.commands["files.purge"]({
    spaceId,
    fileIds: ["gone", "copied", "raced"].map(idOf),
  });
  const {
    fileIds: [raced],
  } = await copy("raced");
  await bruno.until("status", {}, (status) => status.waiting === 0);
  amina.line.mend();
  await amina.commands["sync.now"]({});
  await untilFiles(bruno, spaceId, ["copied", "raced"]);
  await bruno.until("status", {}, (status) => status.waiting === 0);
  // Somebody's device names the content of the copy once more.
  await expect
    .poll(() => references(spaceId).map((count) => count > 0), { timeout: 60_000 })
    .toEqual([false, true, true]);
  await bruno.commands["files.free"]({});
  const read = await readFileOf(bruno, spaceId, raced ?? "");
  expect(read.equals(bytes)).toBe(true);
  expect((await bruno.now("space", { spaceId }))?.trouble).toBeNull();
}, 120_000);

test("neither a node's disk nor its wire holds a name, a type, a text or a thumbnail of any file, nor its size", async () => {
  const wire = recordWire();
  net = await network({ nodes: 2, tap: wire.tap });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno", node: 1 });
  const spaceId = await spaceOf(amina, [bruno]);
  const canaries = {
    name: "canary-file-name-4c1f.pdf",
    folder: "canary-folder-77aa",
    type: "application/x-canary-type-19",
    text: "canary text in a document 5d",
    thumbnail: "canary-thumbnail-bytes-e3",
    content: "canary content of a file 0b",
    comment: "canary comment on a file 6e",
    newName: "canary-new-name-2d2d.pdf",
  };
  const { fileId: parentId } = await amina.commands["files.newFolder"]({
    spaceId,
    parentId: null,
    name: canaries.folder,
  });
  for (const [name, size] of [
    [canaries.name, 10],
    ["large", 1_200_000],
  ] as const) {
    const { fileId } = await amina.commands["files.add"]({
      spaceId,
      parentId,
      name,
      content: new Blob([canaries.content.repeat(1 + size / canaries.content.length)]),
      prepared: {
        type: canaries.type,
        text: canaries.text,
        thumbnail: {
          bytes: new TextEncoder().encode(canaries.thumbnail),
          type: canaries.type,
          width: 1,
          height: 1,
        },
      },
    });
    await bruno.until(
      "files.entry",
      { spaceId, fileId },
      (entry) => entry?.hasThumbnail === true && entry.sending === null,
    );
    await bruno.commands["files.comment"]({ spaceId, fileId, text: canaries.comment });
    await bruno.commands["files.rename"]({ spaceId, fileId, name: canaries.newName });
    await amina.until(
      "files.entry",
      { spaceId, fileId },
      (entry) => entry !== null && entry.comments === 1 && entry.name.startsWith("canary-new-name"),
    );
    const small = await bruno.commands["files.thumbnail"]({ spaceId, fileId });
    expect(new TextDecoder().decode(small?.bytes)).toBe(canaries.thumbnail);
    await bruno.commands["files.read"]({ spaceId, fileId, start: 0, length: 100 });
  }
  await amina.until("status", {}, (status) => status.waiting === 0);
  const wanted = Object.values(canaries);
  // The search itself finds what is there.
  expect(findCanaries("here", Buffer.from(canaries.text), wanted)).not.toEqual([]);
  const found: string[] = [];
  let seen = 0;
  for (const node of [net.node(0), net.node(1)])
    for (const { name, bytes } of await filesBelow(node.dataDir)) {
      seen += bytes.length;
      found.push(...findCanaries(name, bytes, wanted));
    }
  for (const { to, from } of wire.conversations())
    for (const bytes of [to, from]) {
      seen += bytes.length;
      found.push(...findCanaries("wire", bytes, wanted));
    }
  expect(found).toEqual([]);
  // Twice on the wire of the first node, relayed through the second, and once on the disk.
  expect(seen).toBeGreaterThan(4_000_000);
  const blobs = inspect(join(net.node(0).dataDir, "store.sqlite"), (db) =>
    db.prepare("SELECT bytes, stored_bytes AS stored, chunks FROM blobs").all(),
  );
  // Two files, and what stands beside each: content and tags, and the content of a padded size.
  expect(blobs).toHaveLength(4);
  for (const { bytes, stored, chunks } of blobs) {
    const inside = Number(bytes) - Number(chunks) * TAG;
    expect([paddedSize(inside), Number(stored)]).toEqual([inside, Number(bytes)]);
  }
}, 240_000);
