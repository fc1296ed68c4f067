import { afterEach, beforeEach, expect, test } from "vitest";
import { archiveOf, openArchiveBytes, feedArchive } from "./archives.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { isSoak, scale } from "./scale.ts";
import { bringIn, spaceOf, untilText, untilTexts } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;

beforeEach(async () => {
  net = await network({ nodes: 3 });
  [amina, bruno, carla] = await Promise.all([
    net.person({ node: 0, name: "amina", displayName: "Amina" }),
    net.person({ node: 1, name: "bruno", displayName: "Bruno" }),
    net.person({ node: 2, name: "carla", displayName: "Carla" }),
  ]);
});
afterEach(() => net.close());

const B = 1;
const movedLink = (link: string) => link.slice(link.indexOf("#") + 1);

/** Opens the account at the new node, in another browser. */
async function arriveBy(link: string, options: { name?: string } = {}): Promise<Person> {
  const there = await net.browser(amina, { node: B });
  await there.commands["move.arrive"]({
    fragment: movedLink(link),
    name: options.name ?? "amina",
    passphrase: amina.passphrase,
  });
  return there;
}

const addressAt = (node: number, name = "amina") => `${name}@${net.node(node).name}`;

/** Waits until somebody has followed. */
const untilFollowed = (person: Person, spaceId: string, address: string) =>
  person.until("people", { spaceId }, (people) =>
    people.some((one) => one.identityId === amina.identityId && one.address === address),
  );

test("with everything: spaces on three nodes, history, and contacts who follow by themselves", async () => {
  const here = await spaceOf(amina, [bruno], { title: "At home" });
  const there = await spaceOf(carla, [amina], { title: "Elsewhere" });
  const alone = await spaceOf(amina, [], { title: "Notes" });
  await amina.commands["chat.send"]({ spaceId: here, text: "before, here" });
  await carla.commands["chat.send"]({ spaceId: there, text: "before, there" });
  await amina.commands["chat.send"]({ spaceId: alone, text: "for myself" });
  await untilText(bruno, here, "before, here");
  await untilText(amina, there, "before, there");
  await untilText(amina, alone, "for myself");
  const laptop = await amina.secondDevice();
  await laptop.until("spaces", {}, (spaces) => spaces.length === 3);

  const { link, expires, to } = await amina.commands["move.leave"]({ to: net.node(B).url });
  expect(to).toBe(net.node(B).name);
  expect(expires).not.toBeNull();
  const moved = await net.browser(amina, { node: B });
  expect(await moved.commands["move.look"]({ fragment: movedLink(link) })).toMatchObject({
    name: "amina",
    node: net.node(0).name,
    displayName: "Amina",
    conversations: 3,
  });
  await moved.commands["move.arrive"]({
    fragment: movedLink(link),
    name: "amina.w",
    passphrase: amina.passphrase,
  });
  const address = addressAt(B, "amina.w");
  const account = await moved.now("account", {});
  expect(account).toMatchObject({ address, identityId: amina.identityId });

  for (const [spaceId, text] of [
    [here, "before, here"],
    [there, "before, there"],
    [alone, "for myself"],
  ] as const)
    await untilText(moved, spaceId, text);
  await moved.commands["chat.send"]({ spaceId: here, text: "from my new node" });
  await untilTexts(bruno, here, ["before, here", "from my new node"]);
  await bruno.commands["chat.send"]({ spaceId: here, text: "welcome here" });
  await untilText(moved, here, "welcome here");
  await untilFollowed(bruno, here, address);
  await untilFollowed(carla, there, address);
  const page = await carla.until("chat.messages", { spaceId: there, limit: 50 }, (now) =>
    now.messages.some((one) => one.notice?.kind === "moved"),
  );
  expect(page.messages.filter((one) => one.notice?.kind === "moved").length).toBe(1);

  // Both devices that stayed behind learn of it.
  for (const device of [amina, laptop])
    await device.until("move.status", {}, (status) => status.went?.address === address);
  const done = await moved.until(
    "move.status",
    {},
    (status) => status.came?.told === true && status.came.waiting.length === 0,
  );
  expect(done.came).toMatchObject({ from: amina.address, untold: 0, closes: false });
  for (const one of [amina, laptop, moved, bruno, carla]) expect(one.faults).toEqual([]);
  for (const [person, spaceId] of [
    [bruno, here],
    [carla, there],
  ] as const)
    expect((await person.now("space", { spaceId }))?.trouble).toBeNull();
}, 120_000);

test("conversations that she leads leave the old node: hers alone by itself, the others when she says so; then it is not missed", async () => {
  const here = await spaceOf(amina, [bruno], { title: "Led by her" });
  const led = await spaceOf(bruno, [amina], { title: "Led by him" });
  const alone = await spaceOf(amina, [], { title: "Notes" });
  const shared = await spaceOf(amina, [carla], { title: "Led by both" });
  await amina.commands["space.setRole"]({
    spaceId: shared,
    identityId: carla.identityId,
    role: "steward",
  });
  await carla.until("space", { spaceId: shared }, (space) => space?.myRole === "steward");
  await amina.commands["chat.send"]({ spaceId: here, text: "before" });
  await amina.commands["chat.send"]({ spaceId: alone, text: "for myself" });
  await untilText(bruno, here, "before");
  await untilText(amina, alone, "for myself");
  const { link } = await amina.commands["move.leave"]({ to: net.node(B).name });
  const moved = await arriveBy(link);
  const { came } = await moved.until(
    "move.status",
    {},
    ({ came: now }) => now?.waiting.length === 0 && now.kept.every((one) => !one.alone),
  );
  expect(came?.kept.map(({ title, state }) => [title, state])).toEqual([
    ["Led by both", "kept"],
    ["Led by her", "kept"],
  ]);
  const keptAtB = (person: Person, spaceId: string) =>
    person.until("leading", { spaceId }, (now) => now.keptAt === net.node(B).name && !now.moving);
  await keptAtB(moved, alone);
  await moved.commands["move.takeAlong"]({});
  await keptAtB(moved, here);
  await keptAtB(bruno, here);
  // Who leads with her is asked.
  await moved.until("move.status", {}, (now) => now.came?.kept[0]?.state === "asked");
  const { proposals } = await carla.until(
    "leading",
    { spaceId: shared },
    (now) => now.proposals.length === 1,
  );
  const proposalId = proposals[0]?.proposalId ?? "";
  await carla.commands["space.answer"]({ spaceId: shared, proposalId, agree: true });
  await keptAtB(moved, shared);
  await keptAtB(carla, shared);
  await moved.until("move.status", {}, (now) => now.came?.kept.length === 0);
  await net.node(0).kill();
  await moved.commands["chat.send"]({ spaceId: here, text: "after" });
  await untilTexts(bruno, here, ["before", "after"]);
  await carla.commands["chat.send"]({ spaceId: shared, text: "we are still here" });
  await untilText(moved, shared, "we are still here");
  await untilTexts(moved, alone, ["for myself"]);
  expect((await moved.now("leading", { spaceId: led })).keptAt).toBe(net.node(1).name);
  for (const one of [moved, bruno, carla]) expect(one.faults).toEqual([]);
}, 120_000);

test("letters to the old address are passed on, sealed as they were", async () => {
  const spaceId = await spaceOf(carla, [amina, bruno]);
  await carla.commands["chat.send"]({ spaceId, text: "hello" });
  await untilText(bruno, spaceId, "hello");
  await bruno.until("status", {}, (status) => status.waiting === 0);
  const { name, passphrase } = bruno;
  await bruno.close();
  const { link } = await amina.commands["move.leave"]({ to: net.node(B).name });
  await amina.close();
  const moved = await arriveBy(link);
  await moved.until("move.status", {}, (status) => status.came?.told === true);
  await moved.until("space", { spaceId }, (space) => space?.state === "active");
  await carla.close();
  // His new device knows her old address alone, and nobody else is there to let it in.
  const phone = await net.browser(bruno, { node: B });
  await phone.commands["account.signIn"]({ name, passphrase });
  await untilText(phone, spaceId, "hello");
}, 120_000);

test("the old node is cut off half-way: everything that does not need it goes on, and the rest when it is back", async () => {
  const there = await spaceOf(carla, [amina]);
  const here = await spaceOf(amina, [bruno], { title: "Kept at A" });
  await amina.commands["chat.send"]({ spaceId: here, text: "kept at A" });
  await untilText(bruno, here, "kept at A");
  await bruno.commands["chat.send"]({ spaceId: here, text: "read" });
  await untilText(amina, here, "read");
  const { link } = await amina.commands["move.leave"]({ to: net.node(B).name });
  net.node(0).line.cut();
  const moved = await arriveBy(link);
  const address = addressAt(B);
  await moved.until("space", { spaceId: there }, (space) => space?.state === "active");
  await untilFollowed(carla, there, address);
  // By letter, since the space that they share waits for its node.
  await untilFollowed(bruno, here, address);
  const waits = await moved.until("move.status", {}, (status) => status.came?.untold === 0);
  expect(waits.came).toMatchObject({
    told: false,
    waiting: [{ title: "Kept at A", hub: net.node(0).name, lost: true }],
  });
  await moved.restart();
  net.node(0).line.mend();
  await moved.commands["sync.now"]({});
  await moved.until("move.status", {}, (status) => status.came?.told === true);
  await untilText(moved, here, "kept at A");
  await moved.commands["chat.send"]({ spaceId: here, text: "all there" });
  await untilText(bruno, here, "all there");
  await amina.until("move.status", {}, (status) => status.went?.address === address);
}, 120_000);

test("the old node is dead from the start: an archive, and members who follow", async () => {
  const there = await spaceOf(carla, [amina, bruno], { title: "Elsewhere" });
  const here = await spaceOf(amina, [bruno], { title: "Kept at A" });
  await carla.commands["chat.send"]({ spaceId: there, text: "there" });
  await amina.commands["chat.send"]({ spaceId: here, text: "here" });
  await untilText(amina, there, "there");
  await untilText(bruno, here, "here");
  await net.node(0).kill();
  const archive = await archiveOf(amina);
  const moved = await net.browser(amina, { node: B });
  const content = await openArchiveBytes(moved, archive);
  expect(content).toMatchObject({ address: amina.address, same: null });
  const { importId } = content;
  expect(await moved.commands["move.look"]({ importId })).toMatchObject({ conversations: 2 });
  await moved.commands["move.arrive"]({ importId, name: "amina", passphrase: amina.passphrase });
  expect(await feedArchive(moved, archive, content)).toBe(true);
  await moved.until("space", { spaceId: there }, (space) => space?.state === "active");
  await moved.commands["chat.send"]({ spaceId: there, text: "alive" });
  for (const one of [carla, bruno]) {
    await untilText(one, there, "alive");
    await untilFollowed(one, there, addressAt(B));
  }
  // What was said where the node is gone can be read, and it says which conversation waits.
  await untilTexts(moved, here, ["here"]);
  const status = await moved.until("move.status", {}, (now) => now.came?.waiting.length === 1);
  expect(status.came).toMatchObject({
    told: false,
    waiting: [{ title: "Kept at A", lost: true }],
  });
  expect(moved.faults).toEqual([]);
}, 120_000);

const steps = scale(6, 30);
test(`${steps} kills at either end of a move, between any two of its steps: it goes on where it was`, async () => {
  const there = await spaceOf(carla, [], { title: "Elsewhere" });
  for (let round = 1; round <= steps; round++) {
    const step = isSoak ? round : round * 3;
    const name = `elif${round}`;
    const elif = await net.person({ node: 0, name, displayName: `Elif ${round}` });
    await bringIn(carla, elif, there);
    // The device that leaves is killed, too; asked once more, it makes a link that works.
    const leftBy = elif.killAfter(step);
    const to = net.node(B).name;
    const leaving = elif.commands["move.leave"]({ to }).catch(() => undefined);
    await Promise.race([leftBy, leaving]);
    await elif.kill();
    await elif.restart();
    const { leaving: made } = await elif.now("move.status", {});
    const { link } = made ?? (await elif.commands["move.leave"]({ to }));
    await elif.until("move.status", {}, (status) => status.leaving?.expires != null);

    const { passphrase } = elif;
    const arrival = { fragment: movedLink(link), name, passphrase };
    const moved = await net.browser(elif, { node: B });
    const killed = moved.killAfter(step);
    const arriving = moved.commands["move.arrive"](arrival).catch(() => undefined);
    await Promise.race([killed, arriving]);
    await moved.kill();
    await moved.restart();
    // Either the account is not there yet, or it is and goes on, or it is and waits to be signed in to.
    if ((await moved.now("account", {})) === null)
      await moved.commands["move.arrive"](arrival).catch(() =>
        moved.commands["account.signIn"]({ name, passphrase }),
      );
    await moved.until("space", { spaceId: there }, (space) => space?.state === "active");
    await moved.until("move.status", {}, (status) => status.came?.told === true);
    await carla.until("people", { spaceId: there }, (people) =>
      people.some(
        (one) => one.identityId === elif.identityId && one.address === addressAt(B, name),
      ),
    );
    expect(moved.faults).toEqual([]);
    await moved.close();
    await elif.close();
  }
}, 600_000);

test("the old account is closed when the person says so: nothing of it is left there but where they went", async () => {
  const there = await spaceOf(carla, [amina]);
  const { link } = await amina.commands["move.leave"]({ to: net.node(B).name });
  const moved = await arriveBy(link);
  await moved.until("space", { spaceId: there }, (space) => space?.state === "active");
  await moved.until("move.status", {}, (status) => status.came?.told === true);
  await moved.commands["move.closeFormer"]({});
  await moved.until(
    "move.status",
    {},
    (status) => status.came?.told === true && status.came.closes,
  );
  const { store } = net.node(0).running();
  expect(await store.accounts.find({ name: "amina" })).toBeNull();
  await amina.until("status", {}, (status) => status.sessionEnded);
}, 120_000);

test("the same link does not make two accounts, and one made of nothing is refused", async () => {
  const { link } = await amina.commands["move.leave"]({ to: net.node(B).name });
  await arriveBy(link);
  const twin = await net.browser(amina, { node: B });
  await expect(
    twin.commands["move.arrive"]({
      fragment: movedLink(link),
      name: "amina2",
      passphrase: amina.passphrase,
    }),
  ).rejects.toMatchObject({ code: "already_here" });
  await expect(twin.commands["move.look"]({ fragment: "AAAA" })).rejects.toMatchObject({
    code: "link_invalid",
  });
  await expect(twin.commands["move.look"]({ fragment: "A".repeat(43) })).rejects.toMatchObject({
    code: "link_expired",
  });
  await expect(amina.commands["move.leave"]({ to: amina.node.name })).rejects.toMatchObject({
    code: "same_node",
  });
  await expect(amina.commands["move.leave"]({ to: "not a node!" })).rejects.toMatchObject({
    code: "invalid",
  });
}, 60_000);

test("a node that is away takes the package when it is back", async () => {
  net.node(B).line.cut();
  const first = await amina.commands["move.leave"]({ to: net.node(B).name });
  expect(first.expires).toBeNull();
  net.node(B).line.mend();
  await amina.restart();
  const status = await amina.until("move.status", {}, (now) => now.leaving?.expires !== null);
  expect(status.leaving?.link).toBe(first.link);
  const moved = await arriveBy(first.link);
  expect((await moved.now("account", {}))?.address).toBe(addressAt(B));
  await until(() => moved.faults.length === 0);
}, 60_000);
