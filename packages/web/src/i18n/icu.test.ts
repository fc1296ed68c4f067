import { expect, test } from "vitest";
import { formatParts, formatText } from "./format.ts";
import { argumentsOf, compileMessage, MessageSyntaxError } from "./icu.ts";

const say = (
  message: string,
  args: Record<string, string | number> = {},
  language = "en",
): string =>
  formatText(compileMessage(message), args, language, (n) =>
    new Intl.NumberFormat(language).format(n),
  );

test("text without arguments stays a bare string", () => {
  expect(compileMessage("Hello")).toBe("Hello");
  expect(say("")).toBe("");
});

test("arguments are put in; numbers in the reader's digits", () => {
  expect(say("{name} has {n}", { name: "Amina", n: 1234 })).toBe("Amina has 1,234");
  expect(say("{n}", { n: 1234 }, "ar-EG")).toBe("١٬٢٣٤");
});

test("apostrophes are text, and quote only before syntax", () => {
  expect(say("it's {name}'s", { name: "Amina" })).toBe("it's Amina's");
  expect(say("'{name}' and ''")).toBe("{name} and '");
  expect(say("l’eau d'ici")).toBe("l’eau d'ici");
});

test("plurals choose exact numbers first, then the language's category", () => {
  const message = "{n, plural, =0 {none} one {# thing} other {# things}}";
  expect([0, 1, 2].map((n) => say(message, { n }))).toEqual(["none", "1 thing", "2 things"]);
  expect(
    say(
      "{n, plural, zero {0} one {1} two {2} few {few} many {many} other {other}}",
      { n: 11 },
      "ar",
    ),
  ).toBe("many");
});

test("choices nest, and # belongs to the plural around it", () => {
  const message =
    "{who, select, me {I have {n, plural, one {# goat} other {# goats}}} other {{who} has {n, plural, one {# goat} other {# goats}}}}";
  expect(say(message, { who: "me", n: 1 })).toBe("I have 1 goat");
  expect(say(message, { who: "Bruno", n: 3 })).toBe("Bruno has 3 goats");
  expect(say("{n, plural, other {{who, select, other {# and '#'}}}}", { n: 5, who: "x" })).toBe(
    "5 and #",
  );
});

test("elements keep their place between strings", () => {
  const element = { type: "bdi" };
  const parts = formatParts<object>(
    compileMessage("Hi {name}, welcome"),
    { name: element },
    "en",
    String,
  );
  expect(parts).toEqual(["Hi ", element, ", welcome"]);
});

test("malformed messages are refused with the place", () => {
  for (const message of [
    "{",
    "{n",
    "}",
    "{n, plural, one {x}}",
    "{n, date}",
    "{n, plural, one {a} one {b} other {c}}",
    "{}",
    "{n, plural, other {x}",
  ]) {
    expect(() => compileMessage(message), message).toThrow(MessageSyntaxError);
  }
});

test("arguments are found inside choices too", () => {
  const found = argumentsOf(
    compileMessage("{b} {n, plural, other {{a, select, x {{c}} other {}}}}"),
  );
  expect([...found]).toEqual([
    ["a", "s"],
    ["b", "text"],
    ["c", "text"],
    ["n", "p"],
  ]);
});
