import type { Compiled, Piece } from "./icu.ts";
import { pluralCategory } from "./plural-rules.ts";

/** What may be put into a message. Anything but strings and numbers (elements) only through `formatParts`. */
export type Value = string | number;

/**
 * The pieces of a message with its arguments put in, in order. Strings beside each other are joined,
 * so a message without elements gives at most one piece. `language` picks plural categories, and
 * `number` writes numbers in the reader's digits.
 */
export function formatParts<T>(
  message: Compiled,
  args: Record<string, T | Value>,
  language: string,
  number: (n: number) => string,
): (T | string)[] {
  const out: (T | string)[] = [];
  const push = (value: T | string): void => {
    const last = out.length - 1;
    const before = out[last];
    if (typeof value === "string" && typeof before === "string") out[last] = before + value;
    else out.push(value);
  };
  const write = (compiled: Compiled, hash: number | undefined): void => {
    if (typeof compiled === "string") {
      push(compiled);
      return;
    }
    for (const piece of compiled) writePiece(piece, hash);
  };
  const writePiece = (piece: Piece, hash: number | undefined): void => {
    if (typeof piece === "string") push(piece);
    else if (piece === 0) push(number(hash ?? 0));
    else {
      const value = args[piece[0]];
      if (piece.length === 1) {
        push(typeof value === "number" ? number(value) : (value ?? ""));
        return;
      }
      const [, kind, branches] = piece;
      if (kind === "s") write(branches[String(value)] ?? branches["other"]!, hash);
      else {
        const n = Number(value);
        const branch =
          branches[`=${n}`] ??
          branches[pluralCategory(language, n, kind === "o")] ??
          branches["other"]!;
        write(branch, n);
      }
    }
  };
  write(message, undefined);
  return out;
}

/** A message with its arguments put in, as text. */
export function formatText(
  message: Compiled,
  args: Record<string, Value>,
  language: string,
  number: (n: number) => string,
): string {
  return formatParts(message, args, language, number).join("");
}
