/** Who comes in, who may do what, and who does not come again: real engines on three nodes. */
import type { MemberRole } from "@baraza/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, messagesOf, spaceOf, untilText } from "./spaces.ts";

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

const say = (who: Person, spaceId: string, text: string) =>
  who.commands["chat.send"]({ spaceId, text });
const asksOf = (who: Person, spaceId: string) =>
  who.until("space.asks", { spaceId }, (list) => list.length > 0);
const isIn = (who: Person, spaceId: string) =>
  who.until("space", { spaceId }, (space) => space?.state === "active");
const isOut = (who: Person, spaceId: string) =>
  who.until("space", { spaceId }, (space) => space?.state === "removed");

/** Makes somebody something, and waits until all of these see it. */
async function make(spaceId: string, who: Person, role: MemberRole, seenBy: readonly Person[]) {
  await amina.commands["space.setRole"]({ spaceId, identityId: who.identityId, role });
  for (const one of seenBy)
    await one.until("people", { spaceId }, (people) =>
      people.some((person) => person.identityId === who.identityId && person.role === role),
    );
}

async function ask(who: Person, link: string) {
  return who.commands["space.ask"]({ fragment: fragmentOf(link) });
}

const refusalOf = async (who: Person): Promise<string | null> => {
  const joins = await who.until("joins", {}, (list) => list.some((one) => one.state === "refused"));
  const found = joins.find((one) => one.state === "refused");
  for (const one of joins) await who.commands["space.cancelJoin"]({ joinId: one.joinId });
  return found?.reason ?? null;
};

test("who comes by a link with approval waits until somebody who keeps order lets them in, whoever gave the link out", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Seed bank" });
  const { link } = await bruno.commands["space.invite"]({ spaceId, days: 1, approval: true });
  expect(
    await carla.commands["space.readInvitation"]({ fragment: fragmentOf(link) }),
  ).toMatchObject({ approval: true });
  await ask(carla, link);
  await ask(dawit, link);
  // The one who gave the link out does not decide: they are shown to the one who leads.
  const asks = await amina.until("space.asks", { spaceId }, (list) => list.length === 2);
  expect(await bruno.now("space.asks", { spaceId })).toEqual([]);
  const hers = asks.find((one) => one.name === "Carla");
  expect(hers).toMatchObject({ address: carla.address, by: "Bruno", check: "unchecked" });
  await expect(
    bruno.commands["space.answerAsks"]({ spaceId, askIds: [hers?.askId ?? ""], accept: true }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await amina.commands["space.answerAsks"]({
    spaceId,
    askIds: [hers?.askId ?? ""],
    accept: true,
  });
  await isIn(carla, spaceId);
  const others = await asksOf(amina, spaceId);
  await amina.commands["space.answerAsks"]({
    spaceId,
    askIds: others.map((one) => one.askId),
    accept: false,
  });
  expect(await refusalOf(dawit)).toBe("declined");
  await say(carla, spaceId, "thank you");
  await untilText(bruno, spaceId, "thank you");
  expect(await bruno.now("space.links", { spaceId })).toMatchObject([
    { used: 2, most: null, approval: true, state: "open" },
  ]);
});

test("a link for one lets in one, and one that was ended nobody", async () => {
  const spaceId = await spaceOf(amina, [], { title: "Water" });
  const one = await amina.commands["space.invite"]({ spaceId, days: 7, most: 1 });
  await ask(bruno, one.link);
  await isIn(bruno, spaceId);
  await ask(carla, one.link);
  expect(await refusalOf(carla)).toBe("used");
  const two = await amina.commands["space.invite"]({ spaceId, days: 7 });
  const [open] = await amina.until("space.links", { spaceId }, (list) => list.length === 2);
  await amina.commands["space.endLink"]({ linkId: open?.linkId ?? "" });
  await expect(ask(carla, two.link)).rejects.toMatchObject({ code: "link_expired" });
  expect((await amina.now("space.links", { spaceId })).map((link) => link.state)).toEqual([
    "ended",
    "used",
  ]);
});

test("what an observer says counts on no device, and a moderator silences, deletes and removes but names nobody", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Health" });
  const all = [amina, bruno, carla, dawit];
  await make(spaceId, bruno, "moderator", all);
  await say(carla, spaceId, "before");
  const sentence = await untilText(bruno, spaceId, "before");
  await bruno.commands["chat.delete"]({ spaceId, eventId: sentence.eventId });
  await amina.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
    messages.some((message) => message.eventId === sentence.eventId && message.deleted),
  );
  // Silenced while she is away: what she writes meanwhile comes too late.
  carla.line.cut();
  await say(carla, spaceId, "written on the way");
  await bruno.commands["space.setRole"]({
    spaceId,
    identityId: carla.identityId,
    role: "observer",
  });
  await amina.until("people", { spaceId }, (people) =>
    people.some((one) => one.name === "Carla" && one.role === "observer"),
  );
  carla.line.mend();
  await carla.commands["sync.now"]({});
  await carla.until("space", { spaceId }, (space) => space?.mayWrite === false);
  await carla.until("status", {}, (status) => status.waiting === 0);
  // Her words are not lost: they stand among what could not go.
  await carla.until(
    "later.list",
    { spaceId },
    ([one, ...more]) =>
      one?.text === "written on the way" && one.failed === true && more.length === 0,
  );
  await say(dawit, spaceId, "after it");
  for (const one of all) {
    await untilText(one, spaceId, "after it");
    expect((await messagesOf(one, spaceId)).map((message) => message.text)).not.toContain(
      "written on the way",
    );
  }
  await expect(say(carla, spaceId, "?")).rejects.toMatchObject({ code: "may_not_write" });
  await expect(
    bruno.commands["space.setRole"]({
      spaceId,
      identityId: dawit.identityId,
      role: "moderator",
    }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await expect(
    bruno.commands["space.remove"]({ spaceId, identityId: amina.identityId }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await bruno.commands["space.remove"]({ spaceId, identityId: dawit.identityId });
  await isOut(dawit, spaceId);
});

test("where few write, others react, and a newcomer reads what was said before by the rules of then", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "News" });
  await say(bruno, spaceId, "when all wrote");
  await untilText(amina, spaceId, "when all wrote");
  await amina.commands["space.setRules"]({ spaceId, announce: true });
  await bruno.until("space", { spaceId }, (space) => space?.mayWrite === false);
  await expect(say(bruno, spaceId, "?")).rejects.toMatchObject({ code: "may_not_write" });
  await say(amina, spaceId, "the market is on Tuesday");
  const news = await untilText(bruno, spaceId, "the market is on Tuesday");
  await bruno.commands["chat.react"]({ spaceId, eventId: news.eventId, emoji: "👍", on: true });
  await amina.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) =>
    messages.some((one) => one.reactions.some(({ emoji }) => emoji === "👍")),
  );
  await bringIn(amina, carla, spaceId);
  await untilText(carla, spaceId, "when all wrote");
  await untilText(carla, spaceId, "the market is on Tuesday");
  expect((await carla.now("space", { spaceId }))?.mayWrite).toBe(false);
  await amina.commands["space.setRules"]({ spaceId, announce: false });
  await carla.until("space", { spaceId }, (space) => space?.mayWrite === true);
  await say(carla, spaceId, "all again");
  await untilText(bruno, spaceId, "all again");
});

test("who is banned comes in by no link until the ban is lifted, whoever lets people in", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "School" });
  await amina.commands["space.ban"]({ spaceId, identityId: carla.identityId });
  await isOut(carla, spaceId);
  expect(await carla.now("space", { spaceId })).toMatchObject({ state: "removed" });
  const rules = await bruno.until("space.rules", { spaceId }, (one) => one.banned.length === 1);
  expect(rules.banned).toMatchObject([{ identityId: carla.identityId, name: "Carla" }]);
  const fresh = await bruno.commands["space.invite"]({ spaceId, days: 7 });
  await ask(carla, fresh.link);
  expect(await refusalOf(carla)).toBe("banned");
  await amina.commands["space.unban"]({ spaceId, identityId: carla.identityId });
  await bruno.until("space.rules", { spaceId }, (one) => one.banned.length === 0);
  await ask(carla, fresh.link);
  await isIn(carla, spaceId);
});

test("a guest sees nothing of what was before, invites nobody, and goes when their time is over", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Market" });
  await say(bruno, spaceId, "among ourselves");
  await untilText(amina, spaceId, "among ourselves");
  const until = Date.now() + 24 * 60 * 60_000;
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 1, role: "guest", until });
  await ask(dawit, link);
  await isIn(dawit, spaceId);
  await expect(dawit.commands["space.invite"]({ spaceId, days: 1 })).rejects.toMatchObject({
    code: "not_steward",
  });
  await say(amina, spaceId, "welcome");
  await untilText(dawit, spaceId, "welcome");
  expect((await messagesOf(dawit, spaceId)).map((one) => one.text)).toEqual(["welcome"]);
  expect((await bruno.now("space.rules", { spaceId })).ends).toEqual({
    [dawit.identityId]: until,
  });
  await amina.commands["space.setRole"]({
    spaceId,
    identityId: dawit.identityId,
    role: "guest",
    until: Date.now(),
  });
  await isOut(dawit, spaceId);
});

test("two who remove each other at once: the one who led first stays, on every device", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Roads" });
  await make(spaceId, bruno, "steward", [amina, bruno, carla]);
  await Promise.all([
    amina.commands["space.remove"]({ spaceId, identityId: bruno.identityId }),
    bruno.commands["space.remove"]({ spaceId, identityId: amina.identityId }),
  ]);
  await isOut(bruno, spaceId);
  for (const one of [amina, carla, dawit])
    await one.until(
      "people",
      { spaceId },
      (people) =>
        people.some(({ name }) => name === "Amina") && !people.some(({ name }) => name === "Bruno"),
    );
  await say(carla, spaceId, "it goes on");
  await untilText(dawit, spaceId, "it goes on");
  for (const one of [amina, carla, dawit])
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
});

test("moderators who ban the same person at once, and a member whom one silences and the other removes, split nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Harvest" });
  await make(spaceId, bruno, "moderator", [amina, bruno, carla]);
  await make(spaceId, carla, "moderator", [amina, bruno, carla]);
  await Promise.all([
    bruno.commands["space.ban"]({ spaceId, identityId: dawit.identityId }),
    carla.commands["space.setRole"]({
      spaceId,
      identityId: dawit.identityId,
      role: "observer",
    }),
    amina.commands["space.ban"]({ spaceId, identityId: dawit.identityId }),
  ]);
  await isOut(dawit, spaceId);
  await say(carla, spaceId, "still here");
  for (const one of [amina, bruno]) {
    await untilText(one, spaceId, "still here");
    const rules = await one.now("space.rules", { spaceId });
    expect(rules.banned.map(({ identityId }) => identityId)).toEqual([dawit.identityId]);
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
  }
});

test("a report reaches those who keep order and nobody else, with the message only where that is said", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Bakery" });
  await make(spaceId, bruno, "moderator", [amina, bruno, carla]);
  await say(dawit, spaceId, "something unkind");
  const { eventId } = await untilText(carla, spaceId, "something unkind");
  const about = { spaceId, identityId: dawit.identityId };
  await carla.commands["space.report"]({ ...about, eventId, note: "twice already" });
  for (const one of [amina, bruno])
    expect(
      await one.until("space.reports", { spaceId }, (list) => list.length === 1),
    ).toMatchObject([
      {
        by: "Carla",
        person: { name: "Dawit" },
        message: { eventId, text: "something unkind" },
        note: "twice already",
      },
    ]);
  expect((await amina.now("space", { spaceId }))?.reports).toBe(1);
  // About a moderator: the other one is told, they are not.
  await carla.commands["space.report"]({ spaceId, identityId: bruno.identityId, note: "" });
  const list = await amina.until("space.reports", { spaceId }, (some) => some.length === 2);
  expect(list[1]).toMatchObject({ person: { name: "Bruno" }, message: null });
  for (const one of [bruno, dawit]) await one.commands["sync.now"]({});
  await say(carla, spaceId, "and on");
  await untilText(bruno, spaceId, "and on");
  expect(await bruno.now("space.reports", { spaceId })).toHaveLength(1);
  expect(await dawit.now("space.reports", { spaceId })).toEqual([]);
  await amina.commands["space.dismissReport"]({ reportId: list[0]?.reportId ?? "" });
  await amina.until("space.reports", { spaceId }, (some) => some.length === 1);
});

test("who floods a space is named to those who keep order, whatever the times that they write on it", async () => {
  const spaceId = await spaceOf(amina, [bruno, dawit], { title: "Flooded" });
  await say(amina, spaceId, "Good morning");
  await untilText(dawit, spaceId, "Good morning");
  await untilText(bruno, spaceId, "Good morning");
  const floods = (who: Person) =>
    amina.until("space", { spaceId }, (space) => space?.flooding?.identityId === who.identityId);
  const day = 24 * 60 * 60_000;
  for (const [who, ahead] of [
    [bruno, -300 * day],
    [dawit, 300 * day],
  ] as const) {
    who.clockAhead = ahead;
    for (let n = 0; n < 45; n++) await say(who, spaceId, `${who.name} ${n}`);
    await untilText(amina, spaceId, `${who.name} 44`);
    await floods(who);
    await make(spaceId, who, "observer", [amina, who]);
    await amina.until("space", { spaceId }, (space) => space?.flooding === null);
    who.clockAhead = 0;
  }
});
