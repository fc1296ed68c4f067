/** Somebody who was put out asks those for a place who have not heard of it. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, encodeCbor, PATHS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows, inspect } from "./inspect.ts";
import type { Between } from "./line.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { fragmentOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let names = 0;

beforeAll(async () => {
  net = await network({ nodes: 2 });
});
afterAll(() => net.close());

const someone = (node: number) => net.person({ node, name: `member${++names}` });

/** Amina leads; Bruno, at the other node, hears of nothing; Mallory is put out. */
async function putOut() {
  const [amina, bruno, mallory] = await Promise.all([someone(0), someone(1), someone(0)]);
  const spaceId = await spaceOf(amina, [bruno, mallory]);
  await mallory.commands["chat.send"]({ spaceId, text: "still here" });
  await untilText(bruno, spaceId, "still here");
  const isPut = () =>
    storeRows(mallory.directory, "SELECT 1 FROM account WHERE vault_dirty = 0").length === 1;
  await until(isPut, "the space in Mallory's vault");
  return { amina, bruno, mallory, spaceId };
}

async function remove(amina: Person, mallory: Person, spaceId: string): Promise<void> {
  await amina.commands["space.remove"]({ spaceId, identityId: mallory.identityId });
  await amina.until("people", { spaceId }, (people) =>
    people.every((one) => one.identityId !== mallory.identityId),
  );
}

const lettersAt = (node: number): number =>
  inspect(join(net.node(node).dataDir, "store.sqlite"), (db) => {
    const row = db
      .prepare("SELECT count(*) AS n FROM letters WHERE forget_after IS NULL")
      .get() as { n: number };
    return row.n;
  });

/** Bruno's letters come first, and what the other node says of the space after them. */
async function lettersFirst(bruno: Person): Promise<void> {
  let read: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (read = resolve));
  const between: Between = async (path, _body, pass) => {
    if (path === `${PATHS.api}relay.forward`) await done;
    const answer = await pass();
    if (path === `${PATHS.api}boxes.delete`) read();
    return answer;
  };
  await bruno.restart();
  bruno.line.between(between);
  await done;
}

async function staysOut(bruno: Person, mallory: Person, spaceId: string): Promise<void> {
  await bruno.until("people", { spaceId }, (people) =>
    people.every((one) => one.identityId !== mallory.identityId),
  );
  await bruno.commands["chat.send"]({ spaceId, text: "without her" });
  await untilText(bruno, spaceId, "without her");
  await until(
    () => storeRows(bruno.directory, "SELECT 1 FROM intents").length === 0,
    "nothing left to do",
  );
  const people = await bruno.now("people", { spaceId });
  expect(people.map(({ identityId }) => identityId)).not.toContain(mallory.identityId);
  expect(bruno.faults).toEqual([]);
}

test("as a member's new device: whoever has not heard that she was put out lets nobody in when he has", async () => {
  const { amina, bruno, mallory, spaceId } = await putOut();
  for (const one of [bruno, mallory]) await one.close();
  await remove(amina, mallory, spaceId);
  const before = lettersAt(1);
  const { name, passphrase } = mallory;
  const phone = await mallory.bareDevice();
  await phone.commands["account.signIn"]({ name, passphrase });
  await until(() => lettersAt(1) > before, "her letter to Bruno");
  await lettersFirst(bruno);
  await staysOut(bruno, mallory, spaceId);
  await phone.close();
}, 60_000);

test("by a link of his from before: the same", async () => {
  const { amina, bruno, mallory, spaceId } = await putOut();
  const { link } = await bruno.commands["space.invite"]({ spaceId, days: 7 });
  await bruno.close();
  await remove(amina, mallory, spaceId);
  await mallory.until("space", { spaceId }, (space) => space?.state === "removed");
  const before = lettersAt(1);
  await mallory.commands["space.ask"]({ fragment: fragmentOf(link) });
  await until(() => lettersAt(1) > before, "her letter to Bruno");
  await lettersFirst(bruno);
  await staysOut(bruno, mallory, spaceId);
}, 60_000);

test("a link that is made right after a removal, by somebody who has not heard of it, is good", async () => {
  const { amina, bruno, mallory, spaceId } = await putOut();
  const carla = await someone(1);
  await bruno.until("status", {}, ({ line }) => line === "online");
  bruno.line.deaf(true);
  await remove(amina, mallory, spaceId);
  const { link } = await bruno.commands["space.invite"]({ spaceId, days: 7 });
  bruno.line.deaf(false);
  await carla.commands["space.ask"]({ fragment: fragmentOf(link) });
  await carla.until("space", { spaceId }, (space) => space?.state === "active");
  await bruno.until("people", { spaceId }, (people) =>
    people.some((one) => one.identityId === carla.identityId),
  );
  const people = await bruno.now("people", { spaceId });
  expect(people.map(({ identityId }) => identityId)).not.toContain(mallory.identityId);
}, 60_000);

test("whoever lets a new device in has to lead to the history that its vault knows", async () => {
  const { amina, bruno, mallory, spaceId } = await putOut();
  for (const one of [bruno, mallory, amina]) await one.close();
  const phone = await bruno.bareDevice();
  const { name, passphrase } = bruno;
  await phone.commands["account.signIn"]({ name, passphrase });
  await phone.close();
  // The same as if those who let it in, and their hub, told of another history.
  const db = new DatabaseSync(join(phone.directory, "store.db"));
  const row = db.prepare("SELECT space FROM places WHERE log_id = ?").get(spaceId) as {
    space: Uint8Array;
  };
  const space = decodeCbor(new Uint8Array(row.space)) as { seen: { seq: number; head: Bytes } };
  space.seen.head = new Uint8Array(32).fill(7);
  db.prepare("UPDATE places SET space = ? WHERE log_id = ?").run(encodeCbor(space), spaceId);
  db.exec("DELETE FROM rejoins");
  db.close();
  await amina.restart();
  await phone.restart();
  await phone.until("space", { spaceId }, (now) => now?.trouble?.kind === "forked");
  await phone.close();
}, 60_000);
