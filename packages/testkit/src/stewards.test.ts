import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubEntries, inspect } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  spaceId = await spaceOf(amina, [bruno, carla], { title: "Seed bank" });
});
afterAll(() => net.close());

/** Seats of all logs at the hub: how many are in use. */
const seatsInUse = (): number =>
  inspect(join(net.node(0).dataDir, "store.sqlite"), (db) =>
    Number(
      db.prepare("SELECT count(*) AS n FROM log_seats WHERE removed_seq IS NULL").get()?.["n"],
    ),
  );

test("the hub learns of a new steward, and takes a seat away on their word", async () => {
  expect(seatsInUse()).toBe(3);
  await amina.commands["space.setRole"]({ spaceId, identityId: bruno.identityId, role: "steward" });
  await bruno.until("space", { spaceId }, (one) => one?.myRole === "steward");
  await until(
    () => hubEntries(net.node(0), spaceId).some((one) => (one.sigs.stewards?.length ?? 0) > 0),
    "the hub is told who the stewards are",
  );
  // Only Bruno's device is there to see to it.
  await amina.close();
  await bruno.commands["space.remove"]({ spaceId, identityId: carla.identityId });
  await carla.until("space", { spaceId }, (one) => one?.state === "removed");
  await until(() => seatsInUse() === 2, "the seat of the removed member is gone");
  expect((await bruno.now("space", { spaceId }))?.trouble).toBeNull();
});
