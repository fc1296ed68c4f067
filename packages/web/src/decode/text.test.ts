import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import { raw } from "./samples.testing.ts";
import { rangedBytes } from "./source.ts";
import { clip, encodingOf, looksLikeText, parseTable, readText } from "./text.ts";

test("encodings are told apart", async () => {
  const read = async (bytes: Uint8Array<ArrayBuffer>) => readText(rangedBytes(bytes));
  expect(await read(utf8("Wanjikũ, الماء"))).toMatchObject({
    text: "Wanjikũ, الماء",
    encoding: "utf-8",
  });
  expect((await read(raw("\xEF\xBB\xBFabc"))).text).toBe("abc");
  expect(await read(raw("\xFF\xFEa\0\xE9\0"))).toMatchObject({ text: "aé", encoding: "utf-16le" });
  expect(await read(raw("\xFE\xFF\0a\0b"))).toMatchObject({ text: "ab", encoding: "utf-16be" });
  expect(await read(raw("H\0e\0l\0l\0o\0"))).toMatchObject({ text: "Hello", encoding: "utf-16le" });
  expect(await read(raw("caf\xE9 \x80"))).toMatchObject({
    text: "café €",
    encoding: "windows-1252",
  });
});

test("a character that is cut off at the end does not make the text another encoding", () => {
  expect(encodingOf(utf8("aũ").subarray(0, 2))).toBe("utf-8");
});

test("programs and pictures are no text", () => {
  expect(looksLikeText(raw("\x7FELF\0\0"))).toBe(false);
  expect(looksLikeText(raw("MZ\x90\0\x03\0"))).toBe(false);
  expect(looksLikeText(raw("tab\there\r\n"))).toBe(true);
});

test("a text is cut at so many characters, never within one", () => {
  expect(clip("ab😀", 3)).toBe("ab");
  expect(clip("ab😀", 4)).toBe("ab😀");
});

test("tables are read with quotes, with line ends of all kinds and with any separator", () => {
  const { rows } = parseTable('a,"b,1",c\r\n"say ""hi""\nthere",2,\r\n\r\n', "t");
  expect(rows).toEqual([["a", "b,1", "c"], ['say "hi"\nthere', "2", ""], [""]]);
  expect(parseTable("a;b\n1,5;2\n", "t").rows).toEqual([
    ["a", "b"],
    ["1,5", "2"],
  ]);
  expect(parseTable("a\tb", "t").rows).toEqual([["a", "b"]]);
});

test("a table that never ends a quote, or never ends, is cut", () => {
  expect(parseTable(`"${"x".repeat(1000)}`, "t").rows).toEqual([["x".repeat(1000)]]);
  expect(parseTable("a\n".repeat(5000), "t")).toMatchObject({ cut: true });
  expect(parseTable(",".repeat(5000), "t")).toMatchObject({ cut: true });
});
