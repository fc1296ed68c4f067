import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "./bytes.ts";
import { LIMITS } from "./limits.ts";
import { readPeopleList, writeTable } from "./people-list.ts";

const read = (text: string) => readPeopleList(utf8(text));

test("a list with a heading is read by its columns' names, in any order and of any language", () => {
  expect(
    read("Groupe;Nom;Langue;Courriel\nRécolte;Zoé Diop;fr;zoe@example.org\n;Amadou;;\n"),
  ).toEqual({
    people: [
      { name: "Zoé Diop", address: "zoe@example.org", language: "fr", note: "Récolte" },
      { name: "Amadou" },
    ],
    problems: [],
  });
});

test("without a heading the columns are name, address, language, note", () => {
  expect(read("Amina,amina@example.org,sw,water").people).toEqual([
    { name: "Amina", address: "amina@example.org", language: "sw", note: "water" },
  ]);
});

test("quotes may hold separators, quotes and line ends", () => {
  expect(read('name,note\r\n"Odhiambo, ""Otis""","two\nlines"\r\nBruno,\r\n').people).toEqual([
    { name: 'Odhiambo, "Otis"', note: "two\nlines" },
    { name: "Bruno" },
  ]);
});

test("tables in UTF-16 and with byte order marks are read", () => {
  const text = "name\nليلى\n";
  const utf16 = Uint8Array.from([
    0xff,
    0xfe,
    ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer),
  ]);
  expect(readPeopleList(utf16).people).toEqual([{ name: "ليلى" }]);
  expect(read(`\ufeff${text}`).people).toEqual([{ name: "ليلى" }]);
});

test.each([
  ["encoding", Uint8Array.from([0x6e, 0x0a, 0xe9, 0x0a]), 1],
  ["encoding", utf8("a\u0000b"), 1],
  ["size", new Uint8Array(300 * 1024).fill(97), 1],
  ["empty", utf8(""), 1],
  ["empty", utf8("name,note\n\n ,\n"), 1],
  ["quote", utf8('name\nAmina\n"Bruno\nCarla\n'), 3],
] as const)("a file that cannot be read gives nobody, and says why: %s", (problem, bytes, line) => {
  expect(readPeopleList(bytes)).toEqual({ people: [], problems: [{ line, problem }] });
});

test("what is wrong with a line is said for that line, and the others stay", () => {
  const lines = [
    "name,address,language",
    "Amina,amina@example.org,sw",
    ",nobody@example.org,",
    "amina,AMINA@example.org,",
    `${"x".repeat(201)},,`,
    "Be\u0007ll,,",
    "Bruno,,not a language",
    "Amina,other@example.org,",
  ];
  const { people, problems } = read(lines.join("\n"));
  expect(people.map(({ name }) => name)).toEqual(["Amina", "Amina"]);
  expect(problems).toEqual([
    { line: 3, problem: "name" },
    { line: 4, problem: "twice", first: 2 },
    { line: 5, problem: "long" },
    { line: 6, problem: "characters" },
    { line: 7, problem: "language" },
  ]);
});

test("more people than one list may have are cut off with a word", () => {
  const names = Array.from({ length: LIMITS.invitationsAtOnce + 3 }, (_, i) => `Person ${i}`);
  const { people, problems } = read(names.join("\n"));
  expect(people).toHaveLength(LIMITS.invitationsAtOnce);
  expect(problems).toEqual([{ line: LIMITS.invitationsAtOnce + 1, problem: "many" }]);
});

test("a written table has no cell that a program takes for a formula", () => {
  const cells = ["=1+1", "+49 30 1234", "-3", "@sum", "\t=x", "＝1", " =2", 'say "hi"', "plain"];
  const written = writeTable([cells]);
  expect(written).toBe(
    `\ufeff"'=1+1","'+49 30 1234","'-3","'@sum","'\t=x","'＝1","' =2","say ""hi""","plain"\r\n`,
  );
});

test("whatever is in a file, reading it ends with people in bounds or a problem", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { people, problems } = readPeopleList(bytes);
      expect(people.length + problems.length).toBeGreaterThan(0);
      for (const { name } of people) expect(name.trim()).toBe(name);
    }),
  );
});

test("what was written is read again", () => {
  const word = fc
    .string({ unit: fc.constantFrom("a", "b", ",", ";", '"', "'", "\n", " ", "é", "=", "ل") })
    .map((text) => `n${text}`.normalize("NFC").trim());
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 20, selector: (w) => w.toLowerCase() }),
      (names) => {
        const written = writeTable([["name", "note"], ...names.map((name) => [name, ""])]);
        expect(read(written).people.map(({ name }) => name)).toEqual(names);
      },
    ),
  );
});
