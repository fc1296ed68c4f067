import { ed25519Generate, randomBytes, signHead } from "@baraza/crypto";
import type { Head, StoredEntry } from "@baraza/protocol";
import { encodeCbor, ProtocolError } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rewind } from "../handover/rewind.ts";
import type { Insider, TestSpace } from "../spaces/log.testing.ts";
import { testSpace } from "../spaces/log.testing.ts";
import { forgetRuntime } from "../spaces/runtime.ts";
import { postDecisions } from "../spaces/steward.ts";
import { entriesFromCopy } from "./gather.ts";
import { lookAtMirrors } from "./look.ts";
import { mirrorsOf } from "./mirrors-queries.ts";
import { readInstead } from "./read.ts";

const NEAR = "near.localhost";

let here: TestSpace;
let bruno: Insider;
/** What the mirror shows. */
let copy: { entries: StoredEntry[]; head: Head };
let fed: unknown[];
beforeEach(async () => {
  here = await testSpace();
  bruno = await here.bring();
  fed = [];
  const { core, answers } = here;
  await core.store.run("INSERT INTO space_mirrors (log_id, node, key) VALUES (?, ?, ?)", [
    (await here.space()).logId,
    NEAR,
    randomBytes(32),
  ]);
  answers["logs.session"] = () => ({
    token: randomBytes(32),
    expires: Date.now() + 60_000,
    head: copy.head,
    epoch: 0,
    lastCommitSeq: 0,
  });
  answers["logs.read"] = ({ after, limit }: { after: number; limit: number }) => {
    const entries = copy.entries.filter((one) => one.seq > after).slice(0, limit);
    const last = entries.at(-1)?.seq ?? after;
    return { entries, head: copy.head, more: last < (copy.entries.at(-1)?.seq ?? 0) };
  };
  answers["mirrors.feed"] = (request: { receipt: Head }) => {
    fed.push(request);
    return { seq: request.receipt.seq };
  };
});
afterEach(() => here.close());

const hello = (text: string) => ({ type: "chat.message", payload: { text } });
const state = async () =>
  (await mirrorsOf(here.core, (await here.space()).logId)).mirrors[0]?.state;
const row = async () => (await here.space()).row;
/** The mirror has all that is in the log now. */
const showAll = async () => {
  copy = { entries: [...here.log], head: await here.head() };
};

/** Something is said that this device is not given. */
async function unseen(text: string): Promise<void> {
  const store = here.core.store as { transaction: unknown };
  const { transaction } = store;
  store.transaction = () => Promise.reject(new Error("not now"));
  const failure = await here.forge(bruno, hello(text)).then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  store.transaction = transaction;
  forgetRuntime(here.core, (await here.space()).logId);
}
const read = async () => readInstead(here.core, await here.space());

test("what a mirror has is taken as the hub's, with the hub's receipt; and that it is read there is shown", async () => {
  await unseen("one");
  await unseen("two");
  await showAll();
  await read();
  expect((await here.texts()).length).toBe(2);
  expect(await row()).toMatchObject({ seq: copy.head.seq, trouble: null });
  const { logId } = await here.space();
  expect(await mirrorsOf(here.core, logId)).toMatchObject({
    mirrors: [{ node: NEAR, state: "whole", until: copy.head.time }],
    readingAt: NEAR,
  });
});

test("entries that do not lead to what the hub signed are not taken, and nobody but the mirror is blamed", async () => {
  await unseen("one");
  await unseen("two");
  await unseen("three");
  await showAll();
  const { entries, head } = copy;
  const [a, b, c] = entries.slice(-3) as [StoredEntry, StoredEntry, StoredEntry];
  const before = entries.slice(0, -3);
  const own = await signHead(ed25519Generate(), { ...head, seq: b.seq });
  const lies: (typeof copy)[] = [
    { head, entries: [...before, a, c] },
    { head, entries: [...before, b, a, c] },
    { head, entries: [...before, a, b] },
    { head, entries: [...before, a, { ...b, body: a.body }, c] },
    { head, entries: [...before, a, { ...b, header: a.header, body: a.body }, c] },
    { head, entries: [...before, a, { ...b, sigs: a.sigs }, c] },
    { head: own, entries: [...before, a, b] },
    { head: { ...head, logId: randomBytes(32) }, entries },
    { head: { ...head, time: head.time + 1 }, entries },
  ];
  const { seq } = await row();
  for (const [index, lie] of lies.entries()) {
    copy = lie;
    await here.core.store.run("UPDATE space_mirrors SET state = 'unknown'");
    await read();
    expect(await state(), `lie ${index}`).toBe("wrong");
    expect(await row()).toMatchObject({ seq, trouble: null });
  }
  copy = { head, entries };
  await read();
  expect(await state()).toBe("whole");
  expect((await here.texts()).length).toBe(3);
});

test("a body that is taken away is not read as one that says nothing", async () => {
  await unseen("one");
  await showAll();
  copy.entries = copy.entries.map((one) => ({ ...one, body: new Uint8Array() }));
  await read();
  expect((await here.texts()).length).toBe(0);
  expect((await row()).trouble).toBeNull();
});

test("a mirror that is late is given what the hub has signed for, byte for byte", async () => {
  await here.forge(bruno, hello("one"));
  await showAll();
  await here.forge(bruno, hello("two"));
  await read();
  expect(fed).toMatchObject([
    { entries: [{ seq: here.log.length }], receipt: { seq: here.log.length } },
  ]);
  expect(await state()).toBe("whole");
});

test("another head with the hub's signature convicts the hub, whoever shows it", async () => {
  await here.forge(bruno, hello("one"));
  await showAll();
  copy.head = await signHead(here.hubKey, { ...copy.head, head: randomBytes(32) });
  await lookAtMirrors(here.core, await here.space());
  expect((await row()).trouble).toBe("forked");
});

test("a head of the hub behind what it gave this device makes the next reading ask for the rest", async () => {
  await unseen("one");
  await showAll();
  await lookAtMirrors(here.core, await here.space());
  const space = await here.space();
  expect(space.row.hub_seq).toBe(copy.head.seq);
  expect(space.fetched).toBe(false);
});

test("a mirror that does not answer, has no place, or knows another seat changes nothing", async () => {
  await showAll();
  for (const [code, shown] of [
    ["target_unreachable", "unreached"],
    ["log_not_found", "filling"],
    ["busy", "filling"],
    ["seat_unknown", "filling"],
  ] as const) {
    here.answers["logs.session"] = () => {
      throw new ProtocolError(code);
    };
    await read();
    expect(await state()).toBe(shown);
    expect((await row()).trouble).toBeNull();
  }
});

test("what is older than what this device kept comes from a copy only if it leads there, at both readings", async () => {
  for (const text of ["one", "two", "three"]) await here.forge(bruno, hello(text));
  await showAll();
  const { logId, row: now } = await here.space();
  const kept = now.seq - 1;
  await here.core.store.run("DELETE FROM entries WHERE log_id = ? AND seq < ?", [logId, kept]);
  const ask = async (after: number, limit = 500) =>
    entriesFromCopy(here.core, await here.space(), after, limit);
  expect(await ask(0)).toEqual(copy.entries.slice(0, kept));
  expect(await ask(2, 1)).toEqual(copy.entries.slice(2, 3));
  expect(await ask(kept)).toBeNull();
  // The second reading is another one than the first.
  const honest = copy.entries;
  copy.entries = honest.map((one, index) =>
    index === 1 ? { ...one, body: honest[0]?.body ?? one.body } : one,
  );
  expect(await ask(0)).toBeNull();
  expect(await state()).toBe("wrong");
  // And where both say the same, it does not lead to what this device knows.
  copy.entries = honest.map((one, index) =>
    index === 1 ? { ...one, ...honest[0], seq: one.seq } : one,
  );
  forgetRuntime(here.core, logId);
  expect(await ask(0)).toBeNull();
  copy.entries = honest;
  expect(await ask(0)).toEqual(honest.slice(0, kept));
});

test("a naming that did not come along to another hub is taken back with what stood around it", async () => {
  const { logId } = await here.space();
  const name = async (...nodes: string[]) => {
    const mirrors = nodes.map((node) => ({ node, key: ed25519Generate().publicKey }));
    await here.core.store.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'steward', ?)", [
      logId,
      encodeCbor({ op: "mirrors", mirrors }),
    ]);
    await postDecisions(here.core, await here.space());
  };
  const nodes = async () => (await mirrorsOf(here.core, logId)).mirrors.map((one) => one.node);
  await name("a.localhost");
  const { seq } = await row();
  expect(await nodes()).toEqual(["a.localhost"]);
  await name("b.localhost", "c.localhost");
  expect(await nodes()).toEqual(["b.localhost", "c.localhost"]);
  await rewind(here.core, await here.space(), seq);
  expect(await nodes()).toEqual(["a.localhost"]);
});
