import type { ToBring } from "@baraza/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFileOf } from "./files.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { seeded } from "./seeded.ts";
import { messagesOf, spaceOf } from "./spaces.ts";

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

const line = (number: number, more: Partial<ToBring> = {}): ToBring => ({
  key: `2022-03-25 ${number}`,
  at: Date.UTC(2022, 2, 25) + number * 60_000,
  n: number,
  name: number % 3 === 0 ? "Chen" : "Dalia",
  text: `catch number ${number}`,
  reply: null,
  thread: null,
  edited: null,
  files: [],
  lacks: [],
  reactions: [],
  ...more,
});
const whole = { service: "whatsapp" as const, title: "Boat owners", hints: [] };

test("what one brings is with the members of other nodes, without anything unread; again it adds nothing; it goes for all", async () => {
  const bytes = seeded(3).bytes(30_000);
  const picture = { name: "boat.jpg", type: "image/jpeg" };
  const messages = Array.from({ length: 1500 }, (_, at) =>
    line(at, at === 7 ? { files: [picture] } : {}),
  );
  const { chat } = await amina.commands["brought.put"]({ ...whole, spaceId, chat: null, messages });
  const file = { spaceId, chat, key: line(7).key, index: 0, parentId: null, name: picture.name };
  const content = { content: new Blob([bytes]), prepared: { type: picture.type } };
  expect(await amina.commands["brought.addFile"]({ ...file, ...content })).toEqual({
    state: "added",
  });
  expect(await amina.commands["brought.addFile"]({ ...file, ...content })).toEqual({
    state: "there",
  });
  const one = await bruno.until(
    "brought.one",
    { spaceId, chat },
    (brought) => brought?.messages === 1500,
  );
  expect(one).toMatchObject({ authorName: "Amina", mine: false, mayDelete: false, people: 2 });
  const page = await bruno.now("brought.messages", { spaceId, chat, offset: 7, limit: 1 });
  const fileId = page.messages[0]?.files[0]?.fileId ?? "";
  await bruno.until("chat.media", { spaceId, fileIds: [fileId] }, ([media]) =>
    media === undefined ? false : media.state === "there",
  );
  expect(Buffer.from(bytes).equals(await readFileOf(bruno, spaceId, fileId))).toBe(true);
  const spaces = await bruno.now("spaces", {});
  expect(spaces.find((space) => space.spaceId === spaceId)?.unread).toBe(0);
  expect(await messagesOf(bruno, spaceId)).toEqual([]);
  // Found by its words, with nobody of the space as its author.
  await bruno.until("search.state", {}, ({ done, total }) => total > 1500 && done === total);
  const { hits } = await bruno.commands["search.find"]({ text: "catch number 1234" });
  expect(hits[0]).toMatchObject({ kind: "brought", authorId: "" });
  expect(hits[0]?.ref.startsWith(chat)).toBe(true);
  expect(
    await amina.commands["brought.put"]({
      ...whole,
      spaceId,
      chat,
      messages: messages.slice(0, 900),
    }),
  ).toEqual({ chat, added: 0, there: 900 });
  await expect(bruno.commands["brought.delete"]({ spaceId, chat })).rejects.toMatchObject({
    code: "invalid",
  });
  await amina.commands["brought.delete"]({ spaceId, chat });
  await bruno.until("brought.one", { spaceId, chat }, (brought) => brought === null);
  await bruno.until(
    "chat.media",
    { spaceId, fileIds: [fileId] },
    ([media]) => media === undefined || media.state === "gone",
  );
});
