/** The index beside a naive search that reads everything: after any changes, in any slices, both find the same. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openNodeStore } from "../../platform/node/store.ts";
import { chat } from "../tools/chat/index.ts";
import { idBytes, testId, toolHarness } from "../tools/harness.ts";
import { addTerms, fold } from "./fold.ts";
import { CORE_SOURCES, migrateSearch } from "./index.ts";
import { spread } from "./match.ts";
import { emptySearch } from "./tables.ts";
import { testSearch } from "./testing.ts";

const AMINA = testId(32, 2);
const vocabulary = [
  "water",
  "Wässer",
  "pump",
  "مياه",
  "الماء",
  "東京都",
  "น้ำประปา",
  "किताब",
  "ok",
  "x",
];
const phrases = [
  "water pump",
  "wasser مياه",
  "الماء ok x",
  "x x",
  "東京",
  "東京都 ok",
  "京都 น้ำประปา",
  "京",
  "ปา किताब",
  "water",
];
const word = fc.constantFrom(...vocabulary);
const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(" "));

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("say" as const), text, at: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("edit" as const), which: fc.nat(), text }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("slice" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("anew" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

test("whatever happens to messages, the index finds what a look at every text finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
      const store = await openNodeStore(":memory:");
      try {
        const harness = await toolHarness(store, chat);
        await harness.member(AMINA, { name: "Amina" });
        const sources = [...CORE_SOURCES, ...chat.findable];
        await migrateSearch(store, sources);
        let search = testSearch(store, sources);
        const ids: string[] = [];
        const pick = (which: number) => ids[which % Math.max(1, ids.length)];
        for (const one of steps) {
          if (one.do === "say")
            ids.push(
              await harness.receive(
                AMINA,
                "chat.message",
                { text: one.text.normalize("NFC") },
                { at: 1_600_000_000_000 + one.at * 100 },
              ),
            );
          else if (one.do === "slice") await search.indexer.slice();
          else if (one.do === "rebuild") await harness.rebuild();
          else if (one.do === "restart") search = testSearch(store, sources);
          else if (one.do === "anew") {
            await store.transaction((tx) => emptySearch(tx, sources));
            search = testSearch(store, sources);
          } else {
            const id = pick(one.which);
            if (id === undefined) continue;
            const target = idBytes(id);
            if (one.do === "edit")
              await harness.receive(AMINA, "chat.edit", {
                target,
                text: one.text.normalize("NFC"),
              });
            else await harness.receive(AMINA, "chat.delete", { target });
          }
        }
        const rows = await store.all<{ event_id: string; text: string }>(
          "SELECT event_id, text FROM chat_messages WHERE deleted = 0",
        );
        for (const typed of vocabulary) {
          const wanted = new Set<string>();
          addTerms(wanted, fold(typed));
          const naive = rows
            .filter((row) => fold(row.text).includes(fold(typed)))
            .map((row) => row.event_id);
          const found = await search.refs(`${typed} `);
          expect(new Set(found).size).toBe(found.length);
          expect(naive.filter((id) => !found.includes(id))).toEqual([]);
          // What is found beyond holds the word in another form: without its article, or a longer one.
          for (const id of found) {
            const held = new Set<string>();
            addTerms(held, fold(rows.find((row) => row.event_id === id)?.text ?? ""));
            const fits = [...held].some((term) =>
              [...wanted].some((one) => term.includes(one) || one.includes(term)),
            );
            expect(fits, `${typed} found ${id}`).toBe(true);
          }
        }
        for (const phrase of phrases) {
          const joined = spread(phrase).trim();
          const dense = /[\u0e00-\u0eff\u4e00-\u9fff]/u.test(joined);
          const naive = rows
            .filter(({ text: own }) => spread(own).includes(dense ? joined : ` ${joined} `))
            .map((row) => row.event_id);
          const found = await search.refs(`"${phrase}"`);
          expect(found.toSorted(), phrase).toEqual(naive.toSorted());
        }
        expect(await store.all("SELECT 1 FROM search_dirty")).toEqual([]);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40 },
  );
});
