import fc from "fast-check";
import { expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import type { RawEvent, ToolHarness } from "../harness.ts";
import { chat } from "./index.ts";
import { chatQueries } from "./queries.ts";

const ME = testId(32, 1);
const PEOPLE = [ME, testId(32, 2), testId(32, 3)] as const;
const NAMES = ["Me", "Amina", "Bruno"] as const;
const EMOJI = ["👍", "❤️"] as const;
const MESSAGES = 4;

type Role = "steward" | "member";
type Step =
  | { do: "message"; who: number; message: number }
  | { do: "edit" | "delete"; who: number; message: number }
  | { do: "react"; who: number; message: number; emoji: number; on: boolean }
  | { do: "newer"; who: number; message: number }
  | { do: "confirm"; which: number }
  | { do: "repeat"; which: number }
  | { do: "role"; who: number; role: Role }
  | { do: "rebuild" };

const who = fc.nat({ max: PEOPLE.length - 1 });
const message = fc.nat({ max: MESSAGES - 1 });
const which = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("message" as const), who, message }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("edit" as const), who, message }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), who, message }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("newer" as const), who, message }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("react" as const),
      who,
      message,
      emoji: fc.nat({ max: 1 }),
      on: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("confirm" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat" as const), which }) },
  {
    weight: 1,
    // One's own role stays: a deletion that waits is judged by the role at the time of writing.
    arbitrary: fc.record({
      do: fc.constant("role" as const),
      who: fc.constantFrom(1, 2),
      role: fc.constantFrom<Role>("steward", "member"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "rebuild" as const }) },
);

type Journal = ({ event: RawEvent } | { who: number; role: Role })[];

const idOf = (number: number) => testId(16, number + 1);
const person = <T>(list: readonly T[], index: number): T => list[index] as T;

/** Every row that the reducer makes, row numbers aside. */
async function rowsOf(store: SqlStore): Promise<unknown> {
  const messages = await store.all<Record<string, unknown>>(
    `SELECT log_id, event_id, position, pending, author, mine, at, text, reply_to, mentions, mentions_me,
       edited_at, deleted, newer FROM chat_messages ORDER BY event_id`,
  );
  const rest = await Promise.all(
    ["chat_changes", "chat_reactions", "activity"].map((table) =>
      store.all(`SELECT * FROM ${table} ORDER BY event_id`),
    ),
  );
  return { messages, rest };
}

/** What a screen shows, as far as the order of events decides it. */
async function shownBy(harness: ToolHarness): Promise<unknown> {
  const page = await chatQueries.messages.run(harness.context, {
    spaceId: harness.spaceId,
    limit: 100,
  });
  return page.messages.map(({ eventId, text, deleted, needsNewerApp, state, reactions }) => ({
    eventId,
    text,
    deleted,
    needsNewerApp,
    waits: state === "waiting",
    reactions: reactions.map(({ emoji, names }) => ({ emoji, names: names.toSorted() })),
  }));
}

/** The same said naively: all events in order, one after the other, on plain objects. */
function model(
  sequence: readonly { event: RawEvent; step: Step; pending: boolean }[],
  stewards: ReadonlySet<string>,
): unknown {
  type Shown = {
    eventId: string;
    author: string;
    text: string;
    deleted: boolean;
    needsNewerApp: boolean;
    waits: boolean;
  };
  const shown: Shown[] = sequence
    .filter(({ step: { do: what } }) => what === "message")
    .map(({ event, pending }) => ({
      eventId: event.eventId,
      author: event.author,
      text: `words ${event.eventId}`,
      deleted: false,
      needsNewerApp: false,
      waits: pending,
    }));
  const reactions = new Map<string, Map<string, Map<string, boolean>>>();
  for (const { event, step: one } of sequence) {
    if (!("message" in one)) continue;
    const target = idOf(one.message);
    const row = shown.find(({ eventId }) => eventId === target);
    if (one.do === "react") {
      const byEmoji = reactions.get(target) ?? new Map<string, Map<string, boolean>>();
      reactions.set(target, byEmoji);
      const emoji = person(EMOJI, one.emoji);
      const byName = byEmoji.get(emoji) ?? new Map<string, boolean>();
      byEmoji.set(emoji, byName.set(person(NAMES, one.who), one.on));
    }
    if (row === undefined) continue;
    const own = row.author === event.author;
    if (one.do === "edit" && own) {
      row.text = `words ${event.eventId}`;
      row.needsNewerApp = false;
    }
    if (one.do === "newer" && own) row.needsNewerApp = true;
    if (one.do === "delete" && (own || stewards.has(event.eventId))) row.deleted = true;
  }
  return shown.map((row) => ({
    eventId: row.eventId,
    deleted: row.deleted,
    waits: row.waits,
    text: row.deleted ? "" : row.text,
    needsNewerApp: !row.deleted && row.needsNewerApp,
    reactions: row.deleted
      ? []
      : [...(reactions.get(row.eventId) ?? [])].flatMap(([emoji, byName]) => {
          const names = [...byName].filter(([, on]) => on).map(([name]) => name);
          return names.length === 0 ? [] : [{ emoji, names: names.toSorted() }];
        }),
  }));
}

async function begin(): Promise<{ store: SqlStore; harness: ToolHarness }> {
  const store = await openNodeStore(":memory:");
  const harness = await toolHarness(store, chat, { me: ME });
  for (const [index, name] of NAMES.entries())
    await harness.member(person(PEOPLE, index), { name, role: index === 1 ? "steward" : "member" });
  return { store, harness };
}

/** A device that has only ever seen the log, in its order. */
async function replay(
  journal: Journal,
  waiting: readonly { event: RawEvent }[],
): Promise<{ rows: unknown }> {
  const { store, harness } = await begin();
  for (const entry of journal) {
    if ("event" in entry) await harness.confirm(entry.event);
    else
      await harness.member(person(PEOPLE, entry.who), {
        name: person(NAMES, entry.who),
        role: entry.role,
      });
  }
  for (const { event } of waiting) await harness.wait(event);
  const rows = await rowsOf(store);
  await store.close();
  return { rows };
}

/** Outbox numbers differ between devices; their order does not. */
function withoutNumbers(rows: unknown): unknown {
  return JSON.parse(
    JSON.stringify(rows, (key, value: unknown) =>
      key === "position" && typeof value === "number" && value >= 2 ** 50 ? "waiting" : value,
    ),
  );
}

test("whatever happens in whatever order, a device shows what the log says with what waits on top", async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 40 }), async (leading, steps) => {
      const { store, harness } = await begin();
      try {
        const journal: Journal = [];
        const roles: Role[] = [leading ? "steward" : "member", "steward", "member"];
        await harness.member(ME, { name: "Me", role: person(roles, 0) });
        journal.push({ who: 0, role: person(roles, 0) });
        const stewards = new Set<string>();
        const stepOf = new Map<string, Step>();
        let changes = 0;

        async function confirm(event: RawEvent, by: number): Promise<void> {
          const first = harness.log.every(({ event: { eventId } }) => eventId !== event.eventId);
          if (first) {
            journal.push({ event });
            stewards.delete(event.eventId);
            if (person(roles, by) === "steward") stewards.add(event.eventId);
          }
          await harness.confirm(event);
        }

        async function write(
          one: Extract<Step, { who: number }>,
          type: string,
          payload: object,
          id: string,
        ) {
          const author = person(PEOPLE, one.who);
          const event = harness.event(author, type, payload, { eventId: id });
          stepOf.set(id, one);
          if (author !== ME) return confirm(event, one.who);
          if (leading) stewards.add(id);
          await harness.wait(event);
        }

        for (const one of steps) {
          const id = testId(16, 0x100 + changes++);
          if (one.do === "message") {
            const own = idOf(one.message);
            if (!stepOf.has(own)) await write(one, "chat.message", { text: `words ${own}` }, own);
          } else if (one.do === "edit")
            await write(
              one,
              "chat.edit",
              { target: idBytes(idOf(one.message)), text: `words ${id}` },
              id,
            );
          else if (one.do === "delete")
            await write(one, "chat.delete", { target: idBytes(idOf(one.message)) }, id);
          else if (one.do === "newer")
            await write(
              one,
              "chat.edit",
              { target: idBytes(idOf(one.message)), x: 1, must: ["x"] },
              id,
            );
          else if (one.do === "react") {
            const target = idBytes(idOf(one.message));
            const emoji = person(EMOJI, one.emoji);
            await write(one, "chat.reaction", { target, emoji, on: one.on }, id);
          } else if (one.do === "confirm") {
            const waiting = harness.outbox[one.which % Math.max(1, harness.outbox.length)];
            if (waiting !== undefined) await confirm(waiting.event, 0);
          } else if (one.do === "repeat") {
            const known = harness.log[one.which % Math.max(1, harness.log.length)];
            if (known !== undefined) {
              const elsewhere = one.which % 2 === 0 ? 2 ** 50 + 1000 : harness.log.length + 100;
              await harness.again(known.event, elsewhere, one.which % 2 === 0);
            }
          } else if (one.do === "role") {
            roles[one.who] = one.role;
            journal.push({ who: one.who, role: one.role });
            await harness.member(person(PEOPLE, one.who), {
              name: person(NAMES, one.who),
              role: one.role,
            });
          } else await harness.rebuild();
        }

        const sequence = [
          ...harness.log.map(({ event }) => ({ event, pending: false })),
          ...harness.outbox.map(({ event }) => ({ event, pending: true })),
        ].map((entry) => ({ ...entry, step: stepOf.get(entry.event.eventId) as Step }));
        expect(await shownBy(harness)).toEqual(model(sequence, stewards));

        const before = await rowsOf(store);
        expect(withoutNumbers(before)).toEqual(
          withoutNumbers((await replay(journal, harness.outbox)).rows),
        );
        await harness.rebuild();
        expect(await rowsOf(store)).toEqual(before);

        for (const { event } of harness.outbox) await confirm(event, 0);
        expect(await rowsOf(store)).toEqual((await replay(journal, [])).rows);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
