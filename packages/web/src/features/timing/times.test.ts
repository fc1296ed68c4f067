import { expect, test } from "vitest";
import { asField, choicesAt } from "./times.ts";

const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 10, day, hour, minute).getTime();

test("tonight, tomorrow morning and Monday are offered, by the clock on the wall", () => {
  // 25 November 2026 is a Wednesday.
  expect(choicesAt(at(25, 10))).toEqual([
    { kind: "evening", at: at(25, 18) },
    { kind: "morning", at: at(26, 8) },
    { kind: "monday", at: at(30, 8) },
  ]);
});

test("what is past or nearly there is not offered, nor the same time twice", () => {
  expect(choicesAt(at(25, 17, 45)).map(({ kind }) => kind)).toEqual(["morning", "monday"]);
  expect(choicesAt(at(29, 20)).map(({ kind }) => kind)).toEqual(["morning"]);
  expect(choicesAt(at(30, 20))[1]).toEqual({ kind: "monday", at: at(37, 8) });
});

test("a field shows the time as it is written where one is", () => {
  expect(asField(at(5, 7, 3))).toBe("2026-11-05T07:03");
});
