import { join } from "node:path";
import { readHeader } from "@baraza/crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubEntries, inspect } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let dawit: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 0, name: "carla", displayName: "Carla" });
  dawit = await net.person({ node: 1, name: "dawit", displayName: "Dawit" });
}, 60_000);
afterAll(() => net.close());

/** How many steward keys the hub goes by for a log. */
const leadsAtHub = (spaceId: string): number =>
  inspect(join(net.node(0).dataDir, "store.sqlite"), (db) => {
    const row = db
      .prepare("SELECT length(stewards) / 32 AS n FROM logs WHERE log_id = ?")
      .get(Buffer.from(spaceId, "hex"));
    return Number(row?.["n"]);
  });

async function lead(spaceId: string, by: Person, who: Person): Promise<void> {
  await by.commands["space.setRole"]({ spaceId, identityId: who.identityId, role: "steward" });
  await who.until("space", { spaceId }, (one) => one?.myRole === "steward");
}

const openProposal = async (who: Person, spaceId: string) => {
  const { proposals } = await who.until("leading", { spaceId }, (value) =>
    value.proposals.some((one) => one.state === "open"),
  );
  const found = proposals.find((one) => one.state === "open");
  if (found === undefined) throw new Error("unreachable");
  return found;
};

test("two of three take the maker out: the members are asked, and the hub forgets their key too", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Seed bank" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, bruno, carla);
  await until(() => leadsAtHub(spaceId) === 3, "the hub knows all three");
  await bruno.commands["space.remove"]({ spaceId, identityId: amina.identityId });
  const asked = await openProposal(carla, spaceId);
  expect(asked).toMatchObject({
    about: "remove",
    subject: { identityId: amina.identityId, name: "Amina" },
    by: { name: "Bruno" },
    agreed: ["Bruno"],
    needed: 2,
    asked: true,
  });
  // A minority decides nothing.
  expect((await carla.now("people", { spaceId })).map((one) => one.name)).toContain("Amina");
  await expect(
    dawit.commands["space.answer"]({ spaceId, proposalId: asked.proposalId, agree: true }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await carla.commands["space.answer"]({ spaceId, proposalId: asked.proposalId, agree: true });
  await amina.until("space", { spaceId }, (one) => one?.state === "removed");
  await until(() => leadsAtHub(spaceId) === 2, "the hub forgets the maker's key");
  await dawit.commands["chat.send"]({ spaceId, text: "it goes on" });
  for (const one of [bruno, carla]) await untilText(one, spaceId, "it goes on");
  for (const one of [bruno, carla, dawit])
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
  const done = await carla.now("leading", { spaceId });
  expect(done.proposals.map((one) => one.state)).toEqual(["done"]);
}, 60_000);

test("declined by as many as it takes, a proposal is over and changes nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Press" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, amina, carla);
  await carla.commands["space.setRole"]({
    spaceId,
    identityId: amina.identityId,
    role: "member",
  });
  const { proposalId } = await openProposal(amina, spaceId);
  await amina.commands["space.answer"]({ spaceId, proposalId, agree: false });
  await bruno.until("leading", { spaceId }, ({ proposals }) => proposals[0]?.declined.length === 1);
  await bruno.commands["space.answer"]({ spaceId, proposalId, agree: false });
  await carla.until("leading", { spaceId }, ({ proposals }) => proposals[0]?.state === "declined");
  await expect(
    carla.commands["space.answer"]({ spaceId, proposalId, agree: true }),
  ).rejects.toMatchObject({ code: "invalid" });
  expect(leadsAtHub(spaceId)).toBe(3);
}, 60_000);

test("of two competing proposals one is carried out and the other is outdated", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Radio" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, amina, carla);
  const unlead = (who: Person) =>
    carla.commands["space.setRole"]({ spaceId, identityId: who.identityId, role: "member" });
  await unlead(bruno);
  await unlead(amina);
  const asks = async (who: Person, about: Person) => {
    const { proposals } = await who.until(
      "leading",
      { spaceId },
      (one) => one.proposals.length === 2,
    );
    const found = proposals.find((one) => one.subject?.identityId === about.identityId);
    return { spaceId, proposalId: found?.proposalId ?? "", agree: true };
  };
  const [amina1, bruno1] = [await asks(amina, bruno), await asks(bruno, amina)];
  await Promise.all([
    amina.commands["space.answer"](amina1),
    bruno.commands["space.answer"](bruno1),
  ]);
  const { proposals } = await carla.until("leading", { spaceId }, (value) =>
    value.proposals.every((one) => one.state !== "open"),
  );
  expect(proposals.map((one) => one.state).toSorted()).toEqual(["done", "outdated"]);
  await until(() => leadsAtHub(spaceId) === 2, "the hub follows");
  for (const one of [amina, bruno, carla])
    await one.until("space", { spaceId }, (space) => space?.trouble === null);
}, 60_000);

test("a steward who leaves gives the lead back at the hub, and the others go on", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Archive" });
  await lead(spaceId, amina, bruno);
  await until(() => leadsAtHub(spaceId) === 2, "the hub knows both");
  await amina.commands["space.leave"]({ spaceId });
  await amina.until("space", { spaceId }, (one) => one?.state === "left");
  await until(() => leadsAtHub(spaceId) === 1, "the hub goes by the one who is left");
  await bringIn(bruno, carla, spaceId);
}, 60_000);

test("in a pair both lead, and neither puts the other out", async () => {
  const { spaceId } = await amina.commands["space.create"]({ title: "Two", kind: "pair" });
  await bringIn(amina, bruno, spaceId);
  await bruno.until("space", { spaceId }, (one) => one?.myRole === "steward");
  await until(() => leadsAtHub(spaceId) === 2, "the hub knows both");
  await expect(
    amina.commands["space.remove"]({ spaceId, identityId: bruno.identityId }),
  ).rejects.toMatchObject({ code: "invalid" });
}, 60_000);

test("a space that a majority deletes says so, and one steward takes that back", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Old campaign" });
  await lead(spaceId, amina, bruno);
  await amina.commands["space.proposeDeletion"]({ spaceId });
  const { proposalId } = await openProposal(bruno, spaceId);
  await bruno.commands["space.answer"]({ spaceId, proposalId, agree: true });
  const { deleteAt } = await amina.until("leading", { spaceId }, (one) => one.deleteAt !== null);
  expect(deleteAt).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
  await bruno.commands["space.keep"]({ spaceId });
  await amina.until("leading", { spaceId }, (one) => one.deleteAt === null);
  const ops = hubEntries(net.node(0), spaceId).map((one) => readHeader(one.header).steward?.op);
  expect(ops.filter((op) => op === "delete" || op === "keep")).toEqual(["delete", "keep"]);
}, 60_000);
