import { afterAll, beforeAll, expect, test } from "vitest";
import { readFileOf } from "./files.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { seeded } from "./seeded.ts";
import { messagesOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  spaceId = await spaceOf(amina, [bruno]);
});
afterAll(() => net.close());

const picture = (name: string, bytes: Uint8Array<ArrayBuffer>) => ({
  name,
  content: new Blob([bytes]),
  prepared: {
    type: "image/jpeg",
    meta: { width: 640, height: 480 },
    thumbnail: { bytes: new Uint8Array([1, 2, 3]), type: "image/webp", width: 320, height: 240 },
  },
});
const bytesOf = (seed: number, length: number): Uint8Array<ArrayBuffer> =>
  seeded(seed).bytes(length);

test("an album goes once all of its pictures are at the hub, and the other reads every byte", async () => {
  const small = bytesOf(1, 20_000);
  const large = bytesOf(2, 3_000_000);
  const { id } = await amina.commands["chat.attach"]({
    spaceId,
    text: "At the market",
    files: [picture("one.jpg", small), picture("two.jpg", large)],
    folderName: "From the conversation",
  });
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  const message = await untilText(bruno, spaceId, "At the market");
  expect(message.media?.files.map(({ type, width }) => [type, width])).toEqual([
    ["image/jpeg", 640],
    ["image/jpeg", 640],
  ]);
  const fileIds = (message.media?.files ?? []).map((one) => one.fileId);
  const files = await bruno.now("chat.media", { spaceId, fileIds });
  expect(files.map(({ name, state, size }) => [name, state, size])).toEqual([
    ["one.jpg", "there", 20_000],
    ["two.jpg", "there", 3_000_000],
  ]);
  for (const [index, bytes] of [small, large].entries())
    expect(Buffer.from(bytes).equals(await readFileOf(bruno, spaceId, fileIds[index] ?? ""))).toBe(
      true,
    );
  const thumb = await bruno.commands["files.thumbnail"]({ spaceId, fileId: fileIds[0] ?? "" });
  expect(thumb?.type).toBe("image/webp");
  expect(await amina.now("chat.outgoing", { spaceId })).toEqual([]);
  // They stand in one folder of the space's files.
  const top = await bruno.now("files.folder", { spaceId, parentId: null, offset: 0, limit: 9 });
  expect(top.entries.map(({ name, children }) => [name, children])).toEqual([
    ["From the conversation", 2],
  ]);
});

test("what somebody makes of a file later does not change what was said with it", async () => {
  const message = await untilText(bruno, spaceId, "At the market");
  const fileId = message.media?.files[0]?.fileId ?? "";
  await bruno.commands["files.addVersion"]({
    spaceId,
    fileId,
    content: new Blob(["something else"]),
    prepared: { type: "text/plain" },
  });
  const entry = await amina.until("files.entry", { spaceId, fileId }, (one) => one?.versions === 2);
  expect(entry?.type).toBe("text/plain");
  const [shown] = await amina.now("chat.media", { spaceId, fileIds: [fileId] });
  expect(shown).toMatchObject({ type: "image/jpeg", size: 20_000, hasThumbnail: true });
  const bytes = await amina.commands["files.read"]({
    spaceId,
    fileId,
    versionId: shown?.versionId,
    start: 0,
    length: 100,
  });
  expect(Buffer.from(bytes).equals(Buffer.from(bytesOf(1, 20_000).subarray(0, 100)))).toBe(true);
});

test("without a line it waits, survives a kill, and is said once when the line is back", async () => {
  amina.line.cut();
  await amina.commands["chat.attach"]({
    spaceId,
    text: "From the road",
    files: [picture("road.jpg", bytesOf(3, 30_000)), picture("bus.jpg", bytesOf(4, 500))],
    folderName: "From the conversation",
  });
  const [waiting] = await amina.now("chat.outgoing", { spaceId });
  expect(waiting).toMatchObject({ text: "From the road", aside: false });
  expect(waiting?.sending.length).toBe(2);
  await amina.kill();
  await amina.restart();
  await untilText(bruno, spaceId, "From the road");
  await amina.until("chat.outgoing", { spaceId }, (list) => list.length === 0);
  const said = (await messagesOf(bruno, spaceId)).filter(({ text }) => text === "From the road");
  expect(said.length).toBe(1);
});

test("what is on its way can be taken back, and nothing of it is left", async () => {
  amina.line.cut();
  const { id } = await amina.commands["chat.attach"]({
    spaceId,
    text: "Not this one",
    files: [picture("wrong.jpg", bytesOf(5, 100_000))],
    folderName: "From the conversation",
  });
  await amina.commands["chat.takeBack"]({ spaceId, id });
  expect(await amina.now("chat.outgoing", { spaceId })).toEqual([]);
  const uploads = await amina.now("files.uploads", {});
  expect(uploads.filter(({ name, state }) => name === "wrong.jpg" && state !== "waiting")).toEqual(
    [],
  );
  amina.line.mend();
  await amina.commands["chat.send"]({ spaceId, text: "Rather this" });
  await untilText(bruno, spaceId, "Rather this");
  expect((await messagesOf(bruno, spaceId)).map(({ text }) => text)).not.toContain("Not this one");
});

test("a voice note brings its waveform; a place and a contact arrive as they were sent", async () => {
  const voice = { bars: [0, 128, 255], durationMs: 2500 };
  await bruno.commands["chat.attach"]({
    spaceId,
    text: "",
    files: [
      {
        name: "voice.webm",
        content: new Blob([bytesOf(6, 9000)]),
        prepared: { type: "audio/webm", meta: { durationMs: 2500 } },
      },
    ],
    voice,
    folderName: "De la conversación",
  });
  await bruno.commands["chat.sendPlace"]({
    spaceId,
    place: { latitude: -1.292066, longitude: 36.821946, name: "Uhuru Park" },
  });
  await bruno.commands["chat.sendContact"]({
    spaceId,
    identityId: amina.identityId,
  });
  const { messages } = await amina.until("chat.messages", { spaceId, limit: 50 }, (page) =>
    // What has files may be said after what was written later.
    ["voice", "contact"].every((part) =>
      page.messages.some(({ media }) => media?.[part as "voice" | "contact"] != null),
    ),
  );
  const media = messages.flatMap((one) => one.media ?? []);
  expect(media.find((one) => one.voice !== null)?.voice).toEqual(voice);
  expect(media.find((one) => one.place !== null)?.place).toEqual({
    latitude: -1.292066,
    longitude: 36.821946,
    name: "Uhuru Park",
  });
  const rows = await amina.now("spaces", {});
  expect(rows.find((one) => one.spaceId === spaceId)?.lastText).toMatch(/^(?:🎤 0:03|👤 Amina)$/u);
  // The folder was there already: nobody makes a second one.
  const top = await amina.now("files.folder", { spaceId, parentId: null, offset: 0, limit: 9 });
  expect(top.entries.length).toBe(1);
});

test("forwarded pictures are there for those who are not in the first conversation", async () => {
  const carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  const other = await spaceOf(amina, [carla]);
  const message = await untilText(amina, spaceId, "From the road");
  await amina.commands["chat.forward"]({
    spaceId,
    eventId: message.eventId,
    to: [other],
    named: true,
    folderName: "From the conversation",
  });
  const there = await untilText(carla, other, "From the road");
  expect(there.forwarded).toBe("Amina");
  const fileId = there.media?.files[0]?.fileId ?? "";
  expect(Buffer.from(bytesOf(3, 30_000)).equals(await readFileOf(carla, other, fileId))).toBe(true);
});

test("with a message that is deleted its files go, too", async () => {
  const message = await untilText(bruno, spaceId, "From the road");
  const fileIds = (message.media?.files ?? []).map((one) => one.fileId);
  await amina.commands["chat.delete"]({ spaceId, eventId: message.eventId });
  await bruno.until("chat.media", { spaceId, fileIds }, (files) =>
    files.every((one) => one.state === "gone"),
  );
  const gone = (await messagesOf(bruno, spaceId)).find((one) => one.eventId === message.eventId);
  expect(gone).toMatchObject({ deleted: true, media: null, text: "" });
});

test("a waveform that is no waveform, and more files than a message holds, are refused", async () => {
  const attach = (more: object) =>
    amina.commands["chat.attach"]({
      spaceId,
      text: "",
      files: [picture("a.jpg", bytesOf(7, 10))],
      folderName: "x",
      ...more,
    });
  const bars = Array.from({ length: 65 }, () => 1);
  await expect(attach({ voice: { bars, durationMs: 1 } })).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(attach({ voice: { bars: [256], durationMs: 1 } })).rejects.toMatchObject({
    code: "invalid",
  });
  const many = Array.from({ length: 31 }, () => picture("a.jpg", bytesOf(7, 10)));
  await expect(attach({ files: many })).rejects.toMatchObject({ code: "invalid" });
  await expect(
    amina.commands["chat.sendPlace"]({
      spaceId,
      place: { latitude: 91, longitude: 0, name: "" },
    }),
  ).rejects.toMatchObject({ code: "invalid" });
});
