import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import type { RawEvent } from "../harness.ts";
import { chatCommands as commands } from "./commands.ts";
import { chat } from "./index.ts";
import { tallyOf } from "./poll-tally.ts";
import { chatQueries } from "./queries.ts";

const ME = testId(32, 1);
const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
const PEOPLE = [ME, AMINA, BRUNO] as const;
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function open() {
  const opened = await openNodeStore(":memory:");
  const harness = await toolHarness(opened, chat, { me: ME });
  await harness.member(ME, { name: "Me" });
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(BRUNO, { name: "Bruno", role: "steward" });
  const { context, spaceId } = harness;
  const poll = async () =>
    (await chatQueries.messages.run(context, { spaceId, limit: 50 })).messages.find(
      (one) => one.poll !== null,
    )?.poll ?? null;
  const tally = async () =>
    (await poll())?.choices.map(({ text, names }) => `${text}: ${names.join(" ")}`.trim());
  return { opened, harness, context, spaceId, poll, tally };
}
async function start() {
  const all = await open();
  store = all.opened;
  return all;
}

const asked = { question: "When do we meet?", choices: ["Mon", "Tue"] };

test("of each person the last vote counts, and one with one choice chooses one", async () => {
  const { harness, poll, tally } = await start();
  const target = idBytes(await harness.receive(AMINA, "chat.poll", asked));
  await harness.receive(BRUNO, "chat.vote", { target, choices: [0] });
  await harness.receive(AMINA, "chat.vote", { target, choices: [1, 0] });
  await harness.receive(BRUNO, "chat.vote", { target, choices: [1] });
  await harness.receive(BRUNO, "chat.vote", { target, choices: [9] });
  expect(await tally()).toEqual(["Mon: Amina", "Tue:"]);
  await harness.receive(BRUNO, "chat.vote", { target, choices: [1] });
  expect(await tally()).toEqual(["Mon: Amina", "Tue: Bruno"]);
  await harness.receive(AMINA, "chat.vote", { target, choices: [] });
  expect(await poll()).toMatchObject({ voters: 1, ended: false });
});

test("choices are added where that is open, or by who asked; none twice", async () => {
  const { harness, context, spaceId, poll } = await start();
  const closed = await harness.receive(AMINA, "chat.poll", asked);
  const option = (who: string, text: string) =>
    harness.receive(who, "chat.pollOption", { target: idBytes(closed), text });
  await option(BRUNO, "Wed");
  await option(AMINA, "Tue");
  const added = await option(AMINA, "Thu");
  expect((await poll())?.choices.map(({ id, text }) => [id, text])).toEqual([
    ["0", "Mon"],
    ["1", "Tue"],
    [added, "Thu"],
  ]);
  await commands.vote(context, { spaceId, eventId: closed, choices: [added] });
  expect((await poll())?.choices[2]).toMatchObject({ count: 1, mine: true, names: ["Me"] });
  await expect(
    commands.addChoice(context, { spaceId, eventId: closed, text: "Fri" }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("who asked or who leads ends a poll, and what comes after does not count", async () => {
  const { harness, context, spaceId, poll } = await start();
  const target = idBytes(await harness.receive(AMINA, "chat.poll", asked));
  await harness.receive(ME, "chat.pollEnd", { target });
  expect((await poll())?.ended).toBe(false);
  await harness.receive(ME, "chat.vote", { target, choices: [0] });
  await harness.receive(BRUNO, "chat.pollEnd", { target });
  await harness.receive(ME, "chat.vote", { target, choices: [1] });
  expect(await poll()).toMatchObject({
    ended: true,
    voters: 1,
    choices: [{ count: 1 }, { count: 0 }],
  });
  const own = await commands.poll(context, {
    ...asked,
    spaceId,
    several: false,
    hidden: false,
    open: false,
    closesAt: null,
  });
  await commands.endPoll(context, { spaceId, eventId: own.eventId });
});

test("what is dated after the closing time does not count, and one is not let vote then", async () => {
  const { harness, context, spaceId, poll } = await start();
  const closesAt = context.now() + 1000;
  const id = await harness.receive(AMINA, "chat.poll", { ...asked, closesAt });
  const target = idBytes(id);
  await harness.receive(AMINA, "chat.vote", { target, choices: [0] }, { at: closesAt });
  await harness.receive(BRUNO, "chat.vote", { target, choices: [0] }, { at: closesAt + 1 });
  expect((await poll())?.voters).toBe(1);
  const late = { ...context, now: () => closesAt + 1 };
  await expect(commands.vote(late, { spaceId, eventId: id, choices: ["0"] })).rejects.toMatchObject(
    {
      code: "invalid",
    },
  );
});

test("where names are not shown no screen gets them, and a question does not change under the votes", async () => {
  const { harness, context, spaceId, poll } = await start();
  const id = await harness.receive(AMINA, "chat.poll", { ...asked, hidden: true });
  await harness.receive(BRUNO, "chat.vote", { target: idBytes(id), choices: [0] });
  await harness.receive(AMINA, "chat.edit", { target: idBytes(id), text: "Do we give up?" });
  expect((await poll())?.choices[0]).toMatchObject({ count: 1, names: [] });
  const { messages } = await chatQueries.messages.run(context, { spaceId, limit: 5 });
  expect(messages[0]?.text).toBe("When do we meet?");
});

test("of a deleted poll nothing is left but that it was there", async () => {
  const { opened, harness, poll } = await start();
  const id = await harness.receive(AMINA, "chat.poll", asked);
  await harness.receive(AMINA, "chat.pollOption", { target: idBytes(id), text: "Wed" });
  await harness.receive(AMINA, "chat.delete", { target: idBytes(id) });
  await harness.receive(AMINA, "chat.pollOption", { target: idBytes(id), text: "Thu" });
  expect(await poll()).toBeNull();
  const kept = JSON.stringify([
    await opened.all("SELECT choices FROM chat_polls"),
    await opened.all("SELECT body FROM chat_poll_acts"),
    await opened.all("SELECT text, original FROM chat_messages"),
  ]);
  expect(kept).not.toMatch(/Mon|Tue|Wed|Thu|meet/);
});

test.each([
  ["choices", { choices: ["Mon"] }],
  ["choices", { choices: ["Mon", " Mon "] }],
  ["question", { question: " " }],
  ["closesAt", { closesAt: 5 }],
])("a poll with wrong %s is not written", async (field, wrong) => {
  const { harness, context, spaceId } = await start();
  const args = {
    ...asked,
    spaceId,
    several: false,
    hidden: false,
    open: false,
    closesAt: null,
    ...wrong,
  };
  await expect(commands.poll(context, args)).rejects.toMatchObject({ data: { field } });
  expect(harness.outbox).toEqual([]);
});

type Step =
  | { do: "vote"; who: number; choices: number[]; late: boolean }
  | { do: "option"; who: number; text: string }
  | { do: "end"; who: number }
  | { do: "confirm" | "repeat"; which: number }
  | { do: "rebuild" };
const who = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("vote" as const),
      who,
      choices: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
      late: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("option" as const),
      who,
      text: fc.constantFrom("Wed", "Thu", "Fri"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("end" as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("confirm" as const, "repeat" as const),
      which: fc.nat({ max: 100 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "rebuild" as const }) },
);

test("whatever happens in whatever order, all devices count the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.boolean(),
      fc.boolean(),
      async (steps, several, openTo) => {
        const one = await open();
        const other = await open();
        try {
          const closesAt = 2_000_000_000_000;
          const ask = one.harness.event(AMINA, "chat.poll", {
            ...asked,
            several,
            open: openTo,
            closesAt,
          });
          await one.harness.confirm(ask);
          const target = idBytes(ask.eventId);
          const added: RawEvent[] = [];
          const write = async (author: string, type: string, payload: object, late = false) => {
            const event = one.harness.event(author, type, payload, {
              at: late ? closesAt + 1 : closesAt,
            });
            if (type === "chat.pollOption") added.push(event);
            await (author === ME ? one.harness.wait(event) : one.harness.confirm(event));
          };
          for (const now of steps) {
            if (now.do === "vote") {
              const choices = now.choices.map((n) => {
                const made = added[n - 2];
                return n < 2 ? n : made === undefined ? 19 : idBytes(made.eventId);
              });
              await write(PEOPLE[now.who]!, "chat.vote", { target, choices }, now.late);
            } else if (now.do === "option")
              await write(PEOPLE[now.who]!, "chat.pollOption", { target, text: now.text });
            else if (now.do === "end") await write(PEOPLE[now.who]!, "chat.pollEnd", { target });
            else if (now.do === "rebuild") await one.harness.rebuild();
            else if (now.do === "confirm") {
              const waiting =
                one.harness.outbox[now.which % Math.max(1, one.harness.outbox.length)];
              if (waiting !== undefined) await one.harness.confirm(waiting.event);
            } else {
              const known = one.harness.log[now.which % one.harness.log.length];
              if (known !== undefined) await one.harness.again(known.event, 2 ** 50 + 999, true);
            }
          }
          // Another device sees the log in its order only, and what waits on top.
          for (const { event } of one.harness.log) await other.harness.confirm(event);
          for (const { event } of one.harness.outbox) await other.harness.wait(event);
          expect(await one.poll()).toEqual(await other.poll());
          // Nobody is counted twice where one chooses one.
          const counted = (await one.poll())!;
          const sum = counted.choices.reduce((total, { count }) => total + count, 0);
          if (!several) expect(sum).toBe(counted.voters);
        } finally {
          await one.opened.close();
          await other.opened.close();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("ten thousand votes are counted once each", () => {
  const acts = Array.from({ length: 10_000 }, (_, n) => ({
    eventId: `${n}`,
    kind: "vote" as const,
    author: `${n % 1000}`,
    steward: false,
    at: 1,
    body: JSON.stringify([String(n % 2)]),
  }));
  const row = { author: "0", choices: ["a", "b"], several: false, open: false, closesAt: null };
  expect(tallyOf(row, acts).voters).toBe(1000);
});
