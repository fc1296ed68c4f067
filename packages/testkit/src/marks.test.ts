/** What a person marks for themselves is the same on all their devices, and nobody else learns of it. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import { network } from "./network.ts";
import type { Network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
afterEach(() => net.close());

const FOREVER = 8_640_000_000_000_000;
const sent = (person: Person) =>
  storeRows<{ author: string }>(
    person.directory,
    "SELECT author FROM events WHERE type = 'marks.set'",
  ).length;

/** What members have said in a conversation, as one of them reads it: not what their devices tell each other. */
const written = (reader: Person, spaceId: string): number =>
  storeRows(
    reader.directory,
    "SELECT event_id FROM events WHERE log_id = ? AND type NOT LIKE 'space.%'",
    spaceId,
  ).length;

async function say(from: Person, to: readonly Person[], spaceId: string, text: string) {
  const { eventId } = await from.commands["chat.send"]({ spaceId, text });
  for (const person of to)
    await person.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
      messages.some((one) => one.eventId === eventId),
    );
  return eventId;
}

test("marks travel to the other device of a person, in one entry, and the conversation's log has none of them", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  const phone = await alice.bareDevice();
  await pairByPicture(alice, phone);
  await phone.until("spaces", {}, (spaces) => spaces.some((one) => one.spaceId === spaceId));
  const eventId = await say(bob, [alice, phone], spaceId, "Habari");
  const page = await alice.until("chat.messages", { spaceId, limit: 50 }, () => true);
  const position = page.messages.at(-1)?.position ?? 0;
  // The phone has said that it is there.
  for (const person of [alice, bob, phone])
    await person.until("status", {}, (status) => status.waiting === 0);
  const before = written(bob, spaceId);

  const { folderId } = await alice.commands["marks.putFolder"]({ name: "Shamba" });
  // At once: what is done a while later goes with a later entry.
  await Promise.all([
    alice.commands["chat.setDraft"]({ spaceId, text: "Nzuri sana" }),
    alice.commands["chat.markRead"]({ spaceId, position }),
    alice.commands["marks.bookmark"]({ spaceId, eventId, on: true }),
    alice.commands["marks.pin"]({ spaceIds: [spaceId], on: true }),
    alice.commands["marks.mute"]({ spaceIds: [spaceId], until: FOREVER }),
    alice.commands["marks.file"]({ spaceIds: [spaceId], folderId, on: true }),
  ]);

  const [row] = await phone.until(
    "spaces",
    {},
    ([one]) => one !== undefined && one.mutedUntil > 0 && one.draft !== null,
  );
  expect(row).toMatchObject({
    mutedUntil: FOREVER,
    archived: false,
    unread: 0,
    draft: "Nzuri sana",
  });
  expect(row?.pinnedAt).not.toBeNull();
  await phone.until("chat.draft", { spaceId }, (draft) => draft?.text === "Nzuri sana");
  const marked = await phone.until(
    "marks.bookmarks",
    { limit: 10 },
    ({ bookmarks }) => bookmarks.length === 1,
  );
  expect(marked.bookmarks[0]).toMatchObject({ eventId, text: "Habari", state: "here" });
  expect(await phone.until("marks.folders", {}, (all) => all.length === 1)).toEqual([
    { folderId, name: "Shamba", spaceIds: [spaceId] },
  ]);
  // All of it waited for more of its kind, and went together.
  expect(sent(phone)).toBeLessThanOrEqual(2);

  // Back from the phone: what is done there after having seen it counts.
  await phone.commands["marks.unread"]({ spaceIds: [spaceId] });
  await phone.commands["marks.mute"]({ spaceIds: [spaceId], until: null });
  await alice.until(
    "spaces",
    {},
    ([one]) => one?.mutedUntil === 0 && one.markedUnread && one.unread === 1,
  );
  expect(written(bob, spaceId)).toBe(before);
  expect(sent(bob)).toBe(0);
  await bob.until("spaces", {}, ([one]) => one?.mutedUntil === 0 && one.draft === null);
  for (const person of [alice, bob, phone]) expect(person.faults).toEqual([]);
});

test("with one device only what lasts is sent; drafts and reading follow when there is a second one", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const bob = await net.person({ name: "bob" });
  const spaceId = await spaceOf(alice, [bob]);
  await say(bob, [alice], spaceId, "Habari");
  for (let n = 0; n < 50; n++)
    await alice.commands["chat.setDraft"]({ spaceId, text: "Nzuri".repeat(n + 1) });
  await alice.commands["marks.archive"]({ spaceIds: [spaceId], on: true });
  await until(async () => sent(alice) === 1, "the archiving is in the log");
  expect(
    storeRows<object>(alice.directory, "SELECT key FROM marks_drafts WHERE due IS NOT NULL"),
  ).toHaveLength(1);

  const phone = await alice.bareDevice();
  await pairByPicture(alice, phone);
  await phone.until(
    "spaces",
    {},
    ([one]) => one?.archived === true && one.draft === "Nzuri".repeat(50).slice(0, 200),
  );
  for (const person of [alice, phone]) expect(person.faults).toEqual([]);
});

test("a mark that no device would keep is offered once, and holds nothing up", async () => {
  net = await network({ nodes: 1 });
  const alice = await net.person({ name: "alice" });
  const spaceId = await spaceOf(alice, []);
  await alice.commands["marks.putFolder"]({ name: "Before" });
  await until(async () => sent(alice) === 1);
  await alice.kill();
  // As an app with an error might have left it: more people than a sending can have, due now.
  const db = new DatabaseSync(join(alice.directory, "store.db"));
  db.prepare(
    `INSERT INTO marks (kind, key, value, stamp, device, due, since)
     SELECT 'listSent', ?, ?, 1, device_hash, 1, 1 FROM account`,
  ).run(
    `${"a".repeat(32)}:${"b".repeat(32)}`,
    JSON.stringify({
      at: 1,
      text: "",
      files: 0,
      total: 300,
      done: true,
      gone: [],
      blocked: [],
      refused: [],
    }),
  );
  db.close();
  await alice.restart();
  const due = () => storeRows(alice.directory, "SELECT key FROM marks WHERE due IS NOT NULL");
  await until(async () => due().length === 0);
  await alice.commands["marks.pin"]({ spaceIds: [spaceId], on: true });
  await alice.until("spaces", {}, ([one]) => one?.pinnedAt !== null);
  await alice.commands["marks.pin"]({ spaceIds: [spaceId], on: false });
  await until(() => due().length === 0, "nothing is left to send");
  await alice.until("status", {}, ({ waiting }) => waiting === 0);
  // What waited at one time goes in one entry: the folder, that mark, the pin, and that it was taken off.
  expect(sent(alice)).toBeLessThanOrEqual(4);
});
