import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Mirrors } from "@baraza/engine";
import { ed25519FromSeed, readHeader, signHead } from "@baraza/crypto";
import { decodeCbor, decodeResponse, encodeResponse, PATHS } from "@baraza/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { nodeKeyOf, withLies, withSignedLies } from "./hostile-hub.ts";
import { hubEntries } from "./inspect.ts";
import type { Between } from "./line.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let dawit: Person;

beforeAll(async () => {
  net = await network({ nodes: 3 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 2, name: "carla", displayName: "Carla" });
  dawit = await net.person({ node: 1, name: "dawit", displayName: "Dawit" });
}, 60_000);
afterEach(async () => {
  for (const index of [0, 1, 2]) if (!stands(index)) await net.node(index).restart();
});
afterAll(() => net.close());

/** What a failed test has left lying is not the next one's trouble. */
function stands(index: number): boolean {
  try {
    net.node(index).running();
    return true;
  } catch {
    return false;
  }
}

const people = () => [amina, bruno, carla, dawit];
const nodeOf = (index: number) => net.node(index).name;

/** A conversation of all at the first node, with a whole copy at the second. */
async function mirrored(title: string, at: readonly number[] = [1]): Promise<string> {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title });
  await amina.commands["space.setMirrors"]({ spaceId, nodes: at.map(nodeOf) });
  await whole(amina, spaceId, at.length);
  for (const one of people())
    await one.until("mirrors", { spaceId }, (value) => value.mirrors.length === at.length);
  return spaceId;
}

/** Looks until every copy has everything. */
async function whole(who: Person, spaceId: string, count = 1): Promise<Mirrors> {
  return until(async () => {
    await who.commands["space.lookAtMirrors"]({ spaceId });
    const value = await who.now("mirrors", { spaceId });
    const good = value.mirrors.filter((one) => one.state === "whole");
    return good.length === count ? value : null;
  }, "whole copies");
}

/** Gives somebody the lead, and waits until those who are told, the hub and its copy know. */
async function lead(spaceId: string, who: Person, told = people()): Promise<void> {
  const before = namings(spaceId);
  await amina.commands["space.setRole"]({ spaceId, identityId: who.identityId, role: "steward" });
  for (const one of told)
    await one.until("people", { spaceId }, (list) =>
      list.some((person) => person.identityId === who.identityId && person.role === "steward"),
    );
  await until(() => namings(spaceId) > before, "the hub's list");
  // A busy machine may let the copy come after the acknowledgement.
  await whole(amina, spaceId);
}
const namings = (spaceId: string) =>
  hubEntries(net.node(0), spaceId).filter(
    (one) => readHeader(one.header).steward?.op === "stewards",
  ).length;

test("those who lead choose among the nodes where people of the conversation live; nobody else does", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Choice" });
  const { choices } = await amina.until("mirrors", { spaceId }, (one) => one.choices.length === 2);
  expect(choices.toSorted()).toEqual([nodeOf(1), nodeOf(2)].toSorted());
  const set = (who: Person, nodes: string[]) =>
    who.commands["space.setMirrors"]({ spaceId, nodes });
  await expect(set(bruno, [nodeOf(1)])).rejects.toMatchObject({ code: "not_steward" });
  for (const wrong of [[nodeOf(0)], ["elsewhere.localhost:1"], [nodeOf(1), nodeOf(1)]])
    await expect(set(amina, wrong)).rejects.toMatchObject({ code: "invalid" });
  await set(amina, [nodeOf(1)]);
  await whole(amina, spaceId);
  // Everybody sees where a copy lies; who lets it go has it dropped.
  const seen = await carla.until("mirrors", { spaceId }, (one) => one.mirrors.length === 1);
  expect(seen.mirrors[0]?.node).toBe(nodeOf(1));
  await set(amina, []);
  await bruno.until("mirrors", { spaceId }, (one) => one.mirrors.length === 0);
  const { store } = net.node(1).running();
  const logId = Uint8Array.from(Buffer.from(spaceId, "hex"));
  await until(async () => (await store.mirrors.place({ logId })) === null, "the copy to go");
}, 60_000);

test("with the hub dead members read on from the copy, and write again when it is back", async () => {
  const spaceId = await mirrored("Well");
  await amina.commands["chat.send"]({ spaceId, text: "before" });
  for (const one of people()) await untilText(one, spaceId, "before");
  await Promise.all([carla.close(), dawit.close()]);
  await amina.commands["chat.send"]({ spaceId, text: "only hub and copy know" });
  await untilText(amina, spaceId, "only hub and copy know");
  await net.node(0).kill();
  await Promise.all([carla.restart(), dawit.restart()]);
  for (const one of [carla, dawit]) {
    await untilText(one, spaceId, "only hub and copy know");
    await one.until("mirrors", { spaceId }, (value) => value.readingAt === nodeOf(1));
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
  }
  await carla.commands["chat.send"]({ spaceId, text: "waits" });
  await net.node(0).restart();
  for (const one of people()) {
    await untilTexts(one, spaceId, ["before", "only hub and copy know", "waits"]);
    await one.until("mirrors", { spaceId }, (value) => value.readingAt === null);
  }
}, 120_000);

test("who came in later, and may not read what was before, reads on from the copy too", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Later", history: "none" });
  await amina.commands["space.setMirrors"]({ spaceId, nodes: [nodeOf(1)] });
  await whole(amina, spaceId);
  await bringIn(amina, carla, spaceId);
  await carla.until("mirrors", { spaceId }, (value) => value.mirrors.length === 1);
  await carla.close();
  await amina.commands["chat.send"]({ spaceId, text: "for all" });
  await untilText(amina, spaceId, "for all");
  await net.node(0).kill();
  await carla.restart();
  await untilText(carla, spaceId, "for all");
  await net.node(0).restart();
}, 120_000);

test("a hand-over from a dead hub goes on from the copy: no device has to bring the log", async () => {
  const spaceId = await mirrored("Radio");
  await lead(spaceId, bruno);
  await lead(spaceId, carla);
  await amina.commands["chat.send"]({ spaceId, text: "one" });
  for (const one of people()) await untilText(one, spaceId, "one");
  await Promise.all([bruno.close(), carla.close(), dawit.close()]);
  await amina.commands["chat.send"]({ spaceId, text: "two" });
  await untilText(amina, spaceId, "two");
  await net.node(0).kill();
  await Promise.all([bruno.restart(), carla.restart(), dawit.restart()]);
  const brought: string[] = [];
  bruno.line.between((path, _body, pass) => {
    if (path.endsWith("/logs.bring")) brought.push(path);
    return pass();
  });
  for (const one of [bruno, carla]) await untilText(one, spaceId, "two");
  await bruno.commands["space.move"]({ spaceId, node: nodeOf(1) });
  const { proposals } = await carla.until("leading", { spaceId }, (value) =>
    value.proposals.some((one) => one.about === "move" && one.asked),
  );
  const proposalId = proposals.find((one) => one.asked)?.proposalId ?? "";
  await carla.commands["space.answer"]({ spaceId, proposalId, agree: true });
  for (const one of [bruno, carla, dawit])
    await one.until("leading", { spaceId }, (value) => value.keptAt === nodeOf(1) && !value.moving);
  await carla.commands["chat.send"]({ spaceId, text: "three" });
  for (const one of [bruno, carla, dawit]) await untilTexts(one, spaceId, ["one", "two", "three"]);
  expect(brought).toEqual([]);
  // It keeps the conversation itself now.
  await dawit.until("mirrors", { spaceId }, (value) => value.mirrors.length === 0);
  await net.node(0).restart();
  await untilTexts(amina, spaceId, ["one", "two", "three"]);
  bruno.line.between(null);
}, 120_000);

test("a third node takes the log over from the copy, where devices have kept only the end of it", async () => {
  const spaceId = await mirrored("Archive");
  await lead(spaceId, bruno);
  await lead(spaceId, carla);
  const texts = ["one", "two", "three"];
  for (const text of texts) {
    await amina.commands["chat.send"]({ spaceId, text });
    for (const one of people()) await untilText(one, spaceId, text);
  }
  const all = hubEntries(net.node(0), spaceId);
  await Promise.all([bruno.close(), carla.close(), dawit.close()]);
  for (const one of [bruno, carla, dawit]) forgetRaw(one, spaceId, all.length - 2);
  await net.node(0).kill();
  await Promise.all([bruno.restart(), carla.restart(), dawit.restart()]);
  await carla.commands["space.move"]({ spaceId, node: nodeOf(2) });
  const { proposals } = await bruno.until("leading", { spaceId }, (value) =>
    value.proposals.some((one) => one.about === "move" && one.asked),
  );
  const proposalId = proposals.find((one) => one.asked)?.proposalId ?? "";
  await bruno.commands["space.answer"]({ spaceId, proposalId, agree: true });
  for (const one of [bruno, carla, dawit])
    await one.until("leading", { spaceId }, (value) => value.keptAt === nodeOf(2) && !value.moving);
  expect(hubEntries(net.node(2), spaceId).slice(0, all.length)).toEqual(all);
  await bruno.commands["chat.send"]({ spaceId, text: "four" });
  for (const one of [bruno, carla, dawit]) await untilTexts(one, spaceId, [...texts, "four"]);
  await net.node(0).restart();
  await untilTexts(amina, spaceId, [...texts, "four"]);
}, 120_000);

/** What happens to the entries of a long log: a device keeps the newest as they were signed. */
function forgetRaw(who: Person, spaceId: string, upTo: number): void {
  const db = new DatabaseSync(join(who.directory, "store.db"));
  db.prepare("DELETE FROM entries WHERE log_id = ? AND seq <= ?").run(spaceId, upTo);
  db.close();
}

test("a member who has missed who leads catches up at the copy, and follows the move", async () => {
  const spaceId = await mirrored("Seeds");
  await dawit.close();
  for (const who of [bruno, carla]) await lead(spaceId, who, [bruno, carla]);
  await net.node(0).kill();
  await bruno.commands["space.move"]({ spaceId, node: nodeOf(1) });
  const { proposals } = await carla.until("leading", { spaceId }, (value) =>
    value.proposals.some((one) => one.about === "move" && one.asked),
  );
  const proposalId = proposals.find((one) => one.asked)?.proposalId ?? "";
  await carla.commands["space.answer"]({ spaceId, proposalId, agree: true });
  await dawit.restart();
  for (const one of [bruno, carla, dawit])
    await one.until("leading", { spaceId }, (value) => value.keptAt === nodeOf(1) && !value.moving);
  await carla.commands["chat.send"]({ spaceId, text: "here" });
  await untilText(dawit, spaceId, "here");
  await net.node(0).restart();
  await untilText(amina, spaceId, "here");
}, 120_000);

test("a stale copy is seen as such; who has more brings it, so that others can read it there", async () => {
  const spaceId = await mirrored("Stale");
  await net.node(1).kill();
  await Promise.all([bruno.close(), dawit.close()]);
  await amina.commands["chat.send"]({ spaceId, text: "the copy was away" });
  await untilText(carla, spaceId, "the copy was away");
  await amina.close();
  await net.node(0).kill();
  await net.node(1).restart();
  await dawit.restart();
  // Carla's device finds the copy behind what its hub has signed for her, and mends it.
  await untilText(dawit, spaceId, "the copy was away");
  expect((await messagesOf(dawit, spaceId)).map((one) => one.text)).toEqual(["the copy was away"]);
  await net.node(0).restart();
  await Promise.all([amina.restart(), bruno.restart()]);
  await untilText(bruno, spaceId, "the copy was away");
}, 120_000);

/** Stands between for one conversation only. */
const only =
  (spaceId: string, between: Between): Between =>
  (path, body, pass) => {
    if (path !== `${PATHS.api}logs.read`) return pass();
    const { logId } = decodeCbor(body) as { logId: Uint8Array };
    return Buffer.from(logId).toString("hex") === spaceId ? between(path, body, pass) : pass();
  };

test("a copy that leaves out, repeats, changes or signs by itself is not believed, and accuses nobody else", async () => {
  const lies: Between[] = [
    withLies((entries) => entries.filter((_one, index) => index !== 1)),
    withLies((entries) => entries.slice(0, -1)),
    withLies(([first, ...rest]) => (first === undefined ? [] : [first, first, ...rest])),
    withLies(([first, ...rest]) =>
      first === undefined ? [] : [first, ...rest.map((one) => ({ ...one, body: first.body }))],
    ),
    withSignedLies(net.node(1), (entries) => entries.slice(0, -1)),
  ];
  const told: { spaceId: string; between: Between }[] = [];
  for (const [index, lie] of lies.entries()) {
    const spaceId = await mirrored(`Lies ${index}`);
    told.push({ spaceId, between: only(spaceId, lie) });
  }
  await dawit.close();
  for (const { spaceId } of told) {
    for (const text of ["a", "b", "c"]) {
      await amina.commands["chat.send"]({ spaceId, text });
      await untilText(amina, spaceId, text);
    }
    await whole(amina, spaceId);
  }
  await net.node(0).kill();
  await dawit.restart();
  dawit.line.between((path, body, pass) =>
    told.reduce<() => ReturnType<typeof pass>>(
      (next, { between }) =>
        () =>
          between(path, body, next),
      pass,
    )(),
  );
  for (const { spaceId } of told) {
    await dawit.until("mirrors", { spaceId }, (value) => value.mirrors[0]?.state === "wrong");
    expect((await dawit.now("space", { spaceId }))?.trouble).toBeNull();
    expect(await messagesOf(dawit, spaceId)).toEqual([]);
  }
  dawit.line.between(null);
  for (const { spaceId } of told) {
    await untilTexts(dawit, spaceId, ["a", "b", "c"]);
    await dawit.until("mirrors", { spaceId }, (value) => value.mirrors[0]?.state === "whole");
  }
}, 180_000);

test("a hub that signed another history for its mirror than for a member is convicted by it", async () => {
  const spaceId = await mirrored("Two faces");
  await amina.commands["chat.send"]({ spaceId, text: "seen" });
  for (const one of people()) await untilText(one, spaceId, "seen");
  const key = nodeKeyOf(net.node(0));
  dawit.line.between(async (path, _body, pass) => {
    const answer = await pass();
    if (path !== `${PATHS.api}logs.session` || answer.status !== 200) return answer;
    const opened = decodeResponse("logs.session", answer.status, answer.body);
    const { logId, gen, seq, time } = opened.head;
    const head = await signHead(key, { logId, gen, seq, head: new Uint8Array(32).fill(7), time });
    return { status: 200, body: encodeResponse("logs.session", { ...opened, head }) };
  });
  await dawit.commands["space.lookAtMirrors"]({ spaceId });
  await dawit.until("space", { spaceId }, (space) => space?.trouble?.kind === "forked");
  const proof = await dawit.commands["space.proof"]({ spaceId });
  expect(proof?.node).toBe(nodeOf(0));
  expect(proof?.nodeKey).toBe(
    Buffer.from(ed25519FromSeed(key.privateKey).publicKey).toString("base64url"),
  );
  dawit.line.between(null);
}, 60_000);
