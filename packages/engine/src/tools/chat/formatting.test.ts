import fc from "fast-check";
import { expect, test } from "vitest";
import { formattedHtml } from "./formatted-html.ts";
import type { Block, Inline } from "./formatting.ts";
import { plainText, readFormatted } from "./formatting.ts";

const inline = (one: Inline): string =>
  "children" in one
    ? `<${one.kind}>${one.children.map(inline).join("")}</${one.kind}>`
    : one.kind === "text"
      ? one.text
      : one.kind === "link"
        ? `<link ${one.href}${one.host === null ? "" : ` (${one.host})`}${one.odd ? "!" : ""}>${one.text}</link>`
        : `<${one.kind}>${one.text}</${one.kind}>`;
const block = (one: Block): string => {
  switch (one.kind) {
    case "paragraph":
      return one.children.map(inline).join("");
    case "code":
      return `[code|${one.text}]`;
    case "quote":
      return `[quote|${one.blocks.map(block).join("|")}]`;
    case "list":
      return `[${one.ordered ? `from ${one.start}` : "list"}|${one.items.map(({ depth, children }) => ">".repeat(depth) + children.map(inline).join("")).join("|")}]`;
  }
};
const shown = (text: string, names: string[] = []): string =>
  readFormatted(text, names).map(block).join("|");

test.each([
  [
    "**bold** and *slanted* or _slanted_",
    "<strong>bold</strong> and <em>slanted</em> or <em>slanted</em>",
  ],
  ["~~gone~~ ~gone~", "<strike>gone</strike> <strike>gone</strike>"],
  ["***both***", "<strong><em>both</em></strong>"],
  ["*a **b** c*", "<em>a <strong>b</strong> c</em>"],
  ["**a *b* c**", "<strong>a <em>b</em> c</strong>"],
  ["2 * 3 * 4, a*b*c, snake_case_name, 1~2~3", "2 * 3 * 4, a*b*c, snake_case_name, 1~2~3"],
  ["**open, * * and **", "**open, * * and **"],
  ["\\*as it is\\* and \\`so\\`", "*as it is* and `so`"],
  ["run `a *b* **c**` now", "run <code>a *b* **c**</code> now"],
  ["``a ` b``", "<code>a ` b</code>"],
  ["这是**粗体**字", "这是<strong>粗体</strong>字"],
  ["**عريض** و_مائل_", "<strong>عريض</strong> و_مائل_"],
  ["line one\n*line two*", "line one\n<em>line two</em>"],
])("strokes: %s", (text, wanted) => {
  expect(shown(text)).toBe(wanted);
});

test("code of several lines is as it was typed, and an unclosed one is text", () => {
  expect(shown("look:\n```js\n*a*\n  > b\n```\nnow")).toBe("look:|[code|*a*\n  > b]|now");
  expect(shown("```\nnever closed")).toBe("```\nnever closed");
});

test("quotes stand in one another, and lists have depth", () => {
  expect(shown("> a\n>> **b**\nc")).toBe("[quote|a|[quote|<strong>b</strong>]]|c");
  expect(shown("- a\n  - b\n- *c*\nafter")).toBe("[list|a|>b|<em>c</em>]|after");
  expect(shown("3. a\n4. b")).toBe("[from 3|a|b]");
  expect(shown("1984. was a year\n-not a list")).toBe("1984. was a year\n-not a list");
  // Deeper than anybody needs it stays text.
  expect(shown(`${">".repeat(9)} deep`)).toContain(">>>>> deep");
});

test("links lose the punctuation of the sentence around them, and nothing but http and https is one", () => {
  expect(shown("See https://a.example/x, then (https://b.example).")).toBe(
    "See <link https://a.example/x>https://a.example/x</link>, then (<link https://b.example/>https://b.example</link>).",
  );
  expect(shown("https://a.example/(x)_y_")).toBe(
    "<link https://a.example/(x)_y>https://a.example/(x)_y</link>_",
  );
  expect(shown("انظر https://a.example/x؟")).toBe(
    "انظر <link https://a.example/x>https://a.example/x</link>؟",
  );
  for (const text of [
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "data:text/html,x",
    "![x](https://)",
  ])
    expect(shown(text)).toBe(text);
});

test("a link with words of its own says where it leads, and one that deceives is marked", () => {
  expect(shown("[our **plan**](https://a.example/p)")).toBe(
    "<link https://a.example/p (a.example)>our **plan**</link>",
  );
  expect(shown("[https://bank.example](https://evil.example/)")).toBe(
    "<link https://evil.example/ (evil.example)>https://bank.example</link>",
  );
  expect(shown("https://bank.example@evil.example")).toBe(
    "<link https://bank.example@evil.example/ (evil.example)!>https://bank.example@evil.example</link>",
  );
  // Pictures are fetched by nobody: what is left is a link.
  expect(shown("![x](https://a.example/p.png)")).toBe(
    "!<link https://a.example/p.png (a.example)>x</link>",
  );
});

test("the longest name that fits is the one mentioned, and an @ without a person stays text", () => {
  expect(shown("Ask @Amina Otieno or **@Amina**.", ["Amina", "Amina Otieno"])).toBe(
    "Ask <mention>@Amina Otieno</mention> or <strong><mention>@Amina</mention></strong>.",
  );
  expect(shown("mail a@b.example", ["Bruno"])).toBe("mail a@b.example");
});

test("for lists and quotations the signs are taken away", () => {
  expect(plainText("**Hi** _you_, see [this](https://a.example)\n- one\n- `two`")).toBe(
    "Hi you, see this\n• one\n• two",
  );
  expect(plainText("nothing here")).toBe("nothing here");
});

const signs = fc.constantFrom(
  "*",
  "**",
  "_",
  "~",
  "`",
  "```\n",
  "> ",
  "- ",
  "1. ",
  "[",
  "](https://a.example)",
  "\\",
  "\n",
  " ",
  "a",
  "é",
  "👍",
  "@A",
);

test("no word is lost or made up, whatever is typed", () => {
  const bare = (one: string): string =>
    one.replace(/[\s*_~`>[\]\\•.\-\d()]|https?:\/\/[a-z.]*/gu, "");
  fc.assert(
    fc.property(fc.array(signs, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("");
      expect(bare(plainText(text))).toBe(bare(text));
    }),
    { numRuns: 500 },
  );
});

test("a message made to take long is read in a bounded number of steps", () => {
  // Each would run for minutes if every sign looked through the rest anew.
  for (const flood of [
    "*a ",
    "**a",
    "_a ~b ",
    "[x](",
    "`",
    "``a`",
    "> ",
    "*a**b",
    "@A",
    "https://",
  ]) {
    const text = flood.repeat(Math.floor(8000 / flood.length));
    expect(plainText(text).length).toBeLessThanOrEqual(text.length);
  }
});

test("in an archive's page everything that somebody wrote is escaped, and no address is a link", () => {
  expect(
    formattedHtml('**<b>** `<i>` [<x>](https://a.example/"y)\n> <u>\n- <li>\n```\n</code>\n```'),
  ).toBe(
    '<p dir="auto"><strong>&lt;b&gt;</strong> <code>&lt;i&gt;</code> &lt;x&gt; (<bdi>https://a.example/%22y</bdi>)</p>' +
      '<blockquote><p dir="auto">&lt;u&gt;</p></blockquote><ul><li dir="auto">&lt;li&gt;</li></ul>' +
      '<pre dir="ltr"><code>&lt;/code&gt;</code></pre>',
  );
});
