import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina Wanjiru" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno Delgado" });
});
afterAll(() => net.close());

test("a guest on another node asks by link and is let in without a click", async () => {
  ({ spaceId } = await amina.commands["space.create"]({ title: "Seeds for all" }));
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 7 });
  const fragment = fragmentOf(link);
  const card = await bruno.commands["space.readInvitation"]({ fragment });
  expect(card).toMatchObject({
    title: "Seeds for all",
    inviterName: "Amina Wanjiru",
    already: null,
  });
  await bruno.commands["space.ask"]({ fragment });
  const joins = await bruno.now("joins", {});
  expect(joins.length).toBeLessThanOrEqual(1);
  const space = await bruno.until("space", { spaceId }, (one) => one?.state === "active");
  expect(space).toMatchObject({ title: "Seeds for all", myRole: "member", trouble: null });
  expect(await bruno.now("joins", {})).toEqual([]);
});

test("both write, and both see the same in the same order, with names", async () => {
  await amina.commands["chat.send"]({ spaceId, text: "Karibu, Bruno!" });
  await untilText(bruno, spaceId, "Karibu, Bruno!");
  await bruno.commands["chat.send"]({ spaceId, text: "Gracias, Amina." });
  await untilText(amina, spaceId, "Gracias, Amina.");
  await untilTexts(amina, spaceId, ["Karibu, Bruno!", "Gracias, Amina."]);
  await untilTexts(bruno, spaceId, ["Karibu, Bruno!", "Gracias, Amina."]);
  const [first, second] = await messagesOf(bruno, spaceId);
  expect([first?.authorName, second?.authorName]).toEqual(["Amina Wanjiru", "Bruno Delgado"]);
});

test("what is written in one go arrives in that order", async () => {
  const busy = await spaceOf(amina, [bruno], { title: "Quick fingers" });
  const texts = Array.from({ length: 400 }, (_, index) => `word ${index}`);
  for (let at = 0; at < texts.length; at += 50)
    await Promise.all(
      texts.slice(at, at + 50).map((text) => amina.commands["chat.send"]({ spaceId: busy, text })),
    );
  await amina.until("space", { spaceId: busy }, (one) => one?.waiting === 0);
  expect((await messagesOf(amina, busy)).map(({ text }) => text)).toEqual(texts);
});

test("replies, reactions, edits, deletions and mentions arrive", async () => {
  const hello = await untilText(bruno, spaceId, "Karibu, Bruno!");
  await bruno.commands["chat.send"]({
    spaceId,
    text: "¿A qué hora?",
    replyTo: hello.eventId,
    mentions: [amina.identityId],
  });
  const question = await untilText(amina, spaceId, "¿A qué hora?");
  expect(question).toMatchObject({
    mentionsMe: true,
    replyTo: { text: "Karibu, Bruno!", authorName: "Amina Wanjiru" },
  });
  await amina.commands["chat.react"]({ spaceId, eventId: question.eventId, emoji: "👍", on: true });
  await amina.commands["chat.edit"]({
    spaceId,
    eventId: hello.eventId,
    text: "Karibu sana, Bruno!",
  });
  const gracias = await untilText(bruno, spaceId, "Gracias, Amina.");
  await bruno.commands["chat.delete"]({ spaceId, eventId: gracias.eventId });
  for (const person of [amina, bruno]) {
    await person.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) => {
      const of = (id: string) => messages.find((one) => one.eventId === id);
      return (
        of(hello.eventId)?.text === "Karibu sana, Bruno!" &&
        of(hello.eventId)?.editedAt !== null &&
        of(gracias.eventId)?.deleted === true &&
        of(question.eventId)?.reactions[0]?.names[0] === "Amina Wanjiru"
      );
    });
  }
});

test("a third person reads the history where the space gives it, and only what follows where not", async () => {
  const carla = await net.person({ node: 1, name: "carla", displayName: "Carla Nunes" });
  await bringIn(amina, carla, spaceId);
  const before = (await messagesOf(amina, spaceId)).map((one) => one.text);
  await untilTexts(carla, spaceId, before);
  expect((await carla.now("space", { spaceId }))?.trouble).toBeNull();

  // Without a history she learns what the others are called from who lets her in.
  const strangers = await net.person({ node: 0, name: "ines", displayName: "Inês" });
  const hidden = await spaceOf(strangers, [bruno], { history: "none" });
  await bringIn(bruno, carla, hidden);
  expect((await carla.now("people", { spaceId: hidden })).map((one) => one.name)).toContain("Inês");

  const quiet = await spaceOf(amina, [bruno], { history: "none", title: "Quiet" });
  await amina.commands["chat.send"]({ spaceId: quiet, text: "before her time" });
  await untilText(bruno, quiet, "before her time");
  await bringIn(bruno, carla, quiet);
  await amina.commands["chat.send"]({ spaceId: quiet, text: "now she is here" });
  await untilTexts(carla, quiet, ["now she is here"]);
  await untilTexts(bruno, quiet, ["before her time", "now she is here"]);
  await carla.commands["chat.send"]({ spaceId: quiet, text: "Bom dia" });
  await untilText(amina, quiet, "Bom dia");
  const people = await carla.until(
    "people",
    { spaceId: quiet },
    (list) => list.length === 3 && list.every((one) => one.name !== ""),
  );
  expect(people.map((one) => one.name)).toEqual(["Amina Wanjiru", "Bruno Delgado", "Carla Nunes"]);
});

test("a new title reaches everybody", async () => {
  await bruno.commands["space.rename"]({ spaceId, title: "Semillas para todos" });
  await amina.until("space", { spaceId }, (one) => one?.title === "Semillas para todos");
});

test("only stewards change roles and remove; a new steward can", async () => {
  await expect(
    bruno.commands["space.setRole"]({ spaceId, identityId: bruno.identityId, role: "steward" }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await amina.commands["space.setRole"]({ spaceId, identityId: bruno.identityId, role: "steward" });
  await bruno.until("space", { spaceId }, (one) => one?.myRole === "steward");
  await amina.commands["space.setRole"]({ spaceId, identityId: amina.identityId, role: "member" });
  await amina.until("space", { spaceId }, (one) => one?.myRole === "member");
  await bruno.commands["space.setRole"]({ spaceId, identityId: amina.identityId, role: "steward" });
  await amina.until("space", { spaceId }, (one) => one?.myRole === "steward");
});

test("whoever leaves is taken out by a steward's device, and can come again", async () => {
  const dario = await net.person({ node: 0, name: "dario", displayName: "Dario" });
  await bringIn(bruno, dario, spaceId);
  await dario.commands["chat.send"]({ spaceId, text: "Only a visit" });
  await untilText(amina, spaceId, "Only a visit");
  await dario.commands["space.leave"]({ spaceId });
  await dario.until("space", { spaceId }, (one) => one?.state === "left");
  await amina.until("people", { spaceId }, (list) =>
    list.every((one) => one.identityId !== dario.identityId),
  );
  await bringIn(amina, dario, spaceId);
  await dario.commands["chat.send"]({ spaceId, text: "Here again" });
  await untilText(amina, spaceId, "Here again");
  await untilText(bruno, spaceId, "Here again");
  // Whoever reads all of the history meets both of his visits.
  const elif = await net.person({ node: 0, name: "elif", displayName: "Elif" });
  await bringIn(amina, elif, spaceId);
  await untilTexts(
    elif,
    spaceId,
    (await messagesOf(amina, spaceId)).map((one) => one.text),
  );
  for (const person of [amina, bruno, dario, elif])
    expect((await person.now("space", { spaceId }))?.trouble).toBeNull();
});

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno].flatMap((person) => person.faults)).toEqual([]);
});
