import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCanaries } from "./capture.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

const DAY = 24 * 60 * 60_000;

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 1 });
  amina = await net.person({ name: "amina", displayName: "Amina" });
  bruno = await net.person({ name: "bruno", displayName: "Bruno" });
  const link = await net.node(0).running().setupLink();
  await amina.commands["node.claim"]({ setup: fragmentOf(link ?? "") });
});
afterAll(() => net.close());

const people = Array.from({ length: 50 }, (_, i) => ({
  name: `Invitee-${i}-of-Zanzibar`,
  language: "fr",
  note: "harvest group",
}));
const batch = { batchId: "batch-0001", days: 14, uses: 1, people };

test("fifty people are invited from one list, once, however often it is asked; whom for, only the maker reads", async () => {
  const killed = amina.killAfter(3);
  amina.commands["admin.invite"](batch).catch(() => undefined);
  await killed;
  await amina.restart();
  const made = await amina.commands["admin.invite"](batch);
  const again = await amina.commands["admin.invite"](batch);
  expect(made.invitations).toHaveLength(50);
  expect(again).toEqual(made);
  expect(new Set(made.invitations.map(({ invitation }) => invitation)).size).toBe(50);
  const [first] = made.invitations;
  if (first === undefined) throw new Error("no invitation");
  const guest = await net.person({ name: "guest", invitation: first.invitation });
  const { invitations } = await amina.commands["admin.invitations"]({ kind: "person" });
  expect(invitations).toHaveLength(50);
  expect(invitations.find(({ state }) => state === "used")).toMatchObject({
    invitee: people[0],
    usedBy: ["guest"],
    usesLeft: 0,
  });
  expect(invitations.filter(({ state }) => state === "open")).toHaveLength(49);
  for (const name of ["store.sqlite", "store.sqlite-wal"]) {
    const bytes = await readFile(join(net.node(0).dataDir, name));
    expect(findCanaries(name, bytes, ["-of-Zanzibar", "harvest group"])).toEqual([]);
  }
  const used = guest.commands["admin.invitations"]({ kind: "person", everybody: true });
  await expect(used).rejects.toMatchObject({ code: "forbidden" });
  const late = net.person({ name: "late", invitation: first.invitation });
  await expect(late).rejects.toMatchObject({ code: "invitation_invalid" });
});

test("another administrator sees that there are invitations, by whom and what became of them, not for whom", async () => {
  await amina.commands["admin.setRole"]({ name: "bruno", role: "administrator" });
  await bruno.commands["admin.refresh"]({});
  await bruno.until("account", {}, (account) => account?.role === "administrator");
  const { invitations } = await bruno.commands["admin.invitations"]({
    kind: "person",
    everybody: true,
  });
  expect(invitations).toHaveLength(50);
  for (const one of invitations)
    expect(one).toMatchObject({ by: "amina", invitation: null, invitee: null });
  const open = invitations.filter(({ state }) => state === "open").map(({ id }) => id);
  await bruno.commands["admin.revoke"]({ ids: open.slice(0, 2) });
  const mine = await amina.commands["admin.invitations"]({ kind: "person" });
  expect(mine.invitations.filter(({ state }) => state === "revoked").map(({ id }) => id)).toEqual(
    open.slice(0, 2),
  );
});

test("the maker's next device reads whom the invitations are for", async () => {
  await until(async () => {
    const laptop = await amina.secondDevice();
    const { invitations } = await laptop.commands["admin.invitations"]({ kind: "person" });
    await laptop.close();
    return invitations.every(({ invitee }) => invitee?.note === "harvest group");
  }, "the vault has the notes' key");
});

test("links into a conversation have a list of their own", async () => {
  const spaceId = await spaceOf(amina, []);
  await amina.commands["space.invite"]({ spaceId, days: 7 });
  const links = await amina.commands["admin.invitations"]({ kind: "space" });
  expect(links.invitations.map(({ uses }) => uses)).toEqual([10]);
  const { invitations } = await amina.commands["admin.invitations"]({ kind: "person" });
  expect(invitations).toHaveLength(50);
});

test("an administrator sees accounts and what they take, and nothing of what they hold", async () => {
  const page = await amina.commands["admin.accounts"]({ search: "brun" });
  expect(page).toMatchObject({ total: 1, more: false });
  const [row] = page.accounts;
  expect(row).toMatchObject({ name: "bruno", role: "administrator", devices: 1, closed: false });
  expect(row?.since).toBe(Math.floor(Date.now() / DAY) * DAY);
  expect(row?.lastUse).toBe(row?.since);
  expect(Object.keys(row ?? {}).toSorted()).toEqual(
    [
      "closed",
      "devices",
      "lastUse",
      "leaves",
      "letters",
      "limits",
      "name",
      "role",
      "since",
      "suspended",
      "vault",
    ].toSorted(),
  );
});

test("who is suspended while online is told at once, comes back in when it is lifted, and has lost nothing", async () => {
  const carla = await net.person({ name: "carla", displayName: "Carla" });
  const spaceId = await spaceOf(amina, [carla]);
  await carla.until("status", {}, ({ line }) => line === "online");
  await amina.commands["admin.suspend"]({ name: "carla", suspended: true });
  await carla.until("status", {}, ({ shut, sessionEnded }) => sessionEnded && shut === "suspended");
  const { passphrase } = carla;
  const again = () => carla.commands["account.signInAgain"]({ passphrase });
  await expect(again()).rejects.toMatchObject({ code: "suspended" });
  const wrong = carla.commands["account.signInAgain"]({ passphrase: "somebody else's guess" });
  await expect(wrong).rejects.toMatchObject({ code: "wrong_passphrase" });
  await carla.commands["chat.send"]({ spaceId, text: "written while suspended" });
  await carla.restart();
  await carla.until("status", {}, ({ sessionEnded }) => sessionEnded);
  await amina.commands["chat.send"]({ spaceId, text: "said meanwhile" });
  await amina.commands["admin.suspend"]({ name: "carla", suspended: false });
  await again();
  await carla.until("status", {}, ({ shut, sessionEnded }) => !sessionEnded && shut === null);
  await untilText(carla, spaceId, "said meanwhile");
  await untilText(amina, spaceId, "written while suspended");
});

test("the last administrator stays one", async () => {
  await amina.commands["admin.setRole"]({ name: "bruno", role: "member" });
  for (const refused of [
    amina.commands["admin.setRole"]({ name: "amina", role: "member" }),
    amina.commands["admin.suspend"]({ name: "amina", suspended: true }),
    amina.commands["admin.setLeaving"]({ name: "amina", at: Date.now() + DAY }),
  ])
    await expect(refused).rejects.toMatchObject({ code: "last_administrator" });
  const denied = bruno.commands["admin.suspend"]({ name: "amina", suspended: true });
  await expect(denied).rejects.toMatchObject({ code: "forbidden" });
  await bruno.commands["admin.refresh"]({});
  await bruno.until("account", {}, (account) => account?.role === "member");
});

test("who leaves hands over what is the organisation's and keeps what is theirs", async () => {
  const dora = await net.person({ name: "dora", displayName: "Dora" });
  const { spaceId } = await bruno.commands["space.create"]({ title: "Board", organisation: true });
  await bringIn(bruno, dora, spaceId);
  const own = await spaceOf(bruno, [dora], { title: "Friends" });
  const board = await dora.until("space", { spaceId }, (space) => space?.organisation !== null);
  expect(board?.organisation).toBe(net.node(0).name);
  expect((await dora.now("space", { spaceId: own }))?.organisation).toBeNull();

  const at = Date.now() + 30 * DAY;
  await amina.commands["admin.setLeaving"]({ name: "bruno", at });
  await bruno.commands["admin.refresh"]({});
  expect((await bruno.now("admin.standing", {}))?.leaves).toBe(at);
  const list = await bruno.now("admin.handOver", {});
  expect(list).toMatchObject([{ title: "Board", onlySteward: true, others: [{ name: "Dora" }] }]);
  const nobody = bruno.commands["space.handOver"]({ spaceId, to: null });
  await expect(nobody).rejects.toMatchObject({ code: "last_steward" });
  await bruno.commands["space.handOver"]({ spaceId, to: dora.identityId });
  await bruno.until("space", { spaceId }, (space) => space?.state === "left");
  await dora.until("space", { spaceId }, (space) => space?.myRole === "steward");
  await dora.until("people", { spaceId }, (all) => all.length === 1);
  // The mark outlives whoever set it, and every change of stewards.
  expect((await dora.now("space", { spaceId }))?.organisation).toBe(net.node(0).name);
  expect(await bruno.now("admin.handOver", {})).toEqual([]);
  expect((await bruno.now("space", { spaceId: own }))?.state).toBe("active");

  await dora.commands["space.setOrganisation"]({ spaceId, on: false });
  await dora.until("space", { spaceId }, (space) => space?.organisation === null);
  const refused = dora.commands["space.setOrganisation"]({ spaceId: own, on: true });
  await expect(refused).rejects.toMatchObject({ code: "not_steward" });
});

test("stewards who stay are told who leaves, until it is taken back", async () => {
  const emil = await net.person({ name: "emil", displayName: "Emil" });
  const { spaceId } = await amina.commands["space.create"]({ title: "Press", organisation: true });
  await bringIn(amina, emil, spaceId);
  const at = Date.now() + 10 * DAY;
  await amina.commands["admin.setLeaving"]({ name: "emil", at });
  await amina.commands["admin.refresh"]({});
  await amina.until("admin.departures", {}, (all) => all.length === 1);
  expect(await amina.now("admin.departures", {})).toMatchObject([
    { title: "Press", name: "Emil", at, identityId: emil.identityId },
  ]);
  expect(await emil.now("admin.departures", {})).toEqual([]);
  await amina.commands["admin.setLeaving"]({ name: "emil", at: null });
  await amina.commands["admin.refresh"]({});
  await amina.until("admin.departures", {}, (all) => all.length === 0);
});

test("every member reads what administrators did, and a journal that was changed afterwards shows", async () => {
  await bruno.commands["admin.refresh"]({});
  const before = await bruno.now("admin.journal", {});
  expect(before.rewritten).toBeNull();
  expect(before.lines.at(-1)).toMatchObject({ act: "claim", subject: "amina", by: null });
  expect(before.lines).toContainEqual(
    expect.objectContaining({ act: "suspend", by: "amina", subject: "carla" }),
  );
  expect(before.lines).toContainEqual(
    expect.objectContaining({ act: "invite", by: "amina", detail: { count: 50 } }),
  );
  const node = net.node(0);
  await node.kill();
  const db = new DatabaseSync(join(node.dataDir, "store.sqlite"));
  db.exec("DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)");
  db.close();
  await node.restart();
  await bruno.until("admin.journal", {}, ({ rewritten }) => rewritten !== null);
  await bruno.until("admin.journal", {}, ({ lines }) => lines.length === before.lines.length - 1);
});
