/**
 * Lists of people to invite, as tables write them (CSV, RFC 4180): read on the device or at the console, with what is
 * wrong said for each line; and written so that no program takes a cell for a formula.
 */
import { LIMITS } from "./limits.ts";

/** Somebody in a list. `language` is a language tag (BCP 47). */
export type ListedPerson = { name: string; address?: string; language?: string; note?: string };

export type ListProblem =
  /** The whole file: not text in UTF-8 or UTF-16, too large, no person in it, a quote that is never closed. */
  | { line: number; problem: "encoding" | "size" | "empty" | "quote" }
  /** One line: it is left out. */
  | { line: number; problem: "name" | "long" | "characters" | "language" | "many" }
  | { line: number; problem: "twice"; first: number };

export type PeopleList = { people: ListedPerson[]; problems: ListProblem[] };

/** Of the file, in bytes, and of each cell, in characters. */
const FILE_BYTES = 256 * 1024;
const LONGEST = { name: 200, address: 200, language: 35, note: 400 } as const;
type Column = keyof typeof LONGEST;

/** What the columns may be called. Without a first line that names one, they are name, address, language, note. */
const NAMES: Record<Column, readonly string[]> = {
  name: [
    "name",
    "full name",
    "nom",
    "nombre",
    "nome",
    "naam",
    "nama",
    "jina",
    "الاسم",
    "اسم",
    "नाम",
    "নাম",
    "ชื่อ",
  ],
  address: [
    "address",
    "e-mail",
    "email",
    "mail",
    "phone",
    "adresse",
    "courriel",
    "téléphone",
    "dirección",
    "correo",
    "teléfono",
    "endereço",
    "telefone",
    "telefon",
    "adres",
    "telefoon",
    "alamat",
    "telepon",
    "anwani",
    "simu",
    "पता",
    "ঠিকানা",
    "ไอดี",
    "العنوان",
    "البريد",
    "الهاتف",
  ],
  language: [
    "language",
    "lang",
    "langue",
    "idioma",
    "lengua",
    "sprache",
    "taal",
    "bahasa",
    "lugha",
    "भाषा",
    "ভাষা",
    "ภาษา",
    "اللغة",
    "لغة",
  ],
  note: [
    "note",
    "group",
    "groupe",
    "remarque",
    "nota",
    "grupo",
    "notiz",
    "gruppe",
    "notitie",
    "groep",
    "catatan",
    "grup",
    "maelezo",
    "kikundi",
    "नोट",
    "নোট",
    "หมายเหตุ",
    "ملاحظة",
    "المجموعة",
    "مجموعة",
  ],
};
const ORDER: readonly Column[] = ["name", "address", "language", "note"];
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Reads a list. What is wrong with one line leaves that line out; what is wrong with the file gives nobody. */
export function readPeopleList(bytes: Uint8Array): PeopleList {
  const nobody = (problem: "encoding" | "size" | "empty" | "quote", line: number): PeopleList => ({
    people: [],
    problems: [{ line, problem }],
  });
  if (bytes.length > FILE_BYTES) return nobody("size", 1);
  const text = decode(bytes);
  if (text === null) return nobody("encoding", 1);
  const rows = split(text);
  if (!Array.isArray(rows)) return nobody("quote", rows.line);
  const [first] = rows;
  if (first === undefined) return nobody("empty", 1);
  const headed = columnsOf(first.cells);
  const columns = headed ?? ORDER;
  const people: ListedPerson[] = [];
  const problems: ListProblem[] = [];
  const seen = new Map<string, number>();
  for (const { cells, line } of headed === null ? rows : rows.slice(1)) {
    const person: Partial<Record<Column, string>> = {};
    for (const [place, column] of columns.entries()) {
      const cell = cells[place]?.normalize("NFC").trim();
      if (column !== null && cell !== undefined && cell !== "") person[column] = cell;
    }
    const { name } = person;
    const problem = problemOf(person);
    if (name === undefined || problem !== null) {
      problems.push({ line, problem: problem ?? "name" });
      continue;
    }
    const key = JSON.stringify([name.toLowerCase(), person.address?.toLowerCase() ?? ""]);
    const before = seen.get(key);
    if (before !== undefined) {
      problems.push({ line, problem: "twice", first: before });
      continue;
    }
    seen.set(key, line);
    if (people.length >= LIMITS.invitationsAtOnce) {
      problems.push({ line, problem: "many" });
      break;
    }
    people.push({ ...person, name });
  }
  if (people.length === 0 && problems.length === 0) return nobody("empty", 1);
  return { people, problems };
}

/** Writes rows as CSV that tables open in every script (UTF-8 with its mark), with no cell that could be a formula. */
export function writeTable(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`));
  return `\ufeff${lines.map((line) => `${line.join(",")}\r\n`).join("")}`;
}

/** A cell that begins like a formula gets a mark before it, which tables show as text. */
function harmless(cell: string): string {
  return /^[\s]*[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}

function decode(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes("\u0000") ? null : text;
  } catch {
    return null;
  }
}

type Row = { cells: string[]; line: number };

/** Rows that hold something, with the line each begins at; or the line of a quote that is never closed. */
function split(text: string): Row[] | { line: number } {
  const separator = separatorOf(text);
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let line = 1;
  let began = 1;
  let opened = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== "")) rows.push({ cells, line: began });
    cells = [];
    cell = "";
    began = line;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const newline = char === "\n" || (char === "\r" && text[at + 1] !== "\n");
    if (newline) line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === "") {
      cell = "";
      quoted = true;
      opened = line;
    } else if (char === separator) {
      cells.push(cell);
      cell = "";
    } else if (newline) endRow();
    else if (char !== "\r") cell += char;
  }
  if (quoted) return { line: opened };
  endRow();
  return rows;
}

/** Tables of many countries write semicolons, since a comma stands in their numbers. */
function separatorOf(text: string): string {
  const line = text.slice(0, 2000).split(/\r|\n/, 1)[0] ?? "";
  const count = (separator: string) => line.split(separator).length;
  return [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}

/** Which column is where; null when the line is no heading. */
function columnsOf(cells: readonly string[]): (Column | null)[] | null {
  const columns = cells.map((cell) => {
    const word = cell.normalize("NFC").trim().toLowerCase();
    return ORDER.find((column) => NAMES[column].includes(word)) ?? null;
  });
  return columns.includes("name") ? columns : null;
}

function problemOf(
  person: Partial<Record<Column, string>>,
): "name" | "long" | "characters" | "language" | null {
  if (person.name === undefined) return "name";
  for (const column of ORDER) {
    const cell = person[column] ?? "";
    if (cell.length > LONGEST[column]) return "long";
    if (CONTROL.test(cell) || !cell.isWellFormed()) return "characters";
  }
  const { language } = person;
  return language === undefined || isLanguageTag(language) ? null : "language";
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
