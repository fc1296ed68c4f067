import { utf8 } from "@baraza/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FILE_LIMITS } from "./api.ts";
import { nameKey, numberedName, safeName, sortKey, splitName } from "./names.ts";

test.each([
  ['a/b\\c:d*e?f"g<h>i|j.txt', "a_b_c_d_e_f_g_h_i_j.txt"],
  ["CON", "CON_"],
  ["nul.txt", "nul_.txt"],
  ["Com7.tar.gz", "Com7_.tar.gz"],
  ["console.log", "console.log"],
  ["trailing dots...  ", "trailing dots"],
  ["  leading", "leading"],
  ["..", "_"],
  ["", "_"],
  ["new\nline\u0000\u0007.txt", "newline.txt"],
  ["report\u202efdp.exe", "reportfdp.exe"],
  ["zero\u200bwidth\ufeff", "zerowidth"],
  ["e\u0301te\u0301.pdf", "été.pdf"],
  ["\ud800lone", "\ufffdlone"],
  [".gitignore", ".gitignore"],
  ["می‌خواهم.txt", "می‌خواهم.txt"],
  ["👩‍👩‍👧.png", "👩‍👩‍👧.png"],
])("%j is kept as %j", (raw, kept) => {
  expect(safeName(raw)).toBe(kept);
});

test("any text becomes a name that is safe, short enough, and stays as it is from then on", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 600 }),
        fc.string({ unit: "grapheme", maxLength: 300 }),
      ),
      (raw) => {
        const name = safeName(raw);
        expect(utf8(name).length).toBeLessThanOrEqual(FILE_LIMITS.nameBytes);
        expect(name).not.toBe("");
        expect(name).not.toMatch(/[/\\:*?"<>|\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(name).not.toMatch(/^\s|[\s.]$/u);
        expect(name.normalize("NFC")).toBe(name);
        expect(safeName(name)).toBe(name);
      },
    ),
    { numRuns: 500 },
  );
});

test("a name that is too long is cut at a whole letter and keeps its ending", () => {
  const name = safeName(`${"👩‍👩‍👧".repeat(60)}.jpeg`);
  expect(utf8(name).length).toBeLessThanOrEqual(255);
  expect(name.endsWith("👧.jpeg")).toBe(true);
  expect(splitName("archive.tar.gz")).toEqual({ stem: "archive.tar", ending: ".gz" });
  expect(numberedName("a.txt", 2)).toBe("a (2).txt");
  expect(utf8(numberedName(`${"x".repeat(251)}.txt`, 12)).length).toBe(255);
});

test("names are ordered as people count, and what some system takes for one name has one key", () => {
  const sorted = ["b10.txt", "B2.txt", "é.txt", "a.txt"].toSorted((a, b) =>
    sortKey(a) < sortKey(b) ? -1 : 1,
  );
  expect(sorted).toEqual(["a.txt", "B2.txt", "b10.txt", "é.txt"]);
  expect(nameKey("Straße.TXT")).toBe(nameKey("STRASSE.txt"));
  expect(nameKey("ﬁle")).toBe(nameKey("FILE"));
});
