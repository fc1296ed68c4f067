import fc from "fast-check";
import { expect, test } from "vitest";
import { lastDue, letterIdOf, nextDue } from "./due.ts";

const at = (text: string): number => new Date(text).getTime();
const MONDAY = { day: 1, hour: 8 };

test("it is due from its hour on, until the same hour a week later", () => {
  expect(lastDue(at("2026-11-23T08:00:00"), MONDAY)).toBe(at("2026-11-23T08:00:00"));
  expect(lastDue(at("2026-11-23T07:59:59"), MONDAY)).toBe(at("2026-11-16T08:00:00"));
  expect(lastDue(at("2026-11-29T23:00:00"), MONDAY)).toBe(at("2026-11-23T08:00:00"));
  expect(nextDue(at("2026-11-23T08:00:00"))).toBe(at("2026-11-30T08:00:00"));
  expect(letterIdOf(at("2026-11-23T08:00:00"))).toBe("2026-11-23");
  expect(letterIdOf(at("2027-01-04T00:00:00"))).toBe("2027-01-04");
});

test("whatever the day, hour and time of the year, it lies within the last week, on that day, and the next one follows it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at("2020-01-01T00:00:00"), max: at("2040-01-01T00:00:00") }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 23 }),
      (now, day, hour) => {
        const due = lastDue(now, { day, hour });
        expect(new Date(due).getDay()).toBe(day);
        expect(due).toBeLessThanOrEqual(now);
        expect(nextDue(due)).toBeGreaterThan(now);
        expect(lastDue(due, { day, hour })).toBe(due);
        expect(letterIdOf(due)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      },
    ),
  );
});
