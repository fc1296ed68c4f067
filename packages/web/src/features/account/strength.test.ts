import { expect, test } from "vitest";
import { strengthOf } from "./strength.ts";

const verdict = (passphrase: string, own: string[] = []): string =>
  strengthOf(passphrase, own).verdict;

test("nothing typed is neither weak nor strong", () => {
  expect(verdict("")).toBe("empty");
});

test("common passwords are very weak, however they are dressed up", () => {
  for (const one of [
    "123456",
    "password",
    "P@ssw0rd",
    "Password1",
    "motdepasse",
    "bismillah",
    "qwertyuiop",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabc",
  ]) {
    expect(verdict(one), one).toBe("veryWeak");
  }
});

test("one's own name and address count for nothing", () => {
  expect(strengthOf("wanjiku2024", ["Wanjiku Otieno", "wanjiku@a.example"]).bits).toBeLessThan(
    strengthOf("wanjiku2024").bits,
  );
  expect(verdict("WanjikuOtieno", ["Wanjiku Otieno"])).toBe("veryWeak");
});

test("two common words with a year stay weak", () => {
  expect(["veryWeak", "weak"]).toContain(verdict("happyfamily2023"));
});

test("a few unrelated words are good, more are strong", () => {
  expect(["fair", "good"]).toContain(verdict("goat lantern kiosk"));
  expect(verdict("goat lantern kiosk umbrella drum")).toBe("strong");
  expect(verdict("ماعز فانوس كشك مظلة طبل")).toBe("strong");
});

test("random characters are strong from twelve or so on", () => {
  expect(verdict("xK9#vQ2!mZ7pLw")).toMatch(/good|strong/);
  expect(verdict("xK9#vQ2!mZ7pLwR4t")).toBe("strong");
});

test("more characters never make it easier to guess", () => {
  let before = 0;
  const text = "goat lantern kiosk umbrella";
  for (let end = 1; end <= text.length; end++) {
    const { bits } = strengthOf(text.slice(0, end));
    expect(bits).toBeGreaterThanOrEqual(before - 8);
    before = bits;
  }
  expect(strengthOf("x".repeat(10_000)).bits).toBeLessThan(40);
});
