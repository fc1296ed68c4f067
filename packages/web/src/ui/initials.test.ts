import { expect, test } from "vitest";
import { HUES, hueOf, initialsOf } from "./initials.ts";

test("two initials where the script has them, one grapheme elsewhere", () => {
  expect(initialsOf("Amina Wanjikũ Otieno")).toBe("AO");
  expect(initialsOf("bruno")).toBe("B");
  expect(initialsOf("Ольга Петрова")).toBe("ОП");
  expect(initialsOf("أمينة حسن")).toBe("أ");
  expect(initialsOf("李小龙")).toBe("李");
  expect(initialsOf("नीलम शर्मा")).toBe("नी");
});

test("brackets, emoji and nothing at all still give something", () => {
  expect(initialsOf("(Water) committee")).toBe("WC");
  expect(initialsOf("🌱 Seeds")).toBe("🌱");
  expect(initialsOf("  ")).toBe("?");
});

test("a colour is stable and all are used", () => {
  expect(hueOf("abc")).toBe(hueOf("abc"));
  const used = new Set(Array.from({ length: 500 }, (_, index) => hueOf(`id-${index}`)));
  expect([...used].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: HUES }, (_, hue) => hue),
  );
});
