/** What a key or a button of formatting does to a plain text field: it puts the signs of Markdown around what is selected, or takes them away. */

export type Format =
  | "strong"
  | "em"
  | "strike"
  | "code"
  | "quote"
  | "list"
  | "numbers"
  | "block"
  | "link";

/** `[start, end)` of `value` becomes `insert`; afterwards `[from, to)` of the new text is selected. */
export interface Change {
  start: number;
  end: number;
  insert: string;
  from: number;
  to: number;
}

const STROKES = { strong: "**", em: "_", strike: "~~", code: "`" } as const;
const LINES = { quote: /^> ?/, list: /^[-*•] /, numbers: /^\d{1,3}[.)] / } as const;

/** The change that a format makes to a field with a selection. */
export function formatChange(value: string, start: number, end: number, format: Format): Change {
  const chosen = value.slice(start, end);
  if (format === "link") {
    const address = /^https?:\/\/\S+$/i.test(chosen);
    const insert = address ? `[](${chosen})` : `[${chosen}](https://)`;
    // What is still missing is selected or has the caret: the words, or the address.
    const at = address ? start + 1 : start + chosen.length + 3;
    return { start, end, insert, from: at, to: address ? at : at + "https://".length };
  }
  if (format === "block") {
    const [lead, tail] = ["```\n", "\n```"];
    const before = start > 0 && value[start - 1] !== "\n" ? "\n" : "";
    const after = end < value.length && value[end] !== "\n" ? "\n" : "";
    const from = start + before.length + lead.length;
    return {
      start,
      end,
      insert: before + lead + chosen + tail + after,
      from,
      to: from + chosen.length,
    };
  }
  if (format === "quote" || format === "list" || format === "numbers")
    return lines(value, start, end, format);
  return stroke(value, start, end, STROKES[format]);
}

function stroke(value: string, start: number, end: number, sign: string): Change {
  // Space at the rim of a selection stays outside: signs beside space mean nothing.
  while (start < end && /\s/.test(value[start] ?? "")) start++;
  while (end > start && /\s/.test(value[end - 1] ?? "")) end--;
  const chosen = value.slice(start, end);
  const wide = sign.length;
  if (chosen.length > 2 * wide && chosen.startsWith(sign) && chosen.endsWith(sign)) {
    const insert = chosen.slice(wide, -wide);
    return { start, end, insert, from: start, to: start + insert.length };
  }
  if (value.slice(start - wide, start) === sign && value.slice(end, end + wide) === sign)
    return {
      start: start - wide,
      end: end + wide,
      insert: chosen,
      from: start - wide,
      to: end - wide,
    };
  return { start, end, insert: sign + chosen + sign, from: start + wide, to: end + wide };
}

function lines(value: string, start: number, end: number, format: keyof typeof LINES): Change {
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const next = value.indexOf("\n", Math.max(end - 1, first));
  const last = next < 0 ? value.length : next;
  const rows = value.slice(first, last).split("\n");
  const has = rows.every((row) => LINES[format].test(row));
  const insert = rows
    .map((row, index) =>
      has
        ? row.replace(LINES[format], "")
        : (format === "quote" ? "> " : format === "list" ? "- " : `${index + 1}. `) +
          (format === "quote" ? row : row.replace(LINES.list, "").replace(LINES.numbers, "")),
    )
    .join("\n");
  return {
    start: first,
    end: last,
    insert,
    from: first + insert.length,
    to: first + insert.length,
  };
}

/** The format that a key asks for: Ctrl (or Command) with B, I, E, and with Shift X, 7, 8, 9, C, U. */
export function formatOfKey(event: KeyboardEvent): Format | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  if (!event.shiftKey)
    return ({ b: "strong", i: "em", e: "code" } as const)[
      event.key.toLowerCase() as "b" | "i" | "e"
    ];
  return KEYS_WITH_SHIFT[event.code];
}

/** By the place of the key: with Shift each keyboard gives another sign for a number. */
const KEYS_WITH_SHIFT: Readonly<Record<string, Format | undefined>> = {
  KeyX: "strike",
  Digit7: "numbers",
  Digit8: "list",
  Digit9: "quote",
  KeyC: "block",
  KeyU: "link",
};

/** Makes the change in the field as if it were typed, so that the browser's own undo takes it back. */
export function applyFormat(field: HTMLTextAreaElement, format: Format): void {
  const { start, end, insert, from, to } = formatChange(
    field.value,
    field.selectionStart,
    field.selectionEnd,
    format,
  );
  field.focus();
  field.setSelectionRange(start, end);
  // The only way to change a field that keeps the browser's undo; there is no other yet.
  // oxlint-disable-next-line typescript/no-deprecated -- see above
  if (!document.execCommand("insertText", false, insert)) {
    field.setRangeText(insert);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(from, to);
}
