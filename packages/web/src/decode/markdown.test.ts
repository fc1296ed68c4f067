import { expect, test } from "vitest";
import { readMarkdown } from "./markdown.ts";

test("markdown becomes plain data", () => {
  const { blocks } = readMarkdown(
    "# Seeds\n\nWho **decides *now***? `x<y`\n\n- [x] one\n- two\n\n3. three\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n---\n\n```\ncode\n```",
  );
  expect(blocks).toEqual([
    { is: "heading", level: 1, runs: [{ text: "Seeds" }] },
    {
      is: "paragraph",
      runs: [
        { text: "Who " },
        { text: "decides ", strong: true },
        { text: "now", strong: true, em: true },
        { text: "? " },
        { text: "x<y", code: true },
      ],
    },
    {
      is: "list",
      start: null,
      items: [
        [{ is: "paragraph", runs: [{ text: "☑ " }, { text: "one" }] }],
        [{ is: "paragraph", runs: [{ text: "two" }] }],
      ],
    },
    { is: "list", start: 3, items: [[{ is: "paragraph", runs: [{ text: "three" }] }]] },
    { is: "quote", blocks: [{ is: "paragraph", runs: [{ text: "quote" }] }] },
    {
      is: "table",
      head: true,
      rows: [
        [[{ text: "a" }], [{ text: "b" }]],
        [[{ text: "1" }], [{ text: "2", strike: true }]],
      ],
    },
    { is: "rule" },
    { is: "code", text: "code" },
  ]);
});

test("what could run or load is text", () => {
  const { blocks } = readMarkdown(
    "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](https://b.example/x) ![far](https://t.example/pixel.png)",
  );
  const flat = JSON.stringify(blocks);
  expect(flat).toContain("<script>alert(1)</script>");
  expect(flat).not.toContain("javascript:");
  expect(flat).not.toContain("pixel.png");
  expect(flat).toContain('"href":"https://b.example/x"');
});

test("depth and length have an end", () => {
  expect(JSON.stringify(readMarkdown(`${"> ".repeat(500)}deep`)).length).toBeLessThan(5000);
  expect(readMarkdown("a\n\n".repeat(30_000)).cut).toBe(true);
});
