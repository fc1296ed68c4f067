import { expect, test } from "vitest";
import { randomBytes } from "./primitives.ts";
import { safetyNumber } from "./safety-number.ts";
import { counting, flipped, refuses } from "./test-helpers.ts";

test("both sides see the same number, and every other pair another one", () => {
  const [a, b] = [randomBytes(32), randomBytes(32)];
  expect(safetyNumber(a, b)).toEqual(safetyNumber(b, a));
  expect(safetyNumber(a, b)).toHaveLength(8);
  for (const group of safetyNumber(a, b)) expect(group).toMatch(/^[0-9]{5}$/);
  expect(safetyNumber(a, flipped(b, 31))).not.toEqual(safetyNumber(a, b));
});

test("the number of two ids is what it always was", () => {
  expect(safetyNumber(counting(1, 32), counting(2, 32)).join(" ")).toMatchInlineSnapshot(
    `"15104 95605 01318 62255 15878 79713 60048 94956"`,
  );
});

test("what is no id has no number", async () => {
  await refuses(() => safetyNumber(new Uint8Array(31), randomBytes(32)), "bad_input");
});
