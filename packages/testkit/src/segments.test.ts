/** What one device found out to search files goes sealed to the person's next device, in segments. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, encodeCbor, toHex } from "@baraza/protocol";
import { storeRows } from "./inspect.ts";
import { network } from "./network.ts";
import type { Network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
afterEach(() => net.close());

const COUNT = 24;
const nameOf = (n: number) => `report-${n}.pdf`;

/** Puts many files with words in them into a space, and waits until the hub has all of it. */
async function addFiles(person: Person, spaceId: string, word: string): Promise<void> {
  for (let n = 0; n < COUNT; n++)
    await person.commands["files.add"]({
      spaceId,
      parentId: null,
      name: nameOf(n),
      content: new Blob([`content ${n}`]),
      prepared: {
        type: "application/pdf",
        // All of it is more than one segment holds.
        text: `The ${word} of chapter n${n}n was measured. ${"It was wide. ".repeat(3700)}`,
      },
    });
  await person.until("files.folder", top(spaceId), ({ entries }) => all(entries));
}

const top = (spaceId: string) => ({ spaceId, parentId: null, offset: 0, limit: 100 });
const all = (entries: readonly { sending: unknown }[]): boolean =>
  entries.length === COUNT && entries.every(({ sending }) => sending === null);

async function found(person: Person, text: string): Promise<number> {
  return (await person.commands["search.find"]({ text, limit: 200 })).hits.length;
}

/** Which blobs a device fetches from now on, by the space that they are in. `altered`: a byte of those of other spaces than this is another. */
function fetches(person: Person, altered?: { but: string }): string[] {
  const seen: string[] = [];
  person.line.between(async (path, body, pass) => {
    if (!path.endsWith("/blobs.get")) return pass();
    const logId = toHex((decodeCbor(body) as { logId: Bytes }).logId);
    seen.push(logId);
    const answer = await pass();
    if (altered === undefined || altered.but === logId) return answer;
    const { chunk, ...rest } = decodeCbor(answer.body) as { chunk: Bytes };
    chunk[100] = (chunk[100] ?? 0) ^ 1;
    return { ...answer, body: encodeCbor({ ...rest, chunk }) };
  });
  return seen;
}

test("a new device finds the words of files without fetching what stands beside each", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  await addFiles(bob, spaceId, "heronry");
  await alice.until("files.folder", top(spaceId), ({ entries }) => all(entries));
  await until(async () => (await found(alice, "heronry")) === COUNT, "found on the first device");

  const phone = await alice.bareDevice();
  const seen = fetches(phone);
  await pairByPicture(alice, phone);
  await until(async () => (await found(phone, "heronry")) === COUNT, "found on the new device");
  expect(await found(phone, "n7n")).toBe(1);
  expect(seen.filter((logId) => logId === spaceId)).toEqual([]);
  // Two segments, from the space of her own devices.
  expect(seen).toHaveLength(2);
  expect(alice.faults).toEqual([]);
  expect(phone.faults).toEqual([]);
});

test("segments that the node alters are left out, and what stands beside the files is fetched", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  await addFiles(alice, spaceId, "dipper");
  const phone = await alice.bareDevice();
  const seen = fetches(phone, { but: spaceId });
  await pairByPicture(alice, phone);
  await until(async () => (await found(phone, "dipper")) === COUNT, "found on the new device");
  expect(seen.filter((logId) => logId !== spaceId)).toHaveLength(2);
  expect(seen.filter((logId) => logId === spaceId)).toHaveLength(COUNT);
  expect(phone.faults).toEqual([]);
});

test("what another device hands over wrongly is not taken", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  await addFiles(alice, spaceId, "plover");
  await alice.close();
  const store = new DatabaseSync(join(alice.directory, "store.db"));
  store.exec(`UPDATE blob_chunks SET bytes = zeroblob(size) WHERE blob_id IN
    (SELECT side_id FROM files_versions ORDER BY side_id LIMIT 3)`);
  store.close();
  await alice.restart();
  const phone = await alice.bareDevice();
  const seen = fetches(phone);
  await pairByPicture(alice, phone);
  await until(async () => (await found(phone, "plover")) === COUNT, "found on the new device");
  expect(seen.filter((logId) => logId === spaceId)).toHaveLength(3);
  expect(phone.faults).toEqual([]);
});

test("where no other device answers, a new one fetches what stands beside the files", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const { spaceId } = await alice.commands["files.own"]({});
  await addFiles(alice, spaceId, "wagtail");
  const phone = await alice.secondDevice();
  await phone.until("files.folder", top(spaceId), ({ entries }) => all(entries));
  await alice.close();
  const asked = () =>
    storeRows<object>(phone.directory, "SELECT 1 FROM segments_asks").length === 1;
  await until(async () => (await found(phone, "report")) === COUNT && asked(), "it has asked");
  expect(await found(phone, "wagtail")).toBe(0);
  phone.clockAhead = 120_000;
  await phone.restart();
  await until(async () => (await found(phone, "wagtail")) === COUNT, "found without an answer");
  expect(storeRows(phone.directory, "SELECT 1 FROM segments_asks")).toHaveLength(1);
});

test("kills on either side cut nothing off, and what was purged meanwhile is not brought back", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const { spaceId } = await alice.commands["files.own"]({});
  await addFiles(alice, spaceId, "kingfisher");
  await until(
    async () => (await found(alice, "kingfisher")) === COUNT,
    "found on the first device",
  );
  const phone = await alice.secondDevice();
  await phone.until("files.folder", top(spaceId), ({ entries }) => all(entries));
  for (const steps of [3, 6, 9, 14]) {
    const killed = [phone.killAfter(steps), alice.killAfter(steps)];
    phone.commands["search.find"]({ text: "kingfisher" }).catch(() => undefined);
    alice.commands["sync.now"]({}).catch(() => undefined);
    phone.commands["sync.now"]({}).catch(() => undefined);
    alice.commands["files.comment"]({
      spaceId,
      fileId: await anyFile(alice, spaceId),
      text: "x",
    }).catch(() => undefined);
    await Promise.race(killed);
    await Promise.all([phone.restart(), alice.restart()]);
  }
  const gone = await anyFile(alice, spaceId);
  const entry = await alice.now("files.entry", { spaceId, fileId: gone });
  const number = /\d+/.exec(entry?.name ?? "")?.[0] ?? "";
  await alice.commands["files.bin"]({ spaceId, fileIds: [gone] });
  await alice.commands["files.purge"]({ spaceId, fileIds: [gone] });
  await phone.until("files.entry", { spaceId, fileId: gone }, (one) => one === null);
  await until(async () => (await found(phone, "kingfisher")) === COUNT - 1, "found on the new one");
  expect(await found(phone, `n${number}n`)).toBe(0);
});

async function anyFile(person: Person, spaceId: string): Promise<string> {
  const { entries } = await person.now("files.folder", top(spaceId));
  const one = entries.find(({ name }) => name === nameOf(COUNT - 1)) ?? entries[0];
  if (one === undefined) throw new Error("there is no file");
  return one.fileId;
}
