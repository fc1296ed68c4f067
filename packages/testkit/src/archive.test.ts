import { randomBytes } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ARCHIVE_PASSPHRASE,
  OPEN_WORDS,
  archiveFile,
  archiveOf,
  feedArchive,
  openArchiveBytes,
  readArchive,
} from "./archives.ts";
import { findCanaries } from "./capture.ts";
import { addFile, untilFiles } from "./files.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, messagesOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;
let archive: Uint8Array<ArrayBuffer>;

const HOSTILE = `</p><script>alert(1)</script>"'&`;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  spaceId = await spaceOf(amina, [bruno], { title: "Seeds / tools: 2026?" });
  for (const text of ["the first words", HOSTILE, "to be changed", "to be taken back"])
    await amina.commands["chat.send"]({ spaceId, text });
  const first = await untilText(bruno, spaceId, "the first words");
  const typo = await untilText(bruno, spaceId, "to be changed");
  const regret = await untilText(bruno, spaceId, "to be taken back");
  await bruno.commands["chat.send"]({ spaceId, text: "an answer", replyTo: first.eventId });
  await bruno.commands["chat.react"]({ spaceId, eventId: first.eventId, emoji: "🌱", on: true });
  await amina.commands["chat.edit"]({ spaceId, eventId: typo.eventId, text: "changed" });
  await amina.commands["chat.delete"]({ spaceId, eventId: regret.eventId });
  await untilText(amina, spaceId, "an answer");
  await amina.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
    messages.some((one) => one.reactions.length === 1),
  );
  await bruno.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
    messages.some((one) => one.deleted),
  );
  archive = await archiveOf(amina);
});
afterAll(() => net.close());

const shown = async (person: Person, id: string) =>
  (await messagesOf(person, id)).map(({ eventId, authorName, text, deleted, at, reactions }) => ({
    eventId,
    authorName,
    text,
    deleted,
    at,
    reactions: reactions.map((one) => [one.emoji, one.count]),
  }));

test("the sealed archive shows no word of what is in it, nor whose it is", () => {
  const canaries = ["the first words", "Seeds / tools", amina.address, bruno.address];
  expect(findCanaries("archive", Buffer.from(archive), canaries)).toEqual([]);
  expect(archive.length).toBeGreaterThan(10_000);
});

test("it restores what was said, to be read, where the space is gone for the account", async () => {
  const carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  const content = await openArchiveBytes(carla, archive);
  expect(content).toMatchObject({
    name: "amina",
    address: amina.address,
    displayName: "Amina",
    same: false,
  });
  expect(await feedArchive(carla, archive, content, 1000)).toBe(true);
  const job = await carla.now("archive.import", {});
  expect(job).toMatchObject({ state: "done", spaces: 1 });
  expect(await carla.now("space", { spaceId })).toMatchObject({
    title: "Seeds / tools: 2026?",
    state: "left",
    trouble: null,
  });
  expect(await shown(carla, spaceId)).toEqual(await shown(amina, spaceId));
  await expect(
    carla.commands["chat.send"]({ spaceId, text: "from nowhere" }),
  ).rejects.toMatchObject({ code: "not_member" });
  expect(carla.faults).toEqual([]);
});

test("a new device of the same person restores it, and the space comes alive", async () => {
  const phone = await amina.secondDevice();
  await phone.until("space", { spaceId }, (space) => space?.state === "active");
  const content = await readArchive(phone, archive);
  expect(content.same).toBe(true);
  expect(await phone.now("archive.import", {})).toMatchObject({ state: "done", spaces: 0 });
  await untilText(phone, spaceId, "an answer");
  await phone.close();
});

test("what was read once is not read twice, and what is here already is left alone", async () => {
  const before = await shown(amina, spaceId);
  await readArchive(amina, archive);
  expect(await shown(amina, spaceId)).toEqual(before);
  const again = await openArchiveBytes(amina, archive);
  expect(await feedArchive(amina, archive, again)).toBe(true);
});

test("reading that is cut off by a kill goes on where it was", async () => {
  const dina = await net.person({ node: 0, name: "dina", displayName: "Dina" });
  const big = await bigArchive();
  const content = await openArchiveBytes(dina, big.bytes);
  const middle = big.bytes.length / 2;
  expect(await feedArchive(dina, big.bytes, content, 1000, (at) => at > middle)).toBe(false);
  await dina.restart();
  const later = await openArchiveBytes(dina, big.bytes);
  expect(later.offset).toBeGreaterThan(middle);
  expect(await feedArchive(dina, big.bytes, later)).toBe(true);
  expect(await shown(dina, big.spaceId)).toEqual(await shown(big.person, big.spaceId));
});

test("making that is cut off by a kill goes on where it was, and the file is whole", async () => {
  const { person, spaceId: id } = await bigArchive();
  await person.commands["archive.make"]({ kind: "sealed", passphrase: ARCHIVE_PASSPHRASE });
  await person.until("archive.job", {}, (job) => (job?.bytes ?? 0) > 0);
  await person.kill();
  const [file] = await readdir(join(person.directory, "files"));
  // What stood behind the last whole chunk is cut off.
  await writeFile(join(person.directory, "files", file ?? ""), "torn", { flag: "a" });
  await person.restart();
  const bytes = await archiveFile(person);
  const elif = await net.person({ node: 1, name: "elif", displayName: "Elif" });
  await readArchive(elif, bytes);
  expect(await shown(elif, id)).toEqual(await shown(person, id));
});

test("another passphrase, another file, a later version: each is told apart", async () => {
  await expect(openArchiveBytes(bruno, archive, "another passphrase")).rejects.toMatchObject({
    code: "archive_locked",
  });
  const zip = new TextEncoder().encode("PK\u0003\u0004 this is a zip of holiday pictures");
  await expect(openArchiveBytes(bruno, zip)).rejects.toMatchObject({ code: "archive_unknown" });
  const later = archive.slice();
  later[15] = 0x39;
  await expect(openArchiveBytes(bruno, later)).rejects.toMatchObject({ code: "archive_newer" });
  await expect(openArchiveBytes(bruno, archive.slice(0, 100))).rejects.toMatchObject({
    code: "archive_cut_off",
  });
});

test("an archive that was cut off or altered is refused where it is, and what came before is kept", async () => {
  const big = await bigArchive();
  const farah = await net.person({ node: 0, name: "farah", displayName: "Farah" });
  const short = big.bytes.slice(0, -50);
  const cut = await openArchiveBytes(farah, short);
  await expect(feedArchive(farah, short, cut)).rejects.toMatchObject({ code: "archive_cut_off" });
  await farah.commands["archive.forgetImport"]({});
  const altered = big.bytes.slice();
  const at = altered.length - 1000;
  altered[at] = (altered[at] ?? 0) ^ 4;
  const content = await openArchiveBytes(farah, altered);
  await expect(feedArchive(farah, altered, content)).rejects.toMatchObject({
    code: "archive_damaged",
  });
  expect((await farah.now("spaces", {})).length).toBeGreaterThan(0);
});

test("a full disk stops it with a reason; with room again it goes on", async () => {
  const gil = await net.person({ node: 0, name: "gil", displayName: "Gil" });
  const own = await spaceOf(gil, []);
  await gil.commands["chat.send"]({ spaceId: own, text: "kept" });
  await untilText(gil, own, "kept");
  gil.disk.full = true;
  await gil.commands["archive.make"]({ kind: "sealed", passphrase: ARCHIVE_PASSPHRASE });
  const failed = await gil.until("archive.job", {}, (job) => job?.state === "failed");
  expect(failed?.reason).toBe("disk_full");
  gil.disk.full = false;
  await gil.commands["archive.goOn"]({});
  const bytes = await archiveFile(gil);
  expect((await openArchiveBytes(gil, bytes)).name).toBe("gil");
  expect(gil.faults).toEqual([]);
});

test("ending it, or signing out, leaves nothing of it on the device", async () => {
  const hana = await net.person({ node: 0, name: "hana", displayName: "Hana" });
  await archiveOf(hana);
  await hana.commands["archive.drop"]({});
  expect(await hana.now("archive.job", {})).toBeNull();
  expect(await readdir(join(hana.directory, "files"))).toEqual([]);
  await archiveOf(hana, "open");
  await hana.commands["account.signOut"]({});
  expect(await readdir(join(hana.directory, "files"))).toEqual([]);
});

test("a passphrase that can be guessed is refused", async () => {
  await expect(
    bruno.commands["archive.make"]({ kind: "sealed", passphrase: "short" }),
  ).rejects.toMatchObject({ code: "too_weak" });
});

test("the open archive is a zip with data and pages, without script, and nothing in it breaks out", async () => {
  const files = unzipSync(await archiveOf(amina, "open"));
  const names = Object.keys(files);
  const folder = "conversations/001 Seeds tools 2026";
  for (const name of ["account.json", "index.html", "people.json"]) expect(names).toContain(name);
  for (const name of ["space.json", "messages.json", "index.html"])
    expect(names).toContain(`${folder}/${name}`);
  const read = (name: string) => strFromU8(files[name] ?? new Uint8Array());
  const messages = JSON.parse(read(`${folder}/messages.json`)) as Record<string, unknown>[];
  expect(messages.map((one) => one["text"])).toEqual([
    "the first words",
    HOSTILE,
    "changed",
    "",
    "an answer",
  ]);
  expect(messages[0]).toMatchObject({
    authorName: "Amina",
    reactions: [{ emoji: "🌱", name: "Bruno" }],
  });
  expect(messages[3]).toMatchObject({ deleted: true });
  expect(messages[4]).toMatchObject({ replyTo: messages[0]?.["id"], authorName: "Bruno" });
  const page = read(`${folder}/index.html`);
  expect(page).not.toContain("<script");
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toContain("to be taken back");
  expect(read("index.html")).toContain("conversations/001%20Seeds%20tools%202026/index.html");
  const space = JSON.parse(read(`${folder}/space.json`)) as { people: { name: string }[] };
  expect(space.people.map((one) => one.name)).toEqual(["Amina", "Bruno"]);
});

let big: { person: Person; spaceId: string; bytes: Uint8Array<ArrayBuffer> } | undefined;

/** An archive of several chunks. */
async function bigArchive() {
  if (big !== undefined) return big;
  const person = await net.person({ node: 0, name: "wide", displayName: "Wide" });
  const id = await spaceOf(person, []);
  for (let n = 0; n < 60; n++)
    await person.commands["chat.send"]({
      spaceId: id,
      text: `${n} ${"long ".repeat(1500)}`.trim(),
    });
  await person.until("status", {}, (status) => status.waiting === 0);
  big = { person, spaceId: id, bytes: await archiveOf(person) };
  return big;
}

test("a member who comes by a link is in the archive of the others too", async () => {
  const ines = await net.person({ node: 1, name: "ines", displayName: "Ines" });
  await bringIn(amina, ines, spaceId);
  await ines.until("people", { spaceId }, (people) =>
    ["Amina", "Bruno", "Ines"].every((name) => people.some((one) => one.name === name)),
  );
  const files = unzipSync(await archiveOf(ines, "open"));
  const people = JSON.parse(strFromU8(files["people.json"] ?? new Uint8Array())) as {
    name: string;
  }[];
  expect(people.map((one) => one.name)).toEqual(expect.arrayContaining(["Amina", "Bruno", "Ines"]));
});

test("the open archive holds files in their folders, with versions, comments and what is in the bin; and one's own", async () => {
  const jana = await net.person({ node: 0, name: "jana", displayName: "Jana" });
  const kofi = await net.person({ node: 1, name: "kofi", displayName: "Kofi" });
  const id = await spaceOf(jana, [kofi], { title: "Well" });
  const large = randomBytes(5_300_000);
  const contents = new Map([
    ["CON.txt", randomBytes(300)],
    ["a/b:c?.txt", randomBytes(4000)],
    ["empty", Buffer.alloc(0)],
  ]);
  const { fileId: folderId } = await jana.commands["files.newFolder"]({
    spaceId: id,
    parentId: null,
    name: "..\\plans/2026",
  });
  const add = async (name: string, bytes: Buffer, parentId: string | null = folderId) =>
    (
      await jana.commands["files.add"]({
        spaceId: id,
        parentId,
        name,
        content: new Blob([new Uint8Array(bytes)]),
        prepared: { type: "application/octet-stream" },
      })
    ).fileId;
  for (const [name, bytes] of contents) await add(name, bytes);
  const map = await add("map.png", large);
  const twice = [
    await add("same.txt", Buffer.from("one")),
    await add("SAME.txt", Buffer.from("two")),
  ];
  const binned = await add("old.txt", Buffer.from("no longer"), null);
  await kofi.until("files.entry", { spaceId: id, fileId: map }, (one) => one !== null);
  await kofi.commands["files.comment"]({ spaceId: id, fileId: map, text: `${HOSTILE} a fine map` });
  await jana.commands["files.addVersion"]({
    spaceId: id,
    fileId: map,
    content: new Blob([new Uint8Array(large.subarray(0, 2_000_000))]),
    prepared: { type: "image/png" },
  });
  await jana.commands["files.bin"]({ spaceId: id, fileIds: [binned] });
  const { spaceId: ownId } = await jana.commands["files.own"]({});
  await addFile(jana, ownId, "diary.txt", Buffer.from("dear diary"));
  await jana.until("files.uploads", {}, (list) => list.every((one) => one.failure === null));
  await jana.until(
    "files.entry",
    { spaceId: id, fileId: map },
    (one) => one?.comments === 1 && one.versions === 2,
  );
  await untilFiles(jana, ownId, ["diary.txt"]);
  for (const fileId of [...twice, map])
    await jana.until("files.entry", { spaceId: id, fileId }, (one) => one?.sending === null);
  // What lies sealed on this device is not in the way, and stays.
  await jana.commands["files.pin"]({ spaceId: id, fileIds: [map], on: true });
  await jana.until(
    "files.entry",
    { spaceId: id, fileId: map },
    (one) => (one?.kept.bytes ?? 0) > 2_000_000,
  );
  const chunks = (await readdir(join(jana.directory, "files"))).length;
  const files = unzipSync(await archiveOf(jana, "open"));
  expect((await readdir(join(jana.directory, "files"))).length).toBe(chunks + 1);
  const at = "conversations/001 Well";
  const same = (name: string, bytes: Buffer) =>
    expect(Buffer.from(files[`${at}/${name}`] ?? []).equals(bytes), name).toBe(true);
  const within = "files/.._plans_2026";
  same(`${within}/CON_.txt`, contents.get("CON.txt")!);
  same(`${within}/a_b_c_.txt`, contents.get("a/b:c?.txt")!);
  same(`${within}/empty`, Buffer.alloc(0));
  same(`${within}/map.png`, large.subarray(0, 2_000_000));
  same(`files-earlier/.._plans_2026/map.png/1 map.png`, large);
  same(`${within}/same.txt`, Buffer.from("one"));
  same(`${within}/SAME (2).txt`, Buffer.from("two"));
  same("files-bin/old.txt", Buffer.from("no longer"));
  expect(Buffer.from(files["own/files/diary.txt"] ?? []).toString()).toBe("dear diary");
  type Recorded = {
    name: string;
    binned?: boolean;
    versions?: { path?: string; present?: boolean }[];
    comments?: { text: string; authorName: string }[];
  };
  const records = JSON.parse(strFromU8(files[`${at}/files.json`]!)) as Recorded[];
  const ofMap = records.find((one) => one.name === "map.png");
  expect(ofMap?.versions?.map((one) => [one.path, one.present ?? false])).toEqual([
    ["files-earlier/.._plans_2026/map.png/1 map.png", false],
    [`${within}/map.png`, true],
  ]);
  expect(ofMap?.comments).toMatchObject([{ text: `${HOSTILE} a fine map`, authorName: "Kofi" }]);
  expect(records.find((one) => one.name === "old.txt")?.binned).toBe(true);
  const page = strFromU8(files[`${at}/files.html`]!);
  expect(page).not.toContain("<script");
  expect(page).toContain(`href="files/.._plans_2026/a_b_c_.txt"`);
  expect(strFromU8(files["index.html"]!)).toContain("conversations/001%20Well/files.html");
  expect(strFromU8(files["index.html"]!)).toContain("own/files.html");
  // Without the content all of it is still listed.
  const listed = unzipSync(await archiveOf(jana, "open", false));
  expect(Object.keys(listed).filter((name) => name.includes("/files"))).toEqual([
    `${at}/files.json`,
    `${at}/files.html`,
    "own/files.json",
    "own/files.html",
  ]);
  expect(JSON.parse(strFromU8(listed[`${at}/files.json`]!))).toHaveLength(records.length);
  expect(jana.faults).toEqual([]);
}, 60_000);

test("what a node has lost is told apart in an open archive, and a line that is cut stops it with a reason", async () => {
  const lena = await net.person({ node: 1, name: "lena", displayName: "Lena" });
  const id = await spaceOf(lena, []);
  await addFile(lena, id, "kept.bin", randomBytes(3000));
  await addFile(lena, id, "lost.bin", randomBytes(1_200_000));
  await untilFiles(lena, id, ["kept.bin", "lost.bin"]);
  await lena.commands["files.free"]({});
  const root = join(lena.node.dataDir, "blobs");
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size > 1_000_000) await rm(path);
  }
  const files = unzipSync(await archiveOf(lena, "open"));
  const records = JSON.parse(strFromU8(files["conversations/001 A space/files.json"]!)) as {
    name: string;
    versions: { path?: string; missing?: boolean }[];
  }[];
  expect(records.map((one) => [one.name, one.versions[0]?.missing ?? false])).toEqual([
    ["kept.bin", false],
    ["lost.bin", true],
  ]);
  await lena.commands["files.free"]({});
  lena.line.cut();
  await lena.until("status", {}, (status) => status.line !== "online");
  await lena.commands["archive.make"]({ kind: "open", words: OPEN_WORDS });
  const failed = await lena.until("archive.job", {}, (one) => one?.state === "failed");
  expect(failed?.reason).toBe("offline");
  lena.line.mend();
  await lena.until("status", {}, (status) => status.line === "online");
  await lena.commands["archive.goOn"]({});
  await lena.until("archive.job", {}, (one) => one?.state === "ready");
}, 90_000);
