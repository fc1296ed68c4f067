/** What a space's own emoji are called, and how a text names one: `:mshikamano:`. */

/** Signs of a name, at least and at most. */
export const SIGN_NAME = { least: 2, most: 32 } as const;
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;
/** Where a text may name one; which of them there are, only the space knows. */
export const SIGN_IN_TEXT = /:([\p{L}\p{N}][\p{L}\p{M}\p{N}_-]{1,63}):/gu;

/** A name as it is kept: without colons, in small letters. */
export function signName(typed: string): string {
  return typed.normalize("NFC").trim().replace(/^:|:$/g, "").toLowerCase().normalize("NFC");
}

/** Letters, digits, `_` and `-`, not too few and not too many, as {@link signName} gives it. */
export function isSignName(name: string): boolean {
  const { length } = Array.from(name);
  return (
    length >= SIGN_NAME.least &&
    length <= SIGN_NAME.most &&
    NAME.test(name) &&
    name === signName(name)
  );
}

/** Whether this is a name between colons, as a reaction has it. */
export function isOwnSign(value: string): boolean {
  return value.startsWith(":") && value.endsWith(":") && isSignName(value.slice(1, -1));
}
