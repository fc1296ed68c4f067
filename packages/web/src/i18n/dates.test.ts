import { expect, test } from "vitest";
import { formatDayWithin } from "./dates.ts";

const DAY = 86_400_000;
const noon = new Date(2026, 2, 11, 12).getTime();

test("within a sentence the days around today have their names, the others their dates", () => {
  expect(formatDayWithin(noon - 3 * 3_600_000, noon)).toBe("today");
  expect(formatDayWithin(noon - DAY, noon)).toBe("yesterday");
  expect(formatDayWithin(noon + DAY, noon)).toBe("tomorrow");
  expect(formatDayWithin(noon - 2 * DAY, noon)).toBe("Monday");
  expect(formatDayWithin(noon + 4 * DAY, noon)).toMatch(/15/);
});
