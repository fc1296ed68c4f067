/** The `@` and what was typed after it: `[start, end)` in UTF-16 units, `query` without the `@`. */
export interface Completion {
  start: number;
  end: number;
  query: string;
}

/** The mention that the caret stands in, if any: an `@` at the start or after space, then letters, marks, digits, up to two words. */
export function completionAt(text: string, caret: number): Completion | undefined {
  const match = /(?:^|[\s(])@([\p{L}\p{M}\p{N}._'’-]*(?: [\p{L}\p{M}\p{N}._'’-]+)?)$/u.exec(
    text.slice(0, caret),
  );
  if (!match) return undefined;
  const query = match[1]!;
  return { start: caret - query.length - 1, end: caret, query };
}

/** What stands behind a colon that begins a word, two letters or more: `:sm`, and `:smile:` as a whole. */
export function shortcodeAt(text: string, caret: number): Completion | undefined {
  const match = /(?:^|[\s(])(:[\p{L}\p{M}\p{N}_+-]{2,40}:?)$/u.exec(text.slice(0, caret));
  if (!match) return undefined;
  const found = match[1]!;
  return { start: caret - found.length, end: caret, query: found.slice(1) };
}

/** The text with what was completed replaced by `sign` and a space, and where the caret then stands. */
export function insertSign(
  text: string,
  at: Pick<Completion, "start" | "end">,
  sign: string,
): { text: string; caret: number } {
  const before = `${text.slice(0, at.start)}${sign} `;
  return { text: before + text.slice(at.end).replace(/^ /, ""), caret: before.length };
}

/** The text with the mention replaced by `@name ` and where the caret then stands. */
export function insertCompletion(
  text: string,
  at: Completion,
  name: string,
): { text: string; caret: number } {
  return insertSign(text, at, `@${name}`);
}

/** The ids of the picked names that still stand in the text as `@name`, each once. */
export function namesStillIn(
  text: string,
  picked: readonly { id: string; name: string }[],
): string[] {
  return [...new Set(picked.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))];
}
