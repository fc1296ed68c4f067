/** Typing and presence over real nodes and engines: who sees what, and that nothing of it is kept anywhere. */
import { join } from "node:path";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, PATHS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { atRest } from "./at-rest.ts";
import { filesBelow } from "./capture.ts";
import { hubEntries, inspect, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, spaceOf, untilText } from "./spaces.ts";
import { pause, until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let spaceId: string;
const open: (() => void)[] = [];

type Now = Record<string, { typing: { name: string }[]; here: string[] }>;

/** Somebody has the app open; `now()` is what their screen shows. */
function watching(person: Person, at: string | null = null) {
  let value: Now = {};
  const changed = new Set<() => void>();
  const end = person.engine.watch("signals.now", { open: at }, (next) => {
    value = next;
    for (const one of changed) one();
  });
  open.push(end);
  const typing = (space = spaceId) => (value[space]?.typing ?? []).map(({ name }) => name);
  const here = (space = spaceId) => value[space]?.here ?? [];
  const seen = (fits: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!fits()) return;
        changed.delete(look);
        resolve();
      };
      changed.add(look);
      look();
    });
  return { typing, here, seen, end };
}
const allow = (person: Person, typing: boolean, here: boolean) =>
  person.commands["signals.set"]({ typing, here });
const types = (person: Person, on = true, at = spaceId) =>
  person.commands["signals.typing"]({ spaceId: at, on });
const isSend = (path: string) => path === `${PATHS.api}signals.send`;
const idle = () => Promise.all([0, 1].map((index) => net.node(index).running().idle()));
/** The engine forgets what it has just said, so that the next word goes out at once. */
const anew = async (person: Person, say: () => Promise<void>) => {
  await types(person, false);
  await say();
};

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 0, name: "carla", displayName: "Carla" });
  spaceId = await spaceOf(amina, [bruno, carla], { title: "Seeds" });
  await amina.commands["chat.send"]({ spaceId, text: "Karibu" });
  for (const one of [bruno, carla]) await untilText(one, spaceId, "Karibu");
});
afterAll(async () => {
  for (const end of open) end();
  await net.close();
});

test("until somebody says yes, nothing is sent and nobody listens", async () => {
  expect(await amina.now("signals.settings", {})).toEqual({ typing: false, here: false });
  // What was begun before has come to its end.
  await until(async () => {
    const requests = amina.line.requests();
    await pause(500);
    return amina.line.requests() === requests;
  });
  const before = amina.line.requests();
  const screen = watching(amina, spaceId);
  await types(amina);
  await amina.now("space", { spaceId });
  expect(amina.line.requests()).toBe(before);
  screen.end();
});

test("who writes and who is there is seen across nodes by those who show it themselves, and by nobody else", async () => {
  await allow(amina, true, true);
  await allow(bruno, true, true);
  const hers = watching(amina, spaceId);
  const his = watching(bruno, spaceId);
  const carlas = watching(carla, spaceId);
  await his.seen(() => his.here().includes(amina.identityId));
  await hers.seen(() => hers.here().includes(bruno.identityId));
  await types(amina);
  await his.seen(() => his.typing().includes("Amina"));
  await types(amina, false);
  await his.seen(() => his.typing().length === 0);
  expect([carlas.typing(), carlas.here()]).toEqual([[], []]);
  // She wants to see who writes: then she shows it, too. Who is there she neither shows nor sees.
  await allow(carla, true, false);
  await anew(carla, () => types(carla));
  await his.seen(() => his.typing().includes("Carla"));
  // Her device begins to listen at a moment of its own.
  await until(async () => {
    await anew(amina, () => types(amina));
    await pause(200);
    return carlas.typing().includes("Amina");
  });
  expect(carlas.here()).toEqual([]);
  expect(his.here()).not.toContain(carla.identityId);
  await types(amina, false);
  await types(carla, false);
  for (const one of [hers, his, carlas]) one.end();
});

test("who closes the app is there no longer, at once", async () => {
  const hers = watching(amina, spaceId);
  const his = watching(bruno, spaceId);
  await hers.seen(() => hers.here().includes(bruno.identityId));
  his.end();
  await hers.seen(() => !hers.here().includes(bruno.identityId));
  hers.end();
});

test("no node keeps anything of it: no entry, no letter, no mark, not a byte on its disk", async () => {
  const hers = watching(amina, spaceId);
  const his = watching(bruno, spaceId);
  await his.seen(() => his.here().includes(amina.identityId));
  await hers.seen(() => hers.here().includes(bruno.identityId));
  for (const person of [amina, bruno, carla]) await atRest(person);
  await idle();
  const kept = () => {
    const marks = [0, 1].map((index) =>
      inspect(join(net.node(index).dataDir, "store.sqlite"), (db) => [
        db.prepare("SELECT count(*) AS n FROM box_wakes").get(),
        db.prepare("SELECT count(*) AS n FROM letters").get(),
      ]),
    );
    return JSON.stringify([marks, hubEntries(net.node(0), spaceId).length]);
  };
  const before = kept();
  const sent: Bytes[] = [];
  amina.line.between(async (path, body, pass) => {
    if (isSend(path)) sent.push((decodeCbor(body) as { body: Bytes }).body);
    return pass();
  });
  for (let i = 0; i < 3; i++) {
    await anew(amina, () => types(amina));
    await his.seen(() => his.typing().includes("Amina"));
    await types(amina, false);
    await his.seen(() => his.typing().length === 0);
  }
  // Nor for a device that does not listen any more.
  his.end();
  await anew(amina, () => types(amina));
  amina.line.between(null);
  await idle();
  expect(kept()).toBe(before);
  expect(sent.length).toBeGreaterThanOrEqual(7);
  for (const index of [0, 1])
    for (const { bytes } of await filesBelow(net.node(index).dataDir))
      for (const body of sent) expect(bytes.includes(body.subarray(200, 232))).toBe(false);
  for (const person of [amina, bruno])
    for (const { name } of storeRows<{ name: string }>(
      person.directory,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'signal%'",
    ))
      expect(name).toBe("signal_choices");
  for (const one of [hers, his]) one.end();
});

test("what is given once more, later, or by the wrong hands shows nothing", async () => {
  const his = watching(bruno, spaceId);
  const hers = watching(amina, spaceId);
  await his.seen(() => his.here().includes(amina.identityId));
  // The very request that brought it, said again by a node or by whoever recorded it.
  let sent: Bytes | null = null;
  amina.line.between(async (path, body, pass) => {
    if (isSend(path)) sent ??= body;
    return pass();
  });
  await anew(amina, () => types(amina));
  await his.seen(() => his.typing().includes("Amina"));
  await types(amina, false);
  await his.seen(() => his.typing().length === 0);
  const repeated = sent as Bytes | null;
  expect(repeated).not.toBeNull();
  if (repeated === null) return;
  const statuses: number[] = [];
  amina.line.between(async (path, _body, pass) => {
    if (!isSend(path)) return pass();
    const answer = await pass(repeated);
    statuses.push(answer.status);
    return answer;
  });
  await types(amina);
  amina.line.between(null);
  // The hub took it once more. Something newer arrives behind it: by then it has been dropped.
  expect(statuses).toEqual([200]);
  await anew(carla, () => types(carla));
  await his.seen(() => his.typing().length > 0);
  expect(his.typing()).toEqual(["Carla"]);
  await types(carla, false);
  for (const one of [his, hers]) one.end();
});

test("one conversation can be kept quiet, and where few write there is none of it", async () => {
  const his = watching(bruno, spaceId);
  const hers = watching(amina, spaceId);
  await his.seen(() => his.here().includes(amina.identityId));
  await amina.commands["signals.setQuiet"]({ spaceId, quiet: true });
  await his.seen(() => !his.here().includes(amina.identityId));
  expect(await amina.now("signals.quiet", { spaceId })).toEqual({ quiet: true, possible: true });
  await anew(amina, () => types(amina));
  await anew(carla, () => types(carla));
  await his.seen(() => his.typing().includes("Carla"));
  expect(his.typing()).toEqual(["Carla"]);
  await types(carla, false);
  await amina.commands["signals.setQuiet"]({ spaceId, quiet: false });
  await his.seen(() => his.here().includes(amina.identityId));

  await amina.commands["space.setRules"]({ spaceId, announce: true });
  for (const one of [amina, bruno])
    await one.until("signals.quiet", { spaceId }, ({ possible }) => !possible);
  await his.seen(() => his.here().length === 0);
  await anew(amina, () => types(amina));
  await bruno.now("space", { spaceId });
  expect(his.typing()).toEqual([]);
  for (const one of [his, hers]) one.end();
});

test("who was removed is heard no more and hears no more", async () => {
  const room = await spaceOf(amina, [bruno]);
  await bringIn(amina, carla, room);
  await allow(carla, true, true);
  const his = watching(bruno, room);
  const theirs = watching(carla, room);
  await his.seen(() => his.here(room).includes(carla.identityId));
  await amina.commands["space.remove"]({ spaceId: room, identityId: carla.identityId });
  await carla.until("space", { spaceId: room }, (one) => one?.state === "removed");
  await theirs.seen(() => theirs.here(room).length === 0);
  await bruno.until("people", { spaceId: room }, (people) => people.length === 2);
  await until(async () => {
    await types(amina, false, room);
    await types(amina, true, room);
    await pause(200);
    return his.typing(room).includes("Amina");
  });
  await carla.commands["signals.typing"]({ spaceId: room, on: true });
  expect(his.typing(room)).toEqual(["Amina"]);
  expect(theirs.typing(room)).toEqual([]);
  for (const one of [his, theirs]) one.end();
});
