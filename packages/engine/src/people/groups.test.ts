import fc from "fast-check";
import { expect, test } from "vitest";
import type { GroupAct } from "./groups.ts";
import { listingOf } from "./groups.ts";

const act: fc.Arbitrary<GroupAct> = fc.record({
  author: fc.constantFrom("amina", "bruno"),
  at: fc.nat(100),
  is_off: fc.constantFrom(0, 0, 0, 1),
  card: fc.option(fc.constantFrom("one", "two")),
});

test("whose listing it is says what it says, until it is taken off", () => {
  const put = (author: string, card: string | null, is_off = 0): GroupAct => ({
    author,
    at: 1,
    is_off,
    card,
  });
  const first = put("amina", "one");
  expect(listingOf([first, put("bruno", "two")])?.card).toBe("one");
  expect(listingOf([first, put("bruno", null)])?.card).toBe("one");
  expect(listingOf([first, put("amina", "two")])?.card).toBe("two");
  expect(listingOf([first, put("amina", null)])).toBeNull();
  expect(listingOf([first, put("carla", null, 1), put("bruno", "two")])?.author).toBe("bruno");
});

test("a listing is always the last word of whose it is, since nobody's it was", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const now = listingOf(acts);
      if (now === null) return;
      const own = acts.findLast((one) => one.is_off === 0 && one.author === now.author);
      expect(own).toMatchObject({ card: now.card, at: now.at });
      // What another says of it changes nothing.
      const other = now.author === "amina" ? "bruno" : "amina";
      expect(listingOf([...acts, { author: other, at: 1, is_off: 0, card: "x" }])).toEqual(now);
      expect(listingOf([...acts, { author: other, at: 1, is_off: 0, card: null }])).toEqual(now);
    }),
  );
});
