import { expect, test } from "vitest";
import { hostOf, oddNames, tame, tameCode, tameName } from "./safe-text.ts";

test("what languages need stays: joiners, marks of direction, emoji of several signs, flags", () => {
  for (const text of ["می‌خواهم", "क्‍ष", "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ❤️", "שלום‎ (1)", "ผู้ใหญ่", "ἀγάπῃ", "a\tb\nc"])
    expect(tame(text)).toBe(text);
});

test("signs that turn lines around are taken out of a message", () => {
  expect(tame("pay \u202e0001\u202c now")).toBe("pay 0001 now");
  expect(tame("a\u0000b\u0007c\ufeffd")).toBe("abcd");
});

test("runs of what nobody sees and piles of marks are made short", () => {
  expect(tame(`a${"\u200b".repeat(500)}b`)).toBe("a\u200b\u200bb");
  expect(tame(`z${"\u0301".repeat(400)}o`)).toBe(`z${"\u0301".repeat(6)}o`);
  expect(tame(`a${"\n".repeat(300)}b`)).toBe("a\n\n\nb");
  expect(tame(`x${"\u{e0041}".repeat(50)}`)).toBe("x");
});

test("in code every sign that nobody sees is named", () => {
  expect(tameCode("if (admin\u202e) {\u200b}")).toBe("if (admin⟨U+202E⟩) {⟨U+200B⟩}");
});

test("a name is one line without hidden signs, and keeps the joiners of its language", () => {
  expect(tameName(" Ami\u200bna\u202e\nOtieno\u2066 ")).toBe("Amina Otieno");
  expect(tameName("\u200dAmina\u200d ")).toBe("Amina\u200d".replace("\u200d", ""));
  expect(tameName("علی‌رضا")).toBe("علی‌رضا");
});

test("names that look like another one here are marked, and those of one alphabet with accents are not", () => {
  expect([...oddNames(["Amina", "Аmina", "Bruno"])]).toEqual(["Аmina", "Amina"]);
  expect([...oddNames(["Оксана", "Amina", "José", "Jose", "محمد"])]).toEqual([]);
  expect([...oddNames(["Сосо", "Coco"])]).toEqual(["Сосо", "Coco"]);
  expect([...oddNames(["Corn", "Com"])]).toEqual(["Corn", "Com"]);
  expect([...oddNames(["Amina", "Ami\u200bna"])]).toEqual(["Amina", "Ami\u200bna"]);
  // Mixed within one word, even where nobody else is there.
  expect([...oddNames(["Bаnk"])]).toEqual(["Bаnk"]);
});

test.each([
  ["https://union.example/x", "union.example", false],
  ["https://bank.example@evil.example/", "evil.example", true],
  ["https://аррӏе.com/", "xn--80ak6aa92e.com", true],
  ["https://pаypal.com/", "xn--pypal-4ve.com", true],
  ["https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com", true],
  ["https://münchen.example/", "münchen.example", false],
  ["https://пример.рф/", "пример.рф", false],
  ["https://مثال.إختبار/", "مثال.إختبار", false],
  ["https://例え.テスト/", "例え.テスト", false],
])("the host of %s is shown as %s, odd: %s", (typed, host, odd) => {
  expect(hostOf(new URL(typed).href, typed)).toEqual({ host, odd });
});
