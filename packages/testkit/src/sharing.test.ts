/** Links for people outside, over real nodes: files are given to, and left by, people who have neither account nor app. */
import { randomBytes, sha256 } from "@baraza/crypto";
import { nodeClock, nodeTransport } from "@baraza/engine/node";
import type { OutsideCall, OutsideShare } from "@baraza/engine/outside";
import {
  leaveFile,
  openDrop,
  openShare,
  outsideCall,
  readFile,
  takeShare,
} from "@baraza/engine/outside";
import type { Bytes } from "@baraza/protocol";
import { concat, decodeShareFragment, ProtocolError } from "@baraza/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { filesBelow, findCanaries } from "./capture.ts";
import { storeRows } from "./inspect.ts";
import { faultyTransport } from "./line.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";
import { until } from "./until.ts";

const DAY = 86_400_000;
const NAME = "Quarterly figures for Amina.pdf";
const WORDS = "what nobody but the two of us should read";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;
const transports: { close(): void }[] = [];

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
  spaceId = await spaceOf(amina, [bruno]);
});
afterEach(() => {
  for (const one of transports.splice(0)) one.close();
});
afterAll(() => net.close());

/** Somebody outside, at the node from which a link's page comes; `line` fails as it is told. */
function outsider(link: string) {
  const inner = nodeTransport(new URL(link).origin);
  const transport = faultyTransport(
    inner,
    () => false,
    () => undefined,
  );
  transports.push(inner);
  return { call: outsideCall(transport), line: transport.line, link: decodeShareFragment(link) };
}

const clock = nodeClock();
const linesOf = (pace: { lost: number }) => ({
  clock,
  onLine: (there: boolean) => {
    if (!there) pace.lost += 1;
  },
});

/** Puts a file into the space, and waits until it is at the hub. @returns its id */
async function upload(person: Person, content: Bytes, parentId: string | null = null) {
  const { fileId } = await person.commands["files.add"]({
    spaceId,
    parentId,
    name: NAME,
    content: new Blob([content]),
    prepared: { type: "application/pdf" },
  });
  await person.until(
    "files.entry",
    { spaceId, fileId },
    (entry) => entry !== null && entry.sending === null,
  );
  return fileId;
}

async function downloaded(call: OutsideCall, share: OutsideShare, lost = { lost: 0 }) {
  const ticket = randomBytes(16);
  await takeShare(call, share, ticket, linesOf(lost));
  const out: Bytes[] = [];
  for (const file of share.files) {
    const parts: Bytes[] = [];
    for await (const part of readFile(call, share, file, ticket, linesOf(lost))) parts.push(part);
    out.push(concat(...parts));
  }
  return out;
}

/** A file with words in it that can be looked for. */
function contentOf(size: number): Bytes {
  const out = randomBytes(size);
  out.set(new TextEncoder().encode(WORDS), Math.min(1000, size - WORDS.length));
  return out;
}

const share = (person: Person, fileIds: string[], more: object = {}) =>
  person.commands["sharing.create"]({
    spaceId,
    title: "For the auditors",
    fileIds,
    passphrase: null,
    expires: Date.now() + DAY,
    takes: null,
    ...more,
  });

function files(link: string) {
  const outside = outsider(link);
  if (outside.link.kind !== "files") throw new Error("kind");
  return { ...outside, link: outside.link };
}

test("a file that is given by link is read by somebody with nothing but the link, byte for byte", async () => {
  const contents = [contentOf(3_500_000), contentOf(100), new Uint8Array()];
  const uploaded: string[] = [];
  for (const content of contents) uploaded.push(await upload(amina, content));
  const { link, linkId } = await share(amina, uploaded);
  expect(link).toMatch(new RegExp(`^${net.node(0).url}/share#f`));
  const { call, link: read } = files(link);
  const opened = await openShare(call, read, null);
  expect(opened).toMatchObject({ title: "For the auditors", left: null });
  expect(new Set(opened.files.map(({ size }) => size))).toEqual(
    new Set(contents.map(({ length }) => length)),
  );
  for (const { name, type } of opened.files) {
    expect(name).toContain("Quarterly figures");
    expect(type).toBe("application/pdf");
  }
  const got = await downloaded(call, opened);
  for (const content of contents) expect(got).toContainEqual(content);
  await amina.commands["sharing.refresh"]({});
  const [listed] = await amina.now("sharing.links", {});
  expect(listed).toMatchObject({ linkId, link, state: "open", taken: 1, files: 3, tries: 0 });
  expect(listed?.bytes).toBe(3_500_100);
});

test("a folder that is given is given with what is in it, deep down, and not what is in the bin", async () => {
  const { fileId: folder } = await amina.commands["files.newFolder"]({
    spaceId,
    parentId: null,
    name: "Plans",
  });
  const { fileId: inner } = await amina.commands["files.newFolder"]({
    spaceId,
    parentId: folder,
    name: "Old",
  });
  const contents = [contentOf(300), contentOf(400)];
  await upload(amina, contents[0]!, folder);
  await upload(amina, contents[1]!, inner);
  const binned = await upload(amina, contentOf(500), folder);
  await amina.commands["files.bin"]({ spaceId, fileIds: [binned] });
  const { call, link } = files((await share(amina, [folder])).link);
  const opened = await openShare(call, link, null);
  expect(new Set(opened.files.map(({ size }) => size))).toEqual(new Set([300, 400]));
  expect(opened.files).toHaveLength(2);
  const got = await downloaded(call, opened);
  for (const content of contents) expect(got).toContainEqual(content);
});

test("a member at another node gives files from the node that keeps them, which does not learn who", async () => {
  const content = contentOf(70_000);
  const { link, linkId } = await share(bruno, [await upload(bruno, content)]);
  expect(link.startsWith(net.node(0).url)).toBe(true);
  const { call, link: read } = files(link);
  expect(await downloaded(call, await openShare(call, read, null))).toEqual([content]);
  await bruno.commands["sharing.refresh"]({});
  expect((await bruno.now("sharing.links", {}))[0]).toMatchObject({ linkId, taken: 1 });
  await bruno.commands["sharing.revoke"]({ linkId });
});

test("when the line is lost in the middle it goes on where it was", async () => {
  const content = contentOf(6_000_000);
  const { link } = await share(amina, [await upload(amina, content)]);
  const { call, line, link: read } = files(link);
  const opened = await openShare(call, read, null);
  let asked = 0;
  line.between(async (_path, _body, pass) => {
    asked += 1;
    // Every third request is lost on the way, there or back.
    if (asked % 3 === 0) throw new ProtocolError("unavailable");
    return pass();
  });
  const lost = { lost: 0 };
  expect(await downloaded(call, opened, lost)).toEqual([content]);
  expect(lost.lost).toBeGreaterThan(0);
});

test("what the node gives instead of the file is noticed", async () => {
  const content = contentOf(200_000);
  const { link } = await share(amina, [await upload(amina, content)]);
  const { call, line, link: read } = files(link);
  const opened = await openShare(call, read, null);
  line.between(async (path, _body, pass) => {
    const answer = await pass();
    if (!path.endsWith("handouts.chunk")) return answer;
    const body = answer.body.slice();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    return { ...answer, body };
  });
  await expect(downloaded(call, opened)).rejects.toMatchObject({ code: "bad_stream" });
});

test("with a passphrase the link alone opens nothing, and twenty wrong ones close it until its owner opens it", async () => {
  const file = await upload(amina, contentOf(5000));
  await expect(share(amina, [file], { passphrase: "short" })).rejects.toMatchObject({
    code: "too_weak",
  });
  const { link, linkId } = await share(amina, [file], { passphrase: "seven quiet canoes" });
  const { call, link: read } = files(link);
  expect(read.passphrase).toBe(true);
  await expect(openShare(call, read, null)).rejects.toMatchObject({
    code: "wrong_credentials",
    data: { left: 19 },
  });
  await expect(openShare(call, read, "seven quiet canoe")).rejects.toMatchObject({
    code: "wrong_credentials",
  });
  const opened = await openShare(call, read, "seven quiet canoes");
  expect(opened.files[0]?.name).toBe(NAME);
  for (let left = 18; left > 0; left--)
    await openShare(call, read, null).catch((error: unknown) => error);
  await expect(openShare(call, read, "seven quiet canoes")).rejects.toMatchObject({
    code: "handout_ended",
    data: { why: "locked" },
  });
  await amina.commands["sharing.refresh"]({});
  const find = async () =>
    (await amina.now("sharing.links", {})).find((one) => one.linkId === linkId);
  expect(await find()).toMatchObject({ state: "locked", tries: 20, passphrase: true });
  await amina.commands["sharing.change"]({ linkId, unlock: true });
  expect(await find()).toMatchObject({ state: "open", tries: 0 });
  await openShare(call, read, "seven quiet canoes");
}, 240_000);

test("a link ends when it was downloaded often enough, when its owner ends it, and when its file is not there any more", async () => {
  const file = await upload(amina, contentOf(5000));
  const once = await share(amina, [file], { takes: 1 });
  const one = files(once.link);
  const opened = await openShare(one.call, one.link, null);
  expect(opened.left).toBe(1);
  await downloaded(one.call, opened);
  const ended = (why: string) => ({ code: "handout_ended", data: { why } });
  await expect(downloaded(one.call, opened)).rejects.toMatchObject(ended("used_up"));
  await amina.commands["sharing.change"]({ linkId: once.linkId, takes: 2 });
  await downloaded(one.call, opened);
  await amina.commands["sharing.revoke"]({ linkId: once.linkId });
  await expect(openShare(one.call, one.link, null)).rejects.toMatchObject({ code: "not_found" });
  expect((await amina.now("sharing.links", {})).map(({ linkId }) => linkId)).not.toContain(
    once.linkId,
  );
  await expect(share(amina, ["0".repeat(32)])).rejects.toMatchObject({ code: "invalid" });
  await expect(share(amina, [file], { expires: Date.now() - 1 })).rejects.toMatchObject({
    code: "malformed",
  });
  const deleted = files((await share(amina, [file])).link);
  const listed = await openShare(deleted.call, deleted.link, null);
  await amina.commands["files.purge"]({ spaceId, fileIds: [file] });
  // The hub lets go of it in its own time.
  const { blobs } = net.node(0).running().store;
  await until(async () => {
    const gone = await blobs.collect({ now: Date.now() + 400 * DAY, limit: 100 });
    return gone.length > 0;
  }, "that the file is gone");
  await expect(downloaded(deleted.call, listed)).rejects.toMatchObject(ended("gone"));
  // What was refused is in no list.
  expect(
    (await amina.now("sharing.links", {})).every(
      ({ state }) => state === "open" || state === "locked",
    ),
  ).toBe(true);
});

test("one's other devices have the links, and a link that one of them ended is ended on all", async () => {
  const fileId = await upload(amina, contentOf(5000));
  const { linkId, link } = await share(amina, [fileId]);
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  const there = await phone.until("sharing.links", {}, (links) =>
    links.some((one) => one.linkId === linkId),
  );
  expect(there.find((one) => one.linkId === linkId)).toMatchObject({
    link,
    state: "open",
    fileIds: [fileId],
  });
  expect((await phone.now("sharing.marks", { spaceId })).fileIds).toContain(fileId);
  await phone.commands["sharing.revoke"]({ linkId });
  await amina.commands["sharing.refresh"]({});
  expect((await amina.now("sharing.links", {})).some((one) => one.linkId === linkId)).toBe(false);
  await phone.close();
});

test("a link whose making was cut off is taken back", async () => {
  const file = await upload(amina, contentOf(5000));
  const before = (await amina.now("sharing.links", {})).length;
  amina.line.between(async (path, _body, pass) => {
    const answer = await pass();
    if (path.endsWith("handouts.create")) throw new ProtocolError("unavailable");
    return answer;
  });
  await expect(share(amina, [file])).rejects.toMatchObject({ code: "unavailable" });
  amina.line.between(null);
  const making = (await amina.now("sharing.links", {})).filter(({ state }) => state === "making");
  expect(making).toHaveLength(1);
  const read = files(making[0]?.link ?? "");
  await openShare(read.call, read.link, null);
  await amina.commands["sharing.refresh"]({});
  expect((await amina.now("sharing.links", {})).length).toBe(before + 1);
  amina.clockAhead = 11 * 60_000;
  await amina.restart();
  await amina.commands["sharing.refresh"]({});
  expect((await amina.now("sharing.links", {})).length).toBe(before);
  await expect(openShare(read.call, read.link, null)).rejects.toMatchObject({ code: "not_found" });
  amina.clockAhead = 0;
  await amina.restart();
});

test("whoever asks how links stand is told when no node answers", async () => {
  const { linkId } = await share(amina, [await upload(amina, contentOf(5000))]);
  amina.line.between(async (path, _body, pass) => {
    if (path.endsWith("handouts.state")) throw new ProtocolError("unavailable");
    return pass();
  });
  await expect(amina.commands["sharing.refresh"]({ spaceId })).rejects.toMatchObject({
    code: "unavailable",
  });
  amina.line.between(null);
  await amina.commands["sharing.refresh"]({ spaceId });
  await amina.commands["sharing.revoke"]({ linkId });
});

const contentPart = (bytes: Bytes) => new Blob([bytes]);
const box = (person: Person, more: object = {}) =>
  person.commands["sharing.openBox"]({
    title: "Applications",
    text: "One file each, please.",
    bytes: 20_000_000,
    files: 5,
    expires: Date.now() + DAY,
    ...more,
  });

function drop(link: string) {
  const outside = outsider(link);
  if (outside.link.kind !== "drop") throw new Error("kind");
  return { ...outside, link: outside.link };
}

test("files that people without an account leave come to the owner of the drop box, byte for byte, over a bad line", async () => {
  const { boxId, link } = await box(bruno);
  expect(link.startsWith(net.node(1).url)).toBe(true);
  const { call, line, link: read } = drop(link);
  const opened = await openDrop(call, read);
  expect(opened).toMatchObject({
    title: "Applications",
    text: "One file each, please.",
    filesLeft: 5,
    bytesLeft: 20_000_000,
  });
  const contents = [contentOf(4_200_000), contentOf(60)];
  let asked = 0;
  line.between(async (_path, _body, pass) => {
    asked += 1;
    const answer = await pass();
    // Every third answer is lost, though the node has done what was asked.
    if (asked % 3 === 0) throw new ProtocolError("unavailable");
    return answer;
  });
  for (const content of contents) {
    const file = {
      name: NAME,
      type: "application/pdf",
      from: "Chen",
      content: contentPart(content),
    };
    let seen = 0;
    const pace = { ...linesOf({ lost: 0 }), onProgress: (done: number) => (seen = done) };
    const { at } = await leaveFile(call, opened, file, pace);
    expect(seen).toBe(content.length);
    expect(Math.abs(at - Date.now())).toBeLessThan(600_000);
  }
  line.between(null);
  await bruno.commands["sharing.refresh"]({});
  expect((await bruno.now("sharing.boxes", {}))[0]).toMatchObject({
    boxId,
    waiting: 2,
    usedFiles: 2,
  });
  const dropped = await bruno.now("sharing.dropped", { boxId });
  expect(dropped.map(({ file }) => file)).toEqual(
    contents.map(({ length }) => ({
      name: NAME,
      type: "application/pdf",
      size: length,
      from: "Chen",
    })),
  );
  const [first, second] = dropped;
  if (first === undefined || second === undefined) throw new Error("unreachable");
  const parts: Bytes[] = [];
  for (let start = 0; start < 4_200_000; start += 1_000_000)
    parts.push(
      await bruno.commands["sharing.read"]({
        boxId,
        itemId: first.itemId,
        start,
        length: 1_000_000,
      }),
    );
  expect(concat(...parts)).toEqual(contents[0]);
  const range = { boxId, itemId: second.itemId, start: 50, length: 100 };
  expect(await bruno.commands["sharing.read"](range)).toEqual(contents[1]?.subarray(50));
  await bruno.commands["sharing.discard"]({ boxId, itemId: first.itemId });
  expect(await bruno.now("sharing.dropped", { boxId })).toHaveLength(1);
  await bruno.commands["sharing.refresh"]({});
  expect((await bruno.now("sharing.boxes", {}))[0]).toMatchObject({ waiting: 1, usedFiles: 1 });
  await bruno.commands["sharing.closeBox"]({ boxId, discard: false });
  await expect(openDrop(call, read)).rejects.toMatchObject({ code: "handout_ended" });
  expect(await bruno.commands["sharing.read"](range)).toEqual(contents[1]?.subarray(50));
  await bruno.commands["sharing.closeBox"]({ boxId, discard: true });
  expect(await bruno.now("sharing.boxes", {})).toEqual([]);
});

test("what was left is taken over into a space, goes on after the line and the app were lost, and leaves the box", async () => {
  const { fileId: folder } = await amina.commands["files.newFolder"]({
    spaceId,
    parentId: null,
    name: "What came",
  });
  const { boxId, link } = await box(amina, { into: { spaceId, folderId: folder } });
  const { call, link: read } = drop(link);
  const opened = await openDrop(call, read);
  const contents = [contentOf(5_300_000), contentOf(900), new Uint8Array()];
  for (const [at, content] of contents.entries())
    await leaveFile(
      call,
      opened,
      { name: `left ${at}.pdf`, type: "", from: "Chen", content: contentPart(content) },
      linesOf({ lost: 0 }),
    );
  expect(await amina.now("sharing.marks", { spaceId })).toMatchObject({ unseen: 0 });
  await amina.commands["sharing.refresh"]({ spaceId });
  expect(await amina.now("sharing.marks", { spaceId })).toMatchObject({ unseen: 3 });
  await amina.commands["sharing.seen"]({ boxId });
  expect(await amina.now("sharing.marks", { spaceId })).toMatchObject({ unseen: 0 });
  expect(await amina.now("sharing.boxes", {})).toMatchObject([
    { boxId, waiting: 3, unseen: 0, into: { spaceId, folderId: folder } },
  ]);
  const dropped = await amina.now("sharing.dropped", { boxId });
  const take = ({ itemId }: { itemId: string }) =>
    amina.commands["sharing.save"]({
      boxId,
      itemId,
      spaceId,
      parentId: folder,
      prepared: { type: "application/pdf" },
    });
  // Two pieces come, then the line is lost.
  let pieces = 0;
  amina.line.between(async (path, _body, pass) => {
    if (path.endsWith("intakes.chunk") && ++pieces > 2) throw new ProtocolError("unavailable");
    return pass();
  });
  const { fileId } = await take(dropped[0]!);
  expect(await take(dropped[0]!)).toEqual({ fileId });
  await until(() => pieces > 2, "that the line was lost");
  await amina.restart();
  const saved = await amina.until("sharing.dropped", { boxId }, (all) => all.length === 3);
  expect(saved[0]?.saving).toMatchObject({ spaceId, fileId, state: "sending" });
  expect(saved[1]?.saving).toBe(null);
  for (const one of dropped.slice(1)) await take(one);
  amina.line.between(null);
  await amina.until("sharing.dropped", { boxId }, (all) => all.length === 0);
  const page = { spaceId, parentId: folder, offset: 0, limit: 10 };
  const { entries } = await bruno.until("files.folder", page, ({ total }) => total === 3);
  for (const [at, content] of contents.entries()) {
    const entry = entries.find(({ name }) => name === `left ${at}.pdf`);
    if (entry === undefined) throw new Error(`left ${at} is missing`);
    const parts: Bytes[] = [];
    for (let start = 0; start < content.length; start += 1_000_000)
      parts.push(
        await bruno.commands["files.read"]({
          spaceId,
          fileId: entry.fileId,
          start,
          length: 1_000_000,
        }),
      );
    expect(concat(...parts)).toEqual(content);
  }
  await amina.commands["sharing.refresh"]({});
  expect(await amina.now("sharing.boxes", {})).toMatchObject([{ waiting: 0, usedFiles: 0 }]);
  await amina.commands["sharing.closeBox"]({ boxId, discard: true });
});

test("what is no longer in the box says so instead of waiting for ever, and a call-off leaves it there", async () => {
  const { boxId, link } = await box(amina);
  const { call, link: read } = drop(link);
  const opened = await openDrop(call, read);
  for (const name of ["one", "two"])
    await leaveFile(
      call,
      opened,
      { name, type: "", from: "", content: contentPart(contentOf(2_200_000)) },
      linesOf({ lost: 0 }),
    );
  await amina.commands["sharing.refresh"]({});
  const [one, two] = await amina.now("sharing.dropped", { boxId });
  if (one === undefined || two === undefined) throw new Error("unreachable");
  const take = ({ itemId }: { itemId: string }) =>
    amina.commands["sharing.save"]({
      boxId,
      itemId,
      spaceId,
      parentId: null,
      prepared: { type: "" },
    });
  amina.line.between(async (path, _body, pass) => {
    if (path.endsWith("intakes.chunk")) throw new ProtocolError("not_found");
    return pass();
  });
  await take(one);
  const failed = await amina.until(
    "sharing.dropped",
    { boxId },
    (all) => all[0]?.saving?.state === "failed",
  );
  expect(failed[0]?.saving?.failure).toBe("file_unreadable");
  amina.line.between(null);
  await amina.commands["files.cancel"]({ uploadId: failed[0]?.saving?.uploadId ?? "" });
  await take(two);
  // The first is free again, the second is gone from here.
  const left = await amina.until("sharing.dropped", { boxId }, (all) => all.length === 1);
  expect(left).toMatchObject([{ itemId: one.itemId }]);
  await amina.until("sharing.dropped", { boxId }, (all) => all[0]?.saving === null);
  await amina.commands["sharing.closeBox"]({ boxId, discard: true });
});

test("what does not fit into a drop box is refused before it is sent, and rubbish in one can be thrown away", async () => {
  const { boxId, link } = await box(bruno, { bytes: 100_000, files: 2 });
  const { call, link: read } = drop(link);
  const opened = await openDrop(call, read);
  const leave = (content: Bytes) =>
    leaveFile(
      call,
      opened,
      { name: "x", type: "", from: "", content: contentPart(content) },
      { clock },
    );
  await expect(leave(contentOf(200_000))).rejects.toMatchObject({ code: "quota_exceeded" });
  await leave(contentOf(60));
  const { intakeId, writer } = opened;
  const itemId = randomBytes(16);
  const chunk = randomBytes(100);
  const place = { intakeId, writer, itemId };
  await call("intakes.announce", { ...place, chunks: 1, bytes: 100 });
  await call("intakes.put", { ...place, index: 0, chunk, hash: sha256(chunk) });
  await call("intakes.leave", { ...place, note: randomBytes(900) });
  await expect(leave(contentOf(60))).rejects.toMatchObject({ code: "box_full" });
  await bruno.commands["sharing.refresh"]({});
  const dropped = await bruno.now("sharing.dropped", { boxId });
  expect(dropped.map(({ file }) => file?.name ?? null)).toEqual(["x", null]);
  for (const one of dropped) await bruno.commands["sharing.discard"]({ boxId, itemId: one.itemId });
  expect(await bruno.now("sharing.dropped", { boxId })).toEqual([]);
  await bruno.commands["sharing.closeBox"]({ boxId, discard: true });
});

test("no node has kept a name, a word, a key or the secret of any link", async () => {
  const seeds = [amina, bruno].flatMap(({ directory }) =>
    storeRows<{ seed: Bytes }>(
      directory,
      "SELECT seed FROM handouts UNION SELECT seed FROM intakes",
    ),
  );
  expect(seeds.length).toBeGreaterThan(0);
  for (const index of [0, 1]) {
    for (const { name, bytes } of await filesBelow(net.node(index).dataDir)) {
      expect(findCanaries(name, bytes, [NAME, WORDS, "For the auditors", "Applications"])).toEqual(
        [],
      );
      for (const { seed } of seeds) expect(bytes.includes(Buffer.from(seed))).toBe(false);
    }
  }
  for (const person of [amina, bruno]) expect(person.faults).toEqual([]);
});
