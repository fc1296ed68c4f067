import { expect, test } from "vitest";
import { isObviousPin } from "./obvious.ts";

test("PINs that everybody tries first are found", () => {
  for (const pin of [
    "000000",
    "123456",
    "654321",
    "890123",
    "121212",
    "123123",
    "12341234",
    "311299",
    "123199",
    "19991231",
    "31121999",
  ])
    expect(isObviousPin(pin), pin).toBe(true);
});

test("others are not", () => {
  for (const pin of ["482913", "974613", "83920174", "4829134"])
    expect(isObviousPin(pin), pin).toBe(false);
});
