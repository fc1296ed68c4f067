/**
 * Compiles messages in ICU MessageFormat to nested arrays that are plain JSON: text, arguments,
 * `plural`, `selectordinal` and `select`, with `#` inside plurals and `'` quoting. Dates and numbers
 * are formatted before they become arguments, so no other argument types are read here.
 *
 * It runs at build time and in tests; the app only carries `format.ts`.
 */

/** One piece of a message: text; `[name]`; `0`, the `#` of the plural around it; or a choice. */
export type Piece =
  | string
  | 0
  | [name: string]
  | [name: string, kind: ChoiceKind, branches: Record<string, Compiled>];
/** `p` plural, `o` ordinal, `s` select. */
export type ChoiceKind = "p" | "o" | "s";
/** A message without any argument stays a bare string. */
export type Compiled = string | Piece[];
export type CompiledCatalogue = Record<string, Compiled>;

/** A message that is not well formed. `offset` counts UTF-16 units from the message's start. */
export class MessageSyntaxError extends Error {
  readonly offset: number;
  constructor(reason: string, message: string, offset: number) {
    super(`${reason} at ${offset} in: ${message}`);
    this.name = "MessageSyntaxError";
    this.offset = offset;
  }
}

/** Compiles every message of a catalogue; throws `MessageSyntaxError` with the key in front. */
export function compileCatalogue(source: Record<string, string>): CompiledCatalogue {
  const out: CompiledCatalogue = {};
  for (const [key, message] of Object.entries(source)) {
    try {
      out[key] = compileMessage(message);
    } catch (error) {
      throw new Error(`${key}: ${(error as Error).message}`, { cause: error });
    }
  }
  return out;
}

/** Compiles one message. Throws `MessageSyntaxError`. */
export function compileMessage(message: string): Compiled {
  const reader = { text: message, at: 0 };
  const compiled = readPieces(reader, false);
  if (reader.at < message.length) throw new MessageSyntaxError("unexpected }", message, reader.at);
  return compiled;
}

/** Each argument's name with its kind (`text`, `p`, `o`, `s`), sorted, nested ones included. */
export function argumentsOf(compiled: Compiled): Map<string, "text" | ChoiceKind> {
  const found = new Map<string, "text" | ChoiceKind>();
  const visit = (piece: Piece): void => {
    if (typeof piece === "string" || piece === 0) return;
    if (piece.length === 1) {
      if (!found.has(piece[0])) found.set(piece[0], "text");
      return;
    }
    const [name, kind, branches] = piece;
    found.set(name, kind);
    for (const branch of Object.values(branches))
      if (typeof branch !== "string") branch.forEach(visit);
  };
  if (typeof compiled !== "string") compiled.forEach(visit);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Reader {
  readonly text: string;
  at: number;
}

function readPieces(reader: Reader, inPlural: boolean): Compiled {
  const pieces: Piece[] = [];
  let text = "";
  const flush = (): void => {
    if (text) pieces.push(text);
    text = "";
  };
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at]!;
    if (char === "}") break;
    if (char === "'") {
      text += readQuoted(reader);
    } else if (char === "{") {
      flush();
      pieces.push(readArgument(reader, inPlural));
    } else if (char === "#" && inPlural) {
      flush();
      pieces.push(0);
      reader.at++;
    } else {
      text += char;
      reader.at++;
    }
  }
  flush();
  if (pieces.length === 0) return "";
  return pieces.length === 1 && typeof pieces[0] === "string" ? pieces[0] : pieces;
}

/** An apostrophe quotes only before a syntax character, as ICU's default mode has it; `''` is one. */
function readQuoted(reader: Reader): string {
  const { text } = reader;
  const next = text[reader.at + 1];
  if (next === "'") {
    reader.at += 2;
    return "'";
  }
  if (next === undefined || !"{}#".includes(next)) {
    reader.at++;
    return "'";
  }
  const end = text.indexOf("'", reader.at + 1);
  const quoted = end < 0 ? text.slice(reader.at + 1) : text.slice(reader.at + 1, end);
  reader.at = end < 0 ? text.length : end + 1;
  return quoted;
}

function readArgument(reader: Reader, inPlural: boolean): Piece {
  expect(reader, "{");
  const name = readWord(reader);
  skipSpace(reader);
  if (reader.text[reader.at] === "}") {
    reader.at++;
    return [name];
  }
  expect(reader, ",");
  const type = readWord(reader);
  const kind = ({ plural: "p", selectordinal: "o", select: "s" } as const)[type];
  if (!kind)
    throw new MessageSyntaxError(`unknown argument type "${type}"`, reader.text, reader.at);
  skipSpace(reader);
  expect(reader, ",");
  const branches: Record<string, Compiled> = {};
  skipSpace(reader);
  while (reader.text[reader.at] !== "}") {
    const selector = readWord(reader);
    skipSpace(reader);
    expect(reader, "{");
    if (selector in branches)
      throw new MessageSyntaxError(`"${selector}" twice`, reader.text, reader.at);
    branches[selector] = readPieces(reader, inPlural || kind !== "s");
    expect(reader, "}");
    skipSpace(reader);
  }
  expect(reader, "}");
  if (!("other" in branches))
    throw new MessageSyntaxError('no "other" branch', reader.text, reader.at);
  return [name, kind, branches];
}

function readWord(reader: Reader): string {
  skipSpace(reader);
  const word = /^(?:=\d+|[A-Za-z]\w*)/.exec(reader.text.slice(reader.at))?.[0];
  if (!word) throw new MessageSyntaxError("a name is missing", reader.text, reader.at);
  reader.at += word.length;
  return word;
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "")) reader.at++;
}

function expect(reader: Reader, char: string): void {
  if (reader.text[reader.at] !== char)
    throw new MessageSyntaxError(`expected ${char}`, reader.text, reader.at);
  reader.at++;
}
