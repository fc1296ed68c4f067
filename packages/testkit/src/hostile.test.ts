import { rm } from "node:fs/promises";
import { ed25519Generate } from "@baraza/crypto";
import { toHex } from "@baraza/protocol";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { withLies, withSignedLies } from "./hostile-hub.ts";
import { misbehave } from "./hostile-member.ts";
import { inspect } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { messagesOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
/** A steward at the hub. */
let amina: Person;
/** A member on another node. */
let bruno: Person;
/** A member who turns against the others. */
let mallory: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  mallory = await net.person({ node: 0, name: "mallory", displayName: "Mallory" });
});
afterAll(() => net.close());

/** A space of all three in which Mallory's engine has just been closed. */
async function spaceWithMallory(): Promise<string> {
  await mallory.restart();
  const spaceId = await spaceOf(amina, [bruno, mallory]);
  for (const one of [amina, bruno, mallory])
    await one.until(
      "people",
      { spaceId },
      (list) => list.length === 3 && list.every((p) => p.name),
    );
  await mallory.until("status", {}, ({ waiting }) => waiting === 0);
  await mallory.close();
  return spaceId;
}

async function goesOn(spaceId: string): Promise<void> {
  await bruno.commands["chat.send"]({ spaceId, text: "we go on" });
  await untilText(amina, spaceId, "we go on");
  await amina.commands["chat.send"]({ spaceId, text: "indeed" });
  await untilText(bruno, spaceId, "indeed");
}

async function isNamed(spaceId: string): Promise<void> {
  for (const one of [amina, bruno])
    await one.until(
      "space",
      { spaceId },
      (space) => space?.trouble?.kind === "offender" && space.trouble.name === "Mallory",
    );
}

test("a member who throws out another without being a steward: it is undone, and the member is named", async () => {
  const spaceId = await spaceWithMallory();
  await misbehave(mallory, net.node(0), spaceId, { remove: [bruno.identityId] });
  await isNamed(spaceId);
  await goesOn(spaceId);
  expect((await bruno.now("people", { spaceId })).map((one) => one.name)).toContain("Bruno");
  expect((await bruno.now("space", { spaceId }))?.state).toBe("active");
});

test("a member who poisons the next posting key: a steward's device mends it, and the member is named", async () => {
  const spaceId = await spaceWithMallory();
  await misbehave(mallory, net.node(0), spaceId, { nextPostingKey: ed25519Generate() });
  await isNamed(spaceId);
  await goesOn(spaceId);
});

test("a member who registers seats for nobody: they are taken away, and the member is named", async () => {
  const spaceId = await spaceWithMallory();
  await misbehave(mallory, net.node(0), spaceId, {
    addSeats: [ed25519Generate().publicKey, ed25519Generate().publicKey],
  });
  await isNamed(spaceId);
  await goesOn(spaceId);
  await until(() => liveSeats(spaceId) === 3, "three seats");
});

function liveSeats(spaceId: string): number {
  return inspect(`${net.node(0).dataDir}/store.sqlite`, (db) => {
    const logs = db.prepare("SELECT log, log_id FROM logs").all() as {
      log: number;
      log_id: Uint8Array;
    }[];
    const log = logs.find((one) => toHex(one.log_id) === spaceId)?.log ?? 0;
    const [row] = db
      .prepare("SELECT count(*) AS count FROM log_seats WHERE log = ? AND removed_seq IS NULL")
      .all(log) as { count: number }[];
    return row?.count ?? 0;
  });
}

/** Amina hears nothing but what she asks for, of a hub that lies to her; what Bruno says meanwhile. */
async function liedTo(
  spaceId: string,
  between: Parameters<Person["line"]["between"]>[0],
  texts: readonly string[],
): Promise<void> {
  amina.line.deaf(true);
  amina.line.between(between);
  onTestFinished(() => {
    amina.line.deaf(false);
    amina.line.between(null);
  });
  for (const text of texts) await bruno.commands["chat.send"]({ spaceId, text });
  await bruno.until("status", {}, ({ waiting }) => waiting === 0);
  await amina.commands["sync.now"]({});
}

const trouble = (kind: string) => (space: { trouble: { kind: string } | null } | null) =>
  space?.trouble?.kind === kind;

test("a hub that withholds entries: shown, and over when it gives them", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  await liedTo(
    spaceId,
    withLies((entries) => entries.slice(0, -1)),
    ["one", "two"],
  );
  await amina.until("space", { spaceId }, trouble("behind"));
  amina.line.between(null);
  await amina.commands["sync.now"]({});
  await untilText(amina, spaceId, "two");
  await amina.until("space", { spaceId }, (space) => space?.trouble === null);
});

test("a hub that gives entries in another order under the true head is believed in nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  const before = (await messagesOf(amina, spaceId)).length;
  await liedTo(
    spaceId,
    withLies((entries) =>
      entries.map((entry, i) => ({
        ...(entries[entries.length - 1 - i] ?? entry),
        seq: entry.seq,
      })),
    ),
    ["one", "two"],
  );
  await amina.until("space", { spaceId }, trouble("forked"));
  expect(await messagesOf(amina, spaceId)).toHaveLength(before);
});

test("a hub that signs another order for one reader: found out by what the others say that they saw", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  await amina.commands["chat.send"]({ spaceId, text: "zero" });
  await untilText(bruno, spaceId, "zero");
  await liedTo(
    spaceId,
    withSignedLies(net.node(0), (entries) => entries.toReversed()),
    ["one", "two"],
  );
  await amina.until("space", { spaceId }, (space) => space?.trouble !== null);
  await bruno.commands["chat.send"]({ spaceId, text: "three" });
  await bruno.until("status", {}, ({ waiting }) => waiting === 0);
  await amina.commands["sync.now"]({});
  await amina.until("space", { spaceId }, trouble("forked"));
});

test("a hub that gives an entry twice: nothing is doubled, and it is shown", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  await liedTo(
    spaceId,
    withSignedLies(net.node(0), (entries) => entries.flatMap((entry) => [entry, entry])),
    ["once"],
  );
  await amina.until("space", { spaceId }, trouble("forked"));
  const texts = (await messagesOf(amina, spaceId)).map((one) => one.text);
  expect(texts.filter((text) => text === "once").length).toBeLessThanOrEqual(1);
});

test("a hub that shows two members two histories is found out as soon as they meet", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  bruno.line.cut();
  const copy = await net.node(0).backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await amina.commands["sync.now"]({});
  await amina.commands["chat.send"]({ spaceId, text: "in one history" });
  await untilText(amina, spaceId, "in one history");
  await amina.close();
  await net.node(0).restore(copy);
  bruno.line.mend();
  await bruno.commands["chat.send"]({ spaceId, text: "in the other" });
  await bruno.commands["sync.now"]({});
  await untilText(bruno, spaceId, "in the other");
  await amina.restart();
  await amina.until("space", { spaceId }, trouble("forked"));
});

test("a hub that has gone back and takes nothing back: shown for as long as it lasts", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await goesOn(spaceId);
  const copy = await net.node(0).backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await amina.commands["sync.now"]({});
  await amina.commands["chat.send"]({ spaceId, text: "lost at the hub" });
  await untilText(amina, spaceId, "lost at the hub");
  bruno.line.cut();
  amina.line.between(async (path, body, pass) =>
    path.endsWith("logs.append") ? { status: 503, body: new Uint8Array() } : pass(body),
  );
  await net.node(0).restore(copy);
  await amina.commands["sync.now"]({});
  await amina.until("space", { spaceId }, trouble("rolledBack"));
  amina.line.between(null);
  bruno.line.mend();
  await amina.commands["sync.now"]({});
  await amina.until("space", { spaceId }, (space) => space?.trouble === null);
  await untilText(bruno, spaceId, "lost at the hub");
});

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno, mallory].flatMap((person) => person.faults)).toEqual([]);
});
