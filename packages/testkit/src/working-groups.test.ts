/** Working groups of a larger space: listed, found, joined and taken off by real engines on three nodes. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";

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
afterAll(() => net.close());

const tags = { sector: "Farmers", theme: "Seeds", region: "East Africa" };
const listed = async (who: Person, spaceId: string, count: number) =>
  (await who.until("space.groups", { spaceId }, ({ groups }) => groups.length === count)).groups;
/** The link of a listing, as a changed program could give it on. */
function linkIn(who: Person, groupId: string): string {
  const db = new DatabaseSync(join(who.directory, "store.db"), { readOnly: true });
  try {
    const row = db.prepare("SELECT card FROM groups_listed WHERE group_id = ?").get(groupId);
    return (JSON.parse(String(row?.["card"])) as { link: string }).link;
  } finally {
    db.close();
  }
}
const isIn = (who: Person, spaceId: string) =>
  who.until("space", { spaceId }, (space) => space?.state === "active");

test("members find a group and come in, by asking or at once, and others do not; who keeps order takes it off", async () => {
  const larger = await spaceOf(amina, [bruno, carla], { title: "Coalition" });
  const seeds = await spaceOf(bruno, [], { title: "Seeds" });
  const youth = await spaceOf(bruno, [], { title: "Youth" });
  await bruno.commands["space.setAbout"]({ spaceId: seeds, text: "Seed houses" });
  const put = { spaceId: larger, ...tags };
  await bruno.commands["space.listGroup"]({ ...put, groupId: seeds, open: false });
  await bruno.commands["space.listGroup"]({ ...put, groupId: youth, open: true });

  const found = await listed(carla, larger, 2);
  expect(found).toMatchObject([
    { title: "Seeds", about: "Seed houses", members: 1, open: false, mine: "out", ...tags },
    { title: "Youth", open: true, listedBy: "Bruno", mayUnlist: false },
  ]);
  await carla.commands["space.joinGroup"]({ spaceId: larger, groupId: youth });
  await isIn(carla, youth);
  await carla.commands["space.joinGroup"]({ spaceId: larger, groupId: seeds });
  await carla.until("space.groups", { spaceId: larger }, ({ groups }) =>
    groups.some((one) => one.groupId === seeds && one.mine === "asked"),
  );
  const [ask] = await bruno.until("space.asks", { spaceId: seeds }, (asks) => asks.length === 1);
  await bruno.commands["space.answerAsks"]({
    spaceId: seeds,
    askIds: [ask?.askId ?? ""],
    accept: true,
  });
  await isIn(carla, seeds);

  // The link is for members of the larger space: who has it from one of them comes in nowhere.
  await dawit.commands["space.ask"]({ fragment: linkIn(carla, youth) });
  const [refused] = await dawit.until("joins", {}, (all) => all[0]?.state === "refused");
  expect(refused?.reason).toBe("expired");

  await expect(
    carla.commands["space.listGroup"]({ ...put, groupId: seeds, open: true }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await amina.commands["space.unlistGroup"]({ spaceId: larger, groupId: youth });
  expect((await listed(carla, larger, 1))[0]?.title).toBe("Seeds");
  // The device whose link it was ends it, once it hears of that.
  await listed(bruno, larger, 1);
  await bruno.until("space.groups", { spaceId: larger }, ({ listable }) => listable.length === 1);
  await bruno.commands["space.unlistGroup"]({ spaceId: larger, groupId: seeds });
  await listed(carla, larger, 0);
});
