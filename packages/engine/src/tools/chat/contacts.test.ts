import { afterEach, beforeEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { putMark } from "../marks/registers.ts";
import { testId, toolHarness } from "../harness.ts";
import type { ToolHarness } from "../harness.ts";
import { contact, contacts, sendContact } from "./contacts.ts";
import { chat } from "./index.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
let store: SqlStore;
let harness: ToolHarness;
beforeEach(async () => {
  store = await openNodeStore(":memory:");
  harness = await toolHarness(store, chat);
  await harness.member(harness.me, { name: "Me" });
  await know(AMINA, "Amina", "amina@a.example", "code");
  await know(BRUNO, "bruno", "bruno@b.example", "known");
});
afterEach(() => store.close());

async function know(id: string, name: string, address: string, state: string) {
  await store.run("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, 1)", [
    id,
    name,
    address,
    state,
  ]);
}
const card = (more: object = {}) => ({
  contact: {
    address: "amina@a.example",
    name: "Amina",
    identityId: AMINA,
    checked: false,
    ...more,
  },
});

test("everybody one knows is there by name; oneself, who has no address and whom one blocks are not", async () => {
  await know(harness.me, "Me", "me@a.example", "you");
  await know(testId(32, 4), "Nobody", "", "known");
  await know(testId(32, 5), "Zoe", "zoe@a.example", "known");
  await know(testId(32, 6), "Flood", "flood@a.example", "known");
  await store.transaction((tx) =>
    putMark(tx, "block", testId(32, 6), { name: "Flood", address: "flood@a.example", at: 1 }, 1),
  );
  expect((await contacts(harness.context)).map(({ name, check }) => [name, check])).toEqual([
    ["Amina", "code"],
    ["bruno", "known"],
    ["Zoe", "known"],
  ]);
});

test("a card says what the sender knows: name, address, identity, and whether they have checked", async () => {
  const { context, spaceId } = harness;
  await sendContact(context, { spaceId, identityId: AMINA });
  await sendContact(context, { spaceId, identityId: BRUNO });
  const { messages } = await chatQueries.messages.run(context, { spaceId, limit: 10 });
  expect(messages.map(({ media }) => media?.contact)).toEqual([
    { address: "amina@a.example", name: "Amina", identityId: AMINA, checked: true },
    { address: "bruno@b.example", name: "bruno", identityId: BRUNO, checked: false },
  ]);
  for (const identityId of [testId(32, 9), "x", harness.me])
    await expect(sendContact(context, { spaceId, identityId })).rejects.toMatchObject({
      code: "invalid",
    });
});

test("of a card that came one is told whom one knows by it, and whose the address is already", async () => {
  const { context } = harness;
  expect(await contact(context, card())).toMatchObject({
    known: { identityId: AMINA, check: "code" },
    you: false,
    otherAddress: null,
  });
  const stranger = testId(32, 9);
  expect(
    await contact(context, card({ identityId: stranger, address: "new@a.example" })),
  ).toMatchObject({ known: null, otherAddress: null });
  expect(
    await contact(context, card({ identityId: stranger, address: "AMINA@a.example" })),
  ).toMatchObject({ known: null, otherAddress: "Amina" });
  // An older card without an identity: nobody can say that it is another person.
  expect(await contact(context, card({ identityId: null }))).toMatchObject({
    known: null,
    otherAddress: null,
  });
  expect(await contact(context, card({ identityId: harness.me }))).toMatchObject({ you: true });
});
