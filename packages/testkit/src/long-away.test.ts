import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

/** Changes what a node has stored, while it does not run. */
async function meanwhile(index: number, change: string): Promise<void> {
  const node = net.node(index);
  await node.kill();
  const db = new DatabaseSync(join(node.dataDir, "store.sqlite"));
  db.exec(change);
  db.close();
  await node.restart();
}

test("a device whose session has run out goes on by itself, and reads what was said over many changes", async () => {
  const spaceId = await spaceOf(bruno, [amina], { title: "Away" });
  await bruno.commands["chat.send"]({ spaceId, text: "before" });
  await untilText(amina, spaceId, "before");
  const carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  await bringIn(bruno, carla, spaceId);
  await amina.until(
    "people",
    { spaceId },
    (list) => list.length === 3 && list.every((p) => p.name),
  );
  await amina.close();
  const texts = ["before"];
  const { identityId } = carla;
  // Each is an epoch of its own.
  for (let round = 1; round <= 34; round++) {
    const role = round % 2 === 1 ? "steward" : "member";
    await bruno.commands["space.setRole"]({ spaceId, identityId, role });
    await bruno.until("people", { spaceId }, (list) =>
      list.some((one) => one.identityId === identityId && one.role === role),
    );
    texts.push(`round ${round}`);
    await bruno.commands["chat.send"]({ spaceId, text: `round ${round}` });
    await untilText(bruno, spaceId, `round ${round}`);
  }
  await meanwhile(0, "DELETE FROM sessions; DELETE FROM key_packages; DELETE FROM box_wakes");
  await amina.restart();
  await untilTexts(amina, spaceId, texts);
  const status = await amina.until("status", {}, (one) => one.line === "online");
  expect(status.sessionEnded).toBe(false);
  await amina.commands["chat.send"]({ spaceId, text: "I am back" });
  await untilText(bruno, spaceId, "I am back");
  expect((await amina.now("space", { spaceId }))?.trouble).toBeNull();
  expect(amina.faults).toEqual([]);
}, 180_000);

test("a box that its node has lost is made anew, and letters and pushes find it", async () => {
  const spaceId = await spaceOf(bruno, [amina], { title: "Box" });
  await amina.close();
  await meanwhile(
    0,
    "DELETE FROM box_wakes; DELETE FROM letters WHERE box IN (SELECT box FROM boxes WHERE device IS NOT NULL); DELETE FROM boxes WHERE device IS NOT NULL",
  );
  await bruno.commands["chat.send"]({ spaceId, text: "while the box was gone" });
  await amina.restart();
  await untilText(amina, spaceId, "while the box was gone");
  await bruno.commands["chat.send"]({ spaceId, text: "by the new one" });
  await untilText(amina, spaceId, "by the new one");
});

test.each([-3, 3])(
  "a clock that is %d years off is named, and conversations are read all the same",
  async (years) => {
    const spaceId = await spaceOf(amina, [bruno], { title: `Clock ${years}` });
    await bruno.commands["chat.send"]({ spaceId, text: "before" });
    await untilText(amina, spaceId, "before");
    await amina.close();
    await bruno.commands["chat.send"]({ spaceId, text: "meanwhile" });
    amina.clockAhead = years * 365 * 24 * 60 * 60_000;
    await amina.restart();
    const status = await amina.until("status", {}, (one) => one.clockOffDays > 0);
    expect(status.clockOffDays).toBe(3 * 365);
    await untilText(amina, spaceId, "meanwhile");
    await amina.commands["chat.send"]({ spaceId, text: "from another year" });
    await untilText(bruno, spaceId, "from another year");
    amina.clockAhead = 0;
    await amina.restart();
    await untilText(amina, spaceId, "from another year");
    expect((await amina.now("status", {})).clockOffDays).toBe(0);
  },
);
