/** The cells of spreadsheets as text: Office Open XML and OpenDocument, values as they were last computed. */
import type { Readable, Sheet } from "./api.ts";
import { limits } from "./limits.ts";
import { decodeXml, readXml } from "./xml.ts";
import type { Zip } from "./zip.ts";

/** The sheets of an Excel workbook; null where it has none. @throws DecodeError */
export async function readXlsx(zip: Zip): Promise<Readable | null> {
  const book = await zip.read("xl/workbook.xml");
  if (book === null) return null;
  const named: { name: string; id: string }[] = [];
  readXml(decodeXml(book), {
    open: (tag, get) => {
      if (tag === "sheet") named.push({ name: get("name") ?? "", id: get("r:id") ?? "" });
    },
  });
  const targets = new Map<string, string>();
  const relations = await zip.read("xl/_rels/workbook.xml.rels");
  if (relations !== null)
    readXml(decodeXml(relations), {
      open: (tag, get) => {
        if (tag === "Relationship") targets.set(get("Id") ?? "", get("Target") ?? "");
      },
    });
  const shared = await sharedStrings(zip);
  const dates = await dateStyles(zip);
  const sheets: Sheet[] = [];
  for (const [i, { name, id }] of named.slice(0, limits.sheets).entries()) {
    const target = targets.get(id) ?? `worksheets/sheet${i + 1}.xml`;
    const bytes = await zip.read(target.startsWith("/") ? target.slice(1) : `xl/${target}`);
    if (bytes !== null) sheets.push({ name, ...cellsOf(decodeXml(bytes), shared, dates) });
  }
  const cut = named.length > limits.sheets || sheets.some((sheet) => sheet.cut);
  return { is: "sheets", sheets, cut };
}

async function sharedStrings(zip: Zip): Promise<string[]> {
  const bytes = await zip.read("xl/sharedStrings.xml");
  const strings: string[] = [];
  if (bytes === null) return strings;
  let current = "";
  let inText = false;
  let phonetic = 0;
  readXml(decodeXml(bytes), {
    open: (tag) => {
      if (tag === "si") current = "";
      else if (tag === "t") inText = true;
      else if (tag === "rPh") phonetic++;
    },
    text: (text) => {
      if (inText && phonetic === 0) current += text;
    },
    close: (tag) => {
      if (tag === "t") inText = false;
      else if (tag === "rPh") phonetic--;
      else if (tag === "si") strings.push(current);
    },
  });
  return strings;
}

/** Which of the styles of cells are days: Excel keeps days as numbers. */
async function dateStyles(zip: Zip): Promise<Set<number>> {
  const bytes = await zip.read("xl/styles.xml");
  const found = new Set<number>();
  if (bytes === null) return found;
  const own = new Set<number>();
  let inCells = false;
  let style = 0;
  readXml(decodeXml(bytes), {
    open: (tag, get) => {
      if (tag === "numFmt") {
        const code = (get("formatCode") ?? "").replaceAll(/"[^"]*"|\[[^\]]*\]|\\./g, "");
        if (/[dy]/i.test(code)) own.add(Number(get("numFmtId")));
      } else if (tag === "cellXfs") inCells = true;
      else if (tag === "xf" && inCells) {
        const format = Number(get("numFmtId") ?? 0);
        if ((format >= 14 && format <= 17) || format === 22 || own.has(format)) found.add(style);
        style++;
      }
    },
    close: (tag) => {
      if (tag === "cellXfs") inCells = false;
    },
  });
  return found;
}

function cellsOf(
  xml: string,
  shared: readonly string[],
  dates: ReadonlySet<number>,
): { rows: string[][]; cut: boolean } {
  const rows: string[][] = [];
  let cut = false;
  let row: string[] | null = null;
  let column = 0;
  let type = "";
  let style = 0;
  let value = "";
  let reading = false;
  readXml(xml, {
    open: (tag, get) => {
      if (tag === "row") {
        const number = Math.max(Number(get("r") ?? rows.length + 1) || 1, rows.length + 1);
        if (number > limits.rows) {
          cut = true;
          row = null;
          return;
        }
        while (rows.length < number - 1) rows.push([]);
        row = [];
        rows.push(row);
        column = 0;
      } else if (tag === "c") {
        column = columnOf(get("r")) ?? column;
        type = get("t") ?? "n";
        style = Number(get("s") ?? 0);
        value = "";
      } else if (tag === "v" || tag === "t") reading = true;
    },
    text: (text) => {
      if (reading && row !== null) value += text;
    },
    close: (tag) => {
      if (tag === "v" || tag === "t") reading = false;
      else if (tag === "c") {
        if (column >= limits.columns) cut ||= value !== "";
        else if (row !== null && value !== "") {
          while (row.length < column) row.push("");
          row[column] = shown(value, type, dates.has(style), shared);
        }
        column++;
      }
    },
  });
  return { rows: trimmed(rows), cut };
}

/** `BC7` is column 54, counted from nought. */
function columnOf(place: string | undefined): number | null {
  const letters = /^([A-Z]{1,3})\d/.exec(place ?? "")?.[1];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function shown(value: string, type: string, date: boolean, shared: readonly string[]): string {
  if (type === "s") return shared[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  const number = Number(value);
  if (type === "n" && date && number > 0 && number < 2_958_466) {
    // Day 25,569 is 1 January 1970.
    const at = new Date(Math.round((number - 25_569) * 86_400_000));
    return at
      .toISOString()
      .slice(0, number % 1 === 0 ? 10 : 16)
      .replace("T", " ");
  }
  // Sums carry the errors of binary fractions; fifteen digits are what Excel itself keeps.
  if (type === "n" && value !== "" && Number.isFinite(number))
    return String(Number(number.toPrecision(15)));
  return value;
}

/** The sheets of an OpenDocument spreadsheet; null where it has none. @throws DecodeError */
export async function readOds(zip: Zip): Promise<Readable | null> {
  const bytes = await zip.read("content.xml");
  if (bytes === null) return null;
  const sheets: { name: string; rows: string[][]; cut: boolean }[] = [];
  let cut = false;
  let row: string[] = [];
  let repeatRow = 1;
  let repeatCell = 1;
  let cell = "";
  let inParagraph = 0;
  let note = 0;
  readXml(decodeXml(bytes), {
    open: (tag, get) => {
      if (tag === "table:table") {
        if (sheets.length >= limits.sheets) cut = true;
        else sheets.push({ name: get("table:name") ?? "", rows: [], cut: false });
      } else if (tag === "table:table-row") {
        row = [];
        repeatRow = Number(get("table:number-rows-repeated") ?? 1) || 1;
      } else if (tag === "table:table-cell" || tag === "table:covered-table-cell") {
        repeatCell = Number(get("table:number-columns-repeated") ?? 1) || 1;
        cell = "";
      } else if (tag === "office:annotation") note++;
      else if (tag === "text:p") {
        if (cell !== "" && note === 0) cell += "\n";
        inParagraph++;
      } else if (tag === "text:s" && note === 0) cell += " ";
    },
    text: (text) => {
      if (inParagraph > 0 && note === 0) cell += text;
    },
    close: (tag) => {
      const sheet = sheets.at(-1);
      if (tag === "text:p") inParagraph--;
      else if (tag === "office:annotation") note--;
      else if (tag === "table:table-cell" || tag === "table:covered-table-cell") {
        // Empty ones are repeated by the thousand up to the sheet's edge.
        for (let i = 0; i < repeatCell && row.length < limits.columns; i++) row.push(cell);
        cell = "";
      } else if (tag === "table:table-row" && sheet !== undefined && !cut) {
        const ended = row.slice(0, row.findLastIndex((one) => one !== "") + 1);
        for (let i = 0; i < repeatRow && sheet.rows.length < limits.rows; i++)
          sheet.rows.push(ended);
        if (sheet.rows.length >= limits.rows && ended.length > 0) sheet.cut = true;
      }
    },
  });
  for (const sheet of sheets) sheet.rows = trimmed(sheet.rows);
  return { is: "sheets", sheets, cut: cut || sheets.some((sheet) => sheet.cut) };
}

/** Without empty rows at the end. */
function trimmed(rows: string[][]): string[][] {
  return rows.slice(0, rows.findLastIndex((row) => row.some((cell) => cell !== "")) + 1);
}
